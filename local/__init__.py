"""The whole thing on this machine: an emulated account, the real stack in it, and an inbox."""
