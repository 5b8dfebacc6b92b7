"""What the checks of the groups detection and people may find."""

from datetime import timedelta
from typing import Any, Final

from kms_reprieve_cli.doctor.detection import (
    alarm,
    alarm_actions,
    alarm_subscription,
    alarm_topic,
    metric_filter,
    metric_filter_quota,
    metric_neighbours,
    topic_keys,
)
from kms_reprieve_cli.doctor.people import addresses, channel_failures, channels, secret_arns, slack_secret
from reprieve.clock import rfc3339
from tests.unit.cli.doctor.case import FAIL, PASS, UNKNOWN, WARN, Case
from tests.unit.cli.doctor.clouds import absent, denied
from tests.unit.cli.doctor.healthy import (
    ACCOUNT,
    ALARM,
    BY_IAM,
    GROUP,
    KEY,
    NOTICE_TOPIC,
    NOW,
    PUBLISH,
    SECRET,
    USE_KEY,
    either_alarm,
    item,
    key,
    key_alarm,
    own_alarm,
    policy,
    queried,
    resources,
    secret,
    stack_reply,
    subscribed,
    topic,
)
from tests.unit.cli.doctor.healthy import (
    metric_filter as made,
)

RECIPE = '{ $.eventSource = kms* && $.errorMessage = "* is pending deletion." }'
CIS = "{ ($.eventSource = kms.amazonaws.com) && ($.eventName = DisableKey) }"
NO_GROUP: dict[str, Any] = {"logs:DescribeLogGroups": {"logGroups": []}}
ELSEWHERE = [{"metricNamespace": "Other", "metricName": "Else", "metricValue": "1"}]
NOWHERE = "PendingConfirmation"
TWO_DAYS_AGO = rfc3339(NOW - timedelta(days=2))


def filters(*patterns: str) -> dict[str, Any]:
    """DescribeMetricFilters: the stack's, and others."""
    others = [
        {**made()["metricFilters"][0], "filterName": f"other-{number}", "filterPattern": pattern}
        for number, pattern in enumerate(patterns)
    ]
    return {"logs:DescribeMetricFilters": {"metricFilters": [*made()["metricFilters"], *others]}}


def alarmed(**changed: Any) -> dict[str, Any]:
    return {"cloudwatch:DescribeAlarms": either_alarm(key_alarm(**changed), own_alarm())}


def history(summary: str) -> dict[str, Any]:
    items = [{"AlarmName": ALARM, "HistoryItemType": "Action", "HistorySummary": summary, "Timestamp": NOW}]
    return {"cloudwatch:DescribeAlarmHistory": {"AlarmHistoryItems": items}}


def attributes(*statements: Any, **more: str) -> dict[str, Any]:
    return {"sns:GetTopicAttributes": topic(*statements, **more)}


def encrypted(*statements: Any, **changed: Any) -> dict[str, Any]:
    return {
        "sns:GetTopicAttributes": lambda asked: topic(
            PUBLISH, **({"KmsMasterKeyId": KEY} if asked["TopicArn"] == NOTICE_TOPIC else {})
        ),
        "kms:DescribeKey": key(**changed),
        "kms:GetKeyPolicy": {"Policy": policy(*statements)},
    }


def with_parameters(**changed: str) -> dict[str, Any]:
    return {"cloudformation:DescribeStacks": stack_reply(**changed)}


def on(statement: dict[str, Any], condition: Any) -> dict[str, Any]:
    return {**statement, "Condition": condition}


def addressed(*found: tuple[str, str], **seen: str) -> dict[str, Any]:
    """How SNS lists the addresses, and how the table remembers one."""
    known = [
        item(
            "health",
            f"address#{name}@example.com",
            {"address": f"{name}@example.com", "seen": how, "since": TWO_DAYS_AGO},
        )
        for name, how in seen.items()
    ]
    return {"sns:ListSubscriptionsByTopic": subscribed(*found), "dynamodb:Query": queried(health=known)}


def failing(channel: str) -> dict[str, Any]:
    body = {"channel": channel, "since": TWO_DAYS_AGO, "error": "HTTP 404: no_service"}
    return {"dynamodb:Query": queried(channels=[item("channels", channel, body)])}


CASES: Final = (
    Case(check=metric_filter_quota, status=PASS, says="1 of 100 metric filters", is_before=True),
    Case(
        check=metric_filter_quota,
        status=WARN,
        says="95 of 100",
        differs=filters(*[CIS] * 94),
        is_before=True,
    ),
    Case(
        check=metric_filter_quota,
        status=FAIL,
        says="the deployment would fail",
        differs=filters(*[CIS] * 99),
        is_before=True,
    ),
    Case(check=metric_filter_quota, status=(), differs=NO_GROUP, is_before=True),
    Case(check=metric_filter_quota, status=()),
    Case(check=metric_filter, status=PASS, says="the metric filter has the template's pattern"),
    Case(check=metric_filter, status=(), differs=NO_GROUP),
    Case(
        check=metric_filter,
        status=FAIL,
        says="was deleted",
        differs={"logs:DescribeMetricFilters": {"metricFilters": []}},
    ),
    Case(
        check=metric_filter,
        status=FAIL,
        says=f"it is {RECIPE}",
        differs={"logs:DescribeMetricFilters": made(filterPattern=RECIPE)},
    ),
    Case(
        check=metric_filter,
        status=FAIL,
        says="it counts into Other/Else",
        differs={"logs:DescribeMetricFilters": made(metricTransformations=ELSEWHERE)},
    ),
    Case(check=metric_neighbours, status=PASS, says="only refused requests are counted"),
    Case(check=metric_neighbours, status=PASS, differs=filters(RECIPE)),
    Case(check=metric_neighbours, status=PASS, differs=filters(RECIPE), is_before=True),
    Case(
        check=metric_neighbours,
        status=WARN,
        says=f"metric filter other-0 of log group {GROUP} counts into it",
        differs=filters(CIS, RECIPE),
    ),
    Case(check=metric_neighbours, status=WARN, says="MetricName", differs=filters(CIS), is_before=True),
    Case(check=alarm, status=PASS, says=f"alarm {ALARM} is OK and notifies its topic"),
    Case(
        check=alarm,
        status=FAIL,
        says="there is no alarm",
        differs={"cloudwatch:DescribeAlarms": either_alarm(None, own_alarm())},
    ),
    Case(check=alarm, status=FAIL, says="enable-alarm-actions", differs=alarmed(ActionsEnabled=False)),
    Case(check=alarm, status=FAIL, says="does not notify its topic", differs=alarmed(AlarmActions=[])),
    Case(
        check=alarm,
        status=FAIL,
        says="it is on Other/Else",
        differs=alarmed(Namespace="Other", MetricName="Else"),
    ),
    Case(check=alarm, status=WARN, says="its threshold is 5.0 (Sum)", differs=alarmed(Threshold=5.0)),
    Case(check=alarm_actions, status=PASS, says="did not go to ALARM in the last 14 days"),
    Case(
        check=alarm_actions,
        status=PASS,
        says="CloudWatch notified",
        differs=history("Successfully executed action arn:aws:sns:x"),
    ),
    Case(
        check=alarm_actions,
        status=FAIL,
        says="does not have authorization to access the SNS topic encryption key",
        differs=history(
            "Failed to execute action arn:aws:sns:x. Received error: CloudWatch Alarms does not have"
            " authorization"
            " to access the SNS topic encryption key."
        ),
    ),
    Case(check=alarm_topic, status=PASS, says="CloudWatch may publish"),
    Case(
        check=alarm_topic,
        status=FAIL,
        says="something that it looks at does not exist",
        differs={"sns:GetTopicAttributes": absent("sns", "GetTopicAttributes")},
    ),
    Case(check=alarm_topic, status=FAIL, says="may not publish", differs=attributes()),
    Case(
        check=alarm_topic,
        status=FAIL,
        says="may not publish",
        differs=attributes(on(PUBLISH, {"StringEquals": {"aws:SourceAccount": "999999999999"}})),
    ),
    Case(
        check=alarm_topic,
        status=FAIL,
        says="may not publish",
        differs=attributes(PUBLISH, {**PUBLISH, "Effect": "Deny", "Principal": "*"}),
    ),
    Case(
        check=alarm_topic,
        status=WARN,
        says="under conditions",
        differs=attributes(on(PUBLISH, {"Bool": {"aws:SecureTransport": "true"}})),
    ),
    Case(
        check=alarm_topic,
        status=WARN,
        says="under conditions",
        differs=attributes(PUBLISH, {**on(PUBLISH, {"Bool": {"aws:x": "true"}}), "Effect": "Deny"}),
    ),
    Case(
        check=alarm_topic,
        status=PASS,
        differs=attributes(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Subscribe", "SNS:Publish"],
                "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
            }
        ),
    ),
    Case(
        check=alarm_topic,
        status=PASS,
        differs=attributes(
            on(PUBLISH, {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:*"}})
        ),
    ),
    Case(check=alarm_topic, status=FAIL, differs={"sns:GetTopicAttributes": {"Attributes": {"Policy": "{"}}}),
    Case(check=topic_keys, status=PASS, says="the topics are not encrypted with a key"),
    Case(
        check=topic_keys,
        status=PASS,
        says=f"CloudWatch may use the key of the notice topic, {KEY}",
        differs=encrypted(USE_KEY),
    ),
    Case(check=topic_keys, status=FAIL, says="may not use the key", differs=encrypted(BY_IAM)),
    Case(
        check=topic_keys,
        status=FAIL,
        says="may not use the key",
        differs=encrypted({**USE_KEY, "Action": "kms:Decrypt"}),
    ),
    Case(
        check=topic_keys,
        status=WARN,
        says="under conditions",
        differs=encrypted(on(USE_KEY, {"StringLike": {"kms:ViaService": "sns.*"}})),
    ),
    Case(check=topic_keys, status=FAIL, says="aws/sns", differs=encrypted(KeyManager="AWS")),
    Case(
        check=topic_keys,
        status=FAIL,
        says="pending deletion",
        differs=encrypted(USE_KEY, KeyState="PendingDeletion"),
    ),
    Case(
        check=topic_keys,
        status=(PASS, PASS, PASS),
        says="CloudWatch may use the key of the alarm's topic",
        differs=encrypted(USE_KEY) | attributes(PUBLISH, KmsMasterKeyId=KEY),
    ),
    Case(check=alarm_subscription, status=PASS, says="starts investigate"),
    Case(
        check=alarm_subscription,
        status=FAIL,
        says="aws sns subscribe --topic-arn",
        differs={"sns:ListSubscriptionsByTopic": subscribed(function="another")},
    ),
    Case(
        check=alarm_subscription,
        status=UNKNOWN,
        says="it has no resource InvestigateFunction",
        differs={"cloudformation:ListStackResources": resources("InvestigateFunction")},
    ),
    Case(check=channels, status=PASS, says="notices go to email and slack"),
    Case(
        check=channels,
        status=WARN,
        says="only channel is slack",
        differs=with_parameters(NotificationEmails=""),
    ),
    Case(
        check=channels,
        status=WARN,
        says="the stack has no email address",
        differs=with_parameters(NotificationEmails="", ChannelsSecretArn="arn:document"),
    ),
    Case(
        check=channels,
        status=PASS,
        says="notices go to email and slack and the channels of the document",
        differs=with_parameters(ChannelsSecretArn="arn:document"),
    ),
    Case(
        check=channels,
        status=FAIL,
        says="the stack has no channel",
        differs={
            **with_parameters(NotificationEmails=""),
            "cloudformation:ListStackResources": resources("SlackWebhookSecret"),
        },
    ),
    Case(check=addresses, status=(PASS, PASS), says="jane@example.com is confirmed"),
    Case(check=addresses, status=(), differs=with_parameters(NotificationEmails="")),
    Case(
        check=addresses,
        status=(PASS, FAIL),
        says="ops@example.com is not confirmed since 2026-11-22 22:00 UTC",
        differs=addressed(
            ("jane@example.com", f"{NOTICE_TOPIC}:1"), ("ops@example.com", NOWHERE), ops="asked"
        ),
    ),
    Case(
        check=addresses,
        status=(FAIL, PASS),
        says="jane@example.com is not confirmed the link",
        differs={
            **addressed(("jane@example.com", NOWHERE), ("ops@example.com", f"{NOTICE_TOPIC}:2")),
            "dynamodb:Query": denied("dynamodb:Query"),
        },
    ),
    Case(
        check=addresses,
        status=(FAIL, FAIL),
        says="jane@example.com is not subscribed",
        differs=addressed(("jane@example.com", "Deleted"), ops="removed"),
    ),
    Case(check=secret_arns, status=()),
    Case(
        check=secret_arns,
        status=(PASS, PASS),
        differs={
            "cloudformation:DescribeStacks": stack_reply(
                SlackWebhookSecretArn=SECRET, OidcClientSecretArn=SECRET
            )
        },
    ),
    Case(
        check=secret_arns,
        status=FAIL,
        says="OidcClientSecretArn is not the whole ARN",
        differs={"cloudformation:DescribeStacks": stack_reply(OidcClientSecretArn=SECRET.rpartition("-")[0])},
    ),
    Case(check=slack_secret, status=PASS, says="holds an https address"),
    Case(
        check=slack_secret,
        status=PASS,
        differs={"secretsmanager:GetSecretValue": {"SecretString": '{"url": "https://hooks.slack.com/x"}'}},
    ),
    Case(
        check=slack_secret,
        status=(),
        differs={"cloudformation:ListStackResources": resources("SlackWebhookSecret")},
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        says="does not hold an https address",
        differs={"secretsmanager:GetSecretValue": {"SecretString": "hooks.slack.com/x"}},
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        says='JSON with a key "url"',
        differs={
            "secretsmanager:GetSecretValue": {"SecretString": '{"address": "https://hooks.slack.com/x"}'}
        },
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        differs={"secretsmanager:GetSecretValue": {"SecretString": "{https://hooks.slack.com/x"}},
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        says="does not exist",
        differs={"secretsmanager:DescribeSecret": absent("secretsmanager", "DescribeSecret")},
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        says="restore-secret",
        differs={"secretsmanager:DescribeSecret": secret(DeletedDate=NOW)},
    ),
    Case(
        check=slack_secret,
        status=FAIL,
        says=f"the function may not use the key {KEY}",
        differs={"secretsmanager:DescribeSecret": secret(KmsKeyId=KEY)},
    ),
    Case(check=channel_failures, status=PASS, says="no channel has refused"),
    Case(
        check=channel_failures,
        status=FAIL,
        says="slack has accepted nothing since 2026-11-22 22:00 UTC HTTP 404: no_service",
        differs=failing("slack"),
    ),
    Case(check=channel_failures, status=PASS, differs=failing("teams")),
    Case(
        check=channel_failures,
        status=FAIL,
        says="owners/jane@example.com has accepted nothing since",
        differs=failing("owners/jane@example.com") | with_parameters(ChannelsSecretArn="arn:document"),
    ),
)
