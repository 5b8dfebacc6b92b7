"""The words that channels and pages share, and the channels that carry them."""
