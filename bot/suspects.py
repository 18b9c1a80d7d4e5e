"""Messages over which a process ended: perhaps one of them ends every process that begins it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from bot import inbox
from bot.message import Message
from bot.records.store import Records


@dataclass(frozen=True, slots=True)
class Suspects:
    """Lets this process try such messages one at a time, and counts each once: a process ends only once."""

    _one_at_a_time: Lock = field(default_factory=Lock)
    _counted: dict[tuple[str, str], int] = field(default_factory=dict)

    @contextmanager
    def alone(self, records: Records, message: Message) -> Iterator[int]:
        """Keep the others waiting; give how many processes will have ended over this one, if this does.

        Raises RecordsUnavailable.
        """
        name = (records.organisation, message.id)
        with self._one_at_a_time:
            if name not in self._counted:
                self._counted[name] = inbox.begun(records, message)
            yield self._counted[name]
