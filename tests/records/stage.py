"""A small assistant for tests of the records: a quick talk, a platform that remembers, people who write."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import select

from bot import inbox, officers, people, work
from bot.card import Card, Text, buttons_of
from bot.contact import Office, contact_given
from bot.conversation import Conversation, Outcome, State
from bot.desk import Desk
from bot.errands import ActOnCase, Errand, GiveName, Induct, Join, PassOn, SayRoles
from bot.induction.course import Course
from bot.kept import DEFAULTS
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Case, Handoff, Person, Table
from bot.working_days import Calendar
from knowledge.reading import Role
from tests.policies import home_start_pack, home_start_policy

_Row = TypeVar("_Row", bound=Table)
MANAGER, CHAIR = "web:manager", "web:chair"


class Talk(Conversation):
    """Answers each message with a mark of all the messages before it, so that none is left out or doubled.

    A text that begins with "fail" cannot be answered; one that comes where a name was asked for is the name.
    `meanwhile` is called while an answer is thought of.
    """

    def __init__(self, meanwhile: Callable[[Message], None] = lambda _: None) -> None:
        self._meanwhile = meanwhile

    def respond(self, message: Message, state: State) -> Outcome:
        """Return the card with the mark, and run the errand that a button stands for."""
        self._meanwhile(message)
        if message.text.startswith("fail"):
            raise ValueError(message.text)
        state.held = mark([message.id], state.held or "")
        card = Card(f"{message.id}.1", "Heard", (Text(state.held),), "Heard.")
        if state.awaiting == "name" and message.action is None:
            return Outcome((card,), errands=(GiveName(message.text),))
        return Outcome((card,), errands=tuple(_errands(message.action or "")))


def _errands(action: str) -> Sequence[Errand]:
    kind, _, rest = action.partition(":")
    match kind:
        case "pass-on":
            return (PassOn(rest, rest, "photos", "silent"),)
        case "case":
            return (ActOnCase(*rest.split(":", 1)),)
        case "join":
            return (Join(rest),)
        case "induction":
            return (Induct(*rest.split(":", 1)),)
        case "role":
            return (SayRoles(("volunteer",) if rest == "volunteer" else ("staff",)),)
    return ()


def mark(ids: Sequence[str], before: str = "") -> str:
    """Return the mark of messages that were handled in this order."""
    for message_id in ids:
        before = sha256(f"{before} {message_id}".encode()).hexdigest()[:16]
    return before


@dataclass
class Platform:
    """A channel that remembers what it was sent. `faults` are raised by the sends to come, one each."""

    can_be_asked: bool = True
    sent: list[tuple[str, Card]] = field(default_factory=list)
    faults: deque[Exception] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, conversation: str, card: Card) -> str:
        """Take a card."""
        with self._lock:
            if self.faults:
                raise self.faults.popleft()
            self.sent.append((conversation, card))
            return f"m{len(self.sent)}"

    def find(self, conversation: str, card_id: str) -> str | None:
        """Say what a card is called here, where this can be said at all."""
        with self._lock:
            self.asked.append(card_id)
            there = [
                number
                for number, sent in enumerate(self.sent)
                if (sent[0], sent[1].id) == (conversation, card_id)
            ]
            return f"m{there[0] + 1}" if there and self.can_be_asked else None

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Return a file that someone sent, or fail as the test says."""
        del conversation
        found = self.files[ref]
        if isinstance(found, Exception):
            raise found
        return found

    def ids(self, conversation: str | None = None) -> list[str]:
        """Return the ids of the cards that were sent, in order."""
        return [card.id for sent_to, card in self.sent if conversation in (None, sent_to)]

    def words(self, conversation: str) -> list[str]:
        """Return the first words of each card of a conversation."""
        cards = [card for sent_to, card in self.sent if sent_to == conversation]
        return [next((part.text for part in card.elements if isinstance(part, Text)), "") for card in cards]

    def button(self, conversation: str, label: str) -> str:
        """Return the action of the newest button of a conversation with this label."""
        cards = [card for sent_to, card in self.sent if sent_to == conversation]
        found = [button.action for card in cards for button in buttons_of(card) if button.label == label]
        return found[-1]


def desk(platform: Platform, talk: Conversation | None = None) -> Desk:
    """Return a desk whose every conversation is on one platform."""
    return Desk(talk or Talk(), lambda _: platform, course())


def tasks(desk: Desk) -> Mapping[str, work.Task]:
    """Return what a worker does with such a desk."""
    return work.tasks(desk, DEFAULTS, Calendar())


@cache
def course() -> Course:
    """Return the induction on the Home-Start policy, without questions on it."""
    return Course(home_start_policy(), home_start_pack(), ())


def said(
    message_id: str, conversation: str = "web:a", text: str = "hello", action: str | None = None
) -> Message:
    """Return a message, from the account that is called as its conversation is."""
    return Message(message_id, conversation, "" if action else text, action, sender=conversation)


def accept(records: Records, *ids: str, conversation: str = "web:a") -> None:
    """Accept messages, one after the other."""
    for message_id in ids:
        assert inbox.accept(records, said(message_id, conversation))


def appoint(records: Records, account: str, office: Office) -> str:
    """Give an office to whoever writes from an account; return the office's id."""
    with records.changing() as change:
        given = contact_given(f"Sample {office}", "01632 960001")
        person = people.known(change, account, account)
        return officers.appoint(change, office, given, person, who="hearth").id


def end_office(records: Records, officer: str) -> None:
    """End an office."""
    with records.changing() as change:
        officers.end(change, officers.find(change, officer), who="hearth")


def all_of(records: Records, table: type[_Row]) -> list[_Row]:
    """Return the organisation's rows of a table."""
    whose = table.__table__.c.get("organisation")
    theirs = select(table) if whose is None else select(table).where(whose == records.organisation)
    with records.reading() as session:
        return list(session.scalars(theirs))


def questions(records: Records) -> Counter[str]:
    """Return how many cases there are of each question, each with one handoff."""
    with records.reading() as session:
        found = session.execute(select(Case).join(Handoff, Handoff.case_ == Case.id)).scalars()
        return Counter(records.open(Case.summary, case) for case in found)


def person_of(records: Records, account: str) -> Person:
    """Return who writes from an account."""
    with records.changing() as change:
        return people.known(change, account)


def roles_of(records: Records, account: str) -> tuple[Role, ...]:
    """Return what whoever writes from an account is to the policy."""
    with records.reading() as session:
        return people.roles_of(session, records.organisation, account)
