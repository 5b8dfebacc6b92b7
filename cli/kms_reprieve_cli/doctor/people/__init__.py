"""Checks of who is notified."""
