"""Id tokens: what one must say to be trusted, whom it names, and who of them may decide.

The checks are those of OpenID Connect Core 1.0, section 3.1.3.7, except for the signature: the token comes
straight from the provider over verified TLS, which item 6 there allows instead.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from unicodedata import normalize

from reprieve.cases.visitor import Person
from reprieve.dataclass import dataclass
from reprieve.errors import IdTokenError, NotApproverError, UnverifiedEmailError
from reprieve.untrusted import one_line

Claims = Mapping[str, object]

LEEWAY: Final = timedelta(seconds=60)
_LATEST: Final = 1 << 34  # seconds since 1970, some 500 years ahead
_NAME_LIMIT: Final = 64
_SUBJECT: Final = re.compile(r"[ -~]{1,255}")  # section 2: ASCII, and no longer than that
_EMAIL: Final = re.compile(r"[!-?A-~]{1,64}@[a-z0-9.-]{1,189}")  # no quoted blanks, no second @
_ADDRESS: Final = frozenset({"email", "email_verified"})
_OF_THE_TOKEN: Final = frozenset({"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an id token has to say; the nonce is the one that went out with this very sign-in."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def check(claims: Claims, expected: Expected) -> None:
    """Refuse what is not meant for us, here and now.

    Raises:
        IdTokenError: a claim is missing, or not what is expected; it is named.
    """
    _require(claims.get("iss") == expected.issuer, "iss", "is another issuer's")
    _require(expected.client_id in _audiences(claims), "aud", "does not name us")
    _require(_party(claims) == expected.client_id, "azp", "names another client")
    _require(_is_same(claims.get("nonce"), expected.nonce), "nonce", "is another sign-in's")
    _check_times(claims, expected.now)
    subject(claims)


def _check_times(claims: Claims, now: datetime) -> None:
    early, late = (now + LEEWAY).timestamp(), (now - LEEWAY).timestamp()
    _require(_seconds(claims, "exp") > late, "exp", "is over")
    _require(_seconds(claims, "iat") <= early, "iat", "is in the future")
    if "nbf" in claims:
        _require(_seconds(claims, "nbf") <= early, "nbf", "is in the future")


def _require(holds: bool, claim: str, problem: str) -> None:  # noqa: FBT001 - it is what is required
    if not holds:
        raise IdTokenError(claim, problem)


def _audiences(claims: Claims) -> list[object]:
    found = claims.get("aud")
    return found if isinstance(found, list) else [found]


def _party(claims: Claims) -> object:
    """Return for whom the token was made: `azp`, which may be left out where there is one audience."""
    audiences = _audiences(claims)
    return claims.get("azp", audiences[0] if len(audiences) == 1 else None)


def _is_same(found: object, expected: str) -> bool:
    return isinstance(found, str) and found.isascii() and compare_digest(found, expected)


def _seconds(claims: Claims, name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < _LATEST:
        raise IdTokenError(name, "is not a time")
    return found


def subject(claims: Claims) -> str:
    """Return the provider's permanent name for someone.

    Raises:
        IdTokenError: there is no such name.
    """
    found = claims.get("sub")
    if not (isinstance(found, str) and _SUBJECT.fullmatch(found)):
        raise IdTokenError("sub", "is missing, or is not a name")
    return found


def complete(claims: Claims, told: Claims) -> Claims:
    """Return checked claims with what the UserInfo endpoint told.

    An address, and whether it is verified, always come from the same source.

    Raises:
        IdTokenError: the endpoint answered about someone else (OpenID Connect Core 1.0, section 5.3.2).
    """
    if not told:
        return claims
    _require(told.get("sub") == claims.get("sub"), "sub", "is another's at the UserInfo endpoint")
    addressed = claims if _is_verified(claims) or "email" not in told else told
    return {
        **_without(claims, _ADDRESS),
        **_without(told, _OF_THE_TOKEN | _ADDRESS),
        **{name: addressed[name] for name in _ADDRESS if name in addressed},
    }


def _without(claims: Claims, names: frozenset[str]) -> Claims:
    return {name: value for name, value in claims.items() if name not in names}


def person(claims: Claims) -> Person:
    """Return whom checked claims name; only a verified address of theirs counts."""
    email = _email(claims) if _is_verified(claims) else ""
    return Person(
        issuer=str(claims["iss"]),
        subject=subject(claims),
        name=_name(claims, email),
        email=email or None,
    )


def _name(claims: Claims, email: str) -> str | None:
    """Return a name on one line; one that holds an address is passed over, unless it is the verified one."""
    for claim in ("name", "preferred_username"):
        found = claims.get(claim)
        name = " ".join(normalize("NFKC", found).split()) if isinstance(found, str) else ""
        if name and ("@" not in name or name.lower() == email):
            return one_line(name, _NAME_LIMIT)
    return None


def _email(claims: Claims) -> str:
    """Return the address in lower case; "" where there is none, or none in plain ASCII.

    Lower case of other letters can be ASCII: the Kelvin sign is not a k.
    """
    found = claims.get("email")
    if not (isinstance(found, str) and found.isascii()):
        return ""
    return found.lower() if _EMAIL.fullmatch(found.lower()) else ""


def _is_verified(claims: Claims) -> bool:
    """Return whether the address is verified, which some providers say in a word."""
    found = claims.get("email_verified")
    return found is True or found == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRules:
    """Who may decide: anyone whom one of these names.

    Attributes:
        domains: Of verified addresses, in lower case; a subdomain is another domain.
        emails: Verified addresses, in lower case.
        groups: Values of the group claim, to the letter.
        group_claim: The claim that lists someone's groups, such as `groups` or `cognito:groups`.
    """

    domains: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    group_claim: str = "groups"

    def admit(self, claims: Claims) -> None:
        """Let someone pass whom checked claims name.

        Raises:
            UnverifiedEmailError: they could, if their address were verified.
            NotApproverError: they can't.
        """
        if self.groups & _texts(claims.get(self.group_claim)):
            return
        email = _email(claims)
        if email not in self.emails and email.rpartition("@")[2] not in self.domains:
            raise NotApproverError(subject(claims))
        if not _is_verified(claims):
            raise UnverifiedEmailError(subject(claims))


def _texts(value: object) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    return frozenset(each for each in values if isinstance(each, str))
