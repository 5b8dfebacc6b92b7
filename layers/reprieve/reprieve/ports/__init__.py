"""What the use cases need of the world, in the world's own terms: no word here of cases or notices.

Adapters fill these ports from AWS, tests from memory; both pass the same contract tests.
Every call may raise the `AwsError` of its kind.
"""

from reprieve.ports.kms import (
    AccountNames,
    EventHistory,
    Grants,
    KeyControl,
    KeyDirectory,
    KeyMetadata,
    KeyUsage,
    LinkChecker,
    LinkMinter,
)
from reprieve.ports.logs import Log, LogLine, LogPage, LogReader, LogWriter
from reprieve.ports.people import (
    Alarms,
    IdentityProvider,
    RingingAlarm,
    Subscription,
    Subscriptions,
    Tokens,
)
from reprieve.ports.storage import MOST_AT_ONCE, Document, MessageQueue, Once, StreamRecord, Table
from reprieve.ports.ways import Bus, BusEvent, Http, HttpAnswer, Mail, Mailer, Slack, Tools, Topic

__all__ = [
    "MOST_AT_ONCE",
    "AccountNames",
    "Alarms",
    "Bus",
    "BusEvent",
    "Document",
    "EventHistory",
    "Grants",
    "Http",
    "HttpAnswer",
    "IdentityProvider",
    "KeyControl",
    "KeyDirectory",
    "KeyMetadata",
    "KeyUsage",
    "LinkChecker",
    "LinkMinter",
    "Log",
    "LogLine",
    "LogPage",
    "LogReader",
    "LogWriter",
    "Mail",
    "Mailer",
    "MessageQueue",
    "Once",
    "RingingAlarm",
    "Slack",
    "StreamRecord",
    "Subscription",
    "Subscriptions",
    "Table",
    "Tokens",
    "Tools",
    "Topic",
]
