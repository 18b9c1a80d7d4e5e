"""Erasure: what may go is gone from every table, what must stay is told with its reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot import erasure, inbox, officers, outbox, people
from bot.card import Card, Text
from bot.contact import PeopleError
from bot.joining import join
from bot.message import Message
from bot.records import audit, erasures
from bot.records.store import Change, Records
from bot.records.tables import (
    Account,
    Acknowledgement,
    Audit,
    Case,
    CaseEntry,
    Conversation,
    Erasure,
    Event,
    Feedback,
    Induction,
    Officer,
    Person,
    Sending,
    Unanswered,
)
from tests.records.conftest import Clock
from tests.records.giving import (
    Raised,
    Someone,
    entry,
    everything_written,
    hold_everything,
    officer,
    raise_case,
    rows,
    someone,
)


@pytest.fixture
def anna(records: Records) -> Someone:
    """A volunteer with something in every table."""
    anna = someone(records, "Anna Alder")
    hold_everything(records, anna)
    return anna


@pytest.fixture
def olga(records: Records) -> Someone:
    """An officer with as much."""
    olga = someone(records, "Olga Oakwood", 2)
    hold_everything(records, olga)
    return olga


def _erase(records: Records, who: Someone) -> erasure.Plan:
    return erasure.erase(records, who.person, who="command line")


def _reasons(records: Records, who: Someone, by: Officer | None = None) -> dict[str, str]:
    return {stays.what: stays.reason for stays in erasure.plan(records, who.person, by).stays}


def _on_the_web(records: Records) -> tuple[Someone, Message]:
    account = "web:0123456789abcdef"
    message = Message(f"{account}/1", account, "may I?", sender=account)
    inbox.accept(records, message)
    with records.changing() as change:
        person = people.known(change, account, account)
        talk = Conversation(id=account, organisation=records.organisation, person=person.id, version=1)
        talk.changed_at = records.now()
        change.add(talk)
        change.add(entry(records, account, "said", "may I?", records.now()))
    return Someone(person, account, account, "may I?"), message


class TestGone:
    """What goes."""

    def test_no_table_holds_her_account_or_her_words_afterwards(
        self, records: Records, anna: Someone, olga: Someone
    ) -> None:
        for table_word in (anna.account, anna.direct, anna.word, "Anna Alder"):
            assert table_word in everything_written(records)
        audit_name = anna.person.audit_name
        _erase(records, anna)
        written = everything_written(records)
        for gone in (anna.account, anna.direct, "Anna Alder"):
            assert gone not in written
        places = {line.split(":")[0] for line in written.splitlines() if anna.word in line}
        assert places == {"acknowledgement.signed"}
        assert f"person.audit_name: {audit_name}" not in written
        assert olga.account in written
        assert written.count(olga.word) > 5

    def test_the_threads_of_her_private_conversation_go_with_it(self, records: Records) -> None:
        account = "slack:T1/UTHREADS"
        older, newer = f"{account}/1712.1", f"{account}/1712.2"
        with records.changing() as change:
            person = people.known(change, account, newer)
            talk = Conversation(id=older, organisation=records.organisation, person=person.id, version=1)
            talk.changed_at = records.now()
            change.add(talk)
            for conversation in (account, older, newer):
                outbox.put(change, conversation, [Card(f"to {conversation}", "Answer", ())])
        assert len([row for row in rows(records, Sending) if row.conversation.startswith(account)]) == 3
        _erase(records, Someone(person, account, newer, ""))
        assert account not in everything_written(records)

    def test_nothing_of_others_is_changed(self, records: Records, anna: Someone, olga: Someone) -> None:
        others = [line for line in everything_written(records).splitlines() if "2" in line]
        _erase(records, anna)
        written = everything_written(records)
        kept = [line for line in others if olga.word in line or olga.account in line]
        assert kept
        assert all(line in written for line in kept)

    def test_the_audit_holds_and_names_nobody(self, records: Records, anna: Someone) -> None:
        name = anna.person.audit_name
        _erase(records, anna)
        assert name in {entry.who for entry in rows(records, Audit)}
        assert [person.audit_name for person in rows(records, Person)] == [None]
        with records.reading() as session:
            assert audit.verify(session, records) is None

    def test_the_dry_run_says_what_goes_and_changes_nothing(self, records: Records, anna: Someone) -> None:
        before = everything_written(records)
        goes = dict(erasure.plan(records, anna.person).goes)
        assert everything_written(records) == before
        assert goes["accounts"] == 1
        assert goes["conversations"] == 2
        assert goes["messages that were not answered"] == 1
        assert dict(_erase(records, anna).goes) == goes
        assert erasure.plan(records, anna.person).goes == []

    def test_erasing_twice_is_harmless(self, records: Records, anna: Someone) -> None:
        _erase(records, anna)
        before = everything_written(records)
        again = _erase(records, anna)
        assert again.goes == []
        assert list(_reasons(records, anna).values()) == ["evidence of the induction"]
        assert everything_written(records) == before

    def test_on_the_web_ids_go_that_hold_her_account(self, records: Records) -> None:
        """There the account, the conversation and the beginning of every id are one."""
        nora, message = _on_the_web(records)
        with records.changing() as change:
            inbox.handled(change, message)
            outbox.put(change, nora.direct, [Card(f"{message.id}.1", "Answer")])
        assert nora.account in everything_written(records)
        _erase(records, nora)
        assert nora.account not in everything_written(records)

    def test_on_the_web_a_message_that_failed_leaves_no_account_behind(self, records: Records) -> None:
        nora, message = _on_the_web(records)
        with records.changing() as change:
            inbox.failed(change, message)
        _erase(records, nora)
        assert nora.account not in everything_written(records)

    def test_what_others_read_too_stays_without_her(self, records: Records, anna: Someone) -> None:
        in_channel = Message("channel-1", "slack:T1/C1", "asked in the channel", sender=anna.account)
        inbox.accept(records, in_channel)
        with records.changing() as change:
            inbox.failed(change, in_channel)
            outbox.put(change, "slack:T1/C1", [Card("c-channel", "Answer", (Text("for all"),))])
        _erase(records, anna)
        assert [(event.id, event.payload) for event in rows(records, Event)] == [("channel-1", None)]
        assert [card.id for card in rows(records, Sending)] == ["c-channel"]
        (shared,) = rows(records, Conversation)
        assert (shared.person, shared.state, shared.version) == (None, None, 2)

    def test_whoever_writes_from_her_account_later_is_somebody_new(
        self, records: Records, anna: Someone
    ) -> None:
        _erase(records, anna)
        with records.changing() as change:
            assert people.known(change, anna.account).id != anna.person.id

    def test_past_offices_stay_without_name_and_phone(self, records: Records, olga: Someone) -> None:
        office = officer(records, olga)
        with records.changing() as change:
            officers.end(change, officers.find(change, office.id), who="test")
        _erase(records, olga)
        (past,) = rows(records, Officer)
        assert (past.office, past.person) == ("manager", olga.person.id)
        assert "960001" not in everything_written(records)
        assert "Ofthis" not in everything_written(records)


class TestInTheWay:
    """What must be done first."""

    def test_an_officer_is_not_erased_before_her_office_ends(self, records: Records, olga: Someone) -> None:
        officer(records, olga)
        before = everything_written(records)
        with pytest.raises(PeopleError, match=r"She is manager: end that first \(`hearth people end`\)"):
            _erase(records, olga)
        assert everything_written(records) == before

    @pytest.mark.parametrize("conversation", ["slack:T1/DXYZ1", "slack:T1/C1"])
    def test_a_message_that_waits_is_handled_first(
        self, records: Records, anna: Someone, conversation: str
    ) -> None:
        message = Message("m1", conversation, "I want to complain", sender=anna.account)
        inbox.accept(records, message)
        with pytest.raises(PeopleError, match="A message of hers is being handled"):
            _erase(records, anna)
        with records.changing() as change:
            inbox.handled(change, message)
        _erase(records, anna)


class TestStays:
    """What the law asks to keep."""

    def test_acknowledgements_stay_as_evidence_and_unfinished_inductions_do_not(
        self, records: Records, anna: Someone
    ) -> None:
        assert _reasons(records, anna) == {
            "acknowledged ICT as volunteer, 2 March 2026": "evidence of the induction"
        }
        _erase(records, anna)
        (given,) = rows(records, Acknowledgement)
        assert records.open(Acknowledgement.signed, given) == f"signed {anna.word}"
        assert rows(records, Induction) == []

    def test_cases_stay_whole_and_the_officer_who_has_them_in_hand_is_told_why(
        self, records: Records, anna: Someone, olga: Someone, clock: Clock
    ) -> None:
        office = officer(records, olga)
        closed = clock() - timedelta(days=10)
        waits = raise_case(records, Raised(anna, olga))
        done = raise_case(records, Raised(anna, olga, closed_at=closed))
        grave = raise_case(records, Raised(anna, olga, kind="safeguarding", closed_at=closed))
        names = raise_case(records, Raised(olga, someone(records, "Nora", 3), (anna,)))
        told = _reasons(records, anna, office)
        assert told[f"case {waits.number}"] == "open"
        assert told[f"case {done.number}"] == "kept until 21 February 2032"
        assert told[f"case {grave.number}"] == "a safeguarding record: only a person may let it go"
        assert f"case {names.number}" not in told
        before = [(row.id, row.summary) for row in rows(records, Case)], len(rows(records, CaseEntry))
        _erase(records, anna)
        after = [(row.id, row.summary) for row in rows(records, Case)], len(rows(records, CaseEntry))
        assert after == before

    @pytest.mark.parametrize(
        "hidden", ["named", "anonymous", "anonymous and named", "about the officer", "not hers"]
    )
    def test_an_erasure_gives_away_no_case_that_must_not_be_known(
        self, records: Records, anna: Someone, olga: Someone, hidden: str
    ) -> None:
        office = officer(records, olga)
        nora = someone(records, "Nora New", 3)
        before = erasure.plan(records, anna.person, office), erasure.plan(records, anna.person)
        raise_case(
            records,
            {
                "named": Raised(olga, olga, (anna,)),
                "anonymous": Raised(anna, olga, anonymous=True),
                "anonymous and named": Raised(anna, olga, (anna,), anonymous=True),
                "about the officer": Raised(anna, olga, (olga,)),
                "not hers": Raised(anna, nora),
            }[hidden],
        )
        assert (erasure.plan(records, anna.person, office), erasure.plan(records, anna.person)) == before


class TestRestore:
    """After a restore it is done again."""

    def _as_before(self, records: Records, write_again: Callable[[Change], None]) -> None:
        """Bring back what an older copy held; the ids of what was erased are carried over into it."""
        with records.changing() as change:
            write_again(change)

    def test_what_was_erased_is_kept_as_ids_alone(self, records: Records, anna: Someone) -> None:
        (account,) = rows(records, Account)
        _erase(records, anna)
        kept = {(row.table_name, row.row) for row in rows(records, Erasure)}
        assert kept == {("person", anna.person.id), ("account", account.id)}

    def test_a_person_that_a_copy_brings_back_is_erased_again(self, records: Records, anna: Someone) -> None:
        (account,) = rows(records, Account)
        _erase(records, anna)
        gone = everything_written(records)

        def write(change: Change) -> None:
            person = change.session.get_one(Person, anna.person.id)
            person.erased_at, person.audit_name = None, anna.person.audit_name
            person.name = records.seal(Person.name, person, "Anna Alder")
            change.session.merge(account)

        self._as_before(records, write)
        hold_waiting(records, anna)
        with records.changing() as change:
            assert erasures.reapply(change) == 1
        written = everything_written(records)
        assert anna.account not in written
        assert "Anna Alder" not in written
        assert written.count("erasure.id") == gone.count("erasure.id")
        with records.changing() as change:
            assert erasures.reapply(change) == 0

    def test_a_person_joined_after_the_copy_was_made_is_erased_under_both_ids(
        self, records: Records, anna: Someone
    ) -> None:
        later = someone(records, "Anna Alder", 3)
        accounts = rows(records, Account)
        with records.changing() as change:
            both = (change.session.get_one(Person, each.person.id) for each in (anna, later))
            join(change, *both, who="test")
        _erase(records, anna)

        def write(change: Change) -> None:
            change.session.execute(delete(Person).where(Person.id == later.person.id))
            again = Person(id=later.person.id, organisation=records.organisation, created_at=records.now())
            again.name = records.seal(Person.name, again, "Anna Alder")
            change.add(again)
            change.session.flush()
            change.session.merge(next(account for account in accounts if account.person == again.id))

        self._as_before(records, write)
        assert later.account in everything_written(records)
        with records.changing() as change:
            assert erasures.reapply(change) == 1
        written = everything_written(records)
        assert later.account not in written
        assert "Anna Alder" not in written

    def test_where_nobody_was_erased_nothing_happens(self, records: Records, anna: Someone) -> None:
        before = everything_written(records)
        with records.changing() as change:
            assert erasures.reapply(change) == 0
        assert everything_written(records) == before
        assert anna.account in before


def hold_waiting(records: Records, who: Someone) -> None:
    """Let a copy hold a message of hers that was waiting when it was made: it was handled long ago."""
    inbox.accept(records, Message("w1", who.direct, "waiting", sender=who.account))


def test_feedback_and_topics_still_count_without_her(records: Records, anna: Someone) -> None:
    _erase(records, anna)
    (helped,), (silent,) = rows(records, Feedback), rows(records, Unanswered)
    assert (helped.helpful, helped.person) == (True, None)
    assert (silent.topic, silent.person, silent.question) == ("parking", None, None)
