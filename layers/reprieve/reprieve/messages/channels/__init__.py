"""The ways to reach people: one module for each, which renders and sends.

A module has `NAME` and a class that is a `Channel`.
To add a channel, write its module, and make it in `functions/deliver/app.py` and
`functions/health/app.py` with what it sends with.
"""

from reprieve.messages.channels.channel import Channel

__all__ = ["Channel"]
