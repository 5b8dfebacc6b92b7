"""A message as people see it, drawn as HTML from what is sent; every text in it is escaped.

The real program may show it differently: this shows what is said, in its order.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final

Object = Mapping[str, Any]

STYLE: Final = (
    ".card{border:1px solid #c9ced6;border-left:4px solid #5c6470;padding:.5rem 1rem;max-width:42rem}"
    ".card p{margin:.4rem 0;overflow-wrap:anywhere}.card h3{margin:.4rem 0}"
    ".quiet{color:#5c6470;font-size:.85em}.at{background:#e8f0fe;color:#0b57d0;padding:0 .2rem}"
    ".button{display:inline-block;border:1px solid;padding:.35rem .8rem;margin:.2rem .4rem .2rem 0;"
    "border-radius:4px;text-decoration:none;font-weight:600}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #c9ced6;padding:.6rem;margin:.4rem 0}"
)


def drawn(sent: str) -> str:
    """Return a message as HTML; a message for programs is shown as it is sent."""
    if sent.startswith("<!DOCTYPE"):
        return f'<iframe sandbox title="The mail" srcdoc="{escape(sent)}"></iframe>'
    try:
        found = json.loads(sent)
    except ValueError:
        return _code(sent)
    draw = next((draw for name, draw in _FORMS.items() if name in found), None)
    return f'<div class="card">{"".join(draw(found))}</div>' if draw else _code(_indented(found))


def _indented(found: object) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def _text(text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{escape(text).replace(chr(10), '<br>')}</p>"


def _title(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _mention(who: str) -> str:
    return f'<p><span class="at">@{escape(who)}</span></p>'


def _button(label: str, address: str) -> str:
    return f'<a class="button" href="{escape(address)}" rel="noreferrer">{escape(label)}</a>'


def _fact(label: str, text: str) -> str:
    return f'<p><span class="quiet">{escape(label)}</span><br>{escape(text)}</p>'


def _slack(message: Object) -> Iterator[str]:
    for block in message["blocks"]:
        yield from _BLOCKS[block["type"]](block)


def _section(block: Object) -> Iterator[str]:
    yield from (
        _text(each["text"])
        for each in (*([block["text"]] if "text" in block else []), *block.get("fields", ()))
    )


def _rich_text(block: Object) -> Iterator[str]:
    for part in block["elements"]:
        for each in part["elements"]:
            who = each.get("usergroup_id") or each.get("user_id")
            yield _mention(who) if who else _code(each["text"])


def _slack_button(element: Object) -> str:
    return _button(element["text"]["text"], element.get("url", "#"))


_BLOCKS: Final[Mapping[str, Callable[[Object], Iterable[str]]]] = {
    "header": lambda block: [_title(block["text"]["text"])],
    "section": _section,
    "context": lambda block: [_text(each["text"], "quiet") for each in block["elements"]],
    "actions": lambda block: map(_slack_button, block["elements"]),
    "rich_text": _rich_text,
}


def _teams(message: Object) -> Iterator[str]:
    for element in message["attachments"][0]["content"]["body"]:
        match element:
            case {"type": "ActionSet"}:
                yield from (_button(each["title"], each["url"]) for each in element["actions"])
            case {"type": "TextBlock"}:
                yield _mention(element["text"].removeprefix("<at>").removesuffix("</at>"))
            case _:
                yield _runs(element["inlines"])


def _runs(inlines: list[Object]) -> str:
    if inlines[0].get("fontType") == "Monospace":
        return _code(inlines[0]["text"])
    return f"<p>{''.join(map(_run, inlines))}</p>"


def _run(run: Object) -> str:
    text = escape(run["text"])
    if run.get("weight") == "Bolder":
        return f"<b>{text}</b>"
    return f'<span class="quiet">{text}</span>' if run.get("isSubtle") else text


def _google_chat(message: Object) -> Iterator[str]:
    if "text" in message:
        yield _mention(message["text"].strip("<>"))
    card = message["cardsV2"][0]["card"]
    yield _title(card["header"]["title"])
    for widget in card["sections"][0]["widgets"]:
        yield from _widget(widget)


def _widget(widget: Object) -> Iterator[str]:
    match widget:
        case {"textParagraph": {"text": text}}:
            yield f"<p>{text}</p>"  # it is HTML, and escaped already
        case {"decoratedText": {"topLabel": label, "text": text}}:
            yield f'<p><span class="quiet">{escape(label)}</span><br>{text}</p>'
        case _:
            for each in widget["buttonList"]["buttons"]:
                yield _button(each["text"], each["onClick"]["openLink"]["url"])


def _pagerduty(event: Object) -> Iterator[str]:
    payload = event["payload"]
    yield _title(payload["summary"])
    yield _text(f"{event['event_action']}, {payload['severity']}", "quiet")
    for label, said in payload["custom_details"].items():
        yield _fact(label, said) if isinstance(said, str) else _text("\n".join([f"{label}:", *said]))
    yield from (_button(each["text"], each["href"]) for each in event["links"])


def _amazon_q(event: Object) -> Iterator[str]:
    yield _title(event["content"]["title"])
    for number, part in enumerate(event["content"]["description"].split("```")):
        yield _code(part.strip("\n")) if number % 2 else _markdown(part.strip("\n"))


def _markdown(text: str) -> str:
    lines = (
        f"<b>{escape(line[1:-1])}</b>" if line.startswith("*") and line.endswith("*") else escape(line)
        for line in text.split("\n")
    )
    return f"<p>{'<br>'.join(lines)}</p>"


_FORMS: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "blocks": _slack,
    "attachments": _teams,
    "cardsV2": _google_chat,
    "event_action": _pagerduty,
    "content": _amazon_q,
}
"""How a message is drawn, by what only a message of its form has."""
