"""An SQS queue.

Source: SQS developer guide, "Key management", encryption context.
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:sqs:arn",)

read = arn_reader("SQS queue", CONTEXT_KEYS[0], "", "sqs/v3/home?region={region}#/queues")
