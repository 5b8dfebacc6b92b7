"""The IAM policy that the command needs: `kms-reprieve test-notice --policy`."""

from collections.abc import Mapping
from typing import Any


def document(stack_name: str, partition: str) -> Mapping[str, Any]:
    """Return the least policy, as IAM takes it. It allows no write to a table or a queue."""
    everywhere = f"arn:{partition}:%s:*:*:%s"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FindStack",
                "Effect": "Allow",
                "Action": ["cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"],
                "Resource": everywhere % ("cloudformation", f"stack/{stack_name}/*"),
            },
            {
                "Sid": "StartTestNotice",
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": everywhere % ("lambda", f"function:{stack_name}-InvestigateFunction-*"),
            },
            {
                "Sid": "ReadWhatBecameOfIt",
                "Effect": "Allow",
                "Action": "dynamodb:Query",
                "Resource": everywhere % ("dynamodb", f"table/{stack_name}-CaseTable-*"),
                "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["channels", "test#*"]}},
            },
            {
                "Sid": "NameRecipients",
                "Effect": "Allow",
                "Action": "sns:ListSubscriptionsByTopic",
                "Resource": everywhere % ("sns", f"{stack_name}-NoticeTopic-*"),
            },
        ],
    }
