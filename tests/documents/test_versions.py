"""Versions of a policy: in force from a day, superseded, withdrawn, and what of its pack is reviewed anew."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from bot import policies
from bot.records.database import RecordsError, connect
from bot.records.migrate import upgrade_records
from bot.records.store import Records
from bot.records.tables import Audit, Organisation, new_id
from bot.records.vault import Vault, new_key, read_keys
from knowledge.pack import pack_of
from knowledge.pack_check import faults
from knowledge.pack_file import pack_text
from knowledge.reader import parse
from knowledge.refitting import refitted
from tests.console import Console
from tests.documents.test_policy_add import GIVEN, POLICY
from tests.policies import TEXT
from tests.records.conftest import NotedJobs

Hearth = Callable[..., str]
KEY = new_key()
TODAY = datetime.now(UTC).date()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an organisation that has two versions of a policy."""
    return tmp_path / "data" / "policies" / "acorn-trust"


@pytest.fixture
def hearth(tmp_path: Path, folder: Path) -> Hearth:
    """`hearth` of an organisation whose Expenses are to be adopted; returns what it prints."""
    console, file = Console(tmp_path / "data"), tmp_path / "Expenses.md"
    main = folder / "expenses.txt"
    given = {"HEARTH_POLICY": str(main), "HEARTH_KEYS": KEY}

    def run(*arguments: str) -> str:
        ran = console(*arguments, **given)
        return f"{ran.out}{ran.err}"

    for text in (POLICY, POLICY.replace("45p", "55p")):
        file.write_text(text, encoding="utf-8")
        console("policy", "add", str(file), *GIVEN, "--into", str(folder), "--replace")
    console("migrate", **given)
    return run


def older(folder: Path) -> str:
    """Return the text that was put aside when the newer one came."""
    return str(next(file for file in folder.glob("expenses.*.txt")))


def test_a_version_is_in_force_from_its_day_and_supersedes_the_one_before(
    hearth: Hearth, folder: Path
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert "is in force from 1 May 2024 on" in hearth(
        "policy", "adopt", older(folder), "--from", "2024-05-01"
    )
    assert f"will be in force from {tomorrow:%-d %B %Y}" in hearth("policy", "adopt", "--from", str(tomorrow))
    listed = hearth("policy", "list").splitlines()
    assert [line.split()[0] for line in listed] == ["in", "planned"]
    assert "will not come into force" in hearth("policy", "withdraw")
    assert "withdrawn" in hearth("policy", "list")
    assert "is in force from now on" in hearth("policy", "adopt")
    assert [line.split()[0] for line in hearth("policy", "list").splitlines()] == ["superseded", "in"]
    assert "came into force on" in hearth("policy", "adopt", older(folder), "--from", "2024-06-01")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "1 May"), "is no date"),
        (("--from", "2024-02-30"), "is no date"),
        (("--by", "cook"), "cook"),
        (("--by", "chair"), "Nobody with an account holds the office chair"),
    ],
)
def test_a_wrong_day_or_office_adopts_nothing(hearth: Hearth, arguments: tuple[str, ...], says: str) -> None:
    assert says in hearth("policy", "adopt", *arguments)
    assert "No policy has been adopted" in hearth("policy", "list")


def test_an_officers_word_is_what_the_audit_keeps(hearth: Hearth, tmp_path: Path) -> None:
    hearth(
        "people", "add", "chair", "--name", "A Chair", "--phone", "01432 000000", "--account", "slack:T1/U2"
    )
    hearth("policy", "adopt", "--by", "chair")
    engine = connect(f"sqlite:///{tmp_path / 'data' / 'hearth.db'}")
    with engine.connect() as connection:
        who = connection.scalar(select(Audit.who).where(Audit.what == "policy:version:adopted"))
    engine.dispose()
    assert who
    assert who != "command line"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the organisation in it."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('steps') / 'hearth.db'}")
    upgrade_records(engine)
    with at(engine, datetime(2026, 1, 1, tzinfo=UTC)).changing() as change:
        change.add(Organisation(id="acorn", name="Acorn", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    yield engine
    engine.dispose()


def at(engine: Engine, moment: datetime) -> Records:
    """Return the records as they are used at a moment."""
    return Records(engine, Vault(read_keys(KEY)), NotedJobs(), "acorn", lambda: moment)


STEPS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(-3, 3), st.booleans()), min_size=1, max_size=8)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_at_any_moment_one_version_is_in_force_or_none_and_the_states_agree(
    engine: Engine, steps: list[tuple[str, int, bool]]
) -> None:
    moment, title = datetime(2026, 3, 10, tzinfo=UTC), new_id()
    for version, days, withdraws in steps:
        moment += timedelta(hours=30)
        with at(engine, moment).changing() as change:
            current = policies.in_force(change.session, "acorn", title, moment)
            if withdraws and current is not None:
                policies.withdraw(change, current, who="test")
                continue
            since = moment + timedelta(days=days) if days else None
            with suppress(RecordsError):
                policies.adopt(change, title, version, "text", who="test", since=since)
                if not days:
                    now = policies.in_force(change.session, "acorn", title, moment)
                    assert now is not None
                    assert now.version == version
    with at(engine, moment).reading() as session:
        for hours in range(-100, 200, 12):
            when = moment + timedelta(hours=hours)
            row = policies.in_force(session, "acorn", title, when)
            found = policies.states(session, "acorn", when)
            said = [one.version for one, state in found if one.policy == title and state == "in force"]
            assert said == ([row.version] if row else [])


def test_topics_that_rest_on_a_changed_clause_quote_until_a_person_has_reviewed_them() -> None:
    text = TEXT.read_text(encoding="utf-8")
    data = tomllib.loads(TEXT.with_suffix(".pack.toml").read_text(encoding="utf-8"))
    old = parse(text, "s", "o", "t")
    assert refitted(data, old, old) == (data, ())
    new = parse(text.replace("logo", "emblem"), "s", "o", "t")
    fitted, again = refitted(data, old, new)
    assert again
    before, after = pack_of(data, "old"), pack_of(tomllib.loads(pack_text(fitted)), "new")
    assert faults(new, after) == []
    for name, topic in after.topics.items():
        if name in again:
            assert {row.verdict for row in topic.rows} <= {"info", "silent"}
            assert len(topic.waiting) == len(before.topics[name].rows)
        else:
            assert topic == before.topics[name]


def test_a_new_number_alone_sends_nothing_back_to_review() -> None:
    data = {
        "topic": [{"id": "a", "name": "a", "why": ["2"], "row": [{"cite": ["2"], "near": ["1"]}]}],
        "notes": {"2": "n"},
        "norms": {"2/1": {"bearers": ["everyone"]}},
    }
    old = parse("1. Staff must ask first.\n\n2. Staff must keep receipts.\n", "s", "o", "t")
    new = parse("3. Staff must ask first.\n\n5. Staff must keep receipts.\n", "s", "o", "t")
    fitted, again = refitted(data, old, new)
    assert again == ()
    assert fitted["topic"][0] == {
        "id": "a",
        "name": "a",
        "why": ["5"],
        "row": [{"cite": ["5"], "near": ["3"]}],
    }
    assert (fitted["notes"], fitted["norms"]) == ({"5": "n"}, {"5/1": {"bearers": ["everyone"]}})


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.one_of(
    _WORDS, st.booleans(), st.lists(_WORDS, max_size=3), st.dictionaries(_WORDS, _WORDS, max_size=3)
)
_TABLES = st.dictionaries(_WORDS, st.one_of(_VALUES, st.lists(st.dictionaries(_WORDS, _VALUES), max_size=3)))


@given(data=st.dictionaries(_WORDS, st.one_of(_TABLES, _VALUES, st.lists(_TABLES, max_size=3)), max_size=6))
@settings(deadline=None)
def test_a_packs_data_is_read_back_as_it_was_written(data: dict[str, object]) -> None:
    assert tomllib.loads(pack_text(data, ("a remark\nin two lines",))) == data
