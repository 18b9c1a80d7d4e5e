"""What people say, their names and their phones stand nowhere but sealed, however things go wrong."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adapters.main import open_records, problems
from adapters.settings import from_environment
from bot import inbox
from bot.conversation import Conversation, State
from bot.message import Message
from bot.records.migrate import upgrade
from bot.records.tables import Table
from bot.records.vault import new_key
from knowledge.answers import Answerer
from tests import postgres
from tests.console import Console
from tests.records.flood import CARD, MARKS, PHONE, TEXT, TOLD, Flood, flooded, marks_in, set_up_records


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flood(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flood]:
    """What a flood of marked words left, on either database."""
    folder: Path = tmp_path_factory.mktemp("flood")
    if request.param == "sqlite":
        yield flooded(f"sqlite:///{folder / 'hearth.db'}", folder)
        return
    with postgres.new_database(request.getfixturevalue("postgres_server")) as url:
        yield flooded(url, folder)


def test_the_flood_reached_every_place_that_is_looked_at(flood: Flood) -> None:
    assert TEXT in flood.kept
    assert CARD in flood.kept
    assert {*TOLD, "event.lost_to_retention", "retention.swept"} <= set(flood.log.events)
    assert b"JobFailed" in flood.rows["workflow_output"]
    assert set(Table.metadata.tables) <= set(flood.rows)


def test_no_words_are_logged(flood: Flood) -> None:
    assert marks_in(flood.log.getvalue()) == []


def test_nothing_is_printed_beside_the_log(flood: Flood) -> None:
    assert flood.printed == ""


def test_no_error_tells_words(flood: Flood) -> None:
    assert {type(error).__name__ for error in flood.errors} == {
        "UnusableKey",
        "IntegrityError",
        "RecordsUnavailable",
    }
    assert [str(error) for error in flood.errors if marks_in(str(error))] == []
    assert [error for error in flood.errors if not isinstance(error, problems())] == [flood.errors[2]]


def test_no_table_holds_words_in_clear(flood: Flood) -> None:
    """Neither ours nor the work engine's, where arguments and errors stand as they were given."""
    assert {name: marks_in(content) for name, content in flood.rows.items() if marks_in(content)} == {}


def test_no_file_of_the_database_holds_words_in_clear(flood: Flood) -> None:
    assert {name: marks_in(content) for name, content in flood.files.items() if marks_in(content)} == {}


COMMANDS = (
    ("people", "list"),
    ("people", "phone", "0", "01632 960001"),
    ("people", "code", "manager"),
    ("export", "person", "web:manager", "--out", "OUT"),
    ("erase", "person", "web:manager"),
    ("erase", "person", "web:manager", "--yes"),
    ("retention", "run"),
    ("audit", "verify"),
    ("stuck",),
    ("keys", "list"),
    ("keys", "rotate"),
    ("backup",),
    ("migrate",),
)


def _filled(folder: Path) -> str:
    """Fill a data folder and return its key, as a setting."""
    settings = from_environment({"HEARTH_DATA": str(folder)})
    records = open_records(settings)
    upgrade(records.engine)
    set_up_records(records)
    said = Message("web:1/1", "web:1", f"{TEXT}, ring {PHONE}", sender="web:1")
    inbox.accept(records, said)
    records.engine.dispose()
    return (folder / "keys").read_text(encoding="ascii").strip()


def _damage(file: Path) -> None:
    """Write nonsense over the tables, not over the file's own first page."""
    content = bytearray(file.read_bytes())
    content[4096:] = b"?" * len(content[4096:])
    file.write_bytes(content)


@pytest.mark.parametrize("harm", ["wrong key", "damaged"])
def test_the_command_line_says_what_is_wrong_without_words(tmp_path: Path, harm: str) -> None:
    key = _filled(tmp_path)
    if harm == "damaged":
        _damage(tmp_path / "hearth.db")
    console, failed = Console(tmp_path), 0
    for command in COMMANDS:
        given = [str(tmp_path / "out") if word == "OUT" else word for word in command]
        ran = console(*given, HEARTH_KEYS=new_key() if harm == "wrong key" else key)
        assert marks_in(ran.err) == [], command
        failed += bool(ran.code and ran.error)
    assert failed > len(COMMANDS) // 3


@pytest.mark.parametrize(
    "said",
    [
        f"can I friend the {TEXT} family on facebook?",
        f"I want to complain about {TEXT}, who shouted at me",
        f"{TEXT} was hurt by her father last night",
        f"{TEXT} {TEXT} {TEXT}",
        f"please ask my manager about {TEXT}",
    ],
)
def test_no_notification_repeats_what_was_said(answerer: Answerer, said: str) -> None:
    talk = Conversation(answerer, lambda: date(2026, 11, 23))
    outcome = talk.respond(Message("1", "web:1", said), State(roles=("volunteer",)))
    announced = " ".join(f"{card.title} {card.summary}" for card in outcome.cards)
    assert not any(mark.lower() in announced.lower() for mark in MARKS)
