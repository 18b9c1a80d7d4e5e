"""Someone may be at risk: the warning, telling the lead at once, and what follows when nobody picks it up."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot import inbox, officers
from bot import words as words_of
from bot.card import Facts, buttons_of
from bot.cases import casebook, clockwork
from bot.cases.rules import default_rules
from bot.contact import contact_given
from bot.conversation import Conversation
from bot.desk import Desk
from bot.induction.course import Course
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Case, CaseEntry, Handoff, Sending
from knowledge.answers import Answerer
from tests.cases.forms import STORY, House, all_words, fill, send, take_on, words
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import Platform, all_of, desk, end_office

HARM = "The little boy I visit has cigarette burns on his arms and says he is not allowed to tell."
OTHER_HARM = "A mum told me that her partner strangles her when he has been drinking."


@pytest.fixture
def outside(adopted: Records) -> str:
    """An outside contact, who is rung; return her phone."""
    with adopted.changing() as change:
        given = contact_given("Sample council team", "01632 960099")
        officers.appoint(change, "outside_contact", given, None, who="hearth")
    return "01632 960099"


def tell(someone: Someone, text: str = HARM) -> str:
    """Say something that rings, have it passed on, and return the number of the case."""
    someone.says(text)
    receipt = someone.presses("Tell Sample")
    return next(row[1] for part in receipt.elements if isinstance(part, Facts) for row in part.rows[-1:])


def passes(records: Records, platform: Platform, clock: Clock, minutes: int) -> None:
    """Let minutes pass, five at a time, as the worker's looks would see them."""
    for _ in range(minutes // 5):
        clock.passes(minutes=5)
        clockwork.look(records, default_rules())
    for conversation in {row.conversation for row in all_of(records, Sending) if row.sent_at is None}:
        desk(platform).deliver(records, conversation)


def concerns(records: Records) -> list[Case]:
    """Return the safeguarding cases."""
    return [case for case in all_of(records, Case) if case.kind == "safeguarding"]


def labels(someone: Someone) -> list[str]:
    """Return the labels of the newest card's buttons."""
    return [button.label for button in buttons_of(someone.card)]


def test_the_warning_has_the_fixed_words_the_leads_phone_and_nothing_in_its_notification(
    house: House,
) -> None:
    card = house["volunteer"].says(HARM)
    said = words(card)
    for fixed in default_rules().safeguarding.text:
        assert fixed in said
    assert "Sample safeguarding_lead: 01632 960001" in said
    assert labels(house["volunteer"]) == ["Tell Sample safeguarding_lead now", "This is not about that"]
    assert card.summary == "You have a private item."
    assert not house["lead"].cards


def test_told_at_once_the_lead_gets_the_words_and_the_one_who_raised_it_a_receipt(
    house: House, adopted: Records
) -> None:
    number = tell(house["volunteer"])
    receipt, offer = house["volunteer"].card, house["lead"].card
    assert "Sample safeguarding_lead has your words" in words(receipt)
    assert HARM not in words(offer)
    assert offer.summary == receipt.summary == f"You have a private item, {number}."
    assert HARM in words(house["lead"].presses("Open it"))
    for name in ("deputy", "chair", "manager"):
        assert not house[name].cards
    (case,) = concerns(adopted)
    assert HARM.encode() not in (case.summary or b"")
    assert case.due_at is not None


def test_the_lead_takes_it_on_writes_and_closes_and_whoever_raised_it_hears(house: House) -> None:
    number = tell(house["volunteer"])
    lead = house["lead"]
    take_on(lead)
    assert "has taken it on" in words(house["volunteer"].card)
    lead.presses("Reply")
    lead.says("Thank you. I am ringing the family now.")
    lead.presses("Send it")
    assert "I am ringing the family now." in words(house["volunteer"].card)
    house["volunteer"].presses("Answer")
    house["volunteer"].says("His mum said he must not see a doctor with those burns.")
    assert "kept" in words(house["volunteer"].card)
    assert "Something was added" in words(lead.card)
    lead.says(number)
    lead.presses("Close it")
    lead.says("Referred to the council.")
    lead.presses("Close it so")
    assert "closed" in house["volunteer"].card.title


def test_the_lead_who_is_named_is_passed_over_and_never_hears_of_it(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    text = "Our safeguarding lead slapped a child at the group, I saw it."
    house["volunteer"].says(text)
    assert "Tell Sample chair now" in labels(house["volunteer"])  # "lead" may be the deputy too
    house["volunteer"].presses("Tell")
    passes(adopted, platform, clock, 180)
    assert text in words(house["chair"].presses("Open it", house["chair"].cards[0]))
    assert not house["lead"].cards
    assert not house["deputy"].cards


def test_a_lead_who_is_worried_herself_is_given_the_deputy(house: House) -> None:
    house["lead"].says(HARM)
    assert labels(house["lead"])[0] == "Tell Sample deputy_safeguarding_lead now"
    house["lead"].presses("Tell")
    assert HARM in words(house["deputy"].presses("Open it"))


def test_where_everyone_may_be_meant_the_outside_contact_is_to_be_rung(
    house: House, adopted: Records, outside: str
) -> None:
    text = "The trustees and the safeguarding lead all know that he hurts the children, and keep silent."
    house["volunteer"].says(text)
    card = house["volunteer"].presses("Tell Sample council team")
    assert outside in words(card)
    assert "999" in words(card)
    (handoff,) = all_of(adopted, Handoff)
    assert handoff.to is None
    for name in ("lead", "deputy", "chair"):
        assert not house[name].cards


def test_where_there_is_nobody_at_all_that_is_said_and_nothing_is_lost(
    house: House, adopted: Records
) -> None:
    text = "The trustees and the safeguarding lead all know that he hurts the children, and keep silent."
    card = house["volunteer"].says(text)
    assert "nobody here whom I could tell" in words(card)
    assert labels(house["volunteer"]) == ["This is not about that"]
    assert not concerns(adopted)


@pytest.mark.parametrize("days", [0, 5], ids=["a weekday", "a Saturday"])
def test_at_night_and_at_the_weekend_the_next_has_it_after_half_an_hour(
    house: House, adopted: Records, platform: Platform, clock: Clock, outside: str, days: int
) -> None:
    clock.passes(days=days, hours=14)
    tell(house["volunteer"])
    passes(adopted, platform, clock, 25)
    assert not house["deputy"].cards
    passes(adopted, platform, clock, 5)
    assert len(house["deputy"].cards) == 1
    assert "Nobody has picked up" in house["volunteer"].card.title
    assert "Sample deputy_safeguarding_lead: 01632 960001" in words(house["volunteer"].card)
    passes(adopted, platform, clock, 30)
    assert len(house["chair"].cards) == 1
    passes(adopted, platform, clock, 30)
    assert outside in words(house["volunteer"].card)
    assert "999" in words(house["volunteer"].card)
    told = [card.title for card in house["volunteer"].cards if "Nobody has picked up" in card.title]
    assert len(told) == 2
    assert HARM not in all_words(house["deputy"]) + all_words(house["chair"])


def test_once_everyone_was_tried_they_are_reminded_on_working_days_and_not_each_half_hour(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    passes(adopted, platform, clock, 90)
    assert "Please ring" in house["volunteer"].card.title
    count = len(house["volunteer"].cards)
    passes(adopted, platform, clock, 6 * 60)
    assert len(house["volunteer"].cards) == count
    reminded = sum("Still waiting" in card.title for card in house["lead"].cards)
    passes(adopted, platform, clock, 48 * 60)
    assert sum("Still waiting" in card.title for card in house["lead"].cards) > reminded
    assert "Please ring" in "".join(card.title for card in house["volunteer"].cards[count:])


def test_everyone_is_reminded_whichever_of_those_who_were_asked_is_looked_at_first(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    passes(adopted, platform, clock, 16 * 60)
    for time in range(2, 5):
        with adopted.changing() as change:  # the one that was looked at least often comes first
            first = change.session.scalars(select(Handoff).order_by(Handoff.nudges, Handoff.id)).first()
            assert first is not None
            first.due_at = first.due_at - timedelta(minutes=1)
        passes(adopted, platform, clock, 24 * 60)
        assert sum("Still waiting" in card.title for card in house["lead"].cards) == time
        assert sum("Please ring" in card.title for card in house["volunteer"].cards) == time


def test_whoever_takes_it_on_first_has_it_and_the_others_are_told_so(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    passes(adopted, platform, clock, 30)
    take_on(house["deputy"])
    assert "Sample deputy_safeguarding_lead took this on" in words(house["lead"].presses("Open it"))
    count = len(house["volunteer"].cards)
    passes(adopted, platform, clock, 60)
    assert len(house["volunteer"].cards) == count
    (case,) = concerns(adopted)
    assert case.owner is not None


def test_looked_at_twice_in_a_minute_the_next_is_told_once(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    clock.passes(minutes=30)
    for _ in range(3):
        clockwork.look(adopted, default_rules())
    passes(adopted, platform, clock, 5)
    assert (len(house["deputy"].cards), len(house["chair"].cards)) == (1, 0)


def test_after_an_outage_of_hours_the_next_is_told_at_the_first_look(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    clock.passes(hours=9)
    passes(adopted, platform, clock, 5)
    assert len(house["deputy"].cards) == 1


def test_a_lead_who_leaves_office_loses_it_to_the_deputy(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    with adopted.reading() as session:
        (lead,) = officers.holders(session, adopted.organisation, "safeguarding_lead")
    end_office(adopted, lead.id)
    passes(adopted, platform, clock, 5)
    assert len(house["deputy"].cards) == 1
    assert "not waiting" in words(house["lead"].presses("Open it"))


def test_a_concern_is_not_withdrawn_by_whoever_raised_it(house: House, adopted: Records) -> None:
    tell(house["volunteer"])
    (case,) = concerns(adopted)
    house["volunteer"].does(f"case:withdraw:{case.id}:yes")
    assert concerns(adopted)[0].stage == "received"
    assert HARM in words(house["lead"].presses("Open it"))


def test_something_can_be_added_from_how_it_stands(house: House) -> None:
    number = tell(house["volunteer"])
    house["volunteer"].says(number)
    house["volunteer"].presses("Add something")
    house["volunteer"].says("He was not at the group today.")
    assert "He was not at the group today." in words(house["lead"].presses("Open it"))


@pytest.mark.parametrize("does", ["hits the children", "slapped a child"])
def test_the_lady_in_the_office_who_is_said_to_do_harm_gets_no_word_of_it(house: House, does: str) -> None:
    house["volunteer"].says(f"The lady in the office {does} at the group, I saw it.")
    assert "Tell Sample chair now" in labels(house["volunteer"])
    house["volunteer"].presses("Tell")
    assert does in words(house["chair"].presses("Open it"))
    for name in ("manager", "lead", "deputy"):
        assert not house[name].cards


def test_pressed_twice_it_is_one_case(house: House, adopted: Records) -> None:
    warning = house["volunteer"].says(HARM)
    house["volunteer"].presses("Tell", warning)
    again = house["volunteer"].presses("Tell", warning)
    assert "passed on already" in words(again)
    assert len(concerns(adopted)) == 1
    assert len(house["lead"].cards) == 1


def test_two_people_who_press_at_once_make_two_cases(house: House, adopted: Records) -> None:
    for name in ("volunteer", "other"):
        tell(house[name])
    assert len(concerns(adopted)) == 2


def test_an_older_warnings_button_never_passes_on_newer_words(house: House, adopted: Records) -> None:
    older = house["volunteer"].says(HARM)
    house["volunteer"].says(OTHER_HARM)
    card = house["volunteer"].presses("Tell", older)
    assert "say it again" in words(card)
    assert not concerns(adopted)
    house["volunteer"].presses("Tell", house["volunteer"].cards[-2])
    assert OTHER_HARM in words(house["lead"].presses("Open it"))


def test_somebody_elses_button_passes_nothing_on(house: House, adopted: Records) -> None:
    warning = house["volunteer"].says(HARM)
    house["other"].presses("Tell", warning)
    assert not concerns(adopted)


def test_in_the_middle_of_a_form_not_about_that_takes_the_words_as_the_answer(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(HARM)
    assert volunteer.card.title == "If someone may be at risk"
    volunteer.presses("This is not about that")
    assert "What is it about?" in words(volunteer.card)
    volunteer.presses("Back")
    assert HARM in words(volunteer.card)


def test_in_the_middle_of_a_form_one_can_tell_the_lead_and_then_go_on(house: House, adopted: Records) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    tell(volunteer)
    volunteer.presses("Go on where I was")
    assert "What happened?" in words(volunteer.card)
    assert HARM not in words(volunteer.card)
    assert {case.kind for case in all_of(adopted, Case)} == {"complaint", "safeguarding"}


def test_words_that_the_lead_was_told_never_become_the_forms_answer(house: House, adopted: Records) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    warning = volunteer.says(HARM)
    volunteer.presses("Tell Sample")
    for card in (volunteer.card, volunteer.presses("Tell Sample", warning)):
        assert "What happened?" in words(volunteer.presses("Go on where I was", card))
    assert "What happened?" in words(volunteer.presses("This is not about that", warning))
    volunteer.says(STORY)
    assert STORY in words(volunteer.presses("Back"))
    (complaint,) = [case for case in all_of(adopted, Case) if case.kind == "complaint"]
    with adopted.changing() as change:
        assert HARM not in [text for _, text in casebook.entries(change, complaint)]


def test_told_at_a_question_with_choices_the_same_question_is_asked_again(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(STORY)
    tell(volunteer)
    assert "What is it about?" in words(volunteer.presses("Go on where I was"))


def test_told_while_something_is_added_it_is_asked_for_again_and_not_added(
    house: House, adopted: Records
) -> None:
    volunteer = house["volunteer"]
    send(volunteer)
    volunteer.presses("Add something")
    tell(volunteer)
    assert "Write what you want to add" in words(volunteer.presses("Go on where I was"))
    assert "said" not in [entry.kind for entry in all_of(adopted, CaseEntry)]


def test_told_while_an_appeal_is_written_it_is_asked_for_again_and_not_made(
    house: House, adopted: Records
) -> None:
    volunteer, manager = house["volunteer"], house["manager"]
    send(volunteer)
    take_on(manager)
    manager.presses("Answer it")
    manager.says("The notice was not sent.")
    manager.presses("Send it")
    volunteer.presses("Appeal")
    tell(volunteer)
    assert "Write why you appeal" in words(volunteer.presses("Go on where I was"))
    (complaint,) = [case for case in all_of(adopted, Case) if case.kind == "complaint"]
    assert complaint.stage == "answered"


def test_a_warnings_words_are_not_taken_for_the_answer_to_a_later_question(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    warning = volunteer.says(HARM)
    volunteer.says(STORY)
    volunteer.presses("Something else")
    assert "Where did it happen?" in words(volunteer.presses("This is not about that", warning))
    assert HARM in words([volunteer.presses("Tell Sample", warning), house["lead"].presses("Open it")][-1])


def test_after_the_warning_another_answer_is_simply_taken(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    volunteer.says(HARM)
    volunteer.says(STORY)
    assert "What is it about?" in words(volunteer.card)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody said sorry.",
        "At the group on Monday nobody told us that the room had changed, and we stood outside for an hour.",
        "In the car park.",
        "The lady in the office.",
    ],
)
def test_short_and_plain_answers_ring_nothing_in_a_form_nor_after_a_question_back(
    house: House, text: str
) -> None:
    volunteer = house["volunteer"]
    volunteer.says("can I add the mum I visit on facebook?")
    volunteer.says("complaint")
    volunteer.presses("Raise it")
    assert "What is it about?" in words(volunteer.says(text))


def test_who_will_not_give_a_name_is_not_warned_where_the_form_asks_for_it(house: House) -> None:
    volunteer = house["volunteer"]
    fill(volunteer)
    volunteer.presses("Change: Your name")
    assert "Your name: Nobody may know" in words(volunteer.says("I do not want to give my name"))
    volunteer.presses("Change: Your name")
    assert volunteer.says("No name, he hits her.").title == "If someone may be at risk"


def test_what_is_said_in_reply_to_a_question_back_rings_too(house: House) -> None:
    volunteer = house["volunteer"]
    volunteer.says("can I add the mum I visit on facebook?")
    assert volunteer.says("yes, and her partner hits her").title == "If someone may be at risk"
    volunteer.presses("This is not about that")
    assert volunteer.says("no").title != "If someone may be at risk"


def test_in_a_channel_the_warning_comes_privately_and_nothing_is_said_there(
    house: House, adopted: Records, platform: Platform, answerer: Answerer, course: Course
) -> None:
    talk = Desk(Conversation(answerer, lambda: date(2026, 3, 2)), lambda _: platform, course)
    channel = Message("m1", "web:channel", HARM, sender="web:volunteer", private=False)
    assert inbox.accept(adopted, channel)
    talk.handle(adopted, "web:channel")
    talk.handle(adopted, "web:volunteer")
    assert not [card for to, card in platform.sent if to == "web:channel"]
    assert house["volunteer"].card.title == "If someone may be at risk"
    house["volunteer"].presses("Tell Sample")
    assert HARM in words(house["lead"].presses("Open it"))


@dataclass
class Whispering(Platform):
    """A platform that can say something to one alone, where others read along."""

    whispered: list[tuple[str, ...]] = field(default_factory=list)

    def whisper(self, conversation: str, account: str, said: str, otherwise: str) -> None:
        """Remember it."""
        self.whispered.append((conversation, account, said, otherwise))


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        (
            HARM,
            "ring 999. I cannot write to you in private here. Please ring Sample safeguarding_lead: 01632",
        ),
        ("I want to complain about how I was treated", "Please ring Sample manager: 01632"),
    ],
)
def test_in_a_channel_one_alone_is_told_where_she_is_answered_and_whom_to_ring_where_she_cannot_be(
    house: House, adopted: Records, answerer: Answerer, course: Course, text: str, otherwise: str
) -> None:
    assert house
    there = Whispering()
    talk = Desk(Conversation(answerer, lambda: date(2026, 3, 2)), lambda _: there, course)
    assert inbox.accept(adopted, Message("m1", "web:channel", text, sender="web:volunteer", private=False))
    talk.handle(adopted, "web:channel")
    ((conversation, account, said, instead),) = there.whispered
    assert (conversation, account, said) == ("web:channel", "web:volunteer", words_of.IN_PRIVATE)
    assert otherwise in instead
    assert text not in said + instead


def test_what_an_owner_writes_on_a_case_is_kept_and_the_warning_stands_beside_it_once(
    house: House, adopted: Records
) -> None:
    send(house["volunteer"])
    manager = house["manager"]
    take_on(manager)
    manager.presses("Write a note")
    manager.says(HARM)
    saved, warning = manager.cards[-2:]
    assert HARM in words(saved)
    assert warning.title == "If someone may be at risk"
    assert "This is not about that" not in words(warning)
    manager.presses("Write a note", saved)
    manager.says(OTHER_HARM)
    assert OTHER_HARM in words(manager.card)
    assert sum(card.title == "If someone may be at risk" for card in manager.cards) == 1
    manager.presses("Tell Sample", warning)
    (case,) = concerns(adopted)
    assert adopted.open(Case.summary, case) == HARM


def test_from_beside_a_saved_note_the_lead_can_be_told(house: House) -> None:
    send(house["volunteer"])
    manager = house["manager"]
    take_on(manager)
    manager.presses("Write a note")
    manager.says(HARM)
    manager.presses("Tell Sample")
    assert HARM in words(house["lead"].presses("Open it"))


def test_a_complaint_that_is_safeguarding_goes_to_the_lead_with_what_it_tells(
    house: House, adopted: Records
) -> None:
    number = send(house["volunteer"])
    manager = house["manager"]
    take_on(manager)
    manager.presses("This is safeguarding")
    assert not house["lead"].cards
    manager.presses("Yes, it is safeguarding")
    assert STORY in words(house["lead"].presses("Open it"))
    told = words(house["volunteer"].card)
    assert "Thank you for telling us" in told
    assert number in told
    complaint = next(case for case in all_of(adopted, Case) if case.kind == "complaint")
    (case,) = concerns(adopted)
    assert (complaint.stage, case.parent) == ("diverted", complaint.id)
    assert complaint.closed_at is not None
    house["volunteer"].presses("Add something")
    house["volunteer"].says("He was there on Tuesday too.")
    assert "He was there on Tuesday too." in words(house["lead"].presses("Open it", house["lead"].cards[0]))


def test_diverted_it_stays_hidden_from_whom_the_complaint_was_about(house: House) -> None:
    send(house["volunteer"], who="Sample safeguarding_lead")
    owner = next(person for person in (house["manager"], house["chair"]) if person.cards)
    take_on(owner)
    owner.presses("This is safeguarding")
    owner.presses("Yes, it is safeguarding")
    assert not house["lead"].cards
    assert STORY in words(house["deputy"].presses("Open it"))


def test_diverted_a_complaint_without_a_name_stays_without_one(house: House) -> None:
    send(house["volunteer"], name="Nobody")
    take_on(house["manager"])
    house["manager"].presses("This is safeguarding")
    house["manager"].presses("Yes, it is safeguarding")
    take_on(house["lead"])
    assert "someone who gives no name" in words(house["lead"].card)


def test_pressed_twice_a_complaint_is_diverted_once(house: House, adopted: Records) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    ask = house["manager"].presses("This is safeguarding")
    house["manager"].presses("Yes, it is safeguarding", ask)
    house["manager"].presses("Yes, it is safeguarding", ask)
    assert len(concerns(adopted)) == 1


def test_only_the_owner_diverts_a_complaint(house: House, adopted: Records) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    complaint = next(case for case in all_of(adopted, Case) if case.kind == "complaint")
    for name in ("volunteer", "other", "chair"):
        house[name].does(f"case:divert:{complaint.id}:yes")
    assert not concerns(adopted)


def test_a_lead_named_in_what_is_added_loses_it_at_once(house: House, adopted: Records) -> None:
    tell(house["volunteer"])
    take_on(house["lead"])
    house["volunteer"].says("my cases")
    house["volunteer"].presses("Add something")
    house["volunteer"].says("It was Sample safeguarding_lead who told me to keep quiet.")
    assert "not open to you" in words(house["lead"].does(f"case:show:{concerns(adopted)[0].id}"))


def test_not_seen_to_by_the_next_working_day_the_owner_and_whoever_raised_it_are_told(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    tell(house["volunteer"])
    take_on(house["lead"])
    passes(adopted, platform, clock, 3 * 24 * 60)
    assert "is late" in house["lead"].card.title
    assert "is late" in house["volunteer"].card.title


def test_what_waits_half_an_hour_is_due_to_the_minute(house: House, adopted: Records, clock: Clock) -> None:
    tell(house["volunteer"])
    (handoff,) = all_of(adopted, Handoff)
    assert handoff.due_at - adopted.now() <= timedelta(minutes=30)
    del clock
