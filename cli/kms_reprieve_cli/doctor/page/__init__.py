"""Checks of what the link in a notice leads to."""
