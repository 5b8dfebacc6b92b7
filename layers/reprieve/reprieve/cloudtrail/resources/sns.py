"""An SNS topic.

Source: SNS developer guide, "Key management", encryption context.
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:sns:topicArn",)

read = arn_reader("SNS topic", CONTEXT_KEYS[0], "", "sns/v3/home?region={region}#/topic/{arn}")
