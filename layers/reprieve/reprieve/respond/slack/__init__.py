"""A decision by a button in Slack: who pressed it, what it came to, and an answer to every press."""
