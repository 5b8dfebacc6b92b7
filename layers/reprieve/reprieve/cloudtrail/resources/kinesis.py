"""A stream of Kinesis Data Streams.

Source: Kinesis Data Streams developer guide, "Data protection".
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:kinesis:arn",)

read = arn_reader(
    "Kinesis stream",
    CONTEXT_KEYS[0],
    "stream/",
    "kinesis/home?region={region}#/streams/details/{name}/monitoring",
)
