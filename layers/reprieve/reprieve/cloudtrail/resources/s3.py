"""An S3 object, or its whole bucket where an S3 Bucket Key is in use.

Source: S3 user guide, "Using server-side encryption with AWS KMS keys", encryption context.
"""

from collections.abc import Mapping

from reprieve.arn import Arn
from reprieve.cloudtrail.resource import Resource, kept, named
from reprieve.console import page
from reprieve.untrusted import one_line

CONTEXT_KEYS = ("aws:s3:arn",)
_OBJECT = "s3/object/{bucket}?region={region}&prefix={name}"
_BUCKET = "s3/buckets/{bucket}?region={region}"


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the object, or the bucket; either is in the Region of its key."""
    text = context.get(CONTEXT_KEYS[0])
    if not text:
        return None
    arn = Arn.parse(text)
    if not arn or arn.service != "s3":
        return named("S3", text)
    bucket, _, name = arn.resource.partition("/")
    return Resource(
        service="S3 object" if name else "S3 bucket",
        name=one_line(name or bucket, 200),
        place=f"bucket {one_line(bucket, 64)}" if name else None,
        arn=kept(text),
        console_url=page(region, _OBJECT if name else _BUCKET, bucket=bucket, name=name),
    )
