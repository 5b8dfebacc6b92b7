"""The page's use cases, wired on fakes: what `functions/respond/app.py` does on AWS."""

from collections.abc import Mapping

from reprieve.cases.recipient import RecipientStore
from reprieve.cases.sample_store import SampleStore
from reprieve.cases.store import CaseStore
from reprieve.ports import LinkChecker, MessageQueue
from reprieve.respond.access import Access
from reprieve.respond.case_view import CaseReader
from reprieve.respond.recovery import KeyRecovery
from reprieve.respond.rescue import Rescuer
from reprieve.respond.responder import Responder
from reprieve.respond.samples import Samples
from tests.fakes import FakeClock, FakeKms, FakeLog, Here


def responder(
    *,
    kms: FakeKms,
    store: CaseStore,
    queue: MessageQueue,
    clock: FakeClock,
    log: FakeLog,
    checkers: Mapping[str, LinkChecker],
    access: Access | None = None,
) -> Responder:
    """Return the use case of the page."""
    reader = CaseReader(keys=kms, store=store, pool=Here(), clock=clock, log=log)
    rescuer = Rescuer(
        reader=reader,
        recovery=KeyRecovery(keys=kms, control=kms, sleep=clock.sleep, log=log),
        store=store,
        queue=queue,
        clock=clock,
        log=log,
    )
    return Responder(
        checkers=checkers,
        access=access or Access(),
        reader=reader,
        rescuer=rescuer,
        store=store,
        recipients=RecipientStore(store.table, store.retention),
        samples=Samples(store=SampleStore(store.table), clock=clock, log=log),
        clock=clock,
        log=log,
    )
