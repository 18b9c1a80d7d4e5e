"""The audit's chain."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from adapters.main import open_records
from adapters.settings import from_environment
from bot import outbox
from bot.card import Card
from bot.records import audit
from bot.records.store import Change, Records
from bot.records.tables import Audit, Sending
from tests.console import Console
from tests.records.together import at_once


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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_who_notes_and_then_waits_for_a_row_and_one_who_has_it_and_then_notes_both_get_through(
    records: Records,
) -> None:
    """On PostgreSQL, where two write at once: a card is given up while an answer is put after it."""
    _noted(records, 1)
    with records.changing() as change:
        outbox.put(change, "web:a", (Card("1", "A card"),))
    both_have_begun = Barrier(2)

    def notes_first(change: Change) -> None:
        change.audit("complaint:handoff:accepted", "case")
        both_have_begun.wait(timeout=10)
        outbox.take(change, "web:a")

    def has_the_row_first(change: Change) -> None:
        change.session.scalars(select(Sending).with_for_update()).one()
        both_have_begun.wait(timeout=10)
        change.audit("card:delivery:stuck", "card")

    def changes(what: Callable[[Change], None]) -> bool:
        with records.changing() as change:
            what(change)
        return True

    assert at_once(lambda: changes(notes_first), lambda: changes(has_the_row_first)) == [True, True]
    with records.reading() as session:
        assert audit.length(session, records.organisation) == 3
        assert audit.verify(session, records) is None


def test_the_chain_holds_with_several_who_write_at_once(records: Records) -> None:
    at_once(*[lambda: _noted(records, 5)] * 4)
    with records.reading() as session:
        assert audit.length(session, records.organisation) == 20
        assert audit.verify(session, records) is None


def test_what_one_change_notes_is_in_the_chain_in_its_order_or_not_at_all(records: Records) -> None:
    with records.changing() as change:
        for what in ("complaint:case:opened", "complaint:handoff:offered"):
            change.audit(what, "case")
    with suppress(KeyError), records.changing() as change:
        change.audit("complaint:case:closed", "case")
        raise KeyError
    with records.reading() as session:
        noted = session.scalars(select(Audit.what).order_by(Audit.number)).all()
    assert noted == ["complaint:case:opened", "complaint:handoff:offered"]


def test_the_command_names_the_first_broken_link(tmp_path: Path) -> None:
    hearth = Console(tmp_path / "data")
    for command in ("migrate", "stuck"):
        hearth.out(command)
    opened = open_records(from_environment({"HEARTH_DATA": str(tmp_path / "data")}))
    with opened.reading() as session:
        before = audit.length(session, opened.organisation)
    _noted(opened, 2)
    assert hearth.out("audit", "verify") == f"The audit is whole: {before + 2:,} entries.\n"
    with opened.changing() as change:
        change.session.query(Audit).filter_by(number=before + 1).one().who = "somebody else"
    opened.engine.dispose()
    assert hearth("audit", "verify").error == f"The audit is broken: entry {before + 1} was changed."
