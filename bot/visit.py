"""Visit: one message, as those who run errands for it see it."""

from dataclasses import dataclass

from bot.cases.rules import Rules
from bot.conversation import State
from bot.induction.course import Course
from bot.message import Message
from bot.records.store import Change
from bot.records.tables import Person


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with the message, fetched; `media` is what it claims to be.

    `fault` says why it could not be had ("could not be fetched. …"); then it has no content.
    """

    name: str
    media: str
    content: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One message: the change that it is written in, who wrote it, where, and by what the house goes."""

    change: Change
    person: Person
    message: Message
    course: Course
    state: State
    rules: Rules
    files: tuple[File, ...] = ()

    @property
    def card_id(self) -> str:
        """The id of the card that answers."""
        return f"{self.message.id}.errand"
