"""`kms-reprieve channels preview FILE`: what each channel of a document would send, on one HTML page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final

from kms_reprieve_cli.channels.document_file import read_file
from kms_reprieve_cli.channels.drawing import STYLE, drawn
from kms_reprieve_cli.channels.example import example
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain
from reprieve.cases.notice import Notice, Reason
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import Document

_STYLE: Final = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    f"iframe{{width:100%;height:40rem;border:1px solid}}{STYLE}"
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


def _drawn(document: Document, tools: Offline, told: Notice) -> Iterator[tuple[str, str]]:
    """Yield the name of each channel, and what it would send to its first recipient."""
    for channel, _ in document.channels:
        shown = replace(told, runbook=document.runbooks.get(channel.name))
        if not channel.has_link:
            shown = without_link(shown)
        channel.send(delivery(shown, channel.name, channel.recipients(shown)[0], told.at))
        yield channel.name, tools.kept.pop()


def without_link(told: Notice) -> Notice:
    """Return a notice as a channel without links gets it."""
    return replace(told, link=None, link_expires_at=None, approvers=None)


def page(sent: list[tuple[str, str]]) -> str:
    """Return the page: each message in a section of its own, HTML emails in a frame."""
    sections = "".join(
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>{drawn(each)}</section>' for name, each in sent
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Channels</title>'
        f"<style>{_STYLE}</style></head><body><h1>What each channel would send</h1>{sections}</body></html>"
    )
