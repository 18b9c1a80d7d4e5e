"""Accepting a message: once, whole, sealed, and with the work to do on it."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot import inbox
from bot.records.database import connect
from bot.records.store import Change, Records
from bot.records.tables import Audit, Event, Organisation, Table
from tests.records.conftest import Clock, NotedJobs
from tests.records.stage import accept, all_of, said
from tests.records.together import at_once


def _waiting(records: Records, conversation: str = "web:a") -> str | None:
    waiting = inbox.next_waiting(records, conversation)
    return waiting.message.id if waiting else None


def _handled(records: Records, message_id: str) -> bool:
    with records.changing() as change:
        return inbox.handled(change, said(message_id))


def test_an_accepted_message_waits_with_its_words(records: Records) -> None:
    assert inbox.accept(records, said("1", text="may I?"))
    assert inbox.next_waiting(records, "web:a") == inbox.Waiting(said("1", text="may I?"), 0, is_last=True)


def test_accepting_it_enqueues_its_handling_under_its_id_and_in_its_conversation(
    records: Records, jobs: NotedJobs
) -> None:
    accept(records, "1")
    (job,) = jobs.noted
    assert (job.name, job.about, job.key, job.id) == ("handle", "web:a", "web:a", "event:1")


def test_a_repeat_changes_nothing(records: Records, jobs: NotedJobs) -> None:
    accept(records, "1")
    assert not inbox.accept(records, said("1", text="other words"))
    assert inbox.next_waiting(records, "web:a") == inbox.Waiting(said("1"), 0, is_last=True)
    assert len(jobs.noted) == len(all_of(records, Event)) == 1


def test_of_the_same_message_accepted_twice_at_once_one_counts(records: Records, jobs: NotedJobs) -> None:
    for number in range(5):
        message = said(str(number))
        both = at_once(lambda: inbox.accept(records, message), lambda: inbox.accept(records, message))  # noqa: B023 - called at once
        assert sorted(both) == [False, True]
    assert [job.id for job in jobs.noted] == [f"event:{number}" for number in range(5)]


def test_a_repeat_of_a_handled_message_is_not_handled_again(records: Records) -> None:
    accept(records, "1")
    assert _handled(records, "1")
    assert not inbox.accept(records, said("1"))
    assert _waiting(records) is None


def test_another_organisation_may_have_a_message_of_the_same_id(records: Records) -> None:
    accept(records, "1")
    with records.changing() as change:
        change.add(Organisation(id="another", name="Another", created_at=records.now()))
    accept(records.of("another"), "1")
    assert _waiting(records.of("another")) == "1"


def test_a_message_that_cannot_be_written_is_not_taken_for_a_repeat(records: Records) -> None:
    """A repeat is acknowledged to the platform, which then never sends it again."""
    with pytest.raises(IntegrityError):
        inbox.accept(records.of("nowhere"), said("1"))


def test_what_is_written_beside_it_is_kept_with_it_or_neither_is(records: Records, jobs: NotedJobs) -> None:
    def beside(change: Change) -> None:
        change.audit("test:row:written", "beside")

    def fails(_: Change) -> None:
        raise KeyError

    inbox.accept(records, said("1"), beside)
    inbox.accept(records, said("1"), beside)
    assert len(all_of(records, Audit)) == 1
    jobs.noted.clear()
    with pytest.raises(KeyError):
        inbox.accept(records, said("2"), fails)
    assert len(all_of(records, Event)) == 1


def test_its_words_are_sealed(records: Records) -> None:
    inbox.accept(records, said("1", text="marked words"))
    with records.reading() as session:
        payload = session.scalars(select(Event.payload)).one()
    assert payload is not None
    assert b"marked" not in payload


def test_messages_of_a_conversation_wait_in_order_of_arrival(records: Records, clock: Clock) -> None:
    for number in ("9", "1", "5"):
        accept(records, number)
        clock.passes(hours=-1)  # the order is the database's, whatever the clock does
    order = []
    while (waiting := _waiting(records)) is not None:
        order.append(waiting)
        _handled(records, waiting)
    assert order == ["9", "1", "5"]


def test_conversations_do_not_wait_for_each_other(records: Records) -> None:
    accept(records, "1", conversation="web:a")
    accept(records, "2", conversation="web:b")
    assert (_waiting(records, "web:a"), _waiting(records, "web:b")) == ("1", "2")


def test_a_handled_message_is_emptied_and_its_id_stays(records: Records) -> None:
    accept(records, "1")
    assert _handled(records, "1")
    with records.reading() as session:
        event = session.scalars(select(Event)).one()
    assert (event.id, event.payload, event.handled_at) == ("1", None, records.now())


def test_of_two_workers_that_handled_it_one_is_told_so(records: Records) -> None:
    accept(records, "1")
    assert sorted(at_once(*[lambda: _handled(records, "1")] * 4)) == [False, False, False, True]


def test_a_message_that_was_given_up_keeps_its_words_and_waits_no_more(records: Records) -> None:
    accept(records, "1", "2")
    with records.changing() as change:
        inbox.failed(change, said("1"))
    with records.reading() as session:
        event = session.scalars(select(Event).where(Event.id == "1")).one()
        assert records.open(Event.payload, event)
        assert session.scalars(select(Audit.what)).all() == ["event:handling:failed"]
    assert _waiting(records) == "2"
    assert not _handled(records, "1")


def test_a_message_that_another_worker_handled_is_not_given_up(records: Records) -> None:
    accept(records, "1")
    _handled(records, "1")
    with records.changing() as change:
        assert not inbox.failed(change, said("1"))
    assert not all_of(records, Audit)


def test_tries_are_counted_whatever_becomes_of_them(records: Records) -> None:
    accept(records, "1")
    assert [inbox.tried(records, said("1")) for _ in range(3)] == [1, 2, 3]
    assert [event.tries for event in all_of(records, Event)] == [3]


def test_a_process_that_ended_is_counted_against_the_message_that_was_next_once_it_is_begun_again(
    records: Records,
) -> None:
    accept(records, "1", "2")
    for _ in range(2):
        inbox.cut_off(records, "web:a")
    assert inbox.next_waiting(records, "web:a") == inbox.Waiting(said("1"), 1, is_last=False)
    assert inbox.begun(records, said("1")) == 2
    inbox.cut_off(records, "web:a")
    assert {event.id: event.cut_off for event in all_of(records, Event)} == {"1": 2, "2": 0}


def test_a_process_that_ended_where_nothing_waits_is_counted_against_nothing(records: Records) -> None:
    accept(records, "1")
    _handled(records, "1")
    for conversation in ("web:a", "web:b"):
        inbox.cut_off(records, conversation)
    assert [event.cut_off for event in all_of(records, Event)] == [0]


def test_one_that_is_tried_again_is_as_if_it_had_never_been_tried(records: Records) -> None:
    accept(records, "1")
    inbox.cut_off(records, "web:a")
    inbox.tried(records, said("1"))
    with records.changing() as change:
        inbox.failed(change, said("1"))
    with records.changing() as change:
        inbox.try_again(change, change.session.scalars(select(Event)).one())
    (event,) = all_of(records, Event)
    assert (event.failed_at, event.tries, event.cut_off) == (None, 0, 0)


def test_a_message_that_this_version_cannot_read_is_named_and_none_of_its_words_are(records: Records) -> None:
    accept(records, "1")
    with records.reading() as session:
        event = session.scalars(select(Event)).one()
    payload = records.seal(Event.payload, event, '{"words": "marked"}')
    with records.changing() as change:
        change.session.execute(update(Event).values(payload=payload))
    with pytest.raises(inbox.NotUnderstood) as refused:
        inbox.next_waiting(records, "web:a")
    assert refused.value.message.id == "1"
    assert "marked" not in str(refused.value)


def test_connecting_again_does_not_let_another_process_take_the_log_away(tmp_path: Path) -> None:
    file = tmp_path / "hearth.db"
    engine = connect(f"sqlite:///{file}")
    Table.metadata.create_all(engine)
    looks = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version').fetchone()"
    with engine.connect():
        connect(f"sqlite:///{file}").dispose()
        subprocess.run([sys.executable, "-c", looks, str(file)], check=True)  # noqa: S603 - fixed words
        assert file.with_name("hearth.db-wal").exists()


def test_the_file_of_the_records_is_for_its_owners_eyes_alone(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'hearth.db'}")
    Table.metadata.create_all(engine)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
