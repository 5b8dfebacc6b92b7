"""Templates to HTML: every word in one place, every value escaped and cut."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from reprieve.respond.pages.rendering import FormState, compile_templates, redirect, short

TEMPLATES = ["case.html", "evidence.html", "outcome.html", "page.html", "parts.html", "sample.html"]


def literal_words(template: str) -> Iterator[str]:
    """Words that a person would be shown, or be read to, and that stand in a template itself."""
    text = files("reprieve.respond.pages").joinpath(template).read_text(encoding="utf-8")
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", text, flags=re.DOTALL)
    for name in ("alt", "aria-label", "content", "placeholder", "title"):
        yield from re.findall(rf'\b{name}="([^"]*[A-Za-z][^"]*)"', bare)
    yield from re.findall(r"[A-Za-z]+", re.sub(r"<[^>]*>", "", bare))


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_word_stands_in_a_template(template: str) -> None:
    machines = {"width=device-width, initial-scale=1", "noindex, nofollow", "light dark"}

    assert set(literal_words(template)) - machines == set()


def test_every_template_is_looked_at() -> None:
    found = {each.name for each in files("reprieve.respond.pages").iterdir() if each.name.endswith(".html")}

    assert found == set(TEMPLATES)


def test_every_template_is_compiled_for_the_layer(tmp_path: Path) -> None:
    compile_templates(tmp_path)

    names = {ModuleLoader.get_module_filename(template) for template in TEMPLATES}
    assert {each.name for each in tmp_path.iterdir()} == names


def test_a_redirect_says_where_to() -> None:
    assert redirect("keys/x", ("a=b",)).headers == {"Location": "keys/x"}
    assert redirect("keys/x", ("a=b",)).cookies == ("a=b",)


def test_who_has_to_sign_in_is_led_there_from_the_page() -> None:
    assert FormState.to_sign_in("v1a.x") == FormState(sign_in="../sign-in/v1a.x")


@pytest.mark.parametrize("text", ["'" * 500, "<&>" * 99, "\N{PILE OF POO}" * 99])
def test_a_text_is_cut_by_its_weight_in_html(text: str) -> None:
    assert len(short(text, 64)) <= 64
    assert short("a's", 64) == "a's"
