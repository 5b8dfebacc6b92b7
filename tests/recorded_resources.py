"""What the requests in `events/records` were about."""

from reprieve.cloudtrail.resource import Resource

RESOURCES: dict[str, tuple[Resource, ...]] = {
    "create-grant-by-service-linked-role": (
        Resource(
            service="RDS database",
            name="db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            console_url="https://eu-west-1.console.aws.amazon.com/rds/home?region=eu-west-1#databases:",
        ),
    ),
    "decrypt-by-ec2-infrastructure-without-instance": (
        Resource(
            service="EBS volume",
            name="vol-0abc123450abc1234",
            console_url="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#VolumeDetails:volumeId=vol-0abc123450abc1234",
        ),
    ),
    "decrypt-by-ec2-infrastructure": (
        Resource(
            service="EBS volume",
            name="vol-0abc123450abc1234",
            console_url="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#VolumeDetails:volumeId=vol-0abc123450abc1234",
        ),
    ),
    "decrypt-of-backup-vault": (
        Resource(
            service="backup vault",
            name="nightly",
            arn="arn:aws:backup:eu-west-1:111122223333:backup-vault:nightly",
            console_url="https://eu-west-1.console.aws.amazon.com/backup/home?region=eu-west-1#/backupvaults/details/nightly",
        ),
    ),
    "decrypt-of-dynamodb-table": (
        Resource(
            service="DynamoDB table",
            name="orders",
            console_url="https://eu-west-1.console.aws.amazon.com/dynamodbv2/home?region=eu-west-1#table?name=orders",
        ),
    ),
    "decrypt-of-ebs-snapshot": (
        Resource(
            service="EBS snapshot",
            name="snap-0abc123450abc1234",
            console_url="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#SnapshotDetails:snapshotId=snap-0abc123450abc1234",
        ),
    ),
    "decrypt-of-event-bus": (
        Resource(
            service="event bus",
            name="orders",
            arn="arn:aws:events:eu-west-1:111122223333:event-bus/orders",
            console_url="https://eu-west-1.console.aws.amazon.com/events/home?region=eu-west-1#/eventbus/orders",
        ),
    ),
    "decrypt-of-kinesis-stream": (
        Resource(
            service="Kinesis stream",
            name="orders",
            arn="arn:aws:kinesis:eu-west-1:111122223333:stream/orders",
            console_url="https://eu-west-1.console.aws.amazon.com/kinesis/home?region=eu-west-1#/streams/details/orders/monitoring",
        ),
    ),
    "decrypt-of-lambda-environment": (
        Resource(
            service="Lambda function",
            name="orders",
            arn="arn:aws:lambda:eu-west-1:111122223333:function:orders",
            console_url="https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/orders",
        ),
    ),
    "decrypt-of-log-group": (
        Resource(
            service="log group",
            name="/aws/lambda/orders",
            arn="arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/orders",
            console_url="https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Forders",
        ),
    ),
    "decrypt-of-nothing-known": (Resource(service="encryption context", name="tenant = acme, stage = prod"),),
    "decrypt-of-rds-database": (
        Resource(
            service="RDS database",
            name="db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            console_url="https://eu-west-1.console.aws.amazon.com/rds/home?region=eu-west-1#databases:",
        ),
    ),
    "decrypt-of-redshift-cluster": (
        Resource(
            service="Redshift cluster",
            name="orders",
            arn="arn:aws:redshift:eu-west-1:111122223333:cluster:orders",
            console_url="https://eu-west-1.console.aws.amazon.com/redshiftv2/home?region=eu-west-1#cluster-details?cluster=orders",
        ),
    ),
    "decrypt-of-s3-bucket": (
        Resource(
            service="S3 bucket",
            name="orders",
            arn="arn:aws:s3:::orders",
            console_url="https://eu-west-1.console.aws.amazon.com/s3/buckets/orders?region=eu-west-1",
        ),
    ),
    "decrypt-of-s3-object": (
        Resource(
            service="S3 object",
            name="2026/11/22 & more.csv",
            place="bucket orders",
            arn="arn:aws:s3:::orders/2026/11/22 & more.csv",
            console_url="https://eu-west-1.console.aws.amazon.com/s3/object/orders?region=eu-west-1&prefix=2026%2F11%2F22%20%26%20more.csv",
        ),
    ),
    "decrypt-of-secret-in-china": (
        Resource(
            service="secret",
            name="prod/orders/db",
            arn="arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:prod/orders/db-AbCdEf",
            console_url="https://cn-north-1.console.amazonaws.cn/secretsmanager/secret?name=prod%2Forders%2Fdb&region=cn-north-1",
        ),
    ),
    "decrypt-of-ses-mail": (
        Resource(
            service="SES receipt rule",
            name="keep-orders",
            console_url="https://eu-west-1.console.aws.amazon.com/ses/home?region=eu-west-1#/email-receiving",
        ),
    ),
    "decrypt-of-sns-topic": (
        Resource(
            service="SNS topic",
            name="orders",
            arn="arn:aws:sns:eu-west-1:111122223333:orders",
            console_url="https://eu-west-1.console.aws.amazon.com/sns/v3/home?region=eu-west-1#/topic/arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aorders",
        ),
    ),
    "decrypt-of-sqs-queue": (
        Resource(
            service="SQS queue",
            name="orders.fifo",
            arn="arn:aws:sqs:eu-west-1:111122223333:orders.fifo",
            console_url="https://eu-west-1.console.aws.amazon.com/sqs/v3/home?region=eu-west-1#/queues",
        ),
    ),
    "decrypt-of-volume-in-govcloud": (
        Resource(
            service="EBS volume",
            name="vol-0abc123450abc1234",
            console_url="https://us-gov-west-1.console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#VolumeDetails:volumeId=vol-0abc123450abc1234",
        ),
    ),
    "decrypt-of-workmail-mailbox": (
        Resource(
            service="WorkMail organization",
            name="m-68755160c4cb4e29a2b2f8fb58f359d7",
            arn="arn:aws:workmail:eu-west-1:111122223333:organization/m-68755160c4cb4e29a2b2f8fb58f359d7",
            console_url="https://eu-west-1.console.aws.amazon.com/workmail/v2/home?region=eu-west-1#/organizations/m-68755160c4cb4e29a2b2f8fb58f359d7",
        ),
    ),
    "decrypt-of-workspace": (
        Resource(
            service="WorkSpace",
            name="S-1-5-21-277731876-1789304096-451871588-1107@d-1234abcd01",
            console_url="https://eu-west-1.console.aws.amazon.com/workspaces/v2/workspaces?region=eu-west-1",
        ),
    ),
    "decrypt-through-parameter-store": (
        Resource(
            service="SSM parameter",
            name="/orders/db",
            arn="arn:aws:ssm:eu-west-1:111122223333:parameter/orders/db",
            console_url="https://eu-west-1.console.aws.amazon.com/systems-manager/parameters/%252Forders%252Fdb/description?region=eu-west-1",
        ),
    ),
    "decrypt-through-service-by-address-alone": (
        Resource(
            service="S3 object",
            name="2026/11/22.csv",
            place="bucket orders",
            arn="arn:aws:s3:::orders/2026/11/22.csv",
            console_url="https://eu-west-1.console.aws.amazon.com/s3/object/orders?region=eu-west-1&prefix=2026%2F11%2F22.csv",
        ),
    ),
    "decrypt-through-unnamed-service": (),
    "decrypt-with-encryption-sdk": (
        Resource(service="data of the AWS Encryption SDK", name=""),
        Resource(service="encryption context", name="tenant = acme, purpose = orders"),
    ),
    "generate-data-key-for-cloudtrail": (
        Resource(
            service="CloudTrail trail",
            name="organization",
            arn="arn:aws:cloudtrail:eu-west-1:111122223333:trail/organization",
            console_url="https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/trails/arn%3Aaws%3Acloudtrail%3Aeu-west-1%3A111122223333%3Atrail%2Forganization",
        ),
        Resource(
            service="S3 object",
            name="AWSLogs/a.json.gz",
            place="bucket trail-bucket",
            arn="arn:aws:s3:::trail-bucket/AWSLogs/a.json.gz",
            console_url="https://eu-west-1.console.aws.amazon.com/s3/object/trail-bucket?region=eu-west-1&prefix=AWSLogs%2Fa.json.gz",
        ),
    ),
    "re-encrypt-to-an-alias": (),
    "re-encrypt-to-the-dying-key": (
        Resource(
            service="S3 object",
            name="a.csv",
            place="bucket new",
            arn="arn:aws:s3:::new/a.csv",
            console_url="https://eu-west-1.console.aws.amazon.com/s3/object/new?region=eu-west-1&prefix=a.csv",
        ),
    ),
}
