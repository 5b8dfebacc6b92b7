"""All checks, in the order in which they are made and told."""

from typing import Final

from kms_reprieve_cli.doctor.account import credentials, partition, sam_settings, stack
from kms_reprieve_cli.doctor.check import Check
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
from kms_reprieve_cli.doctor.health import (
    bookmark,
    dead_letters,
    functions,
    health_run,
    schedules,
    stack_alarms,
)
from kms_reprieve_cli.doctor.keys import pending_keys
from kms_reprieve_cli.doctor.other_accounts import member_roles
from kms_reprieve_cli.doctor.page import (
    api,
    approver_networks,
    oidc_provider,
    oidc_redirect,
    oidc_secret,
    page_answers,
    respond_function,
    signing_keys,
)
from kms_reprieve_cli.doctor.people import (
    addresses,
    channel_arns,
    channel_entries,
    channel_failures,
    channel_mail,
    channel_routes,
    channels,
    secret_arns,
    slack_secret,
)
from kms_reprieve_cli.doctor.source import (
    delivery,
    log_group,
    log_group_key,
    log_group_retention,
    log_group_source,
    log_lines,
    trail_copies,
    trail_events,
    trail_key,
    trail_logging,
    trail_regions,
)

CHECKS: Final[tuple[Check, ...]] = (
    credentials,
    stack,
    partition,
    sam_settings,
    log_group,
    log_group_retention,
    log_group_key,
    log_group_source,
    trail_logging,
    trail_regions,
    trail_events,
    trail_key,
    trail_copies,
    delivery,
    log_lines,
    metric_filter_quota,
    metric_filter,
    metric_neighbours,
    alarm,
    alarm_actions,
    alarm_topic,
    topic_keys,
    alarm_subscription,
    channels,
    addresses,
    secret_arns,
    slack_secret,
    channel_entries,
    channel_routes,
    channel_arns,
    channel_mail,
    channel_failures,
    api,
    respond_function,
    page_answers,
    signing_keys,
    approver_networks,
    oidc_provider,
    oidc_redirect,
    oidc_secret,
    member_roles,
    pending_keys,
    functions,
    schedules,
    stack_alarms,
    dead_letters,
    bookmark,
    health_run,
)

GATES: Final = frozenset({credentials.ID, stack.ID})
"""Without these no other check makes sense."""
