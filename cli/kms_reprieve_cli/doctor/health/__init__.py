"""Checks of whether the stack itself works."""
