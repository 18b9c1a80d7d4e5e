"""One conversation: a message and what is remembered in, cards and what to remember out. Writes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot import link_code, safeguarding, words
from bot.answer_card import answer_card
from bot.card import Button, Buttons, Card
from bot.commands import command, raised_in_private
from bot.contact import asks_for_no_name
from bot.errands import (
    ActOnCase,
    Cases,
    CopyMine,
    Errand,
    GiveName,
    Induct,
    Invite,
    Join,
    NoteSilence,
    OfferPerson,
    Overview,
    PassOn,
    Raise,
    Rate,
    SayRoles,
    TellCase,
    Warn,
)
from bot.message import Message
from knowledge.answers import Answer, Answerer
from knowledge.library import Library, NotInForce
from knowledge.pack import Verdict
from knowledge.reading import ROLES, Intent, Role
from knowledge.threads import Thread, is_settled

# A question longer than this is not a question; a long story with its question fits well within.
MAX_CHARACTERS = 4_000

# Words in a full name, particles and initials with it; a question takes more.
_MOST_NAMES = 6
_INTENTS: Mapping[type[Errand], Intent] = {
    OfferPerson: "speak_to_person",
    PassOn: "speak_to_person",
    Induct: "induction",
    Invite: "induction",
    Overview: "induction",
    ActOnCase: "complaint",
    Cases: "complaint_status",
}
# What may be done where others read along; anything else is moved to the private conversation.
_PUBLIC_ERRANDS = (OfferPerson, PassOn, Rate, NoteSilence, SayRoles)
_PUBLIC_INTENTS = frozenset({"policy_question", "help", "speak_to_person"})
_FORMS: Mapping[Intent, Literal["complaint", "content"]] = {
    "complaint": "complaint",
    "content_approval": "content",
}
_FORM, _OFFICER = "case:", "officer:"
_CONCERN = "case:+concern:"  # what is added to a safeguarding case goes there without a warning
_NAME = "case:name:"  # the form asks who may know from whom it comes
_GO_ON = Buttons((Button("Go on with the induction", "induction:mine", "primary"),))


@dataclass(slots=True)
class State:
    """What one conversation remembers between messages.

    `roles` are the sender's as far as they are known. `card` is the newest answer's card, on which a
    question may be open, and `verdict` its verdict. `to_pass_on` is what was last offered to be passed on to
    a person. `held` are the words that were taken for harm until the person says otherwise or has them passed
    on, and `held_at` is what was awaited when she said them. `awaiting` says what was asked to be typed:
    "name", or what of which case ("case:what:3f9a…" in a form, "officer:reply:3f9a…" by whoever sees to it).
    `offered` are the words out of which a form was offered. `walking` says that she is in the middle of an
    induction.
    """

    roles: tuple[Role, ...] = ()
    thread: Thread | None = None
    card: str = ""
    verdict: Verdict = "silent"
    to_pass_on: PassOn | None = None
    held: str | None = None
    held_at: str = ""
    awaiting: str = ""
    offered: str = ""
    walking: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message: the cards to send, what it was taken for, the policy's answer if given.

    `errands` are to be run where there are records; their cards come after these. `moved` says that the
    message is to be handled in private instead: here nothing is said, and nothing remembered.
    """

    cards: tuple[Card, ...]
    intent: Intent = "help"
    answer: Answer | None = None
    errands: tuple[Errand, ...] = ()
    moved: bool = False


class Conversation:
    """Says what a message is answered with."""

    def __init__(self, answerer: Answerer | Library, today: Callable[[], date]) -> None:
        self._answerer = answerer
        self._today = today

    def respond(self, message: Message, state: State) -> Outcome:
        """Return what came of a message, and change `state` to what is to be remembered.

        The ids of the cards begin with the message's: the same message is answered with the same ids.
        """
        at_this_moment = Conversation(self._answerer.today(), self._today)
        outcome = at_this_moment._respond(message, state)
        if message.private or _may_be_public(outcome):
            return outcome
        return Outcome((), outcome.intent, moved=True)

    def _respond(self, message: Message, state: State) -> Outcome:
        card_id = f"{message.id}.1"
        if message.action is not None:
            try:
                return self._pressed(message.action, state, card_id)
            except NotInForce:
                return Outcome((words.no_longer_open(card_id),))
        if message.files:
            return self._with_files(message, state, card_id)
        return self._typed(message, state, card_id)

    def _with_files(self, message: Message, state: State, card_id: str) -> Outcome:
        """Answer a message with files. A case that waits for some gets them, whatever its words come to."""
        has_words = any(character.isalnum() for character in message.text)
        if not takes_files(state):
            typed = self._typed(message, state, card_id) if has_words else Outcome(())
            return replace(typed, cards=(*typed.cards, words.files_not_kept(f"{card_id}.files")))
        typed = self._typed(message, state, card_id) if has_words else Outcome((), "complaint")
        if any(isinstance(errand, TellCase) for errand in typed.errands):
            return typed
        return replace(typed, errands=(TellCase(""), *typed.errands))

    def _typed(self, message: Message, state: State, card_id: str) -> Outcome:
        if complaint := _unreadable(message.text, may_be_number=_for_a_case(state.awaiting)):
            return Outcome((words.unreadable(card_id, complaint),))
        if raised := raised_in_private(message.text):
            return self._raised(raised, state)
        if _for_a_case(state.awaiting):
            return self._said(message.text, state, card_id)
        if code := link_code.find(message.text):
            return Outcome((), errands=(Join(code),))
        if errand := command(message.text):
            return Outcome((), _INTENTS.get(type(errand), "help"), errands=(errand,))
        return self._said(message.text, state, card_id)

    def _raised(self, text: str, state: State) -> Outcome:
        """Offer the form for words, whatever they would mean by themselves; harm comes first."""
        if safeguarding.rings(text, self._answerer.ask(text).reading.danger):
            return _warned(text, state)
        return Outcome((), "complaint", errands=(Raise("complaint", text),))

    def words_behind(self, text: str) -> Mapping[str, str]:
        """Return the words of a message on which each of its facts rests; slow, for explaining."""
        return self._answerer.words_behind(text)

    def _said(self, text: str, state: State, card_id: str, *, checked: bool = False) -> Outcome:
        answer = self._answerer.ask(text, state.roles, state.thread)
        if (
            not checked
            and not state.awaiting.startswith(_CONCERN)
            and not (state.awaiting.startswith(_NAME) and asks_for_no_name(text))
            and safeguarding.rings(text, answer.reading.danger)
        ):
            return _warned(text, state)
        if state.awaiting == "name" and _may_be_a_name(text):
            return Outcome((), "induction", errands=(GiveName(text),))
        if _for_a_case(state.awaiting):
            return Outcome((), "complaint", errands=(TellCase(text),))
        intent = answer.reading.intent
        if checked and intent == "safeguarding":
            intent = "policy_question"
        outcome = self._by_intent(intent, answer, state, card_id)
        return self._with_asides(text, outcome, state, card_id)

    def _with_asides(self, text: str, outcome: Outcome, state: State, card_id: str) -> Outcome:
        """Add the answers to further questions in the same message; the first stays the one that is open."""
        if outcome.answer is None:
            return outcome
        asides = self._answerer.asides(text, outcome.answer, state.roles)
        cards = (self._card(f"{card_id}.{number}", aside) for number, aside in enumerate(asides, 1))
        return replace(outcome, cards=(*outcome.cards, *cards))

    def _by_intent(self, intent: Intent, answer: Answer, state: State, card_id: str) -> Outcome:
        said: tuple[Errand, ...] = ()
        if answer.reading.said_roles:
            state.roles = answer.roles
            said = (SayRoles(answer.roles),)
        outcome = self._taken_for(intent, answer, state, card_id)
        return replace(outcome, errands=(*said, *outcome.errands))

    def _taken_for(self, intent: Intent, answer: Answer, state: State, card_id: str) -> Outcome:
        if intent == "help" and answer.reading.act == "new":
            return Outcome((words.welcome(card_id, state.roles, self._answerer.pack),), intent)
        if answer.reading.act == "thanks":
            return Outcome((words.thanks(card_id),), "help")
        state.offered = answer.thread.said
        leans = state.thread is not None and answer.reading.act != "new"
        if leans or intent in ("policy_question", "help", "safeguarding"):
            return self._answered(answer, state, card_id)
        if intent == "induction":
            return Outcome((), intent, answer, (Induct("mine"),))
        if intent == "complaint_status":
            return Outcome((), intent, answer, (Cases(),))
        return self._for_a_person(intent, answer, state, card_id)

    def _for_a_person(self, intent: Intent, answer: Answer, state: State, card_id: str) -> Outcome:
        """Offer the form or the person, after what the policy says of it, where it says something."""
        answered = Outcome(())
        if answer.verdict != "silent":
            answered = self._answered(answer, state, card_id)
        said = answer.thread.said
        offered: Errand = (
            _person(PassOn(card_id, said, answer.reading.topic, answer.verdict), state)
            if intent == "speak_to_person"
            else Raise(_FORMS[intent], said)
        )
        return Outcome(answered.cards, intent, answer, (*answered.errands, offered))

    def _answered(self, answer: Answer, state: State, card_id: str) -> Outcome:
        state.roles, state.thread = answer.roles, answer.thread
        state.card, state.verdict = card_id, answer.verdict
        silent = answer.verdict == "silent"
        noted = (NoteSilence(answer.reading.topic, answer.thread.said),) if silent else ()
        card = self._card(card_id, answer)
        if state.walking:
            card = replace(card, elements=(*card.elements, _GO_ON))
        return Outcome((card,), "policy_question", answer, noted)

    def _card(self, card_id: str, answer: Answer) -> Card:
        of = self._answerer.of(answer.thread)
        return answer_card(card_id, answer, of.policy, of.pack, self._today())

    def _pressed(self, action: str, state: State, card_id: str) -> Outcome:
        kind, _, rest = action.partition(":")
        match kind:
            case "role":
                return self._role_chosen(rest, state, card_id)
            case "settle" if state.thread is not None:
                return self._replied(state.thread, rest, state, card_id)
            case "forget" if state.thread is not None and rest == state.card:
                forgotten = self._answerer.forgotten(state.thread, state.roles)
                return self._answered(forgotten, state, card_id)
            case "safeguarding":
                return self._not_that(state, card_id)
            case "other":
                return Outcome((words.say_it_differently(card_id),))
            case "leave-it":
                return Outcome((words.left_it(card_id),))
        errand = _errand(kind, rest, state)
        if errand is None:
            return Outcome((words.no_longer_open(card_id),))
        return Outcome((), _INTENTS.get(type(errand), "help"), errands=(errand,))

    def _not_that(self, state: State, card_id: str) -> Outcome:
        """Go on where she was: with the words that were held, or where they are gone with what is open."""
        if state.held is not None and state.held_at == state.awaiting:
            text, state.held = state.held, None
            return self._said(text, state, card_id, checked=True)
        if state.awaiting.startswith(_FORM):
            return Outcome((), "complaint", errands=(ActOnCase("where-i-was"),))
        return Outcome((words.no_longer_open(card_id),))

    def _role_chosen(self, names: str, state: State, card_id: str) -> Outcome:
        chosen = names.split("+")
        state.roles = tuple(role for role in ROLES if role in chosen)
        if state.thread is not None and state.thread.asked == "role" and state.roles:
            answered = self._answered(self._answerer.again(state.thread, state.roles), state, card_id)
            return replace(answered, errands=(SayRoles(state.roles), *answered.errands))
        said = (SayRoles(state.roles),)
        if not state.roles:
            return Outcome((words.any_role(card_id),), errands=said)
        return Outcome((words.welcome(card_id, state.roles, self._answerer.pack),), errands=said)

    def _replied(self, thread: Thread, rest: str, state: State, card_id: str) -> Outcome:
        fact, value, card = _three(rest)
        if thread.asked != fact or state.card != card:
            if is_settled(thread, fact):
                return Outcome((words.answered_already(card_id),))
            return Outcome((words.no_longer_open(card_id),))
        answer = self._answerer.settled(thread, state.roles, value)
        return self._answered(answer, state, card_id)


def _warned(text: str, state: State) -> Outcome:
    """Return the warning; what an officer writes on a case is kept there as well, and not held up."""
    state.held_at = state.awaiting
    if state.awaiting.startswith(_OFFICER):
        return Outcome(
            (), "safeguarding", errands=(TellCase(text), Warn(text, kept=state.awaiting.rpartition(":")[2]))
        )
    state.held = text
    return Outcome((), "safeguarding", errands=(Warn(text),))


def takes_files(state: State) -> bool:
    """Say whether files that are sent now go into a case."""
    return state.awaiting.startswith(_FORM)


def _for_a_case(awaiting: str) -> bool:
    return awaiting.startswith((_OFFICER, _FORM))


def _may_be_public(outcome: Outcome) -> bool:
    of_errands = all(isinstance(errand, _PUBLIC_ERRANDS) for errand in outcome.errands)
    return of_errands and outcome.intent in _PUBLIC_INTENTS


def _may_be_a_name(text: str) -> bool:
    """Say whether a text that comes where a name was asked for can be one, and is no question."""
    return "?" not in text and len(text.split()) <= _MOST_NAMES


def _errand(kind: str, rest: str, state: State) -> Errand | None:
    """Return the errand that a button stands for, or None where it is no longer open."""
    match kind, state.thread:
        case "person", thread:
            return _person(_asked(thread, state), state)
        case "pass-on", _:
            offered = state.to_pass_on
            return offered if offered is not None and offered.of == rest else PassOn(rest)
        case "helpful", Thread() as thread if rest[2:] == state.card:
            return Rate(state.card, rest.startswith("y:"), thread.reading.topic, state.verdict)
        case "mine", _ if rest == "copy":
            return CopyMine()
        case "case", _:
            verb, _, of = rest.partition(":")
            return ActOnCase(verb, of)
        case "join", _:
            return Join(rest)
        case "induction", _:
            asked, _, of = rest.partition(":")
            return Induct(asked, of)
    return None


def _asked(thread: Thread | None, state: State) -> PassOn | None:
    return PassOn(state.card, thread.said, thread.reading.topic, state.verdict) if thread else None


def _person(asked: PassOn | None, state: State) -> OfferPerson:
    """Offer a person, and remember what is passed on if she wants it: just what the card shows."""
    state.to_pass_on = asked
    return OfferPerson(asked)


def _three(rest: str) -> tuple[str, str, str]:
    """Return the three parts of a button's action, empty where one is missing."""
    first, _, others = rest.partition(":")
    second, _, third = others.partition(":")
    return first, second, third


def _unreadable(text: str, *, may_be_number: bool) -> str | None:
    """Return why a text cannot be taken, or None. A form may ask for a date or a phone number."""
    if len(text) > MAX_CHARACTERS:
        return (
            f"That is {len(text):,} characters: too long, nothing is kept. Send at most {MAX_CHARACTERS:,}."
        )
    if not any(character.isalnum() if may_be_number else character.isalpha() for character in text):
        return "I see no words there. Ask me about the policy, in your own words."
    return None
