"""The environment variables of a Lambda function.

Source: Lambda developer guide, "Securing environment variables"; real records.
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:lambda:FunctionArn",)

read = arn_reader(
    "Lambda function", CONTEXT_KEYS[0], "function:", "lambda/home?region={region}#/functions/{name}"
)
