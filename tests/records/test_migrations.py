"""Migrations: an old database becomes a current one, whole; one that does not fit is refused."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bot.records import database, migrate
from bot.records.database import RecordsError, RecordsUnavailable, connect
from bot.records.store import bound, place
from bot.records.tables import Table
from bot.records.types import Sealed
from bot.records.vault import Vault, new_key, read_keys
from tests.console import Console
from tests.records import old_database

FIRST, NEWER = "0001", "newer"
STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "{head}"


def upgrade():
    with op.batch_alter_table("organisation") as organisation:
        organisation.add_column(sa.Column("greeting", sa.Text(), nullable=False, server_default="Hello"))
        organisation.alter_column("name", existing_type=sa.Text(), nullable=True)  # SQLite copies the table
    {then}
"""

Newer = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def newer(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newer:
    """For a while, Hearth is a newer one: it has a step more, which ends with the Python given to it."""

    @contextmanager
    def newer_hearth(then: str = "pass") -> Iterator[None]:
        folder = tmp_path / f"100% newer {len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        step = STEP.format(revision=NEWER, head=migrate.needed(engine).records, then=then)
        (folder / "newer.py").write_text(step, encoding="utf-8")
        with monkeypatch.context() as patched:
            patched.setattr(migrate, "STEPS", (*migrate.STEPS, folder))
            yield

    return newer_hearth


@pytest.fixture
def vault() -> Vault:
    return Vault(read_keys(new_key()))


@pytest.fixture
def old(engine: Engine, vault: Vault) -> Engine:
    """A database of the first Hearth, with a row in every table."""
    old_database.migrate_to(engine, FIRST)
    old_database.fill(engine, vault)
    return engine


class TestUpgrading:
    """`upgrade`"""

    def test_the_steps_make_exactly_the_tables(self, engine: Engine) -> None:
        migrate.upgrade_records(engine)
        with database.reading(engine) as session:
            context = MigrationContext.configure(session.connection())
            assert compare_metadata(context, Table.metadata) == []

    def test_an_empty_database_becomes_current(self, engine: Engine) -> None:
        assert migrate.state(engine) == "empty"
        before, after = migrate.upgrade(engine)
        assert (before, after) == (migrate.Revisions("", 0), migrate.needed(engine))
        assert migrate.state(engine) == "current"
        migrate.require_current(engine)

    def test_leaves_sqlite_in_wal_mode_for_everyone(self, tmp_path: Path) -> None:
        engine = connect(f"sqlite:///{tmp_path / 'hearth.db'}")
        migrate.upgrade(engine)
        engine.dispose()
        with closing(sqlite3.connect(tmp_path / "hearth.db")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_upgrading_again_changes_nothing(self, engine: Engine) -> None:
        migrate.upgrade(engine)
        before, after = migrate.upgrade(engine)
        assert before == after == migrate.needed(engine)

    def test_two_at_once_make_one_current_database(self, database_url: str) -> None:
        ready = Barrier(2)

        def upgrade() -> migrate.State:
            engine = connect(database_url)
            ready.wait()
            migrate.upgrade(engine)
            found = migrate.state(engine)
            engine.dispose()
            return found

        with ThreadPoolExecutor() as both:
            ends = [both.submit(upgrade) for _ in range(2)]
            assert [end.result() for end in ends] == ["current", "current"]


class TestAnOldDatabase:
    """One that holds a row in every table."""

    def test_keeps_every_row(self, old: Engine, newer: Newer) -> None:
        before = old_database.rows(old)
        with newer():
            assert migrate.state(old) == "behind"
            migrate.upgrade_records(old)
            assert migrate.found(old).records == NEWER
        after = old_database.rows(old)
        assert after["organisation"]["greeting"] == "Hello"
        for table, row in before.items():
            assert row.items() <= after[table].items(), table

    def test_opens_its_sealed_values(self, old: Engine, newer: Newer, vault: Vault) -> None:
        with newer():
            migrate.upgrade_records(old)
        opened = 0
        with database.reading(old) as session:
            for mapper in Table.registry.mappers:
                row = session.scalars(select(mapper.class_)).one_or_none()
                for column in mapper.column_attrs:
                    sealed = isinstance(mapper.columns[column.key].type, Sealed)
                    if sealed and row is not None and getattr(row, column.key) is not None:
                        attribute = getattr(mapper.class_, column.key)
                        text_ = vault.open(place(attribute), bound(row), getattr(row, column.key))
                        assert text_ == old_database.FILLED, column
                        opened += 1
        assert opened > 10

    def test_its_rows_still_refer_to_one_another(self, old: Engine, newer: Newer) -> None:
        with newer():
            migrate.upgrade_records(old)
        with pytest.raises(IntegrityError), database.transaction(old) as session:
            session.execute(text("DELETE FROM organisation"))

    def test_is_as_it_was_after_a_step_that_failed(self, old: Engine, newer: Newer) -> None:
        tables, before = inspect(old).get_table_names(), old_database.rows(old)
        fails = (
            "op.create_table('more', sa.Column('id', sa.Integer())); op.execute('DELETE FROM audit'); 1 / 0"
        )
        with newer(fails):
            with pytest.raises(ZeroDivisionError):
                migrate.upgrade_records(old)
            assert migrate.state(old) == "behind"
        assert inspect(old).get_table_names() == tables
        assert old_database.rows(old) == before
        with newer():
            migrate.upgrade_records(old)
            assert migrate.found(old).records == NEWER

    def test_is_as_it_was_after_a_step_that_took_away_what_rows_refer_to(
        self, old: Engine, newer: Newer
    ) -> None:
        before = old_database.rows(old)
        with newer("op.execute('DELETE FROM case_')"), pytest.raises((RecordsError, IntegrityError)):
            migrate.upgrade_records(old)
        assert old_database.rows(old) == before

    def test_that_is_in_use_is_left_as_it_was(
        self, old: Engine, newer: Newer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(migrate, "WAIT_MILLISECONDS", 50)
        before = old_database.rows(old)
        with newer(), database.transaction(old) as someone:
            someone.execute(text("UPDATE organisation SET name = name"))
            with pytest.raises(RecordsUnavailable, match="busy"):
                migrate.upgrade_records(old)
        assert old_database.rows(old) == before


def test_a_first_migration_that_failed_leaves_an_empty_database(engine: Engine, newer: Newer) -> None:
    with newer("1 / 0"), pytest.raises(ZeroDivisionError):
        migrate.upgrade_records(engine)
    assert inspect(engine).get_table_names() == []
    assert migrate.state(engine) == "empty"


class TestRefusing:
    """`require_current`"""

    def test_an_empty_database_is_refused_with_what_to_do(self, engine: Engine) -> None:
        with pytest.raises(RecordsError, match=r"is empty\. Run `hearth migrate`"):
            migrate.require_current(engine)

    def test_a_database_that_is_behind_is_refused_with_what_to_do(self, engine: Engine, newer: Newer) -> None:
        migrate.upgrade(engine)
        have = migrate.found(engine)
        with newer(), pytest.raises(RecordsError, match=f"it has {have}; .* run `hearth migrate`"):
            migrate.require_current(engine)

    def test_so_is_one_whose_work_tables_alone_are_missing(self, engine: Engine) -> None:
        migrate.upgrade_records(engine)
        assert migrate.state(engine) == "behind"
        with pytest.raises(RecordsError, match=r"it has records [0-9]+, work none; .* run `hearth migrate`"):
            migrate.require_current(engine)

    def test_so_is_one_whose_work_tables_alone_are_behind(self, engine: Engine) -> None:
        migrate.upgrade(engine)
        _set_work_revision(engine, 1)
        with pytest.raises(RecordsError, match="run `hearth migrate`"):
            migrate.require_current(engine)

    def test_newer_work_tables_are_no_hindrance(self, engine: Engine) -> None:
        migrate.upgrade(engine)
        _set_work_revision(engine, 10_000)
        migrate.require_current(engine)

    def test_a_database_from_a_newer_hearth_is_refused_and_not_touched(
        self, engine: Engine, newer: Newer
    ) -> None:
        with newer():
            migrate.upgrade(engine)
        have = migrate.found(engine)
        assert migrate.state(engine) == "ahead"
        for refuses in (migrate.require_current, migrate.upgrade):
            with pytest.raises(RecordsError, match="newer Hearth: this one does not know its revision newer"):
                refuses(engine)
        assert migrate.found(engine) == have


class TestTheCommand:
    """`hearth migrate`"""

    def test_says_from_which_revision_to_which(
        self, engine: Engine, database_url: str, tmp_path: Path
    ) -> None:
        hearth = Console(tmp_path)
        brought, is_current = (hearth.out("migrate", HEARTH_DATABASE=database_url) for _ in range(2))
        have = migrate.found(engine)
        assert brought == f"The database was brought from records none, work none to {have}.\n"
        assert is_current == f"The database is current: {have}.\n"

    def test_refuses_a_database_from_a_newer_hearth(
        self, engine: Engine, newer: Newer, database_url: str, tmp_path: Path
    ) -> None:
        with newer():
            migrate.upgrade_records(engine)
        ran = Console(tmp_path)("migrate", HEARTH_DATABASE=database_url)
        assert ran.code == 1
        assert ran.error.startswith("The database was written by a newer Hearth")


def _set_work_revision(engine: Engine, revision: int) -> None:
    schema = "dbos." if engine.dialect.name == "postgresql" else ""
    with database.transaction(engine) as session:
        session.execute(text(f"UPDATE {schema}dbos_migrations SET version = {revision}"))  # noqa: S608 - a number
