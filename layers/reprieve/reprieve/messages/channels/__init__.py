"""The ways to reach people: one module for each type, which renders a story for its medium and sends it.

To add a channel, see CONTRIBUTING.md.
"""

from reprieve.messages.channels.channel import Channel, Delivery, delivery, delivery_id

__all__ = ["Channel", "Delivery", "delivery", "delivery_id"]
