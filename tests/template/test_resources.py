"""What is made: names, keys, logs, queues, state, the page."""

import json
from datetime import timedelta
from typing import Any

import pytest

from reprieve.adapters.idempotency import REMEMBERED
from reprieve.cases.thread import HELD_FOR
from reprieve.clock import MINUTE
from reprieve.deliver.deliverer import pause
from reprieve.errors import ChannelError
from reprieve.health.health_check import EVERY, TOLERATED
from reprieve.respond.case_view import UNDER_WAY
from tests.oracle.world import TIMEOUT

HOUR = timedelta(hours=1)
QUEUES_OF_NOTICES = ("DeliveryQueue", "DeliveryDeadLetterQueue")

# The property that would give a resource a name of our choice.
NAMED_BY = {
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::MetricFilter": "FilterName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::SecretsManager::Secret": "Name",
}
CUSTOMER_KEY = {"KmsKeyId", "KMSKeyId", "KmsMasterKeyId", "KmsKeyArn", "KMSMasterKeyID", "SSESpecification"}
FUNCTIONS = ("Investigate", "Deliver", "Respond", "Subscribe", "Audit", "Health")
LAST_RESORT = {"HealthDeadLetterAlarm", "HealthErrorAlarm"}
WITH_STATE = {
    "AWS::CloudTrail::Trail",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}


NOTHING = {"Ref": "AWS::NoValue"}


def of_partition(what: str) -> dict[str, Any]:
    return {"Fn::FindInMap": ["Partitions", {"Ref": "AWS::Partition"}, what]}


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}


def nested(value: object) -> list[Any]:
    """Return a value and everything in it."""
    match value:
        case dict():
            return [value, *(inner for each in value.values() for inner in nested(each))]
        case list():
            return [value, *(inner for each in value for inner in nested(each))]
        case _:
            return [value]


def test_only_the_user_chooses_names_so_that_two_stacks_fit_in_one_account(
    translated: dict[str, Any],
) -> None:
    named = {
        name: resource["Properties"][NAMED_BY[resource["Type"]]]
        for name, resource in translated.items()
        if NAMED_BY.get(resource["Type"]) in resource.get("Properties", {})
    }

    assert named == {
        "KMSKeyPendingDeletionErrorAlarm": {"Fn::If": ["NameAlarm", {"Ref": "AlarmName"}, NOTHING]},
        "LinkAccessLogs": {"Fn::Sub": "/aws/vendedlogs/${AWS::StackName}/${LinkApi}"},
    }


def test_nothing_is_encrypted_with_a_customer_managed_key_unless_one_is_named_for_the_topics(
    translated: dict[str, Any],
) -> None:
    # The key could be the one that is pending deletion.
    encrypted = {
        name: key
        for name, resource in translated.items()
        for each in nested(resource)
        if isinstance(each, dict)
        for property_, key in each.items()
        if property_ in CUSTOMER_KEY
    }

    assert set(encrypted) == {"AlarmTopic", "HealthTopic", "NoticeTopic"}
    for key in encrypted.values():
        assert key == {"Fn::If": ["EncryptTopics", {"Ref": "TopicKeyArn"}, NOTHING]}
    for queue in of_type(translated, "AWS::SQS::Queue").values():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True


def test_what_holds_state_says_what_becomes_of_it(resources: dict[str, Any]) -> None:
    for resource in resources.values():
        if resource["Type"] in WITH_STATE:
            assert resource["DeletionPolicy"] in {"Delete", "Retain", "RetainExceptOnCreate"}
            assert resource["UpdateReplacePolicy"] in {"Delete", "Retain"}


def test_every_log_group_forgets(resources: dict[str, Any]) -> None:
    for group in of_type(resources, "AWS::Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] in ({"Ref": "LogRetentionDays"}, {"Ref": "AuditDays"})
        assert set(group["Properties"]) <= {"RetentionInDays", "LogGroupName"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_json_to_a_group_of_its_own_and_is_traced(
    translated: dict[str, Any], name: str
) -> None:
    function = translated[f"{name}Function"]["Properties"]

    assert function["LoggingConfig"] == {
        "LogFormat": of_partition("LogFormat"),
        "ApplicationLogLevel": {"Fn::If": ["JsonLogs", {"Ref": "LogLevel"}, NOTHING]},
        "LogGroup": {"Ref": f"{name}Logs"},
    }
    # SAM replaces the partition by that of the Region it works for.
    assert function["TracingConfig"] == {"Mode": {"Fn::FindInMap": ["Partitions", "aws", "Tracing"]}}
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == [of_partition("Architecture")]
    assert function["Handler"] == "app.handler"


def test_what_is_secret_is_in_its_secret_and_nowhere_else(template: dict[str, Any]) -> None:
    hidden = {name for name, each in template["Parameters"].items() if each.get("NoEcho")}
    users = {
        name: [each["Ref"] for each in nested(resource.get("Properties")) if is_ref(each, hidden)]
        for name, resource in template["Resources"].items()
    }

    assert {name: refs for name, refs in users.items() if refs} == {
        "SlackWebhookSecret": ["SlackWebhookUrl"],
        "OidcSecret": ["OidcClientSecret"],
    }
    assert hidden == {"SlackWebhookUrl", "OidcClientSecret"}
    assert not [each for each in nested(template["Outputs"]) if is_ref(each, hidden)]


def is_ref(value: object, names: set[str]) -> bool:
    return isinstance(value, dict) and value.get("Ref") in names


def topic_of(alarm: str) -> dict[str, str]:
    """The topic that an alarm of the stack's own is to notify: health's own can't rely on health."""
    return {"Ref": "NoticeTopic" if alarm in LAST_RESORT else "HealthTopic"}


def test_every_dead_letter_queue_has_an_alarm_that_reaches_people(resources: dict[str, Any]) -> None:
    queues = {name for name in of_type(resources, "AWS::SQS::Queue") if name.endswith("DeadLetterQueue")}
    alarms = {
        alarm["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: (name, alarm["Properties"])
        for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm").items()
        if alarm["Properties"]["Namespace"] == "AWS/SQS"
    }

    assert queues == {
        "AuditDeadLetterQueue",
        "DeliveryDeadLetterQueue",
        "HealthDeadLetterQueue",
        "InvestigateDeadLetterQueue",
    }
    assert set(alarms) == queues
    for name, alarm in alarms.values():
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
        assert alarm["AlarmActions"] == [topic_of(name)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_fails_reaches_people(resources: dict[str, Any], name: str) -> None:
    alarm = dict(resources[f"{name}ErrorAlarm"]["Properties"])

    assert f"${{{name}Logs}}" in alarm.pop("AlarmDescription")["Fn::Sub"]
    assert alarm == {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": f"{name}Function"}}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic_of(f"{name}ErrorAlarm")],
    }


@pytest.mark.parametrize("topic", ["HealthTopic", "NoticeTopic"])
def test_every_alarm_that_is_to_reach_people_may_publish_to_its_topic_and_to_no_other(
    resources: dict[str, Any], topic: str
) -> None:
    (statement,) = resources[f"{topic}Policy"]["Properties"]["PolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    telling = [
        {"Fn::GetAtt": [name, "Arn"]}
        for name in of_type(resources, "AWS::CloudWatch::Alarm")
        if name != "KMSKeyPendingDeletionErrorAlarm" and topic_of(name) == {"Ref": topic}
    ]
    allowed = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert len(telling) == {"HealthTopic": 8, "NoticeTopic": 2}[topic]
    assert sorted(allowed, key=str) == sorted(telling, key=str)


def test_health_knows_by_its_name_each_function_and_queue_that_an_alarm_is_about(
    resources: dict[str, Any],
) -> None:
    told = resources["HealthFunction"]["Properties"]["Environment"]["Variables"]
    others = sorted(name.lower() for name in FUNCTIONS if name != "Health")

    functions = dict(pair.split("=") for pair in told["FUNCTION_NAMES"]["Fn::Sub"].split(","))
    queues = dict(pair.split("=") for pair in told["QUEUE_NAMES"]["Fn::Sub"].split(","))

    assert functions == {name: f"${{{name.title()}Function}}" for name in others}
    assert queues == {
        "investigate": "${InvestigateDeadLetterQueue.QueueName}",
        "deliver": "${DeliveryDeadLetterQueue.QueueName}",
        "audit": "${AuditDeadLetterQueue.QueueName}",
    }


@pytest.mark.parametrize("name", ["Investigate", "Health"])
def test_what_a_function_can_t_work_on_is_kept(
    translated: dict[str, Any], resources: dict[str, Any], name: str
) -> None:
    queue = f"{name}DeadLetterQueue"
    dead_letters = {"Fn::GetAtt": [queue, "Arn"]}
    invocation = translated[f"{name}FunctionEventInvokeConfig"]["Properties"]
    (subscription,) = [
        each["Properties"]
        for each in of_type(translated, "AWS::SNS::Subscription").values()
        if each["Properties"]["Endpoint"] == {"Fn::GetAtt": [f"{name}Function", "Arn"]}
    ]
    (statement,) = resources[f"{queue}Policy"]["Properties"]["PolicyDocument"]["Statement"]

    assert invocation["DestinationConfig"] == {"OnFailure": {"Destination": dead_letters}}
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters}
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": subscription["TopicArn"]}}


def test_the_schedule_starts_health_as_often_as_its_bounds_say(translated: dict[str, Any]) -> None:
    schedule = translated["HealthFunctionClock"]["Properties"]

    assert schedule["ScheduleExpression"] == f"rate({int(EVERY / MINUTE)} minutes)"
    assert timedelta(hours=1) >= TOLERATED + 2 * EVERY


def test_the_queue_outwaits_the_function_and_gives_up_after_ten_times(translated: dict[str, Any]) -> None:
    queue = translated["DeliveryQueue"]["Properties"]
    deliver = translated["DeliverFunction"]["Properties"]
    mapping = translated["DeliverFunctionNotices"]["Properties"]

    assert queue["VisibilityTimeout"] >= 6 * deliver["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1


def test_a_message_is_tried_for_an_hour_as_people_are_told(resources: dict[str, Any]) -> None:
    tries = resources["DeliveryQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    failed = ChannelError("slack", "HTTP 500")

    waits = sum(pause(failed, attempt) for attempt in range(1, tries))

    assert HOUR <= timedelta(seconds=waits) <= HOUR + 5 * MINUTE


@pytest.mark.parametrize(
    ("function", "at_least", "at_most"),
    [
        ("Investigate", timedelta(seconds=TIMEOUT), 5 * MINUTE),  # what the oracle allows; the schedule
        ("Deliver", MINUTE, HELD_FOR),
        ("Respond", MINUTE / 4, UNDER_WAY),
    ],
)
def test_a_function_runs_no_longer_than_others_wait_for_it(
    resources: dict[str, Any], function: str, at_least: timedelta, at_most: timedelta
) -> None:
    timeout = timedelta(seconds=resources[f"{function}Function"]["Properties"]["Timeout"])

    assert at_least <= timeout <= at_most


def test_what_was_sent_is_remembered_for_longer_than_a_message_can_come_again(
    resources: dict[str, Any],
) -> None:
    kept = [resources[name]["Properties"]["MessageRetentionPeriod"] for name in QUEUES_OF_NOTICES]

    assert sum(kept) < REMEMBERED


def test_dead_letters_live_longer_than_what_waits_to_be_delivered(resources: dict[str, Any]) -> None:
    # A message keeps its age when it moves to the dead-letter queue.
    lifetimes = {
        name: queue["Properties"]["MessageRetentionPeriod"]
        for name, queue in of_type(resources, "AWS::SQS::Queue").items()
    }

    assert lifetimes["DeliveryDeadLetterQueue"] - lifetimes["DeliveryQueue"] >= 7 * 86400


def test_the_table_is_on_demand_expires_its_items_and_can_be_restored(resources: dict[str, Any]) -> None:
    table = resources["CaseTable"]["Properties"]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]


@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_signing_key_signs_and_does_nothing_else(resources: dict[str, Any], letter: str) -> None:
    key = resources[f"SigningKey{letter}"]

    assert key["Condition"] == f"HasKey{letter}"
    assert key["Properties"]["KeySpec"] == "HMAC_256"
    assert key["Properties"]["KeyUsage"] == "GENERATE_VERIFY_MAC"


def test_a_signing_key_that_goes_takes_its_links_with_it(template: dict[str, Any]) -> None:
    chosen = template["Parameters"]["SigningKeys"]

    assert chosen["AllowedValues"] == ["a", "ab", "b", "ba"]
    assert {template["Resources"][f"SigningKey{letter}"]["DeletionPolicy"] for letter in "AB"} == {"Delete"}
    assert template["Conditions"]["SignsWithB"] == {
        "Fn::Or": [{"Fn::Equals": [{"Ref": "SigningKeys"}, value]} for value in ("b", "ab")]
    }
    assert template["Conditions"]["HasKeyA"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SigningKeys"}, "b"]}]}
    assert template["Conditions"]["HasKeyB"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SigningKeys"}, "a"]}]}


def test_every_request_is_answered_by_the_function(
    resources: dict[str, Any],
) -> None:
    routes = {
        route["Properties"]["RouteKey"] for route in of_type(resources, "AWS::ApiGatewayV2::Route").values()
    }

    assert routes == {
        "GET /keys/{token}",
        "HEAD /keys/{token}",
        "POST /keys/{token}",
        "GET /sign-in/{token}",
        "GET /signed-in",
        "POST /slack",
        "$default",
    }


def test_the_page_is_throttled(resources: dict[str, Any]) -> None:
    assert resources["LinkStage"]["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": 10,
        "ThrottlingBurstLimit": 20,
    }


def test_the_access_log_holds_nothing_of_the_link_or_of_a_stranger_s_choice(
    resources: dict[str, Any],
) -> None:
    access_log = resources["LinkStage"]["Properties"]["AccessLogSettings"]["Format"]

    assert json.loads(access_log) == {
        "request_id": "$context.requestId",
        "request_time": "$context.requestTime",
        "route": "$context.routeKey",
        "status": "$context.status",
        "source_ip": "$context.identity.sourceIp",
        "latency_ms": "$context.responseLatency",
        "integration_status": "$context.integrationStatus",
        "error_type": "$context.error.responseType",
    }
    assert "\n" not in access_log


def test_the_page_may_be_started_by_its_own_api_alone(translated: dict[str, Any]) -> None:
    permissions = [
        each["Properties"]
        for each in of_type(translated, "AWS::Lambda::Permission").values()
        if each["Properties"]["FunctionName"] == {"Ref": "RespondFunction"}
    ]

    assert [permission["Principal"] for permission in permissions] == ["apigateway.amazonaws.com"]
    assert permissions[0]["SourceArn"]["Fn::Sub"].endswith(":${LinkApi}/*")


def test_the_function_gives_up_before_the_api_does(resources: dict[str, Any]) -> None:
    timeout = resources["LinkIntegration"]["Properties"]["TimeoutInMillis"]

    assert resources["RespondFunction"]["Properties"]["Timeout"] * 1000 < timeout <= 30_000


def test_the_layer_goes_with_the_stack(resources: dict[str, Any]) -> None:
    layer = resources["ReprieveLayer"]

    assert layer["Properties"]["RetentionPolicy"] == "Delete"
    assert layer["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}
    assert layer["Properties"]["CompatibleArchitectures"] == ["arm64", "x86_64"]


def test_every_output_is_described(template: dict[str, Any]) -> None:
    for output in template["Outputs"].values():
        assert output["Description"]

    assert {
        "AlarmName",
        "AlarmTopicArn",
        "CaseTableName",
        "CloudTrailLogGroup",
        "DeliveryQueueUrl",
        "NoticeTopicArn",
        "PageUrl",
    } <= set(template["Outputs"])
