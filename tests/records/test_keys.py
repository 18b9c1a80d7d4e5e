"""Keys are checked at the start, and exchanged while everything goes on."""

import time
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, select, update

from bot.records import audit, keys
from bot.records.store import Change, Records
from bot.records.tables import Account, Audit, Case, CaseEntry, KeyCheck, Person, new_id
from bot.records.vault import Key, UnusableKey, Vault, new_key, read_keys

CASES = 250  # more than two batches
NEW_KEY = read_keys(new_key())


def _with_keys(records: Records, *keys: Key) -> Records:
    return replace(records, vault=Vault(keys))


def _open_case(change: Change, text: str) -> str:
    records = change.records
    case = Case(
        id=new_id(),
        organisation=records.organisation,
        kind="complaint",
        stage="open",
        opened_at=records.now(),
    )
    case.number = case.id[:20]
    case.summary = records.seal(Case.summary, case, text)
    entry = CaseEntry(
        id=new_id(), organisation=case.organisation, case_=case.id, kind="said", at=records.now()
    )
    entry.text = records.seal(CaseEntry.text, entry, text)
    change.add(case)
    change.session.flush()
    change.add(entry)
    change.audit("complaint:case:opened", case.id, detail=text)
    return case.id


def _open_one(records: Records, text: str) -> str:
    with records.changing() as change:
        return _open_case(change, text)


def _texts(records: Records) -> list[str]:
    with records.reading() as session:
        return sorted(records.open(Case.summary, case) for case in session.scalars(select(Case)))


@pytest.fixture
def filled(records: Records) -> Records:
    """Records with cases, whose keys were checked as a server does at its start."""
    keys.check_keys(records.engine, records.vault)
    with records.changing() as change:
        for number in range(CASES):
            _open_case(change, f"what was said {number}")
    return records


@pytest.fixture
def rotated(filled: Records) -> Records:
    """The same records with a new key before the old one, everything sealed again."""
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    for _ in keys.rotate(records.engine, records.vault):
        pass
    return records


def test_records_without_a_key_are_refused_with_what_to_do(engine: Engine, records: Records) -> None:
    with pytest.raises(UnusableKey, match=r"There is no key.+hearth keys new"):
        keys.check_keys(engine, Vault(()))
    del records


def test_the_first_use_of_a_key_is_noted_once(records: Records) -> None:
    for _ in range(2):
        keys.check_keys(records.engine, records.vault)
    with records.reading() as session:
        assert session.scalars(select(KeyCheck.key_name)).all() == [records.vault.sealing.hex()]


def test_another_key_is_refused_before_anything_was_sealed(records: Records) -> None:
    keys.check_keys(records.engine, records.vault)
    with pytest.raises(UnusableKey, match=f"not in HEARTH_KEYS: {records.vault.sealing.hex()}"):
        keys.check_keys(records.engine, Vault(NEW_KEY))


def test_a_missing_key_is_refused_with_its_name_and_what_needs_it(filled: Records) -> None:
    with filled.changing() as change:
        change.session.query(KeyCheck).delete()
    with pytest.raises(UnusableKey) as refused:
        keys.check_keys(filled.engine, Vault(NEW_KEY))
    name = filled.vault.sealing.hex()
    places = sorted(["audit.detail", "case_.summary", "case_entry.text"])
    assert f"HEARTH_KEYS: {name} ({', '.join(places)}). Add it back" in str(refused.value)


def test_a_refused_key_leaves_no_trace(filled: Records) -> None:
    with pytest.raises(UnusableKey):
        keys.check_keys(filled.engine, Vault(NEW_KEY))
    keys.check_keys(filled.engine, filled.vault)


def test_a_key_of_the_same_name_that_is_another_is_refused(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.check_keys(records.engine, records.vault)
    name = records.vault.sealing
    monkeypatch.setattr(Key, "name", property(lambda _: name))
    with pytest.raises(UnusableKey, match=f"{name.hex()} in HEARTH_KEYS is not the one"):
        keys.check_keys(records.engine, Vault(NEW_KEY))


def test_the_values_that_each_key_seals_are_counted(filled: Records) -> None:
    newer = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    keys.check_keys(newer.engine, newer.vault)
    assert keys.values_by_key(filled.engine) == {
        filled.vault.sealing.hex(): 3 * CASES,
        newer.vault.sealing.hex(): 0,
    }
    _open_one(newer, "later")
    assert keys.values_by_key(filled.engine)[newer.vault.sealing.hex()] == 3


def test_after_a_rotation_the_new_key_alone_opens_everything(rotated: Records) -> None:
    alone = _with_keys(rotated, *NEW_KEY)
    keys.check_keys(alone.engine, alone.vault)
    assert _texts(alone) == sorted(f"what was said {number}" for number in range(CASES))
    assert keys.values_by_key(alone.engine) == {alone.vault.sealing.hex(): 3 * CASES}


def test_a_rotation_leaves_the_audit_whole(rotated: Records) -> None:
    alone = _with_keys(rotated, *NEW_KEY)
    with alone.reading() as session:
        assert audit.verify(session, alone) is None
        entry = session.scalars(select(Audit).where(Audit.number == 7)).one()
        assert audit.detail_of(alone, entry) == "what was said 6"


def test_a_rotation_that_was_killed_goes_on_where_it_was(filled: Records) -> None:
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    with closing(keys.rotate(records.engine, records.vault)) as stopped:  # type: ignore[type-var]  # an iterator, in truth a generator
        done = sum(next(stopped).resealed for _ in range(3))
    counts = keys.values_by_key(records.engine)
    assert counts[records.vault.sealing.hex()] == done
    assert 0 < done < 3 * CASES
    assert len(_texts(records)) == CASES
    assert done + sum(batch.resealed for batch in keys.rotate(records.engine, records.vault)) == 3 * CASES


def test_a_rotation_that_has_nothing_to_do_does_nothing(rotated: Records) -> None:
    assert list(keys.rotate(rotated.engine, rotated.vault)) == []


def test_a_server_goes_on_during_a_rotation(filled: Records) -> None:
    server = _with_keys(filled, *filled.vault.keys, *NEW_KEY)  # not yet restarted: it seals with the old one
    ended, written = Event(), []

    def serve() -> None:
        while not ended.is_set():
            written.append(_open_one(server, "said meanwhile"))
            time.sleep(0.005)

    thread = Thread(target=serve)
    thread.start()
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    try:
        for _ in keys.rotate(records.engine, records.vault):
            pass
    finally:
        ended.set()
        thread.join()
    assert written
    assert len(_texts(records)) == CASES + len(written)
    keys.check_keys(server.engine, server.vault)
    assert sum(batch.resealed for batch in keys.rotate(records.engine, records.vault)) <= 3 * len(written)
    keys.check_keys(records.engine, Vault(NEW_KEY))


def test_a_row_that_someone_is_changing_keeps_the_change(filled: Records) -> None:
    if filled.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite nobody else writes during a batch")
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    with records.changing() as change:
        case = change.session.scalars(select(Case).limit(1).with_for_update()).one()
        for _ in keys.rotate(records.engine, records.vault):
            pass
        case.summary = filled.seal(Case.summary, case, "changed meanwhile")
    assert "changed meanwhile" in _texts(records)
    assert keys.values_by_key(records.engine)[filled.vault.sealing.hex()] == 1
    assert sum(batch.resealed for batch in keys.rotate(records.engine, records.vault)) == 1
    assert "changed meanwhile" in _texts(_with_keys(records, *NEW_KEY))


def test_a_row_that_others_point_to_can_be_pointed_to_during_a_batch(filled: Records) -> None:
    """On PostgreSQL a stronger lock would keep a new account waiting for its person's row."""
    person = Person(id=new_id(), organisation=filled.organisation, created_at=filled.now())
    person.name = filled.seal(Person.name, person, "A. Person")
    with filled.changing() as change:
        change.add(person)
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    for _ in keys.rotate(records.engine, records.vault):
        with records.changing() as change:
            name = f"web:{new_id()}"
            change.add(
                Account(
                    organisation=records.organisation, person=person.id, name=name, joined_at=records.now()
                )
            )
    with records.reading() as session:
        assert records.open(Person.name, session.get_one(Person, person.id)) == "A. Person"


def test_a_value_that_does_not_open_is_named_and_stops_nothing_else(filled: Records) -> None:
    moved = _open_one(filled, "moved")
    with filled.changing() as change:
        other = change.session.scalars(select(Case.summary).where(Case.id != moved).limit(1)).one()
        change.session.execute(update(Case).where(Case.id == moved).values(summary=other))
    records = _with_keys(filled, *NEW_KEY, *filled.vault.keys)
    unopened = {fault for batch in keys.rotate(records.engine, records.vault) for fault in batch.unopened}
    assert unopened == {
        f"case_.summary of row {records.organisation}/{moved} was changed or moved: it does not open"
    }
    assert keys.values_by_key(records.engine)[filled.vault.sealing.hex()] == 1


def test_a_rotation_needs_the_old_keys(filled: Records) -> None:
    with pytest.raises(UnusableKey, match=filled.vault.sealing.hex()):
        list(keys.rotate(filled.engine, Vault(NEW_KEY)))
