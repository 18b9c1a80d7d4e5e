"""Handling what was accepted: in order, whole or not at all, and nothing said twice."""

import time
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot import inbox, linking, people
from bot.card import Card, Text
from bot.cases import casebook
from bot.conversation import Outcome, State
from bot.desk import IN_A_ROW
from bot.message import Message
from bot.records import audit
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import Account, Audit, Case, CaseEntry, Conversation, Event, Handoff, Sending
from tests.records.conftest import NotedJobs
from tests.records.stage import (
    CHAIR,
    MANAGER,
    Platform,
    Talk,
    accept,
    all_of,
    appoint,
    desk,
    end_office,
    mark,
    person_of,
    questions,
    roles_of,
    said,
)
from tests.records.together import at_once

Press = Callable[[str, str], None]


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def press(records: Records, platform: Platform) -> Press:
    """Press a button in a conversation, and have everything done that comes of it."""
    numbers = count(1)

    def press(conversation: str, action: str) -> None:
        inbox.accept(records, said(f"press {next(numbers)}", conversation, action=action))
        desk(platform).handle(records, conversation)
        for other in {row.conversation for row in all_of(records, Sending)} - {conversation}:
            desk(platform).deliver(records, other)

    return press


class TestMessages:
    """Messages of a conversation."""

    def test_they_are_answered_in_order_of_arrival_each_once(
        self, records: Records, platform: Platform
    ) -> None:
        accept(records, "3", "1", "2")
        desk(platform).handle(records, "web:a")
        assert platform.ids() == ["3.1", "1.1", "2.1"]
        assert platform.words("web:a")[-1] == mark(["3", "1", "2"])

    def test_handled_again_nothing_is_said_again(self, records: Records, platform: Platform) -> None:
        accept(records, "1")
        for _ in range(3):
            desk(platform).handle(records, "web:a")
        assert platform.ids() == ["1.1"]

    def test_what_was_remembered_is_there_for_the_next_message(
        self, records: Records, platform: Platform
    ) -> None:
        for number in ("1", "2"):
            accept(records, number)
            desk(platform).handle(records, "web:a")
        assert platform.words("web:a") == [mark(["1"]), mark(["1", "2"])]

    def test_only_those_of_one_conversation_are_handled(self, records: Records, platform: Platform) -> None:
        accept(records, "1")
        accept(records, "2", conversation="web:b")
        desk(platform).handle(records, "web:b")
        assert platform.ids() == ["2.1"]

    def test_two_workers_at_one_conversation_answer_each_once_and_in_order(
        self, records: Records, platform: Platform
    ) -> None:
        ids = [str(number) for number in range(12)]
        accept(records, *ids)
        at_once(*[lambda: desk(platform).handle(records, "web:a")] * 4)
        assert platform.ids() == [f"{number}.1" for number in ids]
        assert platform.words("web:a")[-1] == mark(ids)

    def test_where_ever_more_is_written_others_get_their_turn_before_the_rest_is_handled(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        ids = [str(number) for number in range(IN_A_ROW + 2)]
        accept(records, *ids)
        jobs.noted.clear()
        desk(platform).handle(records, "web:a")
        assert platform.ids() == [f"{number}.1" for number in ids[:IN_A_ROW]]
        assert [(job.name, job.about, job.key) for job in jobs.noted] == [("handle", "web:a", "web:a")]
        jobs.noted.clear()
        desk(platform).handle(records, "web:a")
        assert platform.ids() == [f"{number}.1" for number in ids]
        assert jobs.noted == []

    def test_an_answer_does_not_wait_for_the_next_message(self, records: Records, platform: Platform) -> None:
        sent_before: list[list[str]] = []
        accept(records, "1", "2")
        desk(platform, Talk(lambda _: sent_before.append(platform.ids()))).handle(records, "web:a")
        assert sent_before == [[], ["1.1"]]

    def test_their_words_are_gone_once_they_are_handled(self, records: Records, platform: Platform) -> None:
        accept(records, "1", "2")
        desk(platform).handle(records, "web:a")
        with records.reading() as session:
            assert session.scalars(select(Event.payload)).all() == [None, None]
            assert session.scalars(select(Sending.card)).all() == [None, None]

    def test_where_she_writes_in_private_is_kept_for_what_is_to_be_told_her(self, records: Records) -> None:
        accept(records, "1", conversation="web:a")
        inbox.accept(records, Message("2", "web:public", "hello", sender="web:a", private=False))
        for conversation in ("web:a", "web:public"):
            desk(Platform()).handle(records, conversation)
        with records.changing() as change:
            person = people.known(change, "web:a")
            assert people.accounts(change.session, person.id) == ["web:a"]
        assert [account.direct for account in all_of(records, Account)] == ["web:a"]


class TestWhatCannotBeHandled:
    """A message that raises."""

    def test_it_is_tried_a_few_times_then_she_is_told_and_the_next_is_handled(
        self, records: Records, platform: Platform
    ) -> None:
        tries = []
        talk = Talk(lambda message: tries.append(message.id))
        inbox.accept(records, said("1", text="fail"))
        accept(records, "2")
        desk(platform, talk).handle(records, "web:a")
        assert tries == ["1"] * inbox.MAX_TRIES + ["2"]
        assert platform.ids() == ["1.failed", "2.1"]
        assert platform.words("web:a")[1] == mark(["2"])  # nothing of the one that failed is remembered

    def test_it_is_seen_in_the_audit(self, records: Records, platform: Platform) -> None:
        inbox.accept(records, said("1", text="fail"))
        desk(platform).handle(records, "web:a")
        with records.reading() as session:
            assert session.execute(select(Audit.what, Audit.about)).all() == [("event:handling:failed", "1")]

    def test_what_passes_is_tried_again_and_answered(self, records: Records, platform: Platform) -> None:
        faults = [ValueError(), KeyError()]

        def fails_twice(_: Message) -> None:
            if faults:
                raise faults.pop()

        accept(records, "1")
        desk(platform, Talk(fails_twice)).handle(records, "web:a")
        assert platform.ids() == ["1.1"]

    def test_one_that_another_worker_answered_meanwhile_is_not_given_up(
        self, records: Records, platform: Platform
    ) -> None:
        def is_overtaken(_: Message) -> None:
            desk(platform).handle(records, "web:a")
            raise ValueError

        accept(records, "1")
        for _ in range(inbox.MAX_TRIES):
            inbox.tried(records, said("1"))
        desk(platform, Talk(is_overtaken)).handle(records, "web:a")
        assert platform.ids() == ["1.1"]

    def test_one_that_was_written_by_another_version_is_given_up_at_once(
        self, records: Records, platform: Platform
    ) -> None:
        accept(records, "1", "2")
        with records.changing() as change:
            event = change.session.scalars(select(Event).where(Event.id == "1")).one()
            event.payload = records.seal(Event.payload, event, "{}")
        desk(platform).handle(records, "web:a")
        assert platform.ids() == ["1.failed", "2.1"]

    def test_one_without_a_sender_is_given_up(self, records: Records, platform: Platform) -> None:
        inbox.accept(records, Message("1", "web:a", "hello"))
        desk(platform).handle(records, "web:a")
        assert platform.ids() == ["1.failed"]

    def test_while_the_database_is_away_no_try_is_counted(
        self, records: Records, platform: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise RecordsUnavailable

        accept(records, "1")
        with monkeypatch.context() as patch:
            patch.setattr(people, "roles_of", away)
            with pytest.raises(RecordsUnavailable):
                desk(platform).handle(records, "web:a")
        assert inbox.next_waiting(records, "web:a") == inbox.Waiting(said("1"), 0, is_last=True)
        desk(platform).handle(records, "web:a")
        assert platform.ids() == ["1.1"]


class Ends(BaseException):
    """The process ends here; nothing catches it."""


class TestWhatEndsTheProcess:
    """A message over which the process ended, so that nothing could be noted of the try."""

    def _one_process_after_the_other(
        self, records: Records, platform: Platform, talk: Talk, *conversations: str
    ) -> int:
        """Handle conversations, in a new process whenever one ends; return how many ended.

        Each new one begins with what a worker notes at its start.
        """
        for ended in count():
            process = desk(platform, talk)
            try:
                for conversation in conversations:
                    process.handle(records, conversation)
            except Ends:
                for conversation in conversations:
                    inbox.cut_off(records, conversation)
            else:
                return ended
        raise AssertionError

    def test_is_given_up_after_so_many_she_is_told_and_those_behind_it_are_handled(
        self, records: Records, platform: Platform
    ) -> None:
        accept(records, "1", "2")
        ended = self._one_process_after_the_other(records, platform, _ends_over("1"), "web:a")
        assert ended == inbox.MAX_CUT_OFF
        assert platform.ids() == ["1.failed", "2.1"]
        assert {event.id for event in all_of(records, Event) if event.failed_at} == {"1"}

    def test_one_that_was_only_handled_beside_it_is_answered(
        self, records: Records, platform: Platform
    ) -> None:
        accept(records, "1", conversation="web:a")
        accept(records, "2", conversation="web:b")
        self._one_process_after_the_other(records, platform, _ends_over("1"), "web:a", "web:b")
        assert platform.ids() == ["1.failed", "2.1"]
        ended_over = {event.id: event.cut_off for event in all_of(records, Event)}
        assert ended_over == {"1": inbox.MAX_CUT_OFF + 1, "2": 2}

    def test_they_are_tried_one_at_a_time_to_find_the_one_that_ends_it(
        self, records: Records, platform: Platform
    ) -> None:
        at_work: list[str] = []
        beside: list[list[str]] = []

        def meanwhile(message: Message) -> None:
            at_work.append(message.id)
            time.sleep(0.02)  # enough for another to come in, if nothing held it
            beside.append(at_work.copy())
            at_work.remove(message.id)

        conversations = ("web:a", "web:b", "web:c")
        for number, conversation in enumerate(conversations):
            accept(records, str(number), conversation=conversation)
            inbox.cut_off(records, conversation)
        process = desk(platform, Talk(meanwhile))
        at_once(*[partial(process.handle, records, conversation) for conversation in conversations])
        assert sorted(beside) == [["0"], ["1"], ["2"]]

    def test_what_the_process_lived_to_see_is_not_counted_as_its_end(
        self, records: Records, platform: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise RecordsUnavailable

        accept(records, "1")
        inbox.cut_off(records, "web:a")
        process = desk(platform)
        with monkeypatch.context() as patch:
            patch.setattr(people, "roles_of", away)
            for _ in range(inbox.MAX_CUT_OFF):
                with pytest.raises(RecordsUnavailable):
                    process.handle(records, "web:a")
        process.handle(records, "web:a")
        assert platform.ids() == ["1.1"]

    def test_a_process_that_is_killed_for_another_reason_costs_it_nothing(
        self, records: Records, platform: Platform
    ) -> None:
        """It may be killed as often as processes are allowed to end over a message, less one."""
        kills = iter(range(inbox.MAX_CUT_OFF - 1))

        def killed(_: Message) -> None:
            if next(kills, None) is not None:
                raise Ends

        accept(records, "1")
        assert self._one_process_after_the_other(records, platform, Talk(killed), "web:a") > 1
        assert platform.ids() == ["1.1"]


def _ends_over(message_id: str) -> Talk:
    def ends(message: Message) -> None:
        if message.id == message_id:
            raise Ends

    return Talk(ends)


class TestMemory:
    """What a conversation remembers."""

    def test_what_another_version_wrote_is_begun_anew_and_the_message_answered(
        self, records: Records, platform: Platform
    ) -> None:
        accept(records, "1")
        desk(platform).handle(records, "web:a")
        with records.changing() as change:
            row = change.session.scalars(select(Conversation)).one()
            row.state = records.seal(Conversation.state, row, '{"roles": ["astronaut"]}')
        accept(records, "2")
        desk(platform).handle(records, "web:a")
        assert platform.words("web:a")[-1] == mark(["2"])

    def test_one_that_was_emptied_is_begun_anew(self, records: Records, platform: Platform) -> None:
        accept(records, "1")
        desk(platform).handle(records, "web:a")
        with records.changing() as change:
            change.session.execute(update(Conversation).values(state=None))
        accept(records, "2")
        desk(platform).handle(records, "web:a")
        assert platform.words("web:a")[-1] == mark(["2"])

    def test_a_worker_that_was_overtaken_thinks_anew(self, records: Records, platform: Platform) -> None:
        """While one answers, another changes what the conversation remembers: the answer is out of date."""
        heard = []

        def meanwhile(message: Message) -> None:
            heard.append(message.id)
            if heard == ["1", "2"]:
                with records.changing() as change:
                    change.session.execute(update(Conversation).values(version=Conversation.version + 1))

        accept(records, "1", "2")
        desk(platform, Talk(meanwhile)).handle(records, "web:a")
        assert heard == ["1", "2", "2"]
        assert platform.words("web:a") == [mark(["1"]), mark(["1", "2"])]

    def test_it_is_sealed(self, records: Records, platform: Platform) -> None:
        inbox.accept(records, said("1", action="role:volunteer"))
        desk(platform).handle(records, "web:a")
        with records.reading() as session:
            state = session.scalars(select(Conversation.state)).one()
        assert state is not None
        assert mark(["1"]).encode() not in state


class TestPassingOn:
    """A question that is passed on to a person."""

    @pytest.fixture(autouse=True)
    def manager(self, records: Records) -> str:
        return appoint(records, MANAGER, "manager")

    def test_there_is_one_case_with_number_and_handoff_a_receipt_and_a_card_for_the_officer(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press("web:a", "pass-on:may I?")
        assert questions(records) == {"may I?": 1}
        (case,), (handoff,) = all_of(records, Case), all_of(records, Handoff)
        assert (case.stage, case.owner, handoff.accepted_at) == ("received", None, None)
        assert (handoff.to, case.raised_by) == (
            person_of(records, MANAGER).id,
            person_of(records, "web:a").id,
        )
        assert platform.ids("web:a") == ["press 1.1", "press 1.errand"]
        assert platform.ids(MANAGER) == [f"{handoff.id}.offer"]
        assert case.number in str(platform.sent)

    def test_cut_off_before_the_commit_and_done_again_there_is_one(
        self, records: Records, platform: Platform, press: Press, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(*_: object) -> None:
            raise RecordsUnavailable

        with monkeypatch.context() as patch:
            patch.setattr("bot.desk.outbox.put", dies)
            with pytest.raises(RecordsUnavailable):
                press("web:a", "pass-on:may I?")
        assert not questions(records)
        for _ in range(2):
            desk(platform).handle(records, "web:a")
        assert questions(records) == {"may I?": 1}
        assert platform.ids("web:a") == ["press 1.1", "press 1.errand"]

    def test_handled_by_two_workers_at_once_there_is_one(self, records: Records, platform: Platform) -> None:
        inbox.accept(records, said("1", action="pass-on:may I?"))
        at_once(*[lambda: desk(platform).handle(records, "web:a")] * 3)
        assert questions(records) == {"may I?": 1}
        assert len(all_of(records, CaseEntry)) == 3  # the question, what was told, its topic

    def test_pressed_on_two_devices_at_once_there_is_one_and_the_other_press_is_told_its_number(
        self, records: Records, platform: Platform
    ) -> None:
        for number in ("1", "2"):
            inbox.accept(records, said(number, action="pass-on:may I?"))
        at_once(*[lambda: desk(platform).handle(records, "web:a")] * 3)
        (case,) = all_of(records, Case)
        assert len(all_of(records, Handoff)) == 1
        shown = {card.id: card for to, card in platform.sent if to == "web:a"}
        assert shown["1.errand"].title == "Passed on"
        assert shown["2.errand"].title == "Already passed on"
        assert case.number in str(shown["2.errand"])

    def test_the_records_themselves_keep_a_second_case_of_the_same_press_out(
        self, records: Records, press: Press
    ) -> None:
        press("web:a", "pass-on:may I?")
        (case,) = all_of(records, Case)
        with pytest.raises(IntegrityError), records.changing() as change:
            casebook.open_case(change, "question", None, "may I?", None, occasion=case.occasion)
        assert len(all_of(records, Case)) == 1

    def test_what_could_not_be_passed_on_can_be_once_there_is_somebody(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press(MANAGER, "pass-on:may I?")
        appoint(records, CHAIR, "chair")
        press(MANAGER, "pass-on:may I?")
        assert len(all_of(records, Case)) == 1
        assert platform.words(MANAGER)[-1].startswith("I have passed your question on")

    def test_her_own_question_goes_to_another_officer(self, records: Records, press: Press) -> None:
        appoint(records, CHAIR, "chair")
        press(MANAGER, "pass-on:may I?")
        (handoff,) = all_of(records, Handoff)
        assert handoff.to == person_of(records, CHAIR).id

    def test_where_there_is_nobody_else_nothing_is_recorded_and_she_is_told(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press(MANAGER, "pass-on:may I?")
        assert not all_of(records, Case)
        assert platform.words(MANAGER)[-1].startswith("There is nobody here")

    def test_the_officer_takes_it_on_and_the_one_who_asked_is_told_once(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press("web:a", "pass-on:may I?")
        for _ in range(2):
            press(MANAGER, platform.button(MANAGER, "I'll take it on"))
        (case,), (handoff,) = all_of(records, Case), all_of(records, Handoff)
        assert (case.stage, case.owner) == ("accepted", person_of(records, MANAGER).id)
        assert handoff.accepted_at == records.now()
        told = [card for card in platform.ids("web:a") if card.startswith(case.id)]
        assert len(told) == 1
        assert "You have this already." in platform.words(MANAGER)

    def test_nobody_else_takes_it_on(self, records: Records, platform: Platform, press: Press) -> None:
        appoint(records, CHAIR, "chair")
        press("web:a", "pass-on:may I?")
        for other in (CHAIR, "web:a", "web:stranger"):
            press(other, platform.button(MANAGER, "I'll take it on"))
            assert platform.words(other)[-1] == "That is not waiting for you."
        (handoff,) = all_of(records, Handoff)
        assert handoff.accepted_at is None

    def test_an_officer_who_lost_the_office_does_not_take_it_on_by_the_old_card(
        self, records: Records, platform: Platform, press: Press, manager: str
    ) -> None:
        press("web:a", "pass-on:may I?")
        end_office(records, manager)
        press(MANAGER, platform.button(MANAGER, "I'll take it on"))
        assert platform.words(MANAGER)[-1] == "That is not waiting for you."
        (case,) = all_of(records, Case)
        assert case.owner is None

    def test_a_handoff_that_never_was_is_not_taken_on(self, platform: Platform, press: Press) -> None:
        press(MANAGER, "case:take:nothing")
        assert platform.words(MANAGER)[-1] == "That is not waiting for you."

    def test_each_step_is_in_the_audit_and_the_chain_holds(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press("web:a", "pass-on:may I?")
        press(MANAGER, platform.button(MANAGER, "I'll take it on"))
        with records.reading() as session:
            what = session.scalars(select(Audit.what).order_by(Audit.number)).all()
            assert audit.verify(session, records) is None
        assert [one for one in what if one.startswith("question:")] == [
            "question:case:opened",
            "question:handoff:offered",
            "question:case:accept",
            "question:handoff:accepted",
        ]


class TestWhoWrites:
    """What a message changes about its sender."""

    def test_a_role_is_noted_and_known_to_the_next_message(self, records: Records, press: Press) -> None:
        press("web:a", "role:volunteer")
        assert roles_of(records, "web:a") == ("volunteer",)

    def test_a_code_that_is_typed_in_another_account_makes_them_one_person(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        press("web:a", "role:volunteer")
        with records.changing() as change:
            person = people.known(change, "web:a")
            code = linking.offer_code(change, person, who="test")
        press("web:b", "role:staff")
        press("web:b", f"join:{code}")
        assert platform.words("web:b")[-1] == linking.Outcome.JOINED.value
        assert person_of(records, "web:a").id == person_of(records, "web:b").id
        with records.reading() as session:
            owners = session.scalars(select(Conversation.person)).all()
        assert set(owners) == {person.id}

    def test_a_code_as_the_first_message_of_an_account_works_too(
        self, records: Records, platform: Platform, press: Press
    ) -> None:
        with records.changing() as change:
            code = linking.offer_code(change, people.known(change, "web:a"), who="test")
        press("web:b", f"join:{code}")
        assert platform.words("web:b")[-1] == linking.Outcome.JOINED.value


def test_cards_that_were_thought_of_are_sent_in_their_order(records: Records, platform: Platform) -> None:
    class Chatty(Talk):
        def respond(self, message: Message, state: State) -> Outcome:
            del state
            return Outcome(
                tuple(Card(f"{message.id}.{number}", "Heard", (Text("."),)) for number in range(5))
            )

    accept(records, "1", "2")
    desk(platform, Chatty()).handle(records, "web:a")
    assert platform.ids() == [f"{message}.{number}" for message in "12" for number in range(5)]
