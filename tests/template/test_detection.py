"""From CloudTrail's log group to the topic."""

import re
from collections.abc import Iterator
from typing import Any

PATTERN = (
    '{ ($.eventSource = "kms.amazonaws.com") && (($.errorMessage = "* is pending deletion.") || '
    '($.errorMessage = "* is pending replica deletion.") || '
    '($.errorMessage = "* is pending deletion (or pending replica deletion).")) }'
)
EITHER_LOG_GROUP = {"Fn::If": ["MakeTrail", {"Ref": "TrailLogGroup"}, {"Ref": "CloudTrailLogGroupName"}]}
EITHER_TOPIC = {"Fn::If": ["MakeAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AlarmTopicArn"}]}


def test_the_filter_counts_refused_requests_of_kms_alone(resources: dict[str, Any]) -> None:
    assert resources["MetricFilter"]["Properties"] == {
        "LogGroupName": EITHER_LOG_GROUP,
        "FilterPattern": PATTERN,
        "MetricTransformations": [
            {
                "MetricNamespace": {"Ref": "MetricNamespace"},
                "MetricName": {"Ref": "MetricName"},
                "MetricValue": "1",
            }
        ],
    }


def test_the_pattern_is_within_the_limits_of_cloudwatch_logs() -> None:
    assert len(PATTERN) <= 1024
    assert PATTERN.count("*") <= 3


def test_the_names_of_the_recipe_are_the_defaults(template: dict[str, Any]) -> None:
    parameters = template["Parameters"]

    assert parameters["MetricNamespace"]["Default"] == "CloudTrailLogMetrics"
    assert parameters["MetricName"]["Default"] == "KMSKeyPendingDeletionErrorCount"
    assert parameters["AlarmName"]["Default"] == ""
    assert parameters["AlarmPeriodSeconds"]["Default"] == 60


def test_one_refused_request_raises_the_alarm_and_its_end_is_told_too(resources: dict[str, Any]) -> None:
    alarm = dict(resources["KMSKeyPendingDeletionErrorAlarm"]["Properties"])

    assert alarm.pop("AlarmDescription")
    assert alarm == {
        "AlarmName": {"Fn::If": ["NameAlarm", {"Ref": "AlarmName"}, {"Ref": "AWS::NoValue"}]},
        "Namespace": {"Ref": "MetricNamespace"},
        "MetricName": {"Ref": "MetricName"},
        "Statistic": "Sum",
        "Period": {"Ref": "AlarmPeriodSeconds"},
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [EITHER_TOPIC],
        "OKActions": [EITHER_TOPIC],
    }


def test_periods_are_whole_minutes(template: dict[str, Any]) -> None:
    # The filter's metric has one point a minute; an alarm with a shorter period would lapse.
    assert all(period % 60 == 0 for period in template["Parameters"]["AlarmPeriodSeconds"]["AllowedValues"])


def test_only_the_alarm_may_publish_to_its_topic(resources: dict[str, Any]) -> None:
    (statement,) = resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["KMSKeyPendingDeletionErrorAlarm", "Arn"]}},
    }


def test_investigate_listens_to_the_alarm_s_topic_whosever_it_is(resources: dict[str, Any]) -> None:
    alarm = resources["InvestigateFunction"]["Properties"]["Events"]["Alarm"]["Properties"]

    assert alarm == {
        "Topic": EITHER_TOPIC,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["InvestigateDeadLetterQueue", "Arn"]}},
    }


def test_the_clock_ticks_every_five_minutes_under_a_name_of_its_own(translated: dict[str, Any]) -> None:
    clock = translated["InvestigateFunctionClock"]["Properties"]

    assert clock["ScheduleExpression"] == "rate(5 minutes)"
    assert clock["Target"]["RoleArn"] == {"Fn::GetAtt": ["ClockRole", "Arn"]}
    assert clock["Target"]["DeadLetterConfig"] == {
        "Arn": {"Fn::GetAtt": ["InvestigateDeadLetterQueue", "Arn"]}
    }
    assert "Name" not in clock


def test_the_trail_sees_all_regions_reads_and_kms(resources: dict[str, Any]) -> None:
    trail = resources["Trail"]["Properties"]

    assert trail["IsLogging"]
    assert trail["IsMultiRegionTrail"]
    assert trail["EnableLogFileValidation"]
    assert trail["EventSelectors"] == [
        {"IncludeManagementEvents": True, "ReadWriteType": "All", "ExcludeManagementEventSources": []}
    ]


def test_nothing_of_the_trail_exists_beside_a_given_log_group_and_all_of_it_stays(
    resources: dict[str, Any],
) -> None:
    made = {name: each for name, each in resources.items() if each.get("Condition") == "MakeTrail"}

    assert set(made) == {"Trail", "TrailBucket", "TrailBucketPolicy", "TrailLogGroup", "TrailRole"}
    for resource in made.values():
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_a_first_deployment_that_fails_leaves_nothing_that_is_billed(resources: dict[str, Any]) -> None:
    made = {
        name: each["DeletionPolicy"]
        for name, each in resources.items()
        if each.get("Condition") == "MakeTrail"
    }

    assert made.pop("TrailBucket") == "Retain"  # CloudTrail may have written to it
    assert set(made.values()) == {"RetainExceptOnCreate"}


def test_the_bucket_and_the_trail_are_made_last(translated: dict[str, Any]) -> None:
    needed = everything_needed_by("TrailBucket", translated)
    itself = {"Trail", "TrailBucket", "TrailBucketPolicy", "TrailRole"}

    assert set(translated) - needed == {
        *itself,
        "AlarmTopicPolicy",
        "PressPolicy",
        "SlackRoute",
    }  # CloudFormation can't wait for what may not exist
    assert not needed & itself


def everything_needed_by(name: str, resources: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(needed_by(resources[waiting.pop()])) & resources.keys() - found
        found |= new
        waiting += new
    return found


def needed_by(value: object) -> Iterator[str]:
    """Yield what a part of a template refers to: resources, parameters, attributes."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text) | [str(text), _]}:
            yield from re.findall(r"\${(\w+)", text)
        case dict():
            yield from names_of(value.get("DependsOn"))
            yield from (name for each in value.values() for name in needed_by(each))
        case list():
            yield from (name for each in value for name in needed_by(each))


def names_of(depends_on: object) -> list[str]:
    return depends_on if isinstance(depends_on, list) else [depends_on] if isinstance(depends_on, str) else []


def test_the_bucket_forgets(resources: dict[str, Any]) -> None:
    expire, clean = resources["TrailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]

    assert expire["ExpirationInDays"] == {"Ref": "AuditDays"}
    assert expire["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert clean["ExpiredObjectDeleteMarker"]
    assert {expire["Status"], clean["Status"]} == {"Enabled"}


def test_the_trail_s_bucket_is_private_and_takes_files_from_the_trail_alone(
    resources: dict[str, Any],
) -> None:
    bucket = resources["TrailBucket"]["Properties"]
    policy = resources["TrailBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = [statement for statement in policy if statement["Effect"] == "Allow"]
    denied = [statement for statement in policy if statement["Effect"] == "Deny"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert {statement["Action"] for statement in allowed} == {"s3:GetBucketAcl", "s3:PutObject"}
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert "${AWS::AccountId}" in statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
        assert "aws:SourceAccount" not in str(statement)
    assert [statement["Condition"] for statement in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
