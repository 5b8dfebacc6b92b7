"""Sign-in: a browser goes to the OpenID provider, comes back with a code, and has a session for an hour.

What a sign-in needs to end where it began is in a cookie, so that a mere request stores nothing here.
A session is in the table, under the hash of what the browser holds: reading the table signs nobody in.
Both cookies are `__Host-`: no other host can plant them, not even a subdomain or a neighbour.
They are `SameSite=Lax`, because people come from an email and from their provider; forms of other sites do
not send them.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final, Self

from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.visitor import Person
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import (
    ConflictError,
    LostSignInError,
    MalformedLinkError,
    NotApproverError,
    NotUnderstoodError,
    ProviderError,
    RefusedSignInError,
    UnverifiedEmailError,
)
from reprieve.links import LONGEST
from reprieve.ports import Document, IdentityProvider, Table, Tokens
from reprieve.respond.id_tokens import ApproverRules, Claims, Expected, check, complete, person
from reprieve.untrusted import one_line

SIGN_IN_COOKIE: Final = "__Host-reprieve-sign-in"
SESSION_COOKIE: Final = "__Host-reprieve-session"
SIGN_IN_TIMEOUT: Final = timedelta(minutes=10)
LIFETIME: Final = timedelta(hours=1)
_SORT: Final = "session"
_ERROR_LIMIT: Final = 64
_RANDOM: Final = 32  # bytes; 43 characters
_TOKEN: Final = rf"[A-Za-z0-9_.-]{{1,{LONGEST}}}"
_PENDING: Final = re.compile(
    rf"([\w-]{{43}})\.([\w-]{{43}})\.([\w-]{{43}})\.(\d{{1,10}})\.({_TOKEN})", re.ASCII
)
_SECRET: Final = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where to send a browser, and the `Set-Cookie` that it takes along."""

    address: str = field(repr=False)
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who has signed in, the token of the link to go back to, and each `Set-Cookie` of the answer."""

    person: Person
    token: str = field(repr=False)
    cookies: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """What the table holds about someone who has signed in."""

    person: Person
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pending:
    """A sign-in that a browser has begun; only that browser knows about it.

    Nothing vouches for a cookie, so `token` may be anything.
    """

    state: str
    nonce: str
    verifier: str
    begun_at: datetime
    token: str

    @classmethod
    def begin(cls, token: str, now: datetime) -> Self:
        """Return a new one, with secrets of its own."""
        state, nonce, verifier = (token_urlsafe(_RANDOM) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, begun_at=now, token=token)

    @classmethod
    def parse(cls, cookie: str) -> Self:
        """Read it back.

        Raises:
            LostSignInError: it is not a sign-in.
        """
        form = _PENDING.fullmatch(cookie)
        if not form:
            raise LostSignInError
        state, nonce, verifier, seconds, token = form.groups()
        begun_at = datetime.fromtimestamp(int(seconds), UTC)
        return cls(state=state, nonce=nonce, verifier=verifier, begun_at=begun_at, token=token)

    def __str__(self) -> str:
        seconds = int(self.begun_at.timestamp())
        return f"{self.state}.{self.nonce}.{self.verifier}.{seconds}.{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The use case, with all that it needs."""

    provider: IdentityProvider
    rule: ApproverRules
    table: Table
    clock: Clock

    def begin(self, token: str) -> Begun:
        """Send a browser that came with a link to the provider.

        Raises:
            MalformedLinkError: the token is not of the characters of one.
            ProviderError: its address can't be found out.
        """
        if not re.fullmatch(_TOKEN, token):
            raise MalformedLinkError
        pending = Pending.begin(token, self.clock())
        address = self.provider.authorization_url(
            state=pending.state, nonce=pending.nonce, verifier=pending.verifier
        )
        return Begun(address=address, cookie=_cookie(SIGN_IN_COOKIE, str(pending), SIGN_IN_TIMEOUT))

    def pending(self, query: Mapping[str, str], cookies: Mapping[str, str]) -> Pending:
        """Return the sign-in that a browser comes back from; nobody is asked.

        Args:
            query: What the provider made the browser ask for, decoded.
            cookies: What the browser holds, by name.

        Raises:
            LostSignInError: this browser has begun no such sign-in, or too long ago.
        """
        pending = Pending.parse(cookies.get(SIGN_IN_COOKIE, ""))
        state = query.get("state", "")
        if not compare_digest(state.encode(errors="replace"), pending.state.encode()):
            raise LostSignInError
        if self.clock() - pending.begun_at >= SIGN_IN_TIMEOUT:
            raise LostSignInError
        return pending

    def finish(self, pending: Pending, query: Mapping[str, str]) -> Entered:
        """Let in a person who comes back from the provider, if they may decide.

        It reads a secret and asks the provider: the link that `pending` names has to be a good one.

        Raises:
            SignInError: the one that tells why not; nothing is stored.
            AwsError: the session could not be stored, or the client's secret not be read.
        """
        tokens = self.provider.redeem(self._code(query), pending.verifier)
        expected = Expected(
            issuer=self.provider.issuer,
            client_id=self.provider.client_id,
            nonce=pending.nonce,
            now=self.clock(),
        )
        check(tokens.claims, expected)
        claims = self._completed(tokens)
        self.rule.admit(claims)
        who = person(claims)
        session = self._keep(who)
        return Entered(person=who, token=pending.token, cookies=(session, _cookie(SIGN_IN_COOKIE)))

    def person(self, cookies: Mapping[str, str]) -> Person | None:
        """Return who has signed in with this browser, at this provider, within the last hour.

        Raises:
            AwsError: it can't be found out.
        """
        secret = cookies.get(SESSION_COOKIE, "")
        found = self.table.get(_partition(secret), _SORT) if _SECRET.fullmatch(secret) else None
        try:
            session = from_json(SignInSession, found.body) if found else None
        except NotUnderstoodError:  # of another version of this product
            return None
        if session is None:
            return None
        is_good = self.clock() < session.ends_at and session.person.issuer == self.provider.issuer
        return session.person if is_good else None

    def _code(self, query: Mapping[str, str]) -> str:
        """Return the code; a provider that names itself in its answer (RFC 9207) has to be ours."""
        if query.get("iss", self.provider.issuer) != self.provider.issuer:
            raise ProviderError("the answer names another issuer")
        if "error" in query:
            raise RefusedSignInError(one_line(query["error"], _ERROR_LIMIT))
        if not query.get("code"):
            raise ProviderError("the answer has no code")
        return query["code"]

    def _completed(self, tokens: Tokens) -> Claims:
        """Return the claims of an id token, and what it leaves open from the UserInfo endpoint.

        A provider may keep to OpenID Connect Core 1.0, section 5.4, and put all but the subject there,
        as Okta does with groups, and with whether an address is verified. It may also give no answer that
        can be read: nobody whom the token itself lets decide is kept out because a name is missing.
        """
        claims = tokens.claims
        is_admitted = self._admits(claims)
        if is_admitted and person(claims).name is not None:
            return claims
        try:
            told = self.provider.user_info(tokens.access_token)
        except ProviderError:
            if is_admitted:
                return claims
            raise
        return complete(claims, told)

    def _admits(self, claims: Claims) -> bool:
        try:
            self.rule.admit(claims)
        except (NotApproverError, UnverifiedEmailError):
            return False
        return True

    def _keep(self, who: Person) -> str:
        """Store a session, and return its cookie."""
        secret = token_urlsafe(_RANDOM)
        ends_at = self.clock().replace(microsecond=0) + LIFETIME
        body = to_json(SignInSession(person=who, ends_at=ends_at))
        document = Document(partition=_partition(secret), sort=_SORT, body=body, expires_at=ends_at)
        # What is there already is our own write, whose answer got lost: nobody else knows the secret.
        with suppress(ConflictError):
            self.table.put(document)
        return _cookie(SESSION_COOKIE, secret, LIFETIME)


def _partition(secret: str) -> str:
    return f"session#{sha256(secret.encode()).hexdigest()}"


def _cookie(name: str, value: str = "", lifetime: timedelta = timedelta()) -> str:
    """Return a `Set-Cookie`; without a value, it takes the cookie away."""
    age = int(lifetime.total_seconds())
    return f"{name}={value}; Path=/; Max-Age={age}; HttpOnly; Secure; SameSite=Lax"
