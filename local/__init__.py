"""The whole thing on this machine: an emulated account, the real stack, and an inbox."""
