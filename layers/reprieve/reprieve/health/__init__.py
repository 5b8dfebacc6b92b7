"""What is wrong with the stack itself, to every channel."""
