"""The ways to reach people: one module for each, which renders and sends.

A module has `NAME` and a class that is a `Channel`.
To add a channel, write its module, name it in `CHANNELS`, and give it what it sends with in
`functions/deliver/app.py`.
"""

from typing import Final

from reprieve.channels import email, slack
from reprieve.channels.channel import Channel

CHANNELS: Final = (email, slack)

__all__ = ["CHANNELS", "Channel"]
