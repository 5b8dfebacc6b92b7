"""Links: minted, verified, refused."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reprieve.errors import DeniedError, ExpiredLinkError, ForgedLinkError, LinkError, MalformedLinkError
from reprieve.links import (
    LONGEST,
    LinkClaims,
    SampleClaims,
    SigningKey,
    authentic,
    is_sample,
    mint,
    mint_sample,
    verify,
    verify_sample,
)
from tests.examples import DELETION, KEY, NOW
from tests.fakes import FakeSigner

NOTICE = "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11"
CLAIMS = LinkClaims(
    key=KEY,
    deletion_date=DELETION,
    channel="email",
    notice=NOTICE,
    expires_at=NOW + timedelta(hours=72),
    recipient="0123456789abcdef",
)
FORMER = [str(KEY), 1795960930, "email", NOTICE, 1795618530]
FIELDS = [*FORMER, "0123456789abcdef"]


def token_of(body: bytes, signer: FakeSigner, version: str = "v2a") -> str:
    """A token that the stack's own key signed, whatever it says."""
    parts = (body, signer.generate_mac(f"kms-reprieve link {version}\n".encode() + body))
    return ".".join((version, *map(_base64, parts)))


def _base64(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def signed(fields: Any, signer: FakeSigner, version: str = "v2a") -> str:
    return token_of(json.dumps(fields, separators=(",", ":")).encode(), signer, version)


def test_a_link_tells_what_was_put_into_it() -> None:
    signer = FakeSigner()

    assert verify(mint(CLAIMS, signer.key), signer.keys, NOW) == CLAIMS


def test_a_token_has_its_version_its_claims_and_its_code() -> None:
    signer = FakeSigner()

    token = mint(CLAIMS, signer.key)

    assert token == signed(FIELDS, signer)
    assert token.startswith("v2a.")
    assert len(token) < 480


def test_the_code_is_asked_for_once_and_for_this_use_alone() -> None:
    signer = FakeSigner()
    token = mint(CLAIMS, signer.key)
    body = json.dumps(FIELDS, separators=(",", ":")).encode()
    elsewhere = signer.generate_mac(body)

    with pytest.raises(ForgedLinkError):
        verify(
            token.rpartition(".")[0] + "." + urlsafe_b64encode(elsewhere).rstrip(b"=").decode(),
            signer.keys,
            NOW,
        )

    assert signer.checks == 1


def test_a_link_is_good_until_it_expires_and_not_a_second_longer() -> None:
    signer = FakeSigner()
    token = mint(CLAIMS, signer.key)

    assert verify(token, signer.keys, CLAIMS.expires_at - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(ExpiredLinkError, match="expired at 2026-11-25T14:55:30"):
        verify(token, signer.keys, CLAIMS.expires_at)


def test_a_link_that_has_expired_is_still_known_to_be_ours() -> None:
    signer = FakeSigner()
    over = replace(CLAIMS, expires_at=NOW - timedelta(days=1))

    assert authentic(mint(over, signer.key), signer.keys) == over
    with pytest.raises(ForgedLinkError):
        authentic(mint(over, FakeSigner(secret=b"x").key), signer.keys)
    with pytest.raises(MalformedLinkError):
        authentic("v1a.x", signer.keys)


def test_a_link_of_another_stack_is_forged() -> None:
    token = mint(CLAIMS, FakeSigner(secret=b"another stack's").key)

    with pytest.raises(ForgedLinkError):
        verify(token, FakeSigner().keys, NOW)


def test_an_expired_link_that_is_forged_is_called_forged() -> None:
    token = mint(replace(CLAIMS, expires_at=NOW - timedelta(days=1)), FakeSigner(secret=b"x").key)

    with pytest.raises(ForgedLinkError):
        verify(token, FakeSigner().keys, NOW)


def test_what_kms_refuses_is_no_matter_of_the_link() -> None:
    signer = FakeSigner(error=DeniedError("kms:VerifyMac", "AccessDeniedException", "no"))
    token = mint(CLAIMS, FakeSigner().key)

    with pytest.raises(DeniedError):
        verify(token, signer.keys, NOW)


def refused_unasked(token: str) -> bool:
    signer = FakeSigner()
    with pytest.raises(MalformedLinkError):
        verify(token, signer.keys, NOW)
    return signer.checks == 0


GOOD = mint(CLAIMS, FakeSigner().key)
VERSION, BODY, CODE = GOOD.split(".")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "v2a",
        "v2a..",
        f"v2.{BODY}.{CODE}",
        f"v2A.{BODY}.{CODE}",
        f"v2aa.{BODY}.{CODE}",
        "TOKEN",
        GOOD[:-1],
        f"{GOOD}A",
        f"{GOOD}=",
        f"{GOOD}\n",
        f" {GOOD}",
        f"v1a.{BODY}.{CODE}",
        f"v3a.{BODY}.{CODE}",
        f"v0a.{BODY}.{CODE}",
        f"{VERSION}.{CODE}.{BODY}",
        f"{VERSION}.{BODY}",
        f"{VERSION}.{BODY}.{CODE}.{CODE}",
        f"{VERSION}.{BODY.replace('A', '+', 1)}.{CODE}",
        f"{VERSION}.{BODY}.{'é' * 43}",
        "v2a." + "A" * 10_000 + f".{CODE}",
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
        FIELDS[:4],
        FORMER,
        [*FORMER, "jane@example.com"],
        [*FORMER, "0123456789ABCDEF"],
        [*FORMER, "0" * 33],
        [*FORMER, 7],
        [str(KEY), 1795960930, "email", 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930, "email", "", 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930, "email", NOTICE.upper(), 1795618530, "0123456789abcdef"],
        [*FIELDS, 1],
        [str(KEY), "1795960930", "email", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930.0, "email", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), True, "email", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), 0, "email", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), -1, "email", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930, "email", NOTICE, 1 << 34, "0123456789abcdef"],
        [str(KEY), 1795960930, "", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930, "E-Mail", NOTICE, 1795618530, "0123456789abcdef"],
        [str(KEY), 1795960930, "email" * 10, NOTICE, 1795618530, "0123456789abcdef"],
        ["arn:aws:s3:::example", 1795960930, "email", NOTICE, 1795618530, "0123456789abcdef"],
        [7, 1795960930, "email", NOTICE, 1795618530, "0123456789abcdef"],
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

    assert verify(mint(late, signer.key), signer.keys, NOW) == late


def test_a_link_tells_which_key_signed_it_and_that_key_alone_is_asked() -> None:
    old, new = FakeSigner(secret=b"old"), FakeSigner(secret=b"new")
    both = {"a": old, "b": new}
    before, after = mint(CLAIMS, SigningKey("a", old)), mint(CLAIMS, SigningKey("b", new))

    assert verify(before, both, NOW) == verify(after, both, NOW) == CLAIMS
    assert (old.checks, new.checks) == (1, 1)


@pytest.mark.parametrize("keys", [{"b": FakeSigner(secret=b"new")}, {}], ids=["another", "none"])
def test_a_link_dies_with_the_key_that_signed_it_and_nothing_is_asked(keys: dict[str, FakeSigner]) -> None:
    with pytest.raises(ForgedLinkError):
        verify(GOOD, keys, NOW)

    assert all(key.checks == 0 for key in keys.values())


def test_a_link_of_one_key_is_not_good_as_one_of_another_though_both_are_the_same() -> None:
    signer = FakeSigner()

    with pytest.raises(ForgedLinkError):
        verify(GOOD.replace("v2a.", "v2b.", 1), {"a": signer, "b": signer}, NOW)


def test_two_notices_have_two_links() -> None:
    other = replace(CLAIMS, notice=NOTICE.replace("8", "9"))

    assert mint(other, FakeSigner().key) != GOOD


SAMPLE = SampleClaims(channel="email", notice=NOTICE, expires_at=NOW + timedelta(hours=24))
SAMPLE_FIELDS = ["test", "email", NOTICE, 1795445730]


def sample_token(body: bytes, signer: FakeSigner) -> str:
    """A test notice's token that the stack's own key signed, whatever it says."""
    parts = (body, signer.generate_mac(b"kms-reprieve link t1a\n" + body))
    return ".".join(("t1a", *map(_base64, parts)))


def signed_sample(fields: Any, signer: FakeSigner) -> str:
    return sample_token(json.dumps(fields, separators=(",", ":")).encode(), signer)


def test_the_link_of_a_test_notice_says_test_and_names_no_key() -> None:
    signer = FakeSigner()

    token = mint_sample(SAMPLE, signer.key)

    assert token == signed_sample(SAMPLE_FIELDS, signer)
    assert verify_sample(token, signer.keys, NOW) == SAMPLE
    assert (is_sample(token), is_sample(GOOD)) == (True, False)


def test_the_link_of_a_test_notice_expires() -> None:
    signer = FakeSigner()

    with pytest.raises(ExpiredLinkError):
        verify_sample(mint_sample(SAMPLE, signer.key), signer.keys, SAMPLE.expires_at)


@pytest.mark.parametrize("kind", ["t1a", "v1a", "v2a"])
def test_neither_kind_of_link_can_be_made_into_the_other(kind: str) -> None:
    signer = FakeSigner()
    for token in (mint(CLAIMS, signer.key), mint_sample(SAMPLE, signer.key)):
        altered = kind + token[3:]
        for check in (verify, verify_sample):
            if altered != token or is_sample(token) is not (check is verify_sample):
                with pytest.raises(LinkError):
                    check(altered, signer.keys, NOW)


def test_claims_of_one_kind_that_are_signed_as_the_other_are_refused() -> None:
    signer = FakeSigner()

    with pytest.raises(MalformedLinkError):
        verify(signed(SAMPLE_FIELDS, signer), signer.keys, NOW)
    with pytest.raises(MalformedLinkError):
        verify_sample(signed_sample(FIELDS, signer), signer.keys, NOW)


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        SAMPLE_FIELDS[:3],
        [*SAMPLE_FIELDS, "more"],
        ["real", *SAMPLE_FIELDS[1:]],
        ["test", "E-MAIL", NOTICE, 1795445730],
        ["test", "email", "n1", 1795445730],
        ["test", "email", NOTICE, 0],
        ["test", "email", NOTICE, 1 << 40],
        ["test", "email", NOTICE, "1795445730"],
    ],
)
def test_a_test_notice_s_link_of_other_claims_is_refused_unchecked(fields: Any) -> None:
    signer = FakeSigner()

    with pytest.raises(MalformedLinkError):
        verify_sample(signed_sample(fields, signer), signer.keys, NOW)

    assert signer.checks == 0


@pytest.mark.parametrize("token", ["", "t1a", "t1a.AAAAAAAA.short", "t1a." + "A" * 1100 + "." + "A" * 43])
def test_what_has_not_the_form_of_a_test_notice_s_link_is_refused(token: str) -> None:
    with pytest.raises(MalformedLinkError):
        verify_sample(token, FakeSigner().keys, NOW)


def test_a_test_notice_s_link_that_is_not_json_is_refused() -> None:
    signer = FakeSigner()

    with pytest.raises(MalformedLinkError):
        verify_sample(sample_token(b"not json", signer), signer.keys, NOW)


def test_another_stack_s_test_notice_opens_nothing() -> None:
    token = mint_sample(SAMPLE, FakeSigner(secret=b"another stack's").key)

    with pytest.raises(ForgedLinkError):
        verify_sample(token, FakeSigner().keys, NOW)
    with pytest.raises(ForgedLinkError):
        verify_sample(token, {}, NOW)


def test_a_link_of_the_former_version_is_good_until_it_expires_and_names_nobody() -> None:
    signer = FakeSigner()
    former = signed(FORMER, signer, "v1a")

    assert verify(former, signer.keys, NOW) == replace(CLAIMS, recipient="")
    with pytest.raises(ExpiredLinkError):
        verify(former, signer.keys, CLAIMS.expires_at)


def test_a_link_of_the_former_version_can_t_be_made_into_one_of_this() -> None:
    signer = FakeSigner()
    _, body, code = signed(FORMER, signer, "v1a").split(".")
    longer = _base64(json.dumps([*FORMER, ""], separators=(",", ":")).encode())

    assert refused_unasked(f"v2a.{body}.{code}")
    assert refused_unasked(signed(FIELDS, signer, "v1a"))
    with pytest.raises(ForgedLinkError):
        verify(f"v2a.{longer}.{code}", signer.keys, NOW)


def test_a_link_for_a_channel_with_one_recipient_names_nobody() -> None:
    signer, claims = FakeSigner(), replace(CLAIMS, recipient="")

    assert verify(mint(claims, signer.key), signer.keys, NOW) == claims
