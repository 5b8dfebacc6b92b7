"""Who needs which key in the demo, before there is either."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.organization_accounts import MANAGEMENT, MEMBER

PERMISSION_SETS: Final = "/aws-reserved/sso.amazonaws.com/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Somebody who needs a key.

    In AWS the service that keeps their data asks KMS on their behalf. Here they ask KMS themselves, with the
    encryption context that the service sends, and the record names the service as real ones do.

    Attributes:
        role: The name of the role whose credentials they have.
        session: The name of its session.
        context: The encryption context of what they read.
        told: What people are told of them.
        reads: What people are told that they read.
        path: The path of the role.
        via: What CloudTrail calls the service; None if there is none between them and KMS.
        scope: `inScopeOf` of the identity: the workload that AWS gives such credentials to.
        requests: How often they try before they give up.
    """

    role: str
    session: str
    context: Mapping[str, str]
    told: str
    reads: str
    path: str = "/"
    via: str | None = None
    scope: Mapping[str, Any] | None = None
    requests: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """A key, and all who need it."""

    alias: str
    description: str
    owner: str
    applications: tuple[Plan, ...]


ORDERS_API: Final = Plan(
    role="orders-api",
    session="orders-api",
    context={
        "SecretARN": f"arn:aws:secretsmanager:eu-west-1:{MANAGEMENT}:secret:prod/orders/db-AbCdEf",
        "SecretVersionId": "b2617553-d7ad-4e0a-b780-1fee2de64093",
    },
    via="secretsmanager.amazonaws.com",
    told="role orders-api",
    reads="secret prod/orders/db",
    requests=12,
)
ORDERS_MAIL: Final = Plan(
    role="orders-mail-fn",
    session="orders-mail",
    context={"PARAMETER_ARN": f"arn:aws:ssm:eu-west-1:{MANAGEMENT}:parameter/orders/mail"},
    via="AWS Internal",
    scope={
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": f"arn:aws:lambda:eu-west-1:{MANAGEMENT}:function:orders-mail",
    },
    told="Lambda function orders-mail (role orders-mail-fn)",
    reads="SSM parameter /orders/mail",
    requests=3,
)
SUPPORT: Final = Plan(
    role="AWSReservedSSO_Support_fedcba9876543210",
    path=PERMISSION_SETS,
    session="mia@example.com",
    context={"aws:s3:arn": "arn:aws:s3:::orders-exports/2026/11.csv"},
    via="AWS Internal",
    told="mia@example.com (permission set Support)",
    reads="S3 object 2026/11.csv in bucket orders-exports",
)
ORDERS: Final = KeyPlan(
    alias="alias/orders-db",
    description="Orders database, prod",
    owner="team-orders",
    applications=(ORDERS_API, ORDERS_MAIL, SUPPORT),
)
REPORTS: Final = KeyPlan(
    alias="alias/reports-2019",
    description="Reports of 2019, moved to the new bucket",
    owner="team-reports",
    applications=(
        Plan(
            role="reports-job",
            session="reports-job",
            context={"application": "reports", "year": "2019"},
            told="role reports-job",
            reads="encryption context application = reports, year = 2019",
        ),
    ),
)
SHOP: Final = KeyPlan(
    alias="alias/shop-queue",
    description="Checkout of the shop in the United States",
    owner="team-shop",
    applications=(
        Plan(
            role="shop-api",
            session="shop-api",
            context={"aws:sqs:arn": f"arn:aws:sqs:us-east-1:{MEMBER}:checkout"},
            via="sqs.amazonaws.com",
            told="role shop-api",
            reads="SQS queue checkout",
        ),
    ),
)
