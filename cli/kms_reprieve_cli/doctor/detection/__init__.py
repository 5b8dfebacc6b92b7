"""Checks of how a refused request becomes a message."""
