"""Links: minted, verified, refused."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reprieve.errors import DeniedError, ExpiredLinkError, ForgedLinkError, LinkError, MalformedLinkError
from reprieve.links import LONGEST, Claims, mint, verify
from tests.examples import DELETION, KEY, NOW
from tests.fakes import FakeSigner

CLAIMS = Claims(key=KEY, deletion_date=DELETION, channel="email", expires_at=NOW + timedelta(hours=72))
FIELDS = [str(KEY), 1795960930, "email", 1795618530]


def token_of(body: bytes, signer: FakeSigner) -> str:
    """A token that the stack's own key signed, whatever it says."""
    parts = (body, signer.generate_mac(b"kms-reprieve link v1\n" + body))
    return ".".join(("v1", *(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)))


def signed(fields: Any, signer: FakeSigner) -> str:
    return token_of(json.dumps(fields, separators=(",", ":")).encode(), signer)


def test_a_link_tells_what_was_put_into_it() -> None:
    signer = FakeSigner()

    assert verify(mint(CLAIMS, signer), signer, NOW) == CLAIMS


def test_a_token_has_its_version_its_claims_and_its_code() -> None:
    signer = FakeSigner()

    token = mint(CLAIMS, signer)

    assert token == signed(FIELDS, signer)
    assert token.startswith("v1.")
    assert len(token) < 400


def test_the_code_is_asked_for_once_and_for_this_use_alone() -> None:
    signer = FakeSigner()
    token = mint(CLAIMS, signer)
    body = json.dumps(FIELDS, separators=(",", ":")).encode()
    elsewhere = signer.generate_mac(body)

    with pytest.raises(ForgedLinkError):
        verify(
            token.rpartition(".")[0] + "." + urlsafe_b64encode(elsewhere).rstrip(b"=").decode(), signer, NOW
        )

    assert signer.checks == 1


def test_a_link_is_good_until_it_expires_and_not_a_second_longer() -> None:
    signer = FakeSigner()
    token = mint(CLAIMS, signer)

    assert verify(token, signer, CLAIMS.expires_at - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(ExpiredLinkError, match="expired at 2026-11-25T14:55:30"):
        verify(token, signer, CLAIMS.expires_at)


def test_a_link_of_another_stack_is_forged() -> None:
    token = mint(CLAIMS, FakeSigner(secret=b"another stack's"))

    with pytest.raises(ForgedLinkError):
        verify(token, FakeSigner(), NOW)


def test_an_expired_link_that_is_forged_is_called_forged() -> None:
    token = mint(replace(CLAIMS, expires_at=NOW - timedelta(days=1)), FakeSigner(secret=b"x"))

    with pytest.raises(ForgedLinkError):
        verify(token, FakeSigner(), NOW)


def test_what_kms_refuses_is_no_matter_of_the_link() -> None:
    signer = FakeSigner(error=DeniedError("kms:VerifyMac", "AccessDeniedException", "no"))
    token = mint(CLAIMS, FakeSigner())

    with pytest.raises(DeniedError):
        verify(token, signer, NOW)


def refused_unasked(token: str) -> bool:
    signer = FakeSigner()
    with pytest.raises(MalformedLinkError):
        verify(token, signer, NOW)
    return signer.checks == 0


GOOD = mint(CLAIMS, FakeSigner())
VERSION, BODY, CODE = GOOD.split(".")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "v1",
        "v1..",
        "TOKEN",
        GOOD[:-1],
        f"{GOOD}A",
        f"{GOOD}=",
        f"{GOOD}\n",
        f" {GOOD}",
        f"v2.{BODY}.{CODE}",
        f"{VERSION}.{CODE}.{BODY}",
        f"{VERSION}.{BODY}",
        f"{VERSION}.{BODY}.{CODE}.{CODE}",
        f"{VERSION}.{BODY.replace('A', '+', 1)}.{CODE}",
        f"{VERSION}.{BODY}.{'é' * 43}",
        "v1." + "A" * 10_000 + f".{CODE}",
        "A" * 10_000,
    ],
)
def test_what_does_not_look_like_a_token_is_refused_without_a_call(token: str) -> None:
    assert refused_unasked(token)


def test_a_real_token_is_far_from_the_longest_that_is_read() -> None:
    assert len(GOOD) * 2 < LONGEST


@pytest.mark.parametrize(
    "fields",
    [
        None,
        {},
        "xxxxxxxx",
        1234567890,
        FIELDS[:3],
        [*FIELDS, 1],
        [str(KEY), "1795960930", "email", 1795618530],
        [str(KEY), 1795960930.0, "email", 1795618530],
        [str(KEY), True, "email", 1795618530],
        [str(KEY), 0, "email", 1795618530],
        [str(KEY), -1, "email", 1795618530],
        [str(KEY), 1795960930, "email", 1 << 34],
        [str(KEY), 1795960930, "", 1795618530],
        [str(KEY), 1795960930, "E-Mail", 1795618530],
        [str(KEY), 1795960930, "email" * 10, 1795618530],
        ["arn:aws:s3:::example", 1795960930, "email", 1795618530],
        [7, 1795960930, "email", 1795618530],
    ],
)
def test_claims_that_no_link_makes_are_refused_though_the_key_signed_them(fields: Any) -> None:
    assert refused_unasked(signed(fields, FakeSigner()))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(FIELDS).encode(),
        json.dumps(FIELDS, separators=(",", ":")).encode("utf-16"),
        b"\xff\xfe\xfd\xfc\xfb\xfa",
        b"[" * 700,
        b"[" * 6,
        b'["a",NaN,"email",1]',
        b"1" * 700,
    ],
)
def test_claims_in_another_form_are_refused_though_the_key_signed_them(body: bytes) -> None:
    assert refused_unasked(token_of(body, FakeSigner()))


def test_spare_bits_can_not_be_used_for_a_second_token() -> None:
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = GOOD[:-1] + last[last.index(GOOD[-1]) ^ 1]

    assert refused_unasked(twin)


def test_every_refusal_is_one_kind_of_error() -> None:
    assert all(
        issubclass(kind, LinkError) for kind in (MalformedLinkError, ForgedLinkError, ExpiredLinkError)
    )


def test_the_latest_time_that_a_link_can_hold_is_far_away() -> None:
    late = replace(CLAIMS, expires_at=datetime(2500, 1, 1, tzinfo=UTC))
    signer = FakeSigner()

    assert verify(mint(late, signer), signer, NOW) == late
