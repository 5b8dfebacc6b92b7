"""The page behind the link of a test notice, and its one button. Neither asks KMS about any key."""

from dataclasses import replace
from typing import Final
from uuid import uuid4

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.result import Result
from reprieve.cases.sample_store import SAMPLE_CASE, SEEN_AT_MOST, SampleRecord, SampleStore
from reprieve.cases.visitor import Person, Visitor
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, ConflictError
from reprieve.links import SampleClaims
from reprieve.ports import Log
from reprieve.respond.pages.case_page import outcome_page
from reprieve.respond.pages.outcome import Outcome, Tone
from reprieve.respond.pages.rendering import FormState, Page
from reprieve.respond.pages.sample_page import SampleView, sample_page

NOT_RECORDED: Final = Outcome(
    name=Result.NOT_RECORDED,
    title="This could not be recorded",
    next="Open the page again in a minute, and press the button.",
    retry_after=60,
    offer_again=True,
)

ENOUGH: Final = Outcome(
    name=Result.ALREADY,
    title="This was recorded often enough",
    said=(f"It is on record {SEEN_AT_MOST} times that this notice was seen. No more is recorded.",),
    tone=Tone.PLAIN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The use case, with all that it needs."""

    store: SampleStore
    clock: Clock
    log: Log

    def show(self, claims: SampleClaims, visitor: Visitor, form: FormState, cookies: tuple[str, ...]) -> Page:
        """Show the sample; who has signed in is recorded, as on every page."""
        record = self._record(claims)
        if visitor.person:
            self._note_opened(claims, visitor, visitor.person, record)
        shown = SampleView(claims=claims, visitor=visitor, record=record, now=self.clock(), form=form)
        return sample_page(shown, cookies)

    def seen(self, claims: SampleClaims, visitor: Visitor) -> Page:
        """Record that someone has seen a test notice: for each channel, only the first few times."""
        try:
            record = self.store.record(claims.notice)
            if sum(_is_from(entry, claims.channel) for entry in record.seen) >= SEEN_AT_MOST:
                return outcome_page(ENOUGH)
            entry = self._entry(Event.SEEN, visitor)
            self.store.note(claims.notice, entry)
        except (AwsError, ConflictError) as error:
            self.log.error("Could not record who confirmed a test notice", problem=str(error))
            return outcome_page(NOT_RECORDED)
        self.log.info(
            "A person confirmed a test notice",
            notice_id=claims.notice,
            channel=claims.channel,
            source_ip=visitor.source_ip,
        )
        known = replace(record, history=(*record.history, entry))
        return sample_page(SampleView(claims=claims, visitor=visitor, record=known, now=self.clock()))

    def _record(self, claims: SampleClaims) -> SampleRecord:
        try:
            return self.store.record(claims.notice)
        except AwsError as error:
            self.log.error("Could not read a test notice", problem=str(error))
            return SampleRecord()

    def _note_opened(
        self, claims: SampleClaims, visitor: Visitor, person: Person, record: SampleRecord
    ) -> None:
        """Record who opened the page, once each; if that fails, the page is shown anyway."""
        opened = (entry.visitor.person for entry in record.history if entry.visitor)
        if any(other and other.is_same(person) for other in opened):
            return
        try:
            self.store.note(claims.notice, self._entry(Event.OPENED, visitor))
        except (AwsError, ConflictError) as error:
            self.log.error("Could not record who opened a page", problem=str(error))

    def _entry(self, event: Event, visitor: Visitor) -> Entry:
        return Entry(
            id=uuid4().hex,
            at=self.clock().replace(microsecond=0),
            case_id=SAMPLE_CASE,
            event=event,
            visitor=visitor,
        )


def _is_from(entry: Entry, channel: str) -> bool:
    return entry.visitor is not None and entry.visitor.channel == channel
