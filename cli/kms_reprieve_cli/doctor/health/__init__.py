"""Checks of whether the stack itself is well."""
