"""The audit's chain."""

from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Audit


def _noted(records: Records, times: int) -> None:
    for number in range(times):
        with records.changing() as change:
            change.audit("complaint:handoff:accepted", f"case-{number}", detail="said in private")


def test_a_chain_that_nobody_touched_is_whole(records: Records) -> None:
    _noted(records, 3)
    with records.reading() as session:
        assert audit.verify(session, records.organisation) is None


def test_the_first_changed_link_is_named(records: Records) -> None:
    _noted(records, 3)
    with records.changing() as change:
        second = change.session.query(Audit).filter_by(number=2).one()
        second.what = "complaint:handoff:declined"
    with records.reading() as session:
        assert audit.verify(session, records.organisation) == audit.Fault(2, "was changed")
