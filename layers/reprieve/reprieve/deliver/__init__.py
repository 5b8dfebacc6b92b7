"""From the queue to a channel, with a signed link."""
