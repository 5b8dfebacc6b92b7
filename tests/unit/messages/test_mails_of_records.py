"""Recorded requests → the mail that people read: its subject, and what stands before the way out."""

from datetime import timedelta

import pytest

from reprieve.cases.case import open_case
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.transitions import count
from reprieve.clock import to_minute
from reprieve.cloudtrail.record import read
from reprieve.investigate.log_window import LogWindow
from reprieve.messages.channels import email
from tests.examples import NOW, at
from tests.recorded import record

PEOPLE = """\
Still in use: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333 (Decrypt by jane@example.com)

A KMS key that is waiting to be deleted is still in use.

  Key        1234abcd-12ab-34cd-56ef-1234567890ab
             arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Deletion   date not known
  Protects   1 secret

KMS refused 3 requests to use it, since 2026-11-22 14:52 UTC:

    1  jane@example.com (permission set PowerUser), in the AWS console
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
    1  user jane, in the AWS console, without MFA
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
    1  root user of account example-prod
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
"""

WORKLOADS = """\
Still in use: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333 (Decrypt by EC2 instance i-0abc…

A KMS key that is waiting to be deleted is still in use.

  Key        1234abcd-12ab-34cd-56ef-1234567890ab
             arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Deletion   date not known
  Protects   1 EBS volume, 1 RDS database, 1 secret

KMS refused 5 requests to use it, since 2026-11-22 14:52 UTC:

    1  EC2 instance i-0abc123450abc1234 (role aws:ec2-infrastructure)
       Decrypt, last at 14:52 UTC
       EBS volume vol-0abc123450abc1234
    1  RDS (service-linked role AWSServiceRoleForRDS)
       CreateGrant, last at 14:52 UTC
       RDS database db-ABCDEFGHIJKLMNOPQRSTUVWXYZ
    1  Lambda function orders (role orders-role)
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
    1  likely ECS task 0123456789abcdef0123456789abcdef (role
       orders-task)
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, aws-sdk-java/2.41.0 exec-env/AWS_ECS_FARGATE
       cfg/retry-mode#legacy
    1  GitHub Actions of example-org/orders (role deploy), session
       GitHubActions
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
"""

SERVICES_AND_STRANGERS = """\
Still in use: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333 (Decrypt by role orders-fn)

A KMS key that is waiting to be deleted is still in use.

  Key        1234abcd-12ab-34cd-56ef-1234567890ab
             arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Deletion   date not known
  Protects   1 SSM parameter, 1 secret, 1 S3 object in bucket orders,
             data of the AWS Encryption SDK

KMS refused 5 requests to use it, since 2026-11-22 14:52 UTC:

    4  role orders-fn, session orders-api, at least in part through SSM
       Parameter Store
       Decrypt, last at 14:52 UTC
       SSM parameter /orders/db
       secret prod/orders/db
       S3 object 2026/11/22 & more[.]csv in bucket orders
       and 2 more
       from secretsmanager.amazonaws.com, 198.51.100.7
    1  somebody in account 444455556666, from outside
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 203.0.113.9, Boto3/1.44.5
"""

CHINA = """\
Still in use: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333 (Decrypt by role orders-fn)

A KMS key that is waiting to be deleted is still in use.

  Key        1234abcd-12ab-34cd-56ef-1234567890ab
             arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Deletion   date not known
  Protects   1 secret

KMS refused 1 request to use it, since 2026-11-22 14:52 UTC:

    1  role orders-fn, session orders-api
       Decrypt, last at 14:52 UTC
       secret prod/orders/db
       from 198.51.100.7, Boto3/1.44.5
"""

MAILS = {
    PEOPLE: ("decrypt-by-permission-set", "decrypt-by-iam-user-in-console-without-mfa", "decrypt-by-root"),
    WORKLOADS: (
        "decrypt-by-ec2-infrastructure",
        "create-grant-by-service-linked-role",
        "decrypt-by-lambda-function",
        "decrypt-by-ecs-task",
        "decrypt-by-github-actions-with-repository",
    ),
    SERVICES_AND_STRANGERS: (
        "decrypt-through-parameter-store",
        "decrypt-through-secrets-manager",
        "decrypt-of-s3-object",
        "decrypt-with-encryption-sdk",
        "decrypt-by-other-account-owner-side",
    ),
    CHINA: ("decrypt-of-secret-in-china",),
}


def told(*names: str) -> Notice:
    """What people are told of some recorded requests for one key."""
    reading = LogWindow()
    for name in names:
        reading.take(read(record(name), at("14:54:40")))
    (key,) = reading.keys
    case = open_case(Key.bare(key), NOW, to_minute(NOW) - timedelta(hours=1))
    return tell(count(case, reading.of(key), NOW, NOW), Reason.KEY_IN_USE, NOW)[1]


@pytest.mark.parametrize(("mail", "names"), MAILS.items())
def test_a_mail_says_who_it_was_and_what_is_at_stake(mail: str, names: tuple[str, ...]) -> None:
    notice = told(*names)

    evidence, _, _ = email.body(notice).partition("\n\nThere is no link")
    assert f"{email.subject(notice)}\n\n{evidence}\n" == mail
