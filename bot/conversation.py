"""The one door: a Message in, Cards out, the same on every platform."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from bot import safeguarding, words
from bot.answer_card import answer_card
from bot.card import Card
from bot.message import Message
from knowledge.answers import Answer, Answerer
from knowledge.reading import ROLES, Intent, Role
from knowledge.threads import Thread

log = logging.getLogger(__name__)

# A question longer than this is not a question; a long story with its question fits well within.
MAX_CHARACTERS = 4_000
# Conversations kept in memory; the longest unused falls out and starts afresh.
MAX_CONVERSATIONS = 10_000


@dataclass(slots=True)
class State:
    """What one conversation remembers between messages."""

    roles: tuple[Role, ...] = ()
    thread: Thread | None = None
    card: str = ""
    held: str | None = None
    cards: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message: the cards to send, what it was taken for, the policy's answer if given."""

    cards: tuple[Card, ...]
    intent: Intent = "help"
    answer: Answer | None = None


class Conversation:
    """Handles messages. One conversation's messages are taken one at a time, different ones side by side."""

    def __init__(self, answerer: Answerer, today: Callable[[], date]) -> None:
        self._answerer = answerer
        self._today = today
        self._states: OrderedDict[str, State] = OrderedDict()

    async def handle(self, message: Message) -> tuple[Card, ...]:
        """Return the cards that answer a message."""
        return (await self.respond(message)).cards

    async def respond(self, message: Message) -> Outcome:
        """Return the cards that answer a message, with what it was taken for."""
        state = self._state(message.conversation)
        async with state.lock:
            return await asyncio.to_thread(self._respond, message, state)

    def words_behind(self, text: str) -> Mapping[str, str]:
        """Return the words of a message on which each of its facts rests; slow, for explaining."""
        return self._answerer.words_behind(text)

    def begin(self, conversation: str, roles: tuple[Role, ...]) -> None:
        """Start a conversation afresh, with the sender's roles where they are known."""
        self._states[conversation] = State(roles=roles)

    def _state(self, conversation: str) -> State:
        state = self._states.setdefault(conversation, State())
        self._states.move_to_end(conversation)
        while len(self._states) > MAX_CONVERSATIONS:
            self._states.popitem(last=False)
        return state

    def _respond(self, message: Message, state: State) -> Outcome:
        state.cards += 1
        card_id = f"{message.id}.{state.cards}"
        if message.action is not None:
            return self._pressed(message.action, state, card_id)
        if complaint := _unreadable(message.text):
            return Outcome((words.unreadable(card_id, complaint),))
        return self._said(message.text, state, card_id)

    def _said(self, text: str, state: State, card_id: str, *, checked: bool = False) -> Outcome:
        answer = self._answerer.ask(text, state.roles, state.thread)
        if not checked and safeguarding.rings(text, answer.reading.danger):
            state.held = text
            return Outcome((safeguarding.card(card_id),), "safeguarding")
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
        if answer.reading.said_roles:
            state.roles = answer.roles
        if intent == "help" and answer.reading.act == "new":
            return Outcome((words.welcome(card_id, state.roles, self._answerer.pack),), intent)
        if answer.reading.act == "thanks":
            return Outcome((words.thanks(card_id),), "help")
        leans = state.thread is not None and answer.reading.act != "new"
        if leans or intent in ("policy_question", "help", "safeguarding"):
            return self._answered(answer, state, card_id)
        return self._for_a_person(intent, answer, state, card_id)

    def _for_a_person(self, intent: Intent, answer: Answer, state: State, card_id: str) -> Outcome:
        """Say what only a person can do so far, and what the policy says of it, where it says something."""
        told = words.not_yet(card_id, intent, self._answerer.pack)
        if answer.verdict == "silent":
            return Outcome((told,), intent, answer)
        answered = self._answered(answer, state, f"{card_id}.policy")
        return Outcome((told, *answered.cards), intent, answer)

    def _answered(self, answer: Answer, state: State, card_id: str) -> Outcome:
        state.roles, state.thread = answer.roles, answer.thread
        state.card = card_id
        return Outcome((self._card(card_id, answer),), "policy_question", answer)

    def _card(self, card_id: str, answer: Answer) -> Card:
        return answer_card(card_id, answer, self._answerer.policy, self._answerer.pack, self._today())

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
            case "safeguarding" if state.held is not None:
                text, state.held = state.held, None
                return self._said(text, state, card_id, checked=True)
            case "other":
                return Outcome((words.say_it_differently(card_id),))
            case "person":
                return Outcome((words.person(card_id, self._answerer.pack),), "speak_to_person")
            case _:
                return Outcome((words.no_longer_open(card_id),))

    def _role_chosen(self, names: str, state: State, card_id: str) -> Outcome:
        chosen = names.split("+")
        state.roles = tuple(role for role in ROLES if role in chosen)
        if state.thread is not None and state.thread.asked == "role" and state.roles:
            return self._answered(self._answerer.again(state.thread, state.roles), state, card_id)
        if not state.roles:
            return Outcome((words.any_role(card_id),))
        return Outcome((words.welcome(card_id, state.roles, self._answerer.pack),))

    def _replied(self, thread: Thread, rest: str, state: State, card_id: str) -> Outcome:
        fact, value, card = _three(rest)
        if thread.asked != fact or state.card != card:
            return Outcome((words.no_longer_open(card_id),))
        answer = self._answerer.settled(thread, state.roles, value)
        return self._answered(answer, state, card_id)


def _three(rest: str) -> tuple[str, str, str]:
    """Return the three parts of a button's action, empty where one is missing."""
    first, _, others = rest.partition(":")
    second, _, third = others.partition(":")
    return first, second, third


def _unreadable(text: str) -> str | None:
    """Return why a text cannot be taken as a question, or None."""
    if len(text) > MAX_CHARACTERS:
        return f"That is {len(text):,} characters. Please put the question in at most {MAX_CHARACTERS:,}."
    if not any(character.isalpha() for character in text):
        return "I see no words there. Ask me about the policy, in your own words."
    return None
