"""A worker's name is one process's at a time, and all know who lives."""

import gc
import subprocess
import sys

import pytest
from sqlalchemy import select, text, update

from bot.records.store import Records
from bot.records.tables import Worker
from bot.slots import DEAD_SECONDS, Slot, SlotTaken
from tests.records.conftest import Clock


def _take(records: Records, name: str = "one") -> Slot:
    slot = Slot(records, name)
    slot.take()
    return slot


def _names(records: Records) -> set[str]:
    with records.reading() as session:
        return set(session.scalars(select(Worker.id)))


def test_a_second_of_the_same_name_is_refused_with_what_to_do(records: Records) -> None:
    slot = _take(records)
    with pytest.raises(SlotTaken, match="another process works as one: give this one a name of its own"):
        _take(records)
    slot.give_back()


def test_being_refused_leaves_nothing_open(records: Records) -> None:
    slot = _take(records)
    for _ in range(30):  # more than the pool has connections
        with pytest.raises(SlotTaken):
            _take(records)
    gc.collect()
    slot.give_back()


def test_names_do_not_get_in_each_others_way(records: Records) -> None:
    slots = [_take(records, "one"), _take(records, "two")]
    for slot in slots:
        slot.give_back()


def test_once_given_back_it_may_be_taken(records: Records) -> None:
    for _ in range(3):
        slot = _take(records)
        slot.beat()
        slot.give_back()
    assert _names(records) == set()


def test_it_is_given_back_when_its_process_is_killed(records: Records) -> None:
    url = records.engine.url.render_as_string(hide_password=False)
    code = f"""
from datetime import UTC, datetime
from bot.records.database import connect
from bot.records.store import Records
from bot.slots import Slot
slot = Slot(Records(connect({url!r}), None, None, {records.organisation!r}, lambda: datetime.now(UTC)), "one")
slot.take()
print("taken", flush=True)
input()
"""
    with subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        with pytest.raises(SlotTaken):
            _take(records)
        other.kill()
    _take_soon(records).give_back()


def _take_soon(records: Records) -> Slot:
    """Take a slot whose process was just killed: PostgreSQL takes a moment to see that."""
    for _ in range(100):
        try:
            return _take(records)
        except SlotTaken:
            with records.reading() as session:
                if records.engine.dialect.name == "postgresql":
                    session.execute(text("SELECT pg_sleep(0.05)"))
    return _take(records)


def test_who_beats_lives(records: Records) -> None:
    slots = [_take(records, name) for name in ("one", "two")]
    assert slots[0].beat() == {"one"}
    assert slots[1].beat() == {"one", "two"}
    for slot in slots:
        slot.give_back()


def test_who_has_been_silent_for_too_long_is_dead_until_heard_again(records: Records, clock: Clock) -> None:
    one, two = _take(records, "one"), _take(records, "two")
    two.beat()
    clock.passes(seconds=DEAD_SECONDS)
    assert one.beat() == {"one", "two"}
    clock.passes(seconds=1)
    assert one.beat() == {"one"}
    two.beat()
    assert one.beat() == {"one", "two"}
    for slot in (one, two):
        slot.give_back()


def test_who_was_seen_by_a_clock_that_was_ahead_is_dead(records: Records, clock: Clock) -> None:
    """Else nobody would take over from it until that time has come."""
    one, two = _take(records, "one"), _take(records, "two")
    clock.passes(days=1)
    two.beat()
    clock.passes(days=-1)
    assert one.beat() == {"one"}
    for slot in (one, two):
        slot.give_back()


def test_who_has_been_dead_for_days_is_forgotten(records: Records, clock: Clock) -> None:
    one = _take(records, "one")
    one.beat()
    with records.changing() as change:
        change.session.execute(update(Worker).values(id="gone"))
    clock.passes(days=2)
    one.beat()
    assert _names(records) == {"one"}
    one.give_back()


def test_after_the_database_cut_all_connections_the_slot_is_still_held(records: Records) -> None:
    slot = _take(records)
    if records.engine.dialect.name == "postgresql":  # on SQLite the lock is a file: there is nothing to cut
        _cut_connections(records)
    assert slot.beat() == {"one"}
    with pytest.raises(SlotTaken):
        _take(records)
    slot.give_back()


def _cut_connections(records: Records) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with records.engine.connect() as connection:
        connection.execute(cut)
