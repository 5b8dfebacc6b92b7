"""What is known about a key and its deletion, and when people are notified of it."""
