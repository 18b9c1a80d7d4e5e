"""Officers: who has authority, in which order they are turned to, what a server needs."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text

from bot import officers, people, set_up
from bot.contact import Contact, Office, PeopleError, contact_given
from bot.records.store import Records
from bot.records.tables import Audit, Officer, Organisation, Person
from tests.records.conftest import Clock
from tests.records.together import at_once

WHO = "command line"


def _contact(number: int = 1) -> Contact:
    return contact_given(f"Officer {'ABCDEFGHI'[number]} (sample)", f"01632 96000{number}")


def _appoint(
    records: Records, office: Office, number: int = 1, account: str | None = None, place: int | None = None
) -> Officer:
    with records.changing() as change:
        given = _contact(number)
        person = None if office == "outside_contact" else people.named(change, given.name, account)
        return officers.appoint(change, office, given, person, who=WHO, place=place)


def _names(records: Records, office: Office) -> list[str]:
    with records.reading() as session:
        held = officers.holders(session, records.organisation, office)
        return [officers.contact(records, officer).name for officer in held]


def _missing(records: Records) -> tuple[str, ...]:
    with records.reading() as session:
        return officers.missing(session, records.organisation)


def _authority(records: Records, person: str | None) -> frozenset[Office]:
    assert person is not None
    with records.reading() as session:
        return officers.authority(session, session.get_one(Person, person))


def _end(records: Records, officer: Officer) -> None:
    with records.changing() as change:
        officers.end(change, officers.find(change, officer.id), who=WHO)


class TestHolders:
    """Who is turned to, in which order."""

    def test_the_order_is_that_of_their_appointment_unless_a_place_is_given(self, records: Records) -> None:
        _appoint(records, "trustee", 1)
        _appoint(records, "trustee", 2)
        _appoint(records, "trustee", 3, place=1)
        _appoint(records, "trustee", 4, place=2)
        _appoint(records, "trustee", 5, place=99)
        assert [name[8] for name in _names(records, "trustee")] == ["D", "E", "B", "C", "F"]
        with records.reading() as session:
            held = officers.holders(session, records.organisation, "trustee")
            assert [officer.place for officer in held] == [1, 2, 3, 4, 5]

    def test_those_behind_one_who_ended_move_up(self, records: Records) -> None:
        first, *_ = (_appoint(records, "trustee", number) for number in (1, 2))
        _end(records, first)
        with records.reading() as session:
            held = officers.holders(session, records.organisation, "trustee")
            assert [officer.place for officer in held] == [1]

    def test_who_held_an_office_at_a_past_moment_can_be_asked(self, records: Records, clock: Clock) -> None:
        before = clock()
        clock.passes(days=1)
        officer = _appoint(records, "manager")
        appointed = clock()
        clock.passes(days=1)
        _end(records, officer)
        with records.reading() as session:
            for at, held in ((before, 0), (appointed, 1), (clock() - timedelta(hours=1), 1), (clock(), 0)):
                assert len(officers.holders(session, records.organisation, "manager", at)) == held

    def test_name_phone_and_other_names_come_back_as_they_were_given(self, records: Records) -> None:
        given = contact_given("Áine  Example", "+44 1632  960001", ["the boss", "Annie", "the boss"])
        with records.changing() as change:
            person = people.named(change, given.name, None)
            officer = officers.appoint(change, "manager", given, person, who=WHO)
        assert officers.contact(records, officer) == Contact(
            "Áine Example", "+44 1632 960001", ("the boss", "Annie")
        )

    def test_neither_names_nor_phones_stand_in_the_database_in_clear(self, records: Records) -> None:
        _appoint(records, "manager", 1)
        with records.reading() as session:
            for table in ("officer", "person", "audit"):
                for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - fixed names
                    assert b"960001" not in b"".join(_as_bytes(value) for value in row)
                    assert b"sample" not in b"".join(_as_bytes(value) for value in row)


class TestAuthority:
    """What a person may do, read at every action."""

    def test_several_offices_of_one_account_are_one_persons(self, records: Records) -> None:
        first = _appoint(records, "manager", 1, "slack:T1/U1")
        second = _appoint(records, "safeguarding_lead", 1, "slack:T1/U1")
        assert first.person == second.person
        assert _authority(records, first.person) == {"manager", "safeguarding_lead"}

    def test_an_office_ended_elsewhere_counts_no_more_at_the_next_action(self, records: Records) -> None:
        officer = _appoint(records, "manager", 1, "slack:T1/U1")
        person = officer.person
        assert _authority(records, person) == {"manager"}
        _end(records, officer)
        assert _authority(records, person) == frozenset()

    def test_an_office_counts_no_more_within_the_very_change_that_ends_it(self, records: Records) -> None:
        officer = _appoint(records, "manager", 1, "slack:T1/U1")
        with records.changing() as change:
            person = change.session.get_one(Person, officer.person)
            assert officers.authority(change.session, person) == {"manager"}
            officers.end_all(change, person, who=WHO)
            assert officers.authority(change.session, person) == frozenset()

    def test_an_outside_contact_is_nobodys_authority_and_nobodys_account(self, records: Records) -> None:
        assert _appoint(records, "outside_contact").person is None
        with records.changing() as change:
            person = people.known(change, "slack:T1/U1")
            with pytest.raises(PeopleError, match="by phone"):
                officers.appoint(change, "outside_contact", _contact(), person, who=WHO)
            with pytest.raises(PeopleError, match="by phone"):
                officers.appoint(change, "manager", _contact(), None, who=WHO)

    def test_offices_count_in_their_own_organisation_alone(self, records: Records) -> None:
        other = records.of("another")
        with other.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        _appoint(other, "manager")
        assert _names(records, "manager") == []
        assert len(_missing(records)) == 4


class TestChanges:
    """Appointing, ending, a new phone: each is audited."""

    def test_nobody_holds_one_office_twice_at_once(self, records: Records) -> None:
        _appoint(records, "manager", 1, "slack:T1/U1")
        with pytest.raises(PeopleError, match="manager already"):
            _appoint(records, "manager", 2, "slack:T1/U1")

    def test_two_who_appoint_the_same_person_at_once_appoint_her_once(self, records: Records) -> None:
        with records.changing() as change:
            people.known(change, "slack:T1/U1")

        def appoint() -> bool:
            try:
                _appoint(records, "manager", 1, "slack:T1/U1")
            except PeopleError:
                return False
            return True

        assert sorted(at_once(appoint, appoint)) == [False, True]
        assert len(_names(records, "manager")) == 1

    def test_those_who_are_appointed_at_once_get_a_place_each(self, records: Records) -> None:
        at_once(*[partial(_appoint, records, "trustee", number) for number in range(1, 5)])
        with records.reading() as session:
            held = officers.holders(session, records.organisation, "trustee")
            assert [officer.place for officer in held] == [1, 2, 3, 4]

    def test_two_who_set_up_at_once_set_up_once(self, records: Records) -> None:
        entries = set_up.read(set_up.SAMPLE.read_text(encoding="utf-8"))

        def begin() -> bool:
            try:
                with records.changing() as change:
                    set_up.set_up(change, entries, who=WHO)
            except PeopleError:
                return False
            return True

        assert sorted(at_once(begin, begin)) == [False, True]
        assert len(_names(records, "manager")) == 1

    def test_who_held_an_office_may_be_appointed_again(self, records: Records) -> None:
        _end(records, _appoint(records, "manager", 1, "slack:T1/U1"))
        assert _authority(records, _appoint(records, "manager", 1, "slack:T1/U1").person) == {"manager"}

    def test_an_office_ends_once(self, records: Records) -> None:
        officer = _appoint(records, "manager")
        _end(records, officer)
        with pytest.raises(PeopleError, match="ended already"):
            _end(records, officer)

    def test_a_new_phone_takes_the_place_of_the_old(self, records: Records) -> None:
        officer = _appoint(records, "manager")
        with records.changing() as change:
            officers.change_phone(change, officers.find(change, officer.id), "01632 960999", who=WHO)
        with records.reading() as session:
            (held,) = officers.holders(session, records.organisation, "manager")
            assert officers.contact(records, held).phone == "01632 960999"

    def test_an_office_that_ended_gets_no_new_phone(self, records: Records) -> None:
        officer = _appoint(records, "manager")
        _end(records, officer)
        with records.changing() as change, pytest.raises(PeopleError, match="anew"):
            officers.change_phone(change, officers.find(change, officer.id), "01632 960999", who=WHO)

    def test_each_change_is_audited_without_a_personal_word(self, records: Records) -> None:
        officer = _appoint(records, "manager")
        with records.changing() as change:
            officers.change_phone(change, officers.find(change, officer.id), "01632 960999", who=WHO)
        _end(records, officer)
        with records.reading() as session:
            entries = session.scalars(select(Audit).order_by(Audit.number)).all()
        verbs = ("appointed", "phone-changed", "ended")
        assert [entry.what for entry in entries] == [f"office:manager:{verb}" for verb in verbs]
        assert {(entry.about, entry.who, entry.detail) for entry in entries} == {(officer.id, WHO, None)}

    def test_an_officer_is_found_by_the_beginning_of_her_id(self, records: Records) -> None:
        officer = _appoint(records, "manager")
        with records.changing() as change:
            assert officers.find(change, officer.id[:8]).id == officer.id

    def test_a_beginning_that_names_nobody_is_refused(self, records: Records) -> None:
        _appoint(records, "manager")
        with records.changing() as change:
            for beginning in ("", "no-such-id", "%", "________"):
                with pytest.raises(PeopleError, match="No officer has the id"):
                    officers.find(change, beginning)

    def test_a_beginning_that_names_several_is_refused(self, records: Records) -> None:
        for number in (1, 2):
            officer = _appoint(records, "trustee", number)
            with records.changing() as change:
                officers.find(change, officer.id).id = f"abcd{number}"
        with records.changing() as change, pytest.raises(PeopleError, match="More than one"):
            officers.find(change, "abcd")

    def test_whoever_had_left_is_back_by_an_appointment(self, records: Records) -> None:
        with records.changing() as change:
            people.left(change, people.known(change, "slack:T1/U1"), who=WHO)
        officer = _appoint(records, "manager", 1, "slack:T1/U1")
        with records.reading() as session:
            assert session.get_one(Person, officer.person).left_at is None


class TestMissing:
    """What a server needs before it may start."""

    def test_nothing_is_missing_with_manager_chair_lead_and_a_deputy_for_the_lead(
        self, records: Records
    ) -> None:
        assert len(_missing(records)) == 4
        needed: tuple[Office, ...] = ("manager", "chair", "safeguarding_lead", "deputy_safeguarding_lead")
        for number, office in enumerate(needed, 1):
            _appoint(records, office, number)
        assert _missing(records) == ()

    def test_each_is_missed_when_its_office_ends(self, records: Records) -> None:
        words: dict[Office, str] = {
            "manager": "a manager",
            "chair": "a chair",
            "safeguarding_lead": "a safeguarding lead",
            "deputy_safeguarding_lead": "a deputy for the safeguarding lead, who is someone else",
        }
        appointed = {office: _appoint(records, office, number) for number, office in enumerate(words, 1)}
        for office, lacking in words.items():
            _end(records, appointed[office])
            assert _missing(records) == (lacking,)
            _appoint(records, office)

    def test_the_lead_is_not_her_own_deputy(self, records: Records) -> None:
        needed: tuple[Office, ...] = ("manager", "chair", "safeguarding_lead", "deputy_safeguarding_lead")
        for office in needed:
            _appoint(records, office, 1, "slack:T1/U1")
        assert _missing(records) == ("a deputy for the safeguarding lead, who is someone else",)

    def test_a_deputy_manager_or_deputy_chair_is_no_manager_and_no_chair(self, records: Records) -> None:
        _appoint(records, "deputy_manager", 1)
        _appoint(records, "deputy_chair", 2)
        assert _missing(records)[:2] == ("a manager", "a chair")


@pytest.mark.parametrize(
    "phone", ["", "01", "12", "0163x 960001", "++44 1632", "1" * 16, "call me", "٠١٦٣٢", "+"]
)
def test_what_can_be_no_phone_number_is_refused(phone: str) -> None:
    with pytest.raises(ValueError, match="is no phone number"):
        contact_given("Someone", phone)


@pytest.mark.parametrize("phone", ["999", "01632 960001", "+44 1632 960 001", " 01632\u00a0960001 "])
def test_numbers_with_spaces_and_a_country_are_taken(phone: str) -> None:
    assert contact_given("Someone", phone).phone == " ".join(phone.split())


@pytest.mark.parametrize("name", ["", "  ", "123", "A" * 101, "Some\u202eone"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        contact_given(name, "999")


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
