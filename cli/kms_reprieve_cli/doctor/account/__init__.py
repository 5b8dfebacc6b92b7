"""Checks of the credentials and the stack."""
