"""Links: whatever is put in comes out, and whatever is altered is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.arn import KeyArn
from reprieve.errors import LinkError
from reprieve.links import LinkClaims, SampleClaims, mint, mint_sample, verify, verify_sample
from tests.examples import DELETION, KEY, NOW, OTHER_KEY
from tests.fakes import FakeSigner

SIGNER = FakeSigner()
CLAIMS = LinkClaims(
    key=KEY,
    deletion_date=DELETION,
    channel="email",
    notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
    expires_at=NOW + timedelta(hours=72),
)
TOKEN = mint(CLAIMS, SIGNER.key)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2400, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
keys = st.builds(
    KeyArn,
    partition=st.sampled_from(["aws", "aws-cn", "aws-us-gov"]),
    region=st.from_regex(r"[a-z]{2}-[a-z]{4,9}-[1-9]", fullmatch=True),
    account=st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii),
    resource=st.from_regex(r"key/(mrk-)?[0-9a-f]{8,32}", fullmatch=True),
)
claims = st.builds(
    LinkClaims,
    key=keys,
    deletion_date=moments,
    channel=st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True),
    notice=st.uuids().map(str),
    expires_at=moments,
    recipient=st.from_regex(r"[0-9a-f]{0,32}", fullmatch=True),
)


def is_refused(token: str) -> bool:
    try:
        verify(token, SIGNER.keys, NOW)
    except LinkError:
        return True
    return False


@given(claims)
def test_whatever_a_link_says_is_what_it_was_told(told: LinkClaims) -> None:
    before = told.expires_at - timedelta(seconds=1)

    assert verify(mint(told, SIGNER.key), SIGNER.keys, before) == told


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_every_change_of_a_single_byte_is_refused(place: int) -> None:
    others = (chr(code) for code in range(256) if chr(code) != TOKEN[place])

    accepted = [other for other in others if not is_refused(TOKEN[:place] + other + TOKEN[place + 1 :])]

    assert accepted == []


def test_every_truncation_is_refused() -> None:
    cut = [TOKEN[:end] for end in range(len(TOKEN))] + [TOKEN[start:] for start in range(1, len(TOKEN))]

    assert [token for token in cut if not is_refused(token)] == []


@pytest.mark.parametrize(
    "other",
    [
        replace(CLAIMS, key=OTHER_KEY),
        replace(CLAIMS, deletion_date=DELETION + timedelta(seconds=1)),
        replace(CLAIMS, channel="slack"),
        replace(CLAIMS, notice=CLAIMS.notice.replace("8", "9")),
        replace(CLAIMS, expires_at=CLAIMS.expires_at + timedelta(days=1)),
    ],
)
def test_the_code_of_one_link_is_not_good_for_another(other: LinkClaims) -> None:
    version, body, code = TOKEN.split(".")
    _, other_body, other_code = mint(other, SIGNER.key).split(".")

    assert is_refused(f"{version}.{other_body}.{code}")
    assert is_refused(f"{version}.{body}.{other_code}")
    assert is_refused(f"{version}.{code}.{body}")


@given(st.text(max_size=600))
def test_whatever_else_is_refused(token: str) -> None:
    assert is_refused(token)


@given(st.lists(st.integers(0, len(TOKEN) - 1), min_size=1, max_size=9), st.text(min_size=1, max_size=9))
def test_whatever_is_put_in_is_refused(places: list[int], more: str) -> None:
    altered = TOKEN
    for place in places:
        altered = altered[:place] + more + altered[place:]

    assert is_refused(altered)


SAMPLE = SampleClaims(channel="email", notice=CLAIMS.notice, expires_at=NOW + timedelta(hours=24))
SAMPLE_TOKEN = mint_sample(SAMPLE, SIGNER.key)
sample_claims = st.builds(
    SampleClaims,
    channel=st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True),
    notice=st.uuids().map(str),
    expires_at=moments,
)


def is_no_sample(token: str) -> bool:
    try:
        verify_sample(token, SIGNER.keys, NOW)
    except LinkError:
        return True
    return False


@given(sample_claims)
def test_whatever_the_link_of_a_test_notice_says_is_what_it_was_told(told: SampleClaims) -> None:
    token, before = mint_sample(told, SIGNER.key), told.expires_at - timedelta(seconds=1)

    assert verify_sample(token, SIGNER.keys, before) == told
    assert is_refused(token)


@given(claims)
def test_no_link_of_a_case_is_that_of_a_test_notice(told: LinkClaims) -> None:
    token = mint(told, SIGNER.key)

    assert is_no_sample(token)
    assert is_no_sample("t1" + token[2:])


@pytest.mark.parametrize("place", range(len(SAMPLE_TOKEN)))
def test_every_change_of_a_single_byte_of_a_test_notice_s_link_is_refused(place: int) -> None:
    before, after = SAMPLE_TOKEN[:place], SAMPLE_TOKEN[place + 1 :]
    others = (chr(code) for code in range(256) if chr(code) != SAMPLE_TOKEN[place])

    altered = [f"{before}{other}{after}" for other in others]

    assert [token for token in altered if not (is_no_sample(token) and is_refused(token))] == []
