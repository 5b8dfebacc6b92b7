"""An event bus of EventBridge.

Source: EventBridge user guide, "Encrypting event buses with AWS KMS keys".
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:events:event-bus:arn",)

read = arn_reader("event bus", CONTEXT_KEYS[0], "event-bus/", "events/home?region={region}#/eventbus/{name}")
