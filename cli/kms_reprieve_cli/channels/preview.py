"""`kms-reprieve channels preview FILE`: what each channel of a document would send, on one HTML page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Final

from kms_reprieve_cli.channels.document_file import read_file
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain
from reprieve.arn import KeyArn
from reprieve.cases.case import ScheduledBy, open_case
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.tallies import Tally, one
from reprieve.cases.visitor import AuthMethod
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import Document

LINK: Final = "https://example.execute-api.eu-west-1.amazonaws.com/keys/preview"
_KEY: Final = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_STYLE: Final = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid;padding:1rem}"
    "iframe{width:100%;height:40rem;border:1px solid}"
)


def preview(file: Path, reason: Reason) -> Status:
    """Print the page. Sends nothing, and makes no call to AWS."""
    tools = Offline()
    _, document = read_file(file, tools)
    told = example(reason, datetime.now(UTC).replace(microsecond=0))
    print(page(list(_drawn(document, tools, told))))
    for fault in document.faults:
        complain(str(fault))
    return Status.WRONG if document.faults else Status.DONE


def example(reason: Reason, now: datetime) -> Notice:
    """Return a notice about a key that does not exist."""
    arn = KeyArn.parse(_KEY)
    key = replace(
        Key.bare(arn),
        aliases=("alias/orders-db",),
        description="Orders database, prod",
        state="PendingDeletion",
        deletion_date=now + timedelta(days=6),
        owner="team-orders",
    )
    jane = Caller(kind="IAMUser", id="jane", name="user jane")
    case = replace(
        open_case(key, now, now), scheduled_by=ScheduledBy(caller=jane, at=now - timedelta(days=1))
    )
    tally = Tally()
    tally.add(one(_use(arn, now)))
    _, notice = tell(case, reason, now)
    return replace(
        notice,
        uses=tally.uses(),
        link=LINK,
        link_expires_at=now + timedelta(days=6),
        approvers=AuthMethod.LINK,
    )


def _use(arn: KeyArn, now: datetime) -> KeyUse:
    return KeyUse(
        key=arn,
        event_id="preview",
        request="preview",
        at=now - timedelta(minutes=3),
        delivered_at=now,
        operation="Decrypt",
        is_use=True,
        caller=Caller(kind="AssumedRole", id="orders", name="role orders-fn", session="orders-api"),
        source_ip="198.51.100.7",
        user_agent="Boto3",
        resources=(Resource(service="secret", name="prod/orders/db"),),
    )


def _drawn(document: Document, tools: Offline, told: Notice) -> Iterator[tuple[str, str]]:
    """Yield the name of each channel, and what it would send to its first recipient."""
    for channel, _ in document.channels:
        shown = replace(told, runbook=document.runbooks.get(channel.name))
        if not channel.has_link:
            shown = replace(shown, link=None, link_expires_at=None)
        channel.send(delivery(shown, channel.name, channel.recipients(shown)[0], told.at))
        yield channel.name, tools.kept.pop()


def page(drawn: list[tuple[str, str]]) -> str:
    """Return the page: HTML mails as they are, in a frame of their own, and all else as text."""
    sections = "".join(f"<h2>{escape(name)}</h2>{_shown(sent)}" for name, sent in drawn)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Channels</title>'
        f"<style>{_STYLE}</style></head><body><h1>What each channel would send</h1>{sections}</body></html>"
    )


def _shown(sent: str) -> str:
    if sent.startswith("<!DOCTYPE"):
        return f'<iframe sandbox title="The mail" srcdoc="{escape(sent)}"></iframe>'
    return f"<pre>{escape(_readable(sent))}</pre>"


def _readable(sent: str) -> str:
    try:
        return json.dumps(json.loads(sent), indent=2, ensure_ascii=False)
    except ValueError:
        return sent
