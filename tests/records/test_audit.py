"""The audit's chain."""

from sqlalchemy import select

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
        assert audit.verify(session, records) is None


def test_the_first_changed_link_is_named(records: Records) -> None:
    _noted(records, 3)
    with records.changing() as change:
        second = change.session.query(Audit).filter_by(number=2).one()
        second.what = "complaint:handoff:declined"
    with records.reading() as session:
        assert audit.verify(session, records) == audit.Fault(2, "was changed")


def test_a_detail_is_read_as_it_was_written_and_its_mark_tells_nothing_of_it(records: Records) -> None:
    _noted(records, 2)
    with records.reading() as session:
        first, second = session.scalars(select(Audit).order_by(Audit.number))
        assert audit.detail_of(records, first) == audit.detail_of(records, second) == "said in private"
        assert first.detail_mark != second.detail_mark


def test_another_detail_is_found_out_even_when_the_right_key_sealed_it(records: Records) -> None:
    _noted(records, 3)
    with records.changing() as change:
        second = change.session.query(Audit).filter_by(number=2).one()
        mark = second.detail_mark
        audit.attach(records, second, "said otherwise")
        second.detail_mark = mark
    with records.reading() as session:
        assert audit.verify(session, records) == audit.Fault(2, "has another detail than once")


def test_another_detail_with_a_mark_that_fits_it_is_found_out(records: Records) -> None:
    _noted(records, 3)
    with records.changing() as change:
        audit.attach(records, change.session.query(Audit).filter_by(number=2).one(), "said otherwise")
    with records.reading() as session:
        assert audit.verify(session, records) == audit.Fault(2, "was changed")


def test_a_detail_that_was_taken_out_or_moved_is_found_out(records: Records) -> None:
    _noted(records, 3)
    with records.changing() as change:
        first, _, third = change.session.query(Audit).order_by(Audit.number)
        third.detail = first.detail
    with records.reading() as session:
        assert "has a detail that does not open" in str(audit.verify(session, records))
    with records.changing() as change:
        change.session.query(Audit).filter_by(number=1).one().detail = None
    with records.reading() as session:
        fault = audit.verify(session, records)
        assert fault == audit.Fault(1, "was changed: its detail or the mark of it is gone")
