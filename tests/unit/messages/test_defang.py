"""What strangers wrote, and what a mail program could make a link of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.messages.defang import defanged
from tests.strangers import LINKED

ARN = re.compile(r"arn:aws:s3:::[\w./:@-]*")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.example/login", "hxxps://evil[.]example/login"),
        ("http://evil.example", "hxxp://evil[.]example"),
        ("HTTPS://EVIL.EXAMPLE", "HXXPS://EVIL[.]EXAMPLE"),
        ("xhttps://evil.example", "xhxxps://evil[.]example"),
        ("see (https://a.evil.example:8443/x.y?z=other.example).", None),
        ("https://jane@evil.example/", "hxxps://jane@evil[.]example/"),
        ("https://198.51.100.7/x", "hxxps://198[.]51[.]100[.]7/x"),
        ("https://evil/", "hxxps://evil/"),
        ("https:evil.example", "hxxps:evil[.]example"),
        ("https:/evil.example", "hxxps:/evil.example"),
        ("//evil.example/x", "//evil[.]example/x"),
        ("ftp://evil.example/x", "ftp[:]//evil[.]example/x"),
        ("slack://open?team=1", "slack[:]//open?team=1"),
        ("mailto:jane@evil.example", "mailto[:]jane@evil.example"),
        ("tel:+4989123", "tel[:]+4989123"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        (r"\\evil\share", r"[\\]evil\share"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("evil.example", "evil[.]example"),
        ("go to evil.example/login.", "go to evil[.]example/login."),
        ("see:evil.example", "see:evil[.]example"),
        ("(+evil.example)", "(+evil[.]example)"),
        ("x,evil.example", "x,evil[.]example"),
        ("-evil.example", "-evil[.]example"),
        ("evil.example-", "evil[.]example-"),
        ("www.evil.example@ now", "www[.]evil[.]example@ now"),
        ("evil.example.@", "evil[.]example.@"),
        ("evil.example@localhost", "evil[.]example@localhost"),
        ("@evil.example/x", "@evil[.]example/x"),
        ("...evil.example", "...evil[.]example"),
        ("mailto:]", "mailto[:]]"),
        ("xn--e1awd7f.xn--p1ai", "xn--e1awd7f[.]xn--p1ai"),
        ("пример.рф", "пример[.]рф"),
        ("Terraform/1.5 (+https://www.terraform.io)", "Terraform/1.5 (+hxxps://www[.]terraform[.]io)"),
        ("bucket.s3.amazonaws.com", "bucket[.]s3[.]amazonaws[.]com"),
        ("s3.amazonaws.com/bucket/login", "s3[.]amazonaws[.]com/bucket/login"),
        ("s3.amazonaws.com:443/bucket/login", "s3[.]amazonaws[.]com:443/bucket/login"),
        ("s3.eu-west-1.amazonaws.com?x=bucket", "s3[.]eu-west-1[.]amazonaws[.]com?x=bucket"),
        ("https://s3.amazonaws.com/bucket", "hxxps://s3[.]amazonaws[.]com/bucket"),
        ("evil.भारत/x", "evil[.]भारत/x"),
        ("secretsmanager.amazonaws.com.evil.example", "secretsmanager[.]amazonaws[.]com[.]evil[.]example"),
        ("arn:aws:s3:::b/https://evil.example", "arn:aws:s3:::b/hxxps://evil[.]example"),
        ("arn:aws:iam::111122223333:role/x,evil.example", "arn:aws:iam::111122223333:role/x,evil[.]example"),
        ("arn:evil.example", "arn:evil[.]example"),
    ],
)
def test_an_address_is_shown_and_is_no_link(written: str, shown: str | None) -> None:
    said = defanged(written)

    assert said == shown or shown is None
    assert not LINKED.search(said)


@pytest.mark.parametrize(
    "written",
    [
        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws-us-gov:s3:::orders.example.com/2026/11/22.csv",
        "arn:aws:iam::111122223333:role/jane.doe@example.com",
        "secretsmanager.amazonaws.com",
        "states.eu-west-1.amazonaws.com",
        "lambda.cn-north-1.amazonaws.com.cn",
        "through secretsmanager.amazonaws.com, from 198.51.100.7",
        "198.51.100.7",
        "2001:db8::7",
        "jane@example.com",
        "from jane.doe@mail.example.com.",
        "/home/jane/.config.json",
        "jane.doe+kms@mail.example.com (permission set Admin)",
        "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#5.10.0 lang/python#3.13.0",
        "aws-cli/2.15.0 Python/3.11.6 Linux/5.10 exe/x86_64.amzn.2 prompt/off",
        "python3.13, openjdk-17.0.9",
        "S3 object orders/2026/11/22.csv",
        "alias/aws/rds",
        "2026-11-22 14:02 UTC, in 6 days",
        "e.g. this one. And that.",
        "file: none",
        "",
    ],
)
def test_what_is_no_address_stays_as_it_is(written: str) -> None:
    assert defanged(written) == written


PIECES = st.sampled_from([
    *("https://", "HTTP://", "ftp://", "https:", "//", "www.", "mailto:", "tel:", "\\\\", "arn:aws:s3:::"),
    *("evil.example", "evil", "jane@", ".com", ".", "/", ":", "@", "-", "_", " ", "(", ",", "="),
    *("[.]", "[:]", "hxxps://", "s3.amazonaws.com", ".amazonaws.com", "198.51.100.7", "xn--p1ai", "é", "рф"),
])  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


@given(TEXTS)
def test_nothing_is_left_of_which_a_program_makes_a_link(written: str) -> None:
    said = ARN.sub(" ", defanged(written))

    assert [each[0] for each in LINKED.finditer(said) if not each[0].endswith("amazonaws.com")] == []


@given(TEXTS)
def test_to_do_it_twice_changes_nothing(written: str) -> None:
    assert defanged(defanged(written)) == defanged(written)


def test_a_long_text_takes_no_long_time() -> None:
    for piece in (
        "a.",
        "a-",
        "a",
        "https://",
        "arn:aws:",
        "www.",
        ".",
        "-a.-",
        "a-.",
        "a..",
        "b.cd@",
        "@b.cd",
    ):
        assert len(defanged(piece * 50_000)) >= len(piece) * 50_000
