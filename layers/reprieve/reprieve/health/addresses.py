"""Email addresses that get no notices: one that never confirmed, and one that is no longer subscribed.

Mail scanners follow the link that unsubscribes, and SNS does not ask whether that was intended.
A subscription that nobody confirms is listed as pending for 48 hours, and then not at all.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.health_store import Address, HealthStore, Subscribed, is_to_be_renewed
from reprieve.cases.problem import Kind, Problem
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, ConflictError
from reprieve.ports import Log, Subscriptions

TIME_TO_CONFIRM: Final = timedelta(days=1)

_UNCONFIRMED: Final = (
    "AWS sent an email with a link to confirm the subscription; it may be in the spam folder. The request"
    " lapses after two days. Then remove the address from NotificationEmails, deploy, add it again, and"
    " deploy."
)
_ASKED_AGAIN: Final = (
    "Every SNS email has an unsubscribe link, and mail scanners follow it. Sent a new confirmation"
    " request to the address: follow the link in it, and the address gets notices again."
)
_NOT_ASKED: Final = (
    "Every SNS email has an unsubscribe link, and mail scanners follow it. A new confirmation request"
    " is sent only once, and it was. Remove the address from NotificationEmails and deploy. To subscribe it"
    " again, add it and deploy once more."
)
_NOT_SENT: Final = (
    "Every SNS email has an unsubscribe link, and mail scanners follow it. A new confirmation request"
    " could not be sent. Remove the address from NotificationEmails, deploy, add it again, and deploy."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses that are to get the notices, and how they are subscribed."""

    topic: str
    listed: tuple[str, ...]
    subscriptions: Subscriptions
    book: HealthStore
    log: Log

    def problems(self, now: datetime) -> Iterator[Problem]:
        """Yield what is wrong with each address, once it has been handled; one that was lost is asked again.

        Raises:
            AwsError: it could not be read or written how they are subscribed.
        """
        known = self.book.addresses()
        self.book.forget(known.keys() - {address.casefold() for address in self.listed})
        present = self._present() if self.listed else {}
        for address in self.listed:
            before = known.get(address.casefold())
            seen = _seen(address, before, present.get(address.casefold()), now)
            yield from self._problem(seen, now, lost=before is not None and before.seen is Subscribed.REMOVED)

    def _present(self) -> dict[str, Subscribed]:
        """Return how the topic's addresses are subscribed: a confirmed one counts, whatever else there is."""
        found = sorted(self.subscriptions.of(self.topic), key=lambda each: each.arn is not None)
        return {
            each.address.casefold(): Subscribed.CONFIRMED if each.arn else Subscribed.ASKED for each in found
        }

    def _problem(self, address: Address, now: datetime, *, lost: bool) -> Iterator[Problem]:
        """Yield what is wrong with an address; `lost` is whether it was when it was seen before."""
        ask = address.seen is Subscribed.REMOVED and not address.asked_again
        try:
            if ask or is_to_be_renewed(address, now):
                self.book.keep(replace(address, asked_again=address.asked_again or ask), now)
        except ConflictError:
            return  # another invocation handles it
        if ask:
            yield _removed(address, self._ask_again(address.address))
        else:
            yield from _lasting(address, now, lost=lost)

    def _ask_again(self, address: str) -> str:
        try:
            self.subscriptions.add(self.topic, address)
        except AwsError as error:
            self.log.error("Could not subscribe a lost email address again", problem=str(error))
            return _NOT_SENT
        self.log.warning("Subscribed a lost email address again")
        return _ASKED_AGAIN


def _lasting(address: Address, now: datetime, *, lost: bool) -> Iterator[Problem]:
    """Yield what is wrong with an address that is not to be asked now.

    That it was asked again is said when the request is seen, too: a run may die between asking and telling.
    """
    if address.seen is Subscribed.REMOVED:
        yield _removed(address, _NOT_ASKED)
    elif address.seen is Subscribed.ASKED and lost:
        yield _removed(address, _ASKED_AGAIN)
    elif address.seen is Subscribed.ASKED and now - address.since >= TIME_TO_CONFIRM:
        yield Problem(
            kind=Kind.ADDRESS_UNCONFIRMED,
            subject=address.address,
            since=address.since,
            advice=_UNCONFIRMED,
        )


def _removed(address: Address, advice: str) -> Problem:
    return Problem(kind=Kind.ADDRESS_REMOVED, subject=address.address, since=address.since, advice=advice)


def _seen(address: str, known: Address | None, present: Subscribed | None, now: datetime) -> Address:
    """Return what is known about an address with how it is subscribed now.

    One that SNS does not list was removed if it was confirmed; else its request is yet to come, or lapsed.
    A change has no `expires_at`, because it is not stored yet.
    """
    if known is None:
        return Address(address=address, seen=present or Subscribed.ASKED, since=now)
    seen = present or (Subscribed.ASKED if known.seen is Subscribed.ASKED else Subscribed.REMOVED)
    return known if seen is known.seen else replace(known, seen=seen, since=now, expires_at=None)
