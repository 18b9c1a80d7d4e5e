"""`hearth retention`, `hearth export` and `hearth erase`, as whoever runs them meets them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters import main as wiring
from adapters.settings import from_environment
from bot.kept import KINDS
from bot.records.store import Records
from bot.records.tables import Account, Audit, Case, Officer, Organisation
from tests.console import Console, Ran
from tests.records.conftest import NotedJobs
from tests.records.giving import Raised, Someone, hold_everything, officer, raise_case, rows, someone


@dataclass(frozen=True, slots=True)
class Charity:
    """An installation with a volunteer and an officer in it."""

    hearth: Console
    records: Records
    anna: Someone
    olga: Someone
    manager: Officer


@pytest.fixture
def charity(tmp_path: Path) -> Iterator[Charity]:
    """A small charity's Hearth, on SQLite, as it is after some days."""
    data = tmp_path / "data"
    hearth = Console(data)
    hearth.out("migrate")
    opened = wiring.open_records(from_environment({"HEARTH_DATA": str(data)}))
    records = replace(opened, jobs=NotedJobs())
    with records.changing() as change:
        change.add(Organisation(id=records.organisation, name="Home-Start", created_at=records.now()))
    anna, olga = someone(records, "Anna Alder"), someone(records, "Olga Oakwood", 2)
    for each in (anna, olga):
        hold_everything(records, each)
    yield Charity(hearth, records, anna, olga, officer(records, olga))
    records.engine.dispose()


def _told(ran: Ran) -> str:
    assert (ran.code, ran.err) == (0, "")
    return " ".join(ran.out.split())


class TestRetention:
    """`hearth retention`"""

    def test_shows_every_kind_with_its_setting_and_what_is_due(self, charity: Charity) -> None:
        shown = charity.hearth.out("retention", HEARTH_KEEP_FORMS="14")
        for kind in KINDS:
            assert kind.what in shown
        lines = {line.split("  ")[0]: " ".join(line.split()) for line in shown.splitlines()}
        assert lines["unfinished forms"] == "unfinished forms 14 days set HEARTH_KEEP_FORMS 0"
        assert lines["whether an answer helped"].endswith("365 days default HEARTH_KEEP_FEEDBACK 0")
        assert lines["one-time codes, once expired"].endswith("at once 2")
        assert "Never let go by the clock: open cases; safeguarding" in shown
        assert "Dangerous" not in shown

    def test_a_limit_that_loses_messages_is_called_dangerous(self, charity: Charity) -> None:
        shown = charity.hearth.out("retention", HEARTH_KEEP_MESSAGE_HOURS="2")
        assert "Dangerous: HEARTH_KEEP_MESSAGE_HOURS is 2. If Hearth is off for longer" in shown

    def test_says_the_same_whether_a_case_is_due_or_not(self, charity: Charity) -> None:
        charity.hearth.out("retention", "run")
        before = charity.hearth.out("retention"), charity.hearth.out("retention", "run")
        _closed_long_ago(charity)
        assert (charity.hearth.out("retention"), charity.hearth.out("retention", "run")) == before
        assert rows(charity.records, Case) == []

    def test_run_lets_go_what_is_due_and_says_how_much(self, charity: Charity) -> None:
        assert "Let go: one-time codes, once expired: 2." in charity.hearth.out("retention", "run")
        assert "Let go: nothing." in charity.hearth.out("retention", "run")

    def test_a_wrong_setting_is_named(self, charity: Charity) -> None:
        ran = charity.hearth("retention", HEARTH_KEEP_FORMS="soon")
        assert ran.code == 2
        assert ran.error.startswith("HEARTH_KEEP_FORMS: 'soon' cannot be used. Give a whole number of days")

    def test_a_database_that_is_behind_is_refused_with_what_to_do(self, tmp_path: Path) -> None:
        ran = Console(tmp_path)("retention")
        assert ran.code == 1
        assert "hearth migrate" in ran.error


def _closed_long_ago(charity: Charity) -> None:
    closed = charity.records.now().replace(year=2010)
    raise_case(charity.records, Raised(charity.anna, charity.olga, closed_at=closed))


class TestExport:
    """`hearth export`"""

    def test_writes_what_is_held_about_the_person_of_an_account(
        self, charity: Charity, tmp_path: Path
    ) -> None:
        said = charity.hearth.out("export", "person", charity.anna.account, "--out", str(tmp_path / "a"))
        written = json.loads((tmp_path / "a" / "person.json").read_text())
        assert written["held"]["You"][0]["Id"] == charity.anna.person.id
        assert str(tmp_path / "a" / "person.html") in said
        assert "For the person herself" in said

    def test_without_an_officer_it_holds_no_case_and_says_nothing_of_one(
        self, charity: Charity, tmp_path: Path
    ) -> None:
        case = raise_case(charity.records, Raised(charity.anna, charity.olga))
        said = charity.hearth.out("export", "person", charity.anna.person.id, "--out", str(tmp_path / "a"))
        assert case.number not in said + (tmp_path / "a" / "person.json").read_text()
        known = ("--as", charity.manager.id[:8])
        charity.hearth.out("export", "person", charity.anna.account, "--out", str(tmp_path / "b"), *known)
        assert case.number in (tmp_path / "b" / "person.json").read_text()

    def test_cases_that_name_her_are_listed_and_released_one_by_one(
        self, charity: Charity, tmp_path: Path
    ) -> None:
        nora = someone(charity.records, "Nora New", 3)
        case, other = (
            raise_case(charity.records, Raised(nora, charity.olga, (charity.anna,))) for _ in range(2)
        )
        hidden = raise_case(charity.records, Raised(nora, charity.olga, (charity.anna, charity.olga)))
        known = (charity.anna.account, "--as", charity.manager.id)
        listed = charity.hearth.out("export", "named-in", *known)
        assert {line.split()[0] for line in listed.splitlines()[:-1]} == {case.id, other.id}
        out = ("--out", str(tmp_path / "a"))
        charity.hearth.out("export", "person", *known, *out, "--release", case.id)
        text = (tmp_path / "a" / "person.json").read_text()
        assert case.number in text
        assert other.number not in text
        refused = charity.hearth("export", "person", *known, *out, "--release", hidden.id)
        assert refused.code == 4
        again = ("--out", str(tmp_path / "b"))
        refused = charity.hearth("export", "person", *known, *again, "--release", hidden.id)
        assert (refused.code, hidden.number in refused.err) == (1, False)
        assert not (tmp_path / "b").exists()

    def test_an_officer_with_a_conflict_is_told_what_one_is_told_for_whom_there_is_no_case(
        self, charity: Charity
    ) -> None:
        known = (charity.anna.account, "--as", charity.manager.id)
        before = charity.hearth.out("export", "named-in", *known)
        raise_case(charity.records, Raised(charity.olga, charity.olga, (charity.anna,)))
        assert charity.hearth.out("export", "named-in", *known) == before

    @pytest.mark.parametrize("who", ["slack:T1/NOBODY", "f" * 32, "", "%"])
    def test_somebody_who_is_not_known_is_named_with_what_to_give(
        self, charity: Charity, tmp_path: Path, who: str
    ) -> None:
        ran = charity.hearth("export", "person", who, "--out", str(tmp_path / "a"))
        assert ran.code == 1
        assert "nobody has this account or id" in ran.error
        assert not (tmp_path / "a").exists()

    @pytest.mark.parametrize("by", ["f" * 32, "%", "_"])
    def test_an_officer_who_is_none_is_refused(self, charity: Charity, by: str) -> None:
        ran = charity.hearth("export", "named-in", charity.anna.account, "--as", by)
        assert ran.code == 1
        assert "`hearth people list` shows them" in ran.error

    def test_a_folder_that_is_there_is_refused_and_no_export_noted(
        self, charity: Charity, tmp_path: Path
    ) -> None:
        ran = charity.hearth("export", "person", charity.anna.account, "--out", str(tmp_path))
        assert ran.code == 4
        assert "is there already" in ran.error
        assert "person:export:made" not in [entry.what for entry in rows(charity.records, Audit)]


class TestErase:
    """`hearth erase`"""

    def test_without_yes_it_only_says_what_it_would_do(self, charity: Charity) -> None:
        said = _told(charity.hearth("erase", "person", charity.anna.account))
        assert said.startswith("Would be taken away: name: 1; link to the audit: 1; accounts: 1;")
        assert "Stays: acknowledged ICT as volunteer" in said
        assert said.endswith("Nothing was changed. With --yes it is done, and cannot be undone.")
        assert len(rows(charity.records, Account)) == 2

    def test_with_yes_it_does_it_and_doing_it_again_changes_nothing(self, charity: Charity) -> None:
        said = _told(charity.hearth("erase", "person", charity.anna.account, "--yes"))
        assert said.startswith("Taken away: name: 1;")
        assert [account.name for account in rows(charity.records, Account)] == [charity.olga.account]
        again = _told(charity.hearth("erase", "person", charity.anna.person.id, "--yes"))
        assert again.startswith("Taken away: nothing is left that may go.")

    def test_an_officer_is_refused_with_what_to_do_first(self, charity: Charity) -> None:
        said = _told(charity.hearth("erase", "person", charity.olga.account))
        assert "In the way: She is manager: end that first (`hearth people end`)." in said
        ran = charity.hearth("erase", "person", charity.olga.account, "--yes")
        assert ran.code == 1
        assert ran.error == "She is manager: end that first (`hearth people end`)."

    def test_says_the_same_with_and_without_cases_that_must_not_be_known(self, charity: Charity) -> None:
        before = charity.hearth.out("erase", "person", charity.anna.account)
        case = raise_case(charity.records, Raised(charity.anna, charity.olga))
        raise_case(charity.records, Raised(charity.olga, charity.olga, (charity.anna,)))
        assert charity.hearth.out("erase", "person", charity.anna.account) == before
        told = charity.hearth.out("erase", "person", charity.anna.account, "--as", charity.manager.id)
        assert f"Stays: case {case.number}: open." in told
