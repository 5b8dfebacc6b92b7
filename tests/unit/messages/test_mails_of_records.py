"""Recorded requests → the mail that people read: its subject, and all of it before what is not known."""

from datetime import timedelta

import pytest

from reprieve.cases.case import open_case
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.transitions import count
from reprieve.clock import to_minute
from reprieve.cloudtrail.record import read
from reprieve.investigate.log_window import LogWindow
from tests.examples import NOW, at
from tests.recorded import record
from tests.rendered import mail_body, mail_subject

PEOPLE = """\
Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab (jane@example.com and 2 more), state not known

Calls refused: the key was pending deletion. KMS could not be asked for
its state now. The deletion date is not known.
KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1

Last refused at 14:52 UTC. 3 callers were refused (3 requests), the last
one jane@example.com.

There is no link. Run in account 111122223333, or ask its administrator:
  aws kms describe-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab

  Key          1234abcd-12ab-34cd-56ef-1234567890ab
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Protects     1 secret

Who was refused: 3 requests since 2026-11-22 14:52 UTC

  jane@example.com (permission set PowerUser), in the AWS console: 1
  request, last at 14:52 UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
  user jane, in the AWS console, without MFA: 1 request, last at 14:52
  UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
  root user of account example-prod: 1 request, last at 14:52 UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
"""

WORKLOADS = """\
Calls refused: 1234abcd-12ab-34cd-56ef-1234567... (EC2 instance i-0... and 4 more), state not known

Calls refused: the key was pending deletion. KMS could not be asked for
its state now. The deletion date is not known.
KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1

Last refused at 14:52 UTC. 5 callers were refused (5 requests), the last
one EC2 instance i-0abc123450abc1234.

There is no link. Run in account 111122223333, or ask its administrator:
  aws kms describe-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab

  Key          1234abcd-12ab-34cd-56ef-1234567890ab
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Protects     1 EBS volume, 1 RDS database, 1 secret

Who was refused: 5 requests since 2026-11-22 14:52 UTC

  EC2 instance i-0abc123450abc1234 (role aws:ec2-infrastructure): 1
  request, last at 14:52 UTC
    Decrypt: EBS volume vol-0abc123450abc1234
  RDS (service-linked role AWSServiceRoleForRDS): 1 request, last at
  14:52 UTC
    CreateGrant: RDS database db-ABCDEFGHIJKLMNOPQRSTUVWXYZ
  Lambda function orders (role orders-role): 1 request, last at 14:52
  UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
  likely ECS task 0123456789abcdef0123456789abcdef (role orders-task): 1
  request, last at 14:52 UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
  GitHub Actions of example-org/orders (role deploy), session
  GitHubActions: 1 request, last at 14:52 UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
"""

SERVICES_AND_STRANGERS = """\
Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab (role orders-fn and 1 more), state not known

Calls refused: the key was pending deletion. KMS could not be asked for
its state now. The deletion date is not known.
KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1

Last refused at 14:52 UTC. 2 callers were refused, most often role
orders-fn (4 of 5 requests).

There is no link. Run in account 111122223333, or ask its administrator:
  aws kms describe-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab

  Key          1234abcd-12ab-34cd-56ef-1234567890ab
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Protects     1 SSM parameter, 1 secret, 1 S3 object in bucket orders,
               data of the AWS Encryption SDK

Who was refused: 5 requests since 2026-11-22 14:52 UTC

  role orders-fn, session orders-api, at least in part through SSM
  Parameter Store: 4 requests, last at 14:52 UTC
    Decrypt: SSM parameter /orders/db, secret prod/orders/db, S3 object
    2026/11/22 & more[.]csv in bucket orders, and 2 more
    from secretsmanager.amazonaws.com, 198.51.100.7
  someone in account 444455556666, from outside: 1 request, last at
  14:52 UTC
    Decrypt: secret prod/orders/db
    from 203.0.113.9
"""

CHINA = """\
Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab (role orders-fn), state not known

Calls refused: the key was pending deletion. KMS could not be asked for
its state now. The deletion date is not known.
KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, cn-north-1

Last refused at 14:52 UTC. 1 caller was refused: role orders-fn (1
request).

There is no link. Run in account 111122223333, or ask its administrator:
  aws kms describe-key --region cn-north-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms cancel-key-deletion --region cn-north-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://cn-north-1.console.amazonaws.cn/kms/home?region=cn-north-1#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab

  Key          1234abcd-12ab-34cd-56ef-1234567890ab
               arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Protects     1 secret

Who was refused: 1 request since 2026-11-22 14:52 UTC

  role orders-fn, session orders-api: 1 request, last at 14:52 UTC
    Decrypt: secret prod/orders/db
    from 198.51.100.7
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
    window = LogWindow()
    for name in names:
        window.take(read(record(name), at("14:54:40")))
    (key,) = window.keys
    case = open_case(Key.bare(key), NOW, to_minute(NOW) - timedelta(hours=1))
    return tell(count(case, window.of(key), NOW, NOW), Reason.KEY_IN_USE, NOW)[1]


@pytest.mark.parametrize(("mail", "names"), MAILS.items())
def test_a_mail_says_who_it_was_and_what_is_at_stake(mail: str, names: tuple[str, ...]) -> None:
    notice = told(*names)

    said, _, _ = mail_body(notice).partition("\n\nNot known")
    assert f"{mail_subject(notice)}\n\n{said}\n" == mail
