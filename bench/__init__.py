"""How fast, how big, how many calls: `make bench`."""
