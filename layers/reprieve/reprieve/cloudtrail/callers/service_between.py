"""The AWS service between the caller and KMS: Secrets Manager on behalf of a role, for one.

Three fields name it, by a host name such as `secretsmanager.amazonaws.com` or as `AWS Internal`:
`invokedBy`, `sourceIPAddress` and `userAgent`. The client chooses `userAgent` itself, so that it counts
only where no address stands beside it.
Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element";
real records of Secrets Manager (its host name thrice) and of Parameter Store (`AWS Internal` thrice).
"""

import re
from typing import Final

from reprieve.cloudtrail.callers.evidence import Evidence

INTERNAL: Final = "AWS Internal"
_HOST = re.compile(r"(?P<service>[a-z0-9.-]{1,90})\.amazonaws\.com(?:\.cn)?")

# Source: IAM user guide, "AWS service principals"; the services' own names.
_NAMES: Final = {
    "athena": "Athena",
    "autoscaling": "EC2 Auto Scaling",
    "backup": "AWS Backup",
    "batch": "AWS Batch",
    "cloud9": "Cloud9",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudtrail": "CloudTrail",
    "codebuild": "CodeBuild",
    "codepipeline": "CodePipeline",
    "config": "AWS Config",
    "delivery.logs": "CloudWatch Logs delivery",
    "dms": "DMS",
    "dynamodb": "DynamoDB",
    "ebs": "EBS",
    "ec2": "EC2",
    "ecr": "ECR",
    "ecs": "ECS",
    "ecs-tasks": "ECS",
    "eks": "EKS",
    "elasticache": "ElastiCache",
    "elasticfilesystem": "EFS",
    "elasticmapreduce": "EMR",
    "es": "OpenSearch Service",
    "events": "EventBridge",
    "firehose": "Data Firehose",
    "fsx": "FSx",
    "glue": "Glue",
    "guardduty": "GuardDuty",
    "health": "AWS Health",
    "inspector2": "Amazon Inspector",
    "kafka": "MSK",
    "kinesis": "Kinesis Data Streams",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "rds": "RDS",
    "redshift": "Redshift",
    "rolesanywhere": "IAM Roles Anywhere",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "secretsmanager": "Secrets Manager",
    "ses": "SES",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "Systems Manager",
    "states": "Step Functions",
    "workmail": "WorkMail",
    "workspaces": "WorkSpaces",
}


def host(evidence: Evidence) -> str:
    """Return what CloudTrail calls the service; "" if the caller came to KMS itself."""
    invoked_by = evidence.text("invokedBy")
    if invoked_by or _is_service(evidence.source):
        return invoked_by or evidence.source
    return evidence.user_agent if not evidence.source and _is_service(evidence.user_agent) else ""


def name(evidence: Evidence) -> str:
    """Return what people call the service; "" if there is none.

    `AWS Internal` does not name a service; Parameter Store's is told by the context that only it writes.
    Source: Systems Manager user guide, "How AWS Systems Manager Parameter Store uses AWS KMS".
    """
    found = host(evidence)
    if found == INTERNAL:
        return "SSM Parameter Store" if "PARAMETER_ARN" in evidence.context else "an AWS service"
    return in_words(found)


def principal(evidence: Evidence) -> str:
    """Return the id of a service that acts on its own account: its host name, unless that is hidden."""
    found = host(evidence)
    return found if _HOST.fullmatch(found) else evidence.account or found


def in_words(host_name: str) -> str:
    """Return the service that a host name such as `logs.eu-west-1.amazonaws.com` names, as people call it."""
    found = _HOST.fullmatch(host_name)
    service = found["service"] if found else ""
    return _NAMES.get(service) or _NAMES.get(service.partition(".")[0]) or host_name


def _is_service(field: str) -> bool:
    return field == INTERNAL or bool(_HOST.fullmatch(field))
