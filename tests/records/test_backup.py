"""A backup is whole or not there, and what is restored is what was backed up."""

import base64
import json
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text, update

from bot.records import audit, migrate
from bot.records.backup import back_up
from bot.records.database import RecordsError, connect
from bot.records.erasures import forget
from bot.records.keys import check_keys
from bot.records.restore import Restored, restore
from bot.records.store import Records
from bot.records.tables import Audit, Case, Erasure, Event, Organisation, Person, Worker, new_id
from bot.records.vault import UnusableKey, Vault, new_key, read_keys
from tests import postgres
from tests.records import old_database
from tests.records.conftest import ORGANISATION, Clock, NotedJobs

SAID = "marked words said in private"
PAYLOAD = json.dumps({"sender": "web:1", "text": SAID})


@pytest.fixture
def records(engine: Engine, clock: Clock, jobs: NotedJobs) -> Records:
    """Records in use: an organisation, a person, a message that waits, a case with its audit entry."""
    records = _empty(engine, Vault(read_keys(new_key())), jobs, clock)
    with records.changing() as change:
        change.add(Organisation(id=ORGANISATION, name="Home-Start Herefordshire", created_at=clock()))
        change.session.flush()
        person = Person(id="a" * 32, organisation=ORGANISATION, created_at=clock())
        person.name = records.seal(Person.name, person, "A. Person")
        change.add(person)
    _receive(records, "waiting")
    _open_case(records)
    return records


def _empty(engine: Engine, vault: Vault, jobs: NotedJobs, clock: Clock) -> Records:
    migrate.upgrade_records(engine)
    check_keys(engine, vault)
    return Records(engine, vault, jobs, ORGANISATION, clock)


def _receive(records: Records, name: str) -> None:
    event = Event(id=name, organisation=ORGANISATION, conversation="web:1", accepted_at=records.now())
    event.payload = records.seal(Event.payload, event, PAYLOAD)
    with records.changing() as change:
        change.add(event)


def _open_case(records: Records) -> None:
    case = Case(
        id=new_id(), organisation=ORGANISATION, kind="complaint", stage="open", opened_at=records.now()
    )
    case.number = case.id[:20]
    case.summary = records.seal(Case.summary, case, SAID)
    with records.changing() as change:
        change.add(case)
        change.audit("complaint:case:opened", case.id, detail=SAID)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go; not there yet."""
    return tmp_path / "kept" / "backups"


@pytest.fixture
def elsewhere(records: Records, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """An empty database of the same kind on another machine, with the same keys."""
    with _database(records.engine.dialect.name, request, tmp_path) as engine:
        yield replace(records, engine=engine)


@contextmanager
def _database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if kind == "sqlite":
        (tmp_path / "elsewhere").mkdir()
        engine = connect(f"sqlite:///{tmp_path / 'elsewhere' / 'hearth.db'}")
        yield engine
        engine.dispose()
        return
    with postgres.new_database(request.getfixturevalue("postgres_server")) as url:
        engine = connect(url)
        yield engine
        engine.dispose()


def _restore(records: Records, file: Path, tmp_path: Path, **how: object) -> Restored:
    return restore(records, file, tmp_path, **how)  # type: ignore[arg-type]  # the tests' own options


def _cases(records: Records) -> int:
    with records.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def _nothing_unfinished(folder: Path) -> bool:
    return not list(folder.glob(".*"))


def test_a_backup_is_one_file_that_nobody_else_may_read(records: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    assert file.name == "hearth-20260302-090000.db"
    assert list(folder.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_open_to_others_is_refused(records: Records, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(RecordsError, match="is open to others"):
        back_up(records, tmp_path / "open")


def test_a_backup_does_not_replace_another(records: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    before = file.read_bytes()
    with pytest.raises(RecordsError, match="is there already"):
        back_up(records, folder)
    assert file.read_bytes() == before


def test_neither_a_key_nor_what_was_said_is_in_a_backup(records: Records, folder: Path) -> None:
    secret = records.vault.keys[0].secret
    content = back_up(records, folder)[0].read_bytes()
    written = base64.urlsafe_b64encode(secret).rstrip(b"=")
    for secret_form in (secret, secret.hex().encode(), written, SAID.encode()):
        assert secret_form not in content
    assert b"waiting" in content


def test_what_is_restored_is_what_was_backed_up(records: Records, elsewhere: Records, folder: Path) -> None:
    file, manifest = back_up(records, folder)
    assert manifest.tables["case_"].rows == 1
    assert _restore(elsewhere, file, folder).manifest == manifest
    with elsewhere.reading() as session:
        case = session.scalars(select(Case)).one()
        assert elsewhere.open(Case.summary, case) == SAID
        assert case.opened_at == records.now()
        assert audit.verify(session, elsewhere) is None
        assert session.scalars(select(Audit.what).order_by(Audit.number)).all() == [
            "complaint:case:opened",
            "records:backup:restored",
        ]
    migrate.require_current(elsewhere.engine)


def test_a_message_that_waited_still_waits_and_no_work_is_thought_done(
    records: Records, elsewhere: Records, folder: Path
) -> None:
    with records.changing() as change:
        change.add(Worker(id="worker.1", started_at=records.now(), seen_at=records.now()))
    _restore(elsewhere, back_up(records, folder)[0], folder)
    with elsewhere.reading() as session:
        event = session.scalars(select(Event)).one()
        assert (event.id, event.handled_at) == ("waiting", None)
        assert elsewhere.open(Event.payload, event) == PAYLOAD
        assert session.scalars(select(Worker)).all() == []
        schema = "" if elsewhere.engine.dialect.name == "sqlite" else "dbos."
        assert session.scalar(text(f"SELECT count(*) FROM {schema}workflow_status")) == 0  # noqa: S608 - no input


def test_after_a_restore_new_rows_are_numbered_on(records: Records, elsewhere: Records, folder: Path) -> None:
    _restore(elsewhere, back_up(records, folder)[0], folder)
    _receive(elsewhere, "later")
    _open_case(elsewhere)
    with elsewhere.reading() as session:
        assert session.scalars(select(Event.id).order_by(Event.seq)).all() == ["waiting", "later"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_moves_the_records_to_either_database(
    kind: str, records: Records, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file, manifest = back_up(records, folder)
    with _database(kind, request, tmp_path) as engine:
        moved = replace(records, engine=engine)
        _restore(moved, file, tmp_path)
        moved = replace(moved, now=lambda: records.now().replace(year=2027))
        again = back_up(moved, folder)[1]
    changed = {name for name in again.tables if again.tables[name] != manifest.tables[name]}
    assert changed == {"audit", "audit_head"}  # that it was restored


def test_every_table_of_an_older_hearth_is_backed_up_and_restored(
    engine: Engine,
    folder: Path,
    clock: Clock,
    jobs: NotedJobs,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    vault = Vault(read_keys(new_key()))
    old_database.migrate_to(engine, "0001")
    old_database.fill(engine, vault)
    records = Records(engine, vault, jobs, old_database.OLD_ID, clock)
    file, manifest = back_up(records, folder)
    assert manifest.revision == "0001"
    assert {name for name, held in manifest.tables.items() if not held.rows} == set()
    with _database(engine.dialect.name, request, tmp_path) as other:
        _restore(replace(records, engine=other), file, tmp_path)
        migrate.require_current(other)
        with replace(records, engine=other).reading() as session:
            case = session.scalars(select(Case)).one()
            assert records.open(Case.summary, case) == old_database.FILLED


def test_a_backup_taken_while_others_write_is_of_one_moment(
    records: Records, elsewhere: Records, folder: Path, clock: Clock
) -> None:
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.002):
            _open_case(records)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        files = []
        for _ in range(3):
            files.append(back_up(records, folder))
            clock.passes(seconds=1)
    finally:
        ended.set()
        thread.join()
    for _, manifest in files:
        assert manifest.faults == []  # the audit's last link is there
        assert manifest.tables["case_"].rows == manifest.tables["audit"].rows
    assert files[0][1].tables["case_"].rows < files[2][1].tables["case_"].rows <= _cases(records)
    _restore(elsewhere, files[1][0], folder)
    assert _cases(elsewhere) == files[1][1].tables["case_"].rows


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """Stand in for a full disk: every write past this size fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_leaves_no_half_backup(records: Records, folder: Path) -> None:
    for _ in range(20):
        _open_case(records)
    for size in (0, 4_096, 100_000, 300_000):  # while the file, its tables, its rows, its trial are made
        with _files_no_larger_than(size), pytest.raises(RecordsError, match="No backup was made"):
            back_up(records, folder)
        assert list(folder.iterdir()) == []


def test_a_disk_that_is_full_while_restoring_leaves_everything_as_it_was(
    records: Records, folder: Path
) -> None:
    file, _ = back_up(records, folder)
    _open_case(records)
    for size in (0, 100_000):
        with _files_no_larger_than(size), pytest.raises(RecordsError, match="Nothing was restored"):
            _restore(records, file, folder, over=True)
        assert _cases(records) == 2
        assert _nothing_unfinished(folder)


def test_an_empty_database_is_not_backed_up(
    engine: Engine, records: Records, elsewhere: Records, folder: Path
) -> None:
    with pytest.raises(RecordsError, match="The database is empty"):
        back_up(elsewhere, folder)
    del engine, records


def test_what_was_not_whole_is_backed_up_as_it_is_and_told(
    records: Records, elsewhere: Records, folder: Path
) -> None:
    with records.changing() as change:
        change.session.execute(update(Case).values(summary=records.vault.seal("elsewhere", "x", "y")))
        change.session.execute(update(Audit).values(what="complaint:case:closed"))
    file, manifest = back_up(records, folder)
    assert len(manifest.faults) == 2
    assert "case_.summary" in manifest.faults[0]
    assert manifest.faults[1] == f"entry 1 in the audit of {ORGANISATION} was changed"
    assert _restore(elsewhere, file, folder).manifest.faults == manifest.faults


def test_a_missing_key_is_told_by_its_name(records: Records, elsewhere: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    stranger = replace(elsewhere, vault=Vault(read_keys(new_key())))
    with pytest.raises(UnusableKey, match=records.vault.sealing.hex()):
        _restore(stranger, file, folder)
    with pytest.raises(UnusableKey, match=records.vault.sealing.hex()):
        back_up(replace(records, vault=stranger.vault, now=lambda: records.now().replace(year=2027)), folder)
    assert list(folder.iterdir()) == [file]


CHANGES = (
    "UPDATE person SET said_roles = 'trustee'",
    "DELETE FROM event",
    "UPDATE case_ SET summary = NULL",
    "INSERT INTO erasure VALUES ('e', 'o', 'person', 'p', '2026-03-02 09:00:00.000000')",
    "DROP TABLE hearth_backup",
    "UPDATE hearth_backup SET made_at = '20270302-090000'",
)


def test_a_backup_that_was_changed_is_refused(records: Records, elsewhere: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    content = file.read_bytes()
    for change in CHANGES:
        file.write_bytes(content)
        with closing(sqlite3.connect(file)) as changed, changed:
            changed.execute(change)
        with pytest.raises((RecordsError, UnusableKey), match=r"was changed|was not finished"):
            _restore(elsewhere, file, folder)
    assert migrate.found(elsewhere.engine).records == ""
    assert _nothing_unfinished(folder)


def test_a_file_that_is_no_backup_is_refused(records: Records, elsewhere: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    content = file.read_bytes()
    for damaged in (b"", b"not a database", content[: len(content) // 2]):
        file.write_bytes(damaged)
        with pytest.raises(RecordsError, match="is no backup of Hearth's"):
            _restore(elsewhere, file, folder)


def test_a_file_that_is_not_there_is_named(elsewhere: Records, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="no-such-file: No such file"):
        _restore(elsewhere, tmp_path / "no-such-file", tmp_path)


def test_a_database_that_holds_records_is_not_touched(records: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    _open_case(records)
    with pytest.raises(RecordsError, match="holds records already"):
        _restore(records, file, folder)
    assert _cases(records) == 2


def test_a_database_that_was_only_started_is_restored_into(
    records: Records, elsewhere: Records, folder: Path, jobs: NotedJobs, clock: Clock
) -> None:
    started = _empty(elsewhere.engine, elsewhere.vault, jobs, clock)
    assert _restore(started, back_up(records, folder)[0], folder).aside == ""
    assert _cases(started) == 1


def test_replaced_records_are_set_aside_whole(records: Records, folder: Path) -> None:
    migrate.upgrade(records.engine)
    file, _ = back_up(records, folder)
    _open_case(records)
    done = _restore(records, file, folder, over=True)
    assert _cases(records) == 1
    assert done.aside.endswith("hearth_until_20260302_090000")
    if records.engine.dialect.name == "sqlite":
        aside = replace(records, engine=connect(f"sqlite:///{done.aside}"))
        assert _cases(aside) == 2
        aside.engine.dispose()
    else:
        with records.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM hearth_until_20260302_090000.case_")) == 2
            schemas = session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'hearth%'"))
            assert len(schemas.all()) == 2


def test_records_in_use_are_not_replaced(records: Records, database_url: str, folder: Path) -> None:
    file, _ = back_up(records, folder)
    server = connect(database_url)
    with closing(server.connect()) as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
        with pytest.raises(RecordsError, match="Stop every server"):
            _restore(records, file, folder, over=True)
    server.dispose()
    assert _restore(records, file, folder, over=True).aside


def test_who_was_erased_since_the_backup_is_erased_again(records: Records, folder: Path) -> None:
    file, _ = back_up(records, folder)
    with records.changing() as change:
        assert forget(change, "a" * 32)
    assert _restore(records, file, folder, over=True).erased == 1
    with records.reading() as session:
        assert session.get_one(Person, "a" * 32).name is None
        assert session.scalars(select(Erasure.row)).all() == ["a" * 32]
        assert audit.verify(session, records) is None


def test_who_was_erased_is_taken_from_a_later_backup(
    records: Records, elsewhere: Records, folder: Path, clock: Clock
) -> None:
    file, _ = back_up(records, folder)
    with records.changing() as change:
        forget(change, "a" * 32)
    clock.passes(days=1)
    later, _ = back_up(records, folder)
    assert _restore(elsewhere, file, folder, erasures=later).erased == 1
    with elsewhere.reading() as session:
        assert session.get_one(Person, "a" * 32).name is None


def test_a_damaged_database_is_replaced_only_where_its_erasures_are_given(
    records: Records, folder: Path
) -> None:
    if records.engine.dialect.name != "sqlite":
        pytest.skip("a damaged PostgreSQL is its administrator's to set aside")
    file, _ = back_up(records, folder)
    records.engine.dispose()
    database = Path(records.engine.url.database or "")
    database.write_bytes(b"damaged" * 1_000)
    with pytest.raises(RecordsError, match="Who was erased cannot be read"):
        _restore(records, file, folder, over=True)
    done = _restore(records, file, folder, over=True, erasures=file)
    assert _cases(records) == 1
    assert Path(done.aside).read_bytes() == b"damaged" * 1_000


def test_several_organisations_are_restored_together(
    records: Records, elsewhere: Records, folder: Path
) -> None:
    other = records.of("home-start-elsewhere")
    with other.changing() as change:
        change.add(Organisation(id=other.organisation, name="Home-Start Elsewhere", created_at=records.now()))
        change.audit("organisation:set-up:done", other.organisation, detail=SAID)
    _restore(elsewhere, back_up(records, folder)[0], folder)
    for restored in (elsewhere, elsewhere.of(other.organisation)):
        with restored.reading() as session:
            assert audit.length(session, restored.organisation) > 0
            assert audit.verify(session, restored) is None
