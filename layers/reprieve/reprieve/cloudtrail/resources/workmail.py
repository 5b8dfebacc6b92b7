"""A WorkMail organization, whose mailboxes are encrypted.

Source: KMS developer guide, "How Amazon WorkMail uses AWS KMS".
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:workmail:arn",)

read = arn_reader(
    "WorkMail organization",
    CONTEXT_KEYS[0],
    "organization/",
    "workmail/v2/home?region={region}#/organizations/{name}",
)
