"""Recorded records, broken: fields missing, of another type, enormous or hostile.

`python -m tests.mutations 100000` tries so many of them, and fails where the product does.
"""

import copy
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from reprieve.cases.case import Case, open_case
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.transitions import count
from reprieve.clock import to_minute
from reprieve.cloudtrail.key_use import Skipped
from reprieve.cloudtrail.record import read_line
from reprieve.console import PAGE_LIMIT
from reprieve.investigate.log_window import LogWindow
from reprieve.respond.pages.case_page import View, case_page
from reprieve.respond.pages.rendering import FormState
from tests.examples import DELETION, HOSTILE, NOW, at, visitor
from tests.recorded import names, record
from tests.rendered import mail_body, mail_subject, slack_message

DELIVERED = at("14:54:40")
RECORDS = [record(name) for name in names("records")]
SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[1] / "events" / "notice.schema.json").read_text("utf-8"))
)
TAGS = frozenset({
    *("html", "head", "meta", "title", "style", "body", "main", "footer", "h1", "h2", "p", "br"),
    *("a", "strong", "span", "div", "header", "pre", "ul", "li", "dl", "dt", "dd", "details", "summary"),
    *("form", "label", "input", "button", "section", "h3", "h4", "ol", "time"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "desc", "g", "rect", "line", "path", "circle", "text", "figure", "figcaption"),
})  # fmt: skip
_ARN = "arn:aws:iam::111122223333:role/"
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7.5, float("inf"), 10**400, "", " ", [], {}, [[]], [{}], {"": ""}),
    *("x" * 100_000, "\ud800", "\0" * 300, "\N{RIGHT-TO-LEFT OVERRIDE}" * 99, "\N{PILE OF POO}" * 999),
    *(
        "<script>",
        "</style>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "{region}",
        "%s%n",
        "javascript:alert(1)",
    ),
    *(
        "AWS Internal",
        "s3.amazonaws.com",
        "x.amazonaws.com.evil.example",
        "i-0abc12345",
        "AWSReservedSSO_x_y",
    ),
    *("arn:aws:kms:", "arn:aws:s3:::", f"{_ARN}aws-service-role//", f"{_ARN}{'x/' * 400}", "arn:aws:a:b:c:d"),
    *(
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "eu-west-1/../..",
        "999999999999",
        "exec-env/AWS_Lambda_",
    ),
    *(
        HOSTILE,
        [HOSTILE] * 50,
        {HOSTILE: HOSTILE},
        {"sub": HOSTILE},
        {f"k{number}": "v" * 999 for number in range(99)},
    ),
)


def broken(random: Random) -> dict[str, Any]:
    """One recorded record in which one to five places are missing or hold something else."""
    made: dict[str, Any] = copy.deepcopy(random.choice(RECORDS))
    for _ in range(random.randint(1, 5)):
        places = list(_places(made))
        holder, name = random.choice(places)
        if isinstance(holder, dict) and random.random() < 0.2 and len(places) > 1:
            del holder[name]
        elif isinstance(holder, dict) and random.random() < 0.1:
            holder[random.choice((HOSTILE, "aws:s3:arn", "SecretARN", "x" * 999))] = copy.deepcopy(
                random.choice(JUNK)
            )
        else:
            holder[name] = copy.deepcopy(random.choice(JUNK))
    return made


def outcome(made: dict[str, Any]) -> str:
    """Put a record through everything that reads or shows it; say what became of it.

    Raises:
        AssertionError: something got out of its place.
    """
    window = LogWindow()
    meant = read_line(json.dumps(made), DELIVERED)
    window.take(meant)
    assert isinstance(meant, Skipped) or meant.caller.label.isprintable()
    for key in window.keys:
        case = open_case(Key.bare(key), NOW, to_minute(DELIVERED) - timedelta(hours=1))
        case = count(case, window.of(key), NOW, NOW)
        for reason in (Reason.KEY_IN_USE, Reason.MANAGEMENT_CALL):
            _check(tell(case, reason, NOW)[1])
        _check_page(case)
    return type(meant).__name__


def _check(notice: Notice) -> None:
    data = to_json(notice)
    assert list(SCHEMA.iter_errors(data)) == []
    assert from_json(Notice, json.loads(json.dumps(data, ensure_ascii=False).encode())) == notice
    subject, body = mail_subject(notice), mail_body(notice)
    assert len(subject) < 100
    assert subject.isprintable()
    assert all(line.isprintable() for line in body.split("\n"))
    assert len(body.encode()) < 64_000
    message = slack_message(notice)
    assert len(message["blocks"]) <= 50
    assert len(json.dumps(message, ensure_ascii=False)) < 13_100
    assert not {"<", ">"} & set(message["text"])
    _check_addresses(part.caller.console_url for part in notice.uses.by_caller)
    _check_addresses(each.console_url for part in notice.uses.by_caller for each in part.resources)


def _check_page(case: Case) -> None:
    of = Key(
        arn=case.key.arn,
        account=case.key.account,
        region=case.key.region,
        state="PendingDeletion",
        deletion_date=DELETION,
    )
    page = _Page()
    view = View(
        key=of,
        case=case,
        history=(),
        now=NOW,
        expires_at=DELETION,
        visitor=visitor(),
        form=FormState(token="t", decisions=0),
    )
    page.feed(case_page(view).html)
    assert page.tags <= TAGS
    _check_addresses(page.addresses)


def _check_addresses(found: Iterator[str | None] | list[str | None]) -> None:
    for address in found:
        assert address is None or (
            address.startswith("https://") and address.isascii() and address.isprintable()
        )
        assert address is None or (not set(address) & set(" <>\"'") and len(address) <= PAGE_LIMIT)
        host = str(address or "https://console.aws.amazon.com/").split("/")[2]
        assert host.endswith(
            ("console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com")
        )


class _Page(HTMLParser):
    """The tags and addresses of a page, and that no tag has what only a stranger would put there."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in {"src", "style"} for name, _ in attrs)
        self.addresses += [value for name, value in attrs if name == "href" and value != "#choices"]


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield value, name
        yield from _places(part)


def tried(number: int, seed: int) -> Counter[str]:
    """Try a number of broken records; say what became of them."""
    random = Random(seed)  # noqa: S311 - nothing here is a secret
    return Counter(outcome(broken(random)) for _ in range(number))


if __name__ == "__main__":
    print(tried(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))  # noqa: T201 - it was asked
