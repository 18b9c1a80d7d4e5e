"""Joining accounts: the code's form, its use, what moves, and who may not be talked out of her account."""

from threading import Thread
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Date, Integer, String, UniqueConstraint, func, insert, select

from bot import joining, link_code, linking, officers, people
from bot.contact import PeopleError, contact_given
from bot.linking import Outcome
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import (
    Acknowledgement,
    Audit,
    Case,
    CasePerson,
    Induction,
    InductionStep,
    LinkCode,
    Officer,
    Organisation,
    Person,
    Unanswered,
)
from bot.records.types import Moment, Sealed
from tests.records.conftest import Clock
from tests.records.together import at_once

SLACK, TEAMS, WEB = "slack:T1/U2", "teams:19/29", "web:3f9a"
NO_CODE = "BBBB-BBBB-BBBB"


def _known(records: Records, account: str) -> Person:
    with records.changing() as change:
        return people.known(change, account)


def _shown(records: Records, account: str = SLACK) -> str:
    with records.changing() as change:
        person = people.known(change, account)
        return linking.offer_code(change, person, who=people.audit_name(person))


def _typed(records: Records, code: str, account: str = TEAMS) -> Outcome:
    with records.changing() as change:
        return linking.enter_code(change, account, code)


def _accounts(records: Records, account: str) -> set[str]:
    person = _known(records, account)
    with records.reading() as session:
        return set(people.accounts(session, person.id))


def _appoint(records: Records, account: str | None) -> Officer:
    with records.changing() as change:
        given = contact_given("Scheme Manager (sample)", "01632 960001")
        return officers.appoint(
            change, "manager", given, people.named(change, given.name, account), who="test"
        )


_apart = st.sampled_from(["", " ", "-", " - ", "\u2013", "\u2011", "\n"])
_letters = st.text(link_code.LETTERS, min_size=12, max_size=12)


class TestForm:
    """What a code looks like."""

    def test_a_new_code_is_found_as_it_is_shown(self) -> None:
        for _ in range(200):
            code = link_code.new_code()
            assert link_code.find(code) == code

    def test_codes_are_all_different(self) -> None:
        assert len({link_code.new_code() for _ in range(2_000)}) == 2_000

    def test_no_letter_looks_like_another_letter_or_a_digit(self) -> None:
        assert not set(link_code.LETTERS) & set("AEIOUYLQSZ0123456789")

    @given(_letters, st.lists(_apart, min_size=13, max_size=13), st.booleans())
    def test_a_code_is_found_however_it_is_typed(self, letters: str, apart: list[str], small: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        typed = "".join(gap + letter for gap, letter in zip(apart, letters, strict=False)) + apart[-1]
        found = link_code.find(typed.lower() if small else typed)
        assert found is not None
        assert found.replace("-", "") == letters

    @given(st.text())
    @example("\u212a" * 12)
    @example("k\u0307" * 12)
    def test_what_is_found_has_the_form_of_a_code_whatever_was_said(self, text: str) -> None:
        found = link_code.find(text)
        assert found is None or link_code.find(found) == found

    @given(_letters, st.text(min_size=1).filter(lambda text: any(letter.isalnum() for letter in text)))
    def test_a_code_beside_other_words_is_read_as_words(self, letters: str, words: str) -> None:
        assert link_code.find(f"{letters} {words}") is None
        assert link_code.find(f"{words} {letters}") is None

    @pytest.mark.parametrize(
        "text", ["", "hello", "can I friend this family?", "BBBB-BBBB", "KFXN-TRWH-PMC8"]
    )
    def test_other_words_are_no_code(self, text: str) -> None:
        assert link_code.find(text) is None


class TestUse:
    """A code is shown in one account and typed in another."""

    def test_the_accounts_are_then_one_persons(self, records: Records) -> None:
        person = _known(records, SLACK)
        assert _typed(records, _shown(records)) is Outcome.JOINED
        assert _known(records, TEAMS).id == person.id
        assert _accounts(records, SLACK) == {SLACK, TEAMS}

    def test_the_code_itself_is_kept_nowhere(self, records: Records) -> None:
        code = _shown(records)
        with records.reading() as session:
            kept = session.scalars(select(LinkCode)).one()
        assert kept.digest == link_code.digest(records.organisation, code)
        assert code.replace("-", "") not in repr(vars(kept)).replace("-", "")

    def test_it_works_once(self, records: Records) -> None:
        code = _shown(records)
        assert _typed(records, code, TEAMS) is Outcome.JOINED
        assert _typed(records, code, WEB) is Outcome.WRONG
        assert _accounts(records, WEB) == {WEB}

    def test_two_who_type_it_at_once_do_not_both_join(self, records: Records) -> None:
        for account in (TEAMS, WEB):
            _known(records, account)
        code = _shown(records)
        came = at_once(lambda: _typed(records, code, TEAMS), lambda: _typed(records, code, WEB))
        assert sorted(outcome.name for outcome in came) == ["JOINED", "WRONG"]

    @pytest.mark.parametrize(("minutes", "outcome"), [(9.9, Outcome.JOINED), (10, Outcome.WRONG)])
    def test_it_lasts_ten_minutes(
        self, records: Records, clock: Clock, minutes: float, outcome: Outcome
    ) -> None:
        code = _shown(records)
        clock.passes(minutes=minutes)
        assert _typed(records, code) is outcome

    def test_a_new_one_takes_the_place_of_the_old(self, records: Records) -> None:
        old, new = _shown(records), _shown(records)
        assert _typed(records, old) is Outcome.WRONG
        assert _typed(records, new) is Outcome.JOINED

    def test_typed_where_it_was_shown_it_does_nothing_and_stays_good(self, records: Records) -> None:
        code = _shown(records)
        assert _typed(records, code, SLACK) is Outcome.ONE_ALREADY
        assert _typed(records, code, TEAMS) is Outcome.JOINED

    def test_a_code_of_another_organisation_is_wrong_here(self, records: Records) -> None:
        other = records.of("another")
        with other.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        assert _typed(records, _shown(other)) is Outcome.WRONG

    def test_two_who_type_each_others_codes_at_once_end_as_one_person(self, records: Records) -> None:
        slack, teams = _shown(records, SLACK), _shown(records, TEAMS)
        came = at_once(lambda: _typed(records, teams, SLACK), lambda: _typed(records, slack, TEAMS))
        assert Outcome.JOINED in came
        assert _known(records, SLACK).id == _known(records, TEAMS).id

    def test_whoever_is_writing_is_waited_for_before_her_accounts_are_joined(self, records: Records) -> None:
        _known(records, TEAMS)
        code = _shown(records)
        joining_ = Thread(target=_typed, args=(records, code))
        with records.changing() as change:
            person = people.known(change, TEAMS)
            joining_.start()
            joining_.join(timeout=0.5)  # enough to end in, if nothing held it
            now = records.now()
            change.add(Unanswered(organisation=records.organisation, topic="t", person=person.id, at=now))
        joining_.join(timeout=30)
        with records.reading() as session:
            assert session.scalars(select(Unanswered.person)).all() == [_known(records, SLACK).id]
        assert _accounts(records, SLACK) == {SLACK, TEAMS}


class TestGuessing:
    """Wrong codes."""

    def test_after_five_wrong_tries_not_even_the_right_code_counts(self, records: Records) -> None:
        code = _shown(records)
        came = [_typed(records, NO_CODE) for _ in range(5)]
        assert came == [Outcome.WRONG] * 4 + [Outcome.LOCKED]
        assert _typed(records, code) is Outcome.LOCKED
        assert _accounts(records, TEAMS) == {TEAMS}

    def test_ten_minutes_later_codes_count_again(self, records: Records, clock: Clock) -> None:
        for _ in range(5):
            _typed(records, NO_CODE)
        clock.passes(minutes=10)
        assert _typed(records, _shown(records)) is Outcome.JOINED

    def test_guessing_at_once_wins_no_further_tries(self, records: Records) -> None:
        _known(records, TEAMS)
        came = at_once(*[lambda: _typed(records, NO_CODE)] * 8)
        assert came.count(Outcome.WRONG) == 4
        with records.reading() as session:
            refused = select(func.count()).where(Audit.what == "account:code:refused")
            assert session.scalar(refused) == 5

    def test_one_who_guesses_does_not_lock_out_others(self, records: Records) -> None:
        for _ in range(6):
            _typed(records, NO_CODE, WEB)
        assert _typed(records, _shown(records), TEAMS) is Outcome.JOINED

    def test_the_code_that_the_guesser_showed_herself_dies(self, records: Records) -> None:
        code = _shown(records, WEB)
        for _ in range(5):
            _typed(records, NO_CODE, WEB)
        assert _typed(records, code, TEAMS) is Outcome.WRONG

    def test_wrong_tries_are_audited_without_the_code(self, records: Records) -> None:
        _typed(records, NO_CODE)
        person = _known(records, TEAMS)
        with records.reading() as session:
            entry = session.scalars(select(Audit).where(Audit.what == "account:code:refused")).one()
        assert (entry.who, entry.detail) == (person.audit_name, None)


class TestOfficers:
    """An office is not handed over by a code that an officer is talked into typing."""

    def test_an_officer_who_types_anothers_code_keeps_her_account_to_herself(self, records: Records) -> None:
        _appoint(records, TEAMS)
        code = _shown(records, WEB)
        assert _typed(records, code, TEAMS) is Outcome.HOLDS_OFFICE
        assert _accounts(records, WEB) == {WEB}
        with records.reading() as session:
            assert officers.authority(session, _known(records, WEB)) == frozenset()
        assert _typed(records, code, SLACK) is Outcome.WRONG  # it was used up

    def test_the_other_way_round_she_joins_her_own_second_account(self, records: Records) -> None:
        _appoint(records, TEAMS)
        assert _typed(records, _shown(records, TEAMS), WEB) is Outcome.JOINED
        with records.reading() as session:
            assert officers.authority(session, _known(records, WEB)) == {"manager"}

    def test_an_officer_without_an_account_is_bound_by_a_code(self, records: Records) -> None:
        officer = _appoint(records, None)
        with records.changing() as change:
            code = linking.offer_code(change, change.session.get_one(Person, officer.person), who="test")
        assert _typed(records, code, TEAMS) is Outcome.JOINED
        assert _known(records, TEAMS).id == officer.person

    def test_who_holds_one_office_is_bound_to_a_second_by_its_code(self, records: Records) -> None:
        _appoint(records, TEAMS)
        with records.changing() as change:
            given_ = contact_given("Safeguarding Lead (sample)", "01632 960003")
            person = people.named(change, given_.name, None)
            officers.appoint(change, "safeguarding_lead", given_, person, who="test")
            code = linking.offer_code(change, person, who="test")
        assert _typed(records, code, TEAMS) is Outcome.JOINED
        with records.reading() as session:
            assert officers.authority(session, _known(records, TEAMS)) == {"manager", "safeguarding_lead"}


class TestCommand:
    """An officer's command joins two accounts."""

    def _link(self, records: Records, kept: str = SLACK, joined: str = TEAMS) -> None:
        with records.changing() as change:
            linking.join_accounts(change, kept, joined, who="command line")

    def test_the_first_accounts_person_stays(self, records: Records) -> None:
        kept = _known(records, TEAMS)
        _known(records, SLACK)
        self._link(records, TEAMS, SLACK)
        assert _known(records, SLACK).id == kept.id

    def test_it_is_audited_with_who_was_joined(self, records: Records) -> None:
        kept, joined = _known(records, SLACK), _known(records, TEAMS)
        self._link(records)
        with records.reading() as session:
            entry = session.scalars(select(Audit).where(Audit.what == "person:account:joined")).one()
            assert audit.detail_of(records, entry) == f"{joined.id} {joined.audit_name}"
            assert audit.verify(session, records) is None
        assert (entry.about, entry.who) == (kept.id, "command line")

    def test_an_account_that_nobody_wrote_from_is_named(self, records: Records) -> None:
        _known(records, SLACK)
        with pytest.raises(PeopleError, match="teams:19/29: nobody has written"):
            self._link(records)

    def test_accounts_of_one_person_are_not_joined_again(self, records: Records) -> None:
        _known(records, SLACK)
        _known(records, TEAMS)
        self._link(records)
        for pair in ((SLACK, TEAMS), (SLACK, SLACK)):
            with pytest.raises(PeopleError, match="one person's already"):
                self._link(records, *pair)


class TestWhatMoves:
    """What was either's is then hers."""

    @pytest.fixture
    def both(self, records: Records) -> tuple[Person, Person]:
        return _known(records, SLACK), _known(records, TEAMS)

    def _link(self, records: Records) -> Person:
        with records.changing() as change:
            return linking.join_accounts(change, SLACK, TEAMS, who="test")

    def test_all_that_names_the_joined_person_names_the_other_in_every_table(
        self, records: Records, both: tuple[Person, Person]
    ) -> None:
        kept, joined = both
        _rows_in_every_table(records, joined)
        with records.reading() as session:
            for column in joining.columns_of_persons():
                assert session.scalar(select(func.count()).where(column == joined.id)), f"{column}: no row"
        self._link(records)
        with records.reading() as session:
            for column in joining.columns_of_persons():
                assert session.scalar(select(func.count()).where(column == joined.id)) == 0, str(column)
                if column.table.name != "link_code":  # a code of either dies with the join
                    assert session.scalar(select(func.count()).where(column == kept.id)), str(column)
            assert session.get(Person, joined.id) is None

    def test_of_two_acknowledgements_of_one_policy_the_later_one_stays(
        self, records: Records, both: tuple[Person, Person], clock: Clock
    ) -> None:
        for person, outcome in zip(both, ("declined", "acknowledged"), strict=True):
            with records.changing() as change:
                change.add(_acknowledgement(records, person, outcome))
            clock.passes(days=1)
        self._link(records)
        with records.reading() as session:
            left = session.scalars(select(Acknowledgement)).one()
            assert (left.person, left.outcome) == (both[0].id, "acknowledged")
            replaced = select(Audit).where(Audit.what == "induction:acknowledgement:replaced")
            assert len(session.scalars(replaced).all()) == 1

    @pytest.mark.parametrize(
        ("first", "second", "stays"),
        [("acknowledged", "walking", 0), ("walking", "paused", 1), ("walking", "declined", 1)],
    )
    def test_of_two_walks_through_one_version_the_finished_or_last_one_stays(
        self,
        records: Records,
        both: tuple[Person, Person],
        clock: Clock,
        first: str,
        second: str,
        stays: int,
    ) -> None:
        walks = []
        for person, state in zip(both, (first, second), strict=True):
            clock.passes(days=1)
            with records.changing() as change:
                walks.append(_walk(records, person, state))
                change.add(walks[-1])
                change.session.flush()
                change.add(_step(records, walks[-1]))
        self._link(records)
        with records.reading() as session:
            left = session.scalars(select(Induction)).one()
            assert (left.id, left.person) == (walks[stays].id, both[0].id)
            assert session.scalars(select(InductionStep.induction)).all() == [left.id]

    def test_someone_named_twice_in_a_case_is_named_once(
        self, records: Records, both: tuple[Person, Person]
    ) -> None:
        with records.changing() as change:
            case = _case(records)
            change.add(case)
            change.session.flush()
            for person in both:
                change.add(_part(records, case, person))
        self._link(records)
        with records.reading() as session:
            assert session.scalars(select(CasePerson.person)).all() == [both[0].id]

    def test_every_table_that_takes_a_person_once_is_thought_of(self) -> None:
        persons = joining.columns_of_persons()
        once = {
            column.table.name
            for column in persons
            for rule in column.table.constraints
            if isinstance(rule, UniqueConstraint) and column.name in rule.columns
        }
        assert once == {"acknowledgement", "case_person", "induction"}, (
            "say in bot/joining.py which of two rows stays"
        )

    def test_an_office_that_both_held_is_held_once(
        self, records: Records, both: tuple[Person, Person]
    ) -> None:
        for account in (TEAMS, SLACK):
            _appoint(records, account)
        self._link(records)
        with records.reading() as session:
            (held,) = officers.holders(session, records.organisation, "manager")
            assert (held.person, held.place) == (both[0].id, 1)

    def test_roles_said_in_either_are_hers(self, records: Records, both: tuple[Person, Person]) -> None:
        with records.changing() as change:
            people.say_roles(change, people.known(change, SLACK), ["volunteer"])
            people.say_roles(change, people.known(change, TEAMS), ["trustee"])
        person = self._link(records)
        assert people.said_roles(person) == ("volunteer", "trustee")
        assert person.created_at == min(one.created_at for one in both)

    def test_a_role_never_asked_for_stays_unasked(
        self, records: Records, both: tuple[Person, Person]
    ) -> None:
        del both
        assert not people.was_asked(self._link(records))

    def test_the_only_name_stays_readable(self, records: Records, both: tuple[Person, Person]) -> None:
        del both
        _appoint(records, TEAMS)
        assert records.open(Person.name, self._link(records)) == "Scheme Manager (sample)"

    def test_who_left_by_one_account_and_writes_from_another_has_not_left(
        self, records: Records, both: tuple[Person, Person]
    ) -> None:
        del both
        with records.changing() as change:
            people.left(change, people.known(change, SLACK), who="test")
        assert self._link(records).left_at is None


def _rows_in_every_table(records: Records, person: Person) -> None:
    """Write rows that name a person in every column that can, whatever else their tables ask for."""
    with records.changing() as change:
        change.add(_case(records))
        change.session.flush()
        for table in dict.fromkeys(column.table for column in joining.columns_of_persons()):
            values = {column.name: _value(column, records, person) for column in table.columns}
            change.session.execute(insert(table).values({k: v for k, v in values.items() if v is not None}))


def _value(column: Column[Any], records: Records, person: Person) -> object:
    to = next((key.column.table.name for key in column.foreign_keys), None)
    if to is not None:
        known = {"person": person.id, "organisation": records.organisation, "case_": "case", "officer": None}
        return known[to]
    if column.name == "seq":
        return None
    if column.name == "office":
        return "manager"
    if column.name == "id" or not column.nullable or column.unique:
        fitting = {
            Moment: records.now(),
            Sealed: b"x",
            String: "x",
            Date: records.now().date(),
            Integer: 1,
            Boolean: True,
        }
        return next(value for kind, value in fitting.items() if isinstance(column.type, kind))
    return None


def _case(records: Records, raised_by: str | None = None, owner: str | None = None) -> Case:
    return Case(
        id="case",
        organisation=records.organisation,
        number="HS-2026-K7QF",
        kind="question",
        stage="received",
        raised_by=raised_by,
        owner=owner,
        opened_at=records.now(),
    )


def _part(records: Records, case: Case, person: Person) -> CasePerson:
    return CasePerson(organisation=records.organisation, case_=case.id, person=person.id, part="respondent")


def _acknowledgement(records: Records, person: Person, outcome: str) -> Acknowledgement:
    return Acknowledgement(
        organisation=records.organisation,
        person=person.id,
        role="volunteer",
        policy="ict",
        version="v",
        clauses="{}",
        outcome=outcome,
        channel="web",
        at=records.now(),
    )


def _walk(records: Records, person: Person, state: str) -> Induction:
    return Induction(
        organisation=records.organisation,
        person=person.id,
        roles="volunteer",
        policy="ict",
        version="v",
        state=state,
        started_at=records.now(),
        stepped_at=records.now(),
    )


def _step(records: Records, walk: Induction) -> InductionStep:
    return InductionStep(
        organisation=records.organisation, induction=walk.id, lesson="4.3", shown_at=records.now()
    )
