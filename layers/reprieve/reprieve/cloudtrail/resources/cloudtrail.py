"""A trail of CloudTrail, which encrypts its log files; `aws:s3:arn` beside it names the file.

Source: CloudTrail user guide, "Encrypting CloudTrail log files with AWS KMS keys".
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:cloudtrail:arn",)

read = arn_reader(
    "CloudTrail trail", CONTEXT_KEYS[0], "trail/", "cloudtrailv2/home?region={region}#/trails/{arn}"
)
