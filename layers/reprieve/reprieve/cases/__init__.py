"""What is known of a key and its deletion, and when people are notified of it."""
