"""Checks of the keys that are pending deletion."""
