"""Export: everything of hers, nothing of others, and nothing that shows what is not in it."""

import errno
import json
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.export_files import as_json, as_page, export_folder
from adapters.output import OutputError
from bot import disclosure, officers
from bot.contact import PeopleError
from bot.export import Export, export
from bot.joining import columns_of_persons
from bot.masked import OTHER
from bot.records.store import Records
from bot.records.tables import Audit, Case, Handoff, Officer, Person, Unanswered
from tests.records.giving import (
    Raised,
    Someone,
    hold_everything,
    officer,
    raise_case,
    rows,
    someone,
)


@pytest.fixture
def anna(records: Records) -> Someone:
    """A volunteer who has written a lot."""
    anna = someone(records, "Anna Alder")
    hold_everything(records, anna)
    return anna


@pytest.fixture
def olga(records: Records) -> Someone:
    """An officer, who has written as much."""
    olga = someone(records, "Olga Oakwood", 2)
    hold_everything(records, olga)
    return olga


@pytest.fixture
def manager(records: Records, olga: Someone) -> Officer:
    """Olga's office."""
    return officer(records, olga)


def ordered(
    records: Records, who: Someone, by: Officer | None = None, released: Collection[str] = ()
) -> Export:
    """Export as an officer orders it."""
    return export(records, who.person, asked_by_herself=False, officer=by, released=released)


def asked(records: Records, who: Someone) -> Export:
    """Export as she asks for it from her own account."""
    return export(records, who.person, asked_by_herself=True)


def without_changes(made: Export) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return an export's parts but her own acts in the audit, of which raising a case is one."""
    return {title: part for title, part in made.parts.items() if not title.startswith("What the record")}


class TestOfHers:
    """What is in it."""

    def test_all_that_she_wrote_is_in_what_she_asks_for(self, records: Records, anna: Someone) -> None:
        raise_case(records, Raised(anna))
        text = as_json(asked(records, anna))
        for place in ("held", "on the web", "may I park,", "signed", "failed", "summary"):
            assert f"{place} {anna.word}" in text
        for value in ("Anna Alder", anna.account, anna.direct, "volunteer", "friending", "person:roles:set"):
            assert value in text

    def test_clauses_and_steps_of_her_induction_are_told_one_by_one(
        self, records: Records, anna: Someone
    ) -> None:
        parts = ordered(records, anna).parts
        (given,), (walking,) = parts["What you acknowledged"], parts["Your induction"]
        assert given["Clauses shown, with their hashes"] == (f"4.3: {'a' * 64}", f"4.4: {'b' * 64}")
        assert isinstance(walking["Lessons"], tuple)
        assert sorted(walking["Lessons"]) == ["4.3: shown", "friend-request: shown, choices: 2"]

    def test_an_office_and_its_phone_are_hers(
        self, records: Records, olga: Someone, manager: Officer
    ) -> None:
        assert manager.person == olga.person.id
        (office,) = ordered(records, olga).parts["Your offices"]
        assert (office["Name"], office["Phone"]) == ("Officer Ofthis", "01632 960001")

    def test_whoever_makes_an_export_is_noted(self, records: Records, anna: Someone) -> None:
        asked(records, anna)
        assert [(row.about, row.who) for row in rows(records, Audit) if row.what == "person:export:made"] == [
            (anna.person.id, "hearth")
        ]

    def test_every_column_that_names_a_person_was_thought_of(self) -> None:
        """A new one is to be exported and erased, or to be named here with the reason."""
        assert {f"{column.table.name}.{column.key}" for column in columns_of_persons()} == {
            "account.person",
            "link_code.person",
            "officer.person",
            "conversation.person",
            "case_.raised_by",
            "case_.owner",  # an officer's work, and the case of another
            "case_entry.by",
            "case_file.by",
            "kept_answer.by",  # an officer's work, on the question of another
            "case_person.person",
            "handoff.to",  # as the owner
            "acknowledgement.person",
            "acknowledgement.entered_by",  # an officer's work, in the record of another
            "feedback.person",
            "unanswered.person",
            "induction.person",
        }


class TestOfOthers:
    """What is not in it."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        raised=st.lists(
            st.tuples(st.sampled_from("ab"), st.booleans(), st.sets(st.sampled_from("abc"))), max_size=4
        ),
        herself=st.booleans(),
        quotes=st.booleans(),
    )
    def test_no_sealed_word_of_another_person_stands_in_an_export(
        self,
        records: Records,
        raised: list[tuple[str, bool, set[str]]],
        herself: bool,  # noqa: FBT001 - hypothesis gives it by name
        quotes: bool,  # noqa: FBT001 - as above
    ) -> None:
        number = len(rows(records, Person))
        names = ("Anna Alder", "Berta Birchfield", "Olga Oakwood")
        a, b, c = (someone(records, name, number + at) for at, name in enumerate(names))
        for each in (a, b, c):
            hold_everything(records, each)
        known = {"a": a, "b": b, "c": c}
        for by, anonymous, named in raised:
            parties = tuple(known[name] for name in sorted(named))
            raise_case(records, Raised(known[by], c, parties, anonymous, handed="complaint received"))
        office = officer(records, c) if not number else rows(records, Officer)[0]
        if quotes:
            _quote(records, a, "Berta Birchfield said it, berta too, and OLGA  OAKWOOD; ring 01632 960001")
        with records.reading() as session:
            may = [case.id for case in disclosure.named_in(session, a.person, office)]
        made = asked(records, a) if herself else ordered(records, a, office, may)
        for text in (as_json(made), as_page(made)):
            for other in (b, c):
                assert other.word not in text
                assert other.account not in text
                assert other.direct not in text
            for masked in (
                "Berta",
                "Birchfield",
                "Oakwood",
                "OAKWOOD",
                "960001",
                "remarkbyanother",
                "whatanothertold",
            ):
                assert masked not in text
            assert (OTHER in text) == quotes

    def test_of_a_case_she_gets_what_she_added_and_not_what_the_officer_noted(
        self, records: Records, anna: Someone, olga: Someone
    ) -> None:
        raise_case(records, Raised(anna, olga))
        (case,) = asked(records, anna).parts["What you raised"]
        assert case["What it is about"] == f"summary {anna.word}"
        assert len(case["You added"]) == 1  # type: ignore[arg-type]  # a tuple of lines
        assert olga.word not in str(case)

    def test_the_words_of_whoever_else_speaks_in_a_channel_are_not_hers(
        self, records: Records, anna: Someone
    ) -> None:
        assert "many were here" not in as_json(asked(records, anna))


def _quote(records: Records, who: Someone, words: str) -> None:
    question = Unanswered(
        organisation=records.organisation, topic="parking", person=who.person.id, at=records.now()
    )
    question.id = "0" * 26 + who.person.id[:6]
    question.question = records.seal(Unanswered.question, question, words)
    with records.changing() as change:
        change.add(question)


class TestLeftOut:
    """Nothing shows that something is not in it."""

    def test_an_ordered_export_is_the_same_with_and_without_a_case_that_must_not_be_known(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer
    ) -> None:
        before = as_json(ordered(records, anna, manager)), as_page(ordered(records, anna, manager))
        berta = someone(records, "Berta Birchfield", 3)
        for raised in (
            Raised(anna, olga, anonymous=True),
            Raised(anna, olga, (olga,)),
            Raised(anna, berta),
            Raised(berta, olga, (anna,)),
            Raised(anna, olga, (anna,), anonymous=True),
        ):
            raise_case(records, raised)
        assert (as_json(ordered(records, anna, manager)), as_page(ordered(records, anna, manager))) == before
        assert ordered(records, anna).parts == ordered(records, anna, manager).parts

    def test_her_own_export_is_the_same_with_and_without_a_case_that_only_names_her(
        self, records: Records, anna: Someone, olga: Someone
    ) -> None:
        before = as_json(asked(records, anna))
        raise_case(records, Raised(olga, olga, (anna,)))
        assert as_json(asked(records, anna)) == before

    def test_her_own_export_differs_by_her_anonymous_case_alone(
        self, records: Records, anna: Someone
    ) -> None:
        before = without_changes(asked(records, anna))
        raise_case(records, Raised(anna, anonymous=True))
        after = dict(without_changes(asked(records, anna)))
        (case,) = after.pop("What you raised")
        assert case["Anonymous"] is True
        assert after == before

    def test_a_part_with_nothing_in_it_is_not_there(self, records: Records) -> None:
        made = ordered(records, someone(records, "Nora New"))
        assert list(made.parts) == ["You", "Your accounts"]

    def test_what_she_said_to_hearth_is_in_no_file_that_an_officer_orders(
        self, records: Records, anna: Someone, manager: Officer
    ) -> None:
        text = as_json(ordered(records, anna, manager))
        for place in ("held", "on the web", "failed"):
            assert f"{place} {anna.word}" not in text
        assert "person:roles" not in text


class TestOfficers:
    """Which cases an officer may be told of."""

    def test_a_case_that_she_raised_by_name_is_told_to_whoever_has_it_in_hand(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer
    ) -> None:
        case = raise_case(records, Raised(anna, olga))
        (told,) = ordered(records, anna, manager).parts["What you raised"]
        assert told["Case"] == case.number

    def test_a_case_that_names_her_is_in_the_file_only_once_it_is_released(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer
    ) -> None:
        berta = someone(records, "Berta Birchfield", 3)
        case = raise_case(records, Raised(berta, olga, (anna,)))
        assert "What names you" not in ordered(records, anna, manager).parts
        (told,) = ordered(records, anna, manager, [case.id, case.id]).parts["What names you"]
        assert (told["Case"], told["You are named as"]) == (case.number, "respondent")
        noted = [row.about for row in rows(records, Audit) if row.what == "person:export:case-released"]
        assert noted == [case.id]

    @pytest.mark.parametrize("conflict", ["part", "raised", "not hers", "office ended", "herself"])
    def test_an_officer_with_a_conflict_is_told_of_no_case_and_can_release_none(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer, conflict: str
    ) -> None:
        berta = someone(records, "Berta Birchfield", 3)
        raised = {
            "part": Raised(berta, olga, (anna, olga)),
            "raised": Raised(olga, olga, (anna,)),
            "not hers": Raised(berta, berta, (anna,)),
            "office ended": Raised(berta, olga, (anna,)),
            "herself": Raised(berta, olga, (olga,)),
        }[conflict]
        case = raise_case(records, raised)
        about = olga if conflict == "herself" else anna
        if conflict == "office ended":
            with records.changing() as change:
                officers.end(change, officers.find(change, manager.id), who="test")
            with records.reading() as session, pytest.raises(PeopleError, match="hearth people list"):
                disclosure.officer_given(session, records.organisation, manager.id)
            return
        with records.reading() as session:
            assert not disclosure.named_in(session, about.person, manager)
        with pytest.raises(PeopleError, match="no such case for this officer"):
            ordered(records, about, manager, [case.id])

    def test_a_case_that_is_not_there_is_refused_in_the_same_words_as_one_that_must_not_be_told(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer
    ) -> None:
        hidden = raise_case(records, Raised(olga, olga, (anna,))).id
        said = set()
        for case in (hidden, "f" * 32):
            with pytest.raises(PeopleError) as refused:
                ordered(records, anna, manager, [case])
            said.add(str(refused.value).replace(case, ""))
        assert len(said) == 1

    def test_a_handoff_that_has_ended_tells_nothing_any_more(
        self, records: Records, anna: Someone, olga: Someone, manager: Officer
    ) -> None:
        berta = someone(records, "Berta Birchfield", 3)
        case = raise_case(records, Raised(berta, olga, (anna,), handed="complaint received"))
        with records.changing() as change:
            change.session.get_one(Case, case.id).owner = None
        with records.reading() as session:
            assert [told.id for told in disclosure.named_in(session, anna.person, manager)] == [case.id]
        with records.changing() as change:
            change.session.query(Handoff).one().ended_at = records.now()
        with records.reading() as session:
            assert not disclosure.named_in(session, anna.person, manager)


class TestFiles:
    """The files."""

    def test_nobody_else_may_read_them(self, records: Records, anna: Someone, tmp_path: Path) -> None:
        with export_folder(tmp_path / "anna") as put:
            files = put(asked(records, anna))
        assert stat.S_IMODE((tmp_path / "anna").stat().st_mode) == 0o700
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
        assert json.loads(files[0].read_text())["held"]["You"][0]["Name"] == "Anna Alder"

    def test_where_they_cannot_be_written_nothing_is_left(
        self, records: Records, anna: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        held = asked(records, anna)
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"), export_folder(tmp_path / "a") as put:
            put(held)
        assert not (tmp_path / "a").exists()

    def test_the_page_shows_every_value_as_text_and_loads_nothing(
        self, records: Records, anna: Someone
    ) -> None:
        _quote(records, anna, '<script src="https://x.example/x.js"></script> & "so" \x1b[1m')
        page = as_page(asked(records, anna))
        assert escape('<script src="https://x.example/x.js"></script> & "so" \ufffd[1m') in page
        found = _Found()
        found.feed(page)
        assert found.tags <= {
            *("html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2"),
            *("p", "dl", "dt", "dd", "ul", "li", "time"),
        }
        assert not found.attributes & {"src", "href", "style", "onclick"}
        assert found.language == "en-GB"

    def test_both_files_say_the_same(self, records: Records, anna: Someone, olga: Someone) -> None:
        raise_case(records, Raised(anna, olga))
        made = asked(records, anna)
        found = _Found()
        found.feed(as_page(made))
        for items in made.parts.values():
            for item in items:
                for label, value in item.items():
                    assert label in found.words
                    lines = value if isinstance(value, tuple) else (value,)
                    assert all(line in found.words for line in lines if isinstance(line, str))


class _Found(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = set[str](), set[str]()
        self.words, self.language = list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.language = dict(attrs).get("lang") or self.language

    def handle_data(self, data: str) -> None:
        self.words.append(data)
