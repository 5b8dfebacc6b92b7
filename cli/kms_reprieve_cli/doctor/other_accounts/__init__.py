"""Checks of the roles in other accounts."""
