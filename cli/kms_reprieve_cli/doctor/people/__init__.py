"""Checks of who hears of it."""
