"""Who is writing, what she says she is, and what she is to the policy."""

import pytest
from sqlalchemy import func, select

from bot import linking, officers, people
from bot.contact import Office, contact_given
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Account, Audit, LinkCode, Organisation, Person
from knowledge.reading import Role
from tests.records.conftest import Clock
from tests.records.stage import roles_of
from tests.records.together import at_once

SLACK, TEAMS = "slack:T1/U2", "teams:19/29"
PHONE = "01632 960001"


def _known(records: Records, account: str = SLACK, direct: str | None = None) -> Person:
    with records.changing() as change:
        return people.known(change, account, direct)


def _count(records: Records, table: type[Person] | type[Account]) -> int:
    with records.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _audited(records: Records) -> list[str]:
    with records.reading() as session:
        return list(session.scalars(select(Audit.what).order_by(Audit.number)))


def _say(records: Records, *roles: Role, account: str = SLACK) -> None:
    with records.changing() as change:
        people.say_roles(change, people.known(change, account), roles)


class TestMeeting:
    """Someone writes."""

    def test_the_first_message_makes_a_person_and_her_account(self, records: Records) -> None:
        person = _known(records)
        with records.reading() as session:
            assert people.accounts(session, person.id) == [SLACK]
        assert _audited(records) == ["person:account:met"]

    def test_the_second_message_comes_from_the_same_person(self, records: Records) -> None:
        assert _known(records).id == _known(records).id
        assert (_count(records, Person), _count(records, Account)) == (1, 1)

    def test_two_accounts_are_two_persons_until_they_are_joined(self, records: Records) -> None:
        assert _known(records, SLACK).id != _known(records, TEAMS).id

    def test_two_messages_of_a_new_account_at_once_make_one_person(self, records: Records) -> None:
        ids = at_once(*[lambda: _known(records).id] * 6)
        assert len(set(ids)) == 1
        assert (_count(records, Person), _count(records, Account)) == (1, 1)
        assert _audited(records) == ["person:account:met"]

    def test_where_she_is_spoken_to_in_private_is_kept_and_follows_her(self, records: Records) -> None:
        _known(records, direct="slack:T1/D1")
        _known(records)  # in a channel: nothing is said of a private conversation
        with records.reading() as session:
            assert session.scalars(select(Account.direct)).all() == ["slack:T1/D1"]
        _known(records, direct="slack:T1/D2")
        with records.reading() as session:
            assert session.scalars(select(Account.direct)).all() == ["slack:T1/D2"]

    def test_organisations_know_nothing_of_each_others_people(self, records: Records) -> None:
        other = records.of("another")
        with other.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        assert _known(records).id != _known(other).id
        assert roles_of(other, TEAMS) == ()

    def test_a_message_without_a_sender_is_refused(self, records: Records) -> None:
        with pytest.raises(ValueError, match="without a sender"):
            _known(records, "")
        assert _count(records, Person) == 0


class TestSaidRoles:
    """What she says she is."""

    def test_nobody_was_asked_at_first(self, records: Records) -> None:
        person = _known(records)
        assert not people.was_asked(person)
        assert people.said_roles(person) == ()

    def test_roles_are_set_confirmed_and_changed_and_the_audit_tells_which(self, records: Records) -> None:
        _say(records, "volunteer")
        _say(records, "volunteer")
        _say(records, "trustee", "volunteer")
        assert people.said_roles(_known(records)) == ("volunteer", "trustee")
        verbs = ["person:roles:set", "person:roles:confirmed", "person:roles:changed"]
        assert _audited(records)[1:] == verbs

    def test_the_audit_keeps_who_said_what(self, records: Records) -> None:
        _say(records, "staff")
        with records.reading() as session:
            entry = session.scalars(select(Audit).where(Audit.what == "person:roles:set")).one()
            assert audit.detail_of(records, entry) == "staff"
        person = _known(records)
        assert (entry.about, entry.who) == (person.id, person.audit_name)

    def test_who_would_rather_not_say_is_not_asked_again(self, records: Records) -> None:
        _say(records)
        person = _known(records)
        assert people.was_asked(person)
        assert people.said_roles(person) == ()

    def test_saying_that_one_is_manager_or_chair_gives_no_authority(self, records: Records) -> None:
        cases: list[tuple[tuple[Role, ...], tuple[Role, ...]]] = [
            (("manager",), ("staff",)),
            (("chair",), ("trustee",)),
            (("chair", "volunteer"), ("volunteer", "trustee")),
        ]
        for number, (said, taken) in enumerate(cases):
            account = f"slack:T1/U{number}"
            _say(records, *said, account=account)
            person = _known(records, account)
            with records.reading() as session:
                assert officers.authority(session, person) == frozenset()
            assert people.said_roles(person) == taken
            assert roles_of(records, account) == taken


class TestRoles:
    """What she is to the policy."""

    def _appoint(self, records: Records, *offices: Office, account: str = SLACK) -> None:
        with records.changing() as change:
            person = people.known(change, account)
            for office in offices:
                officers.appoint(change, office, contact_given("Someone", PHONE), person, who="test")

    def test_offices_add_to_what_she_said(self, records: Records) -> None:
        cases: list[tuple[tuple[Role, ...], Office, tuple[Role, ...]]] = [
            ((), "manager", ("manager",)),
            (("staff",), "manager", ("manager",)),
            (("volunteer",), "manager", ("volunteer", "manager")),
            (("trustee",), "chair", ("chair",)),
            ((), "deputy_chair", ("trustee",)),
            ((), "trustee", ("trustee",)),
            (("staff",), "safeguarding_lead", ("staff",)),
            ((), "deputy_manager", ()),
        ]
        for number, (said, office, roles) in enumerate(cases):
            account = f"slack:T1/U{number}"
            if said:
                _say(records, *said, account=account)
            self._appoint(records, office, account=account)
            assert roles_of(records, account) == roles, office

    def test_an_office_that_ended_no_longer_makes_her_a_manager(self, records: Records) -> None:
        _say(records, "staff")
        self._appoint(records, "manager")
        with records.changing() as change:
            officers.end_all(change, people.known(change, SLACK), who="test")
        assert roles_of(records, SLACK) == ("staff",)

    def test_nobody_is_anything_before_she_has_written(self, records: Records) -> None:
        assert roles_of(records, SLACK) == ()


class TestLeaving:
    """She leaves."""

    def test_her_offices_end_her_codes_die_and_her_role_is_asked_anew(
        self, records: Records, clock: Clock
    ) -> None:
        _say(records, "staff")
        with records.changing() as change:
            person = people.known(change, SLACK)
            officers.appoint(change, "manager", contact_given("Someone", PHONE), person, who="test")
            linking.offer_code(change, person, who="test")
        clock.passes(days=1)
        with records.changing() as change:
            people.left(change, people.known(change, SLACK), who="test")
        person = _known(records)
        assert person.left_at == clock()
        assert not people.was_asked(person)
        with records.reading() as session:
            assert officers.authority(session, person) == frozenset()
            assert session.scalars(select(LinkCode)).all() == []
        assert _audited(records)[-2:] == ["office:manager:ended", "person:scheme:left"]

    def test_leaving_twice_is_leaving_once(self, records: Records, clock: Clock) -> None:
        for _ in range(2):
            with records.changing() as change:
                people.left(change, people.known(change, SLACK), who="test")
            clock.passes(days=1)
        assert _audited(records).count("person:scheme:left") == 1

    def test_who_says_a_role_again_is_back_without_her_offices(self, records: Records) -> None:
        with records.changing() as change:
            person = people.known(change, SLACK)
            officers.appoint(change, "chair", contact_given("Someone", PHONE), person, who="test")
            people.left(change, person, who="test")
        _say(records, "trustee")
        assert _known(records).left_at is None
        assert roles_of(records, SLACK) == ("trustee",)
