"""Checks of how CloudTrail's records come to the log group."""
