"""Visit: one message, as those who run errands for it see it."""

from dataclasses import dataclass

from bot.conversation import State
from bot.induction.course import Course
from bot.message import Message
from bot.records.store import Change
from bot.records.tables import Person


@dataclass(frozen=True, slots=True)
class Visit:
    """One message to the induction: the change that it is written in, who wrote it, and where."""

    change: Change
    person: Person
    message: Message
    course: Course
    state: State

    @property
    def card_id(self) -> str:
        """The id of the card that answers."""
        return f"{self.message.id}.induction"
