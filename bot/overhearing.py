"""Overhearing: what is said where nobody asked Hearth, checked in memory alone. Off unless it is set.

Nothing of it is kept: no message, no account, no conversation, and no language model reads it. Whoever may
need it is told in private whom to ring, and that she can write to Hearth; anything more begins with her.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Literal

from sqlalchemy import select

from bot import officers, safeguarding, words
from bot.cases import conflict
from bot.channel import TryLater, Undeliverable
from bot.contact import Contact, Office
from bot.conversation import MAX_CHARACTERS
from bot.faults import told
from bot.message import Message
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import Account
from knowledge.reading import Reading

log = logging.getLogger(__name__)

# So many may wait to be checked; in a burst of more, the rest is let go rather than held in memory.
_MOST_WAITING = 500
_OFFICES: tuple[Office, ...] = ("manager", "deputy_manager", "chair")

Kind = Literal["danger", "complaint"]
Reads = Callable[[str], Kind | None]
Says = Callable[[Message, str, str], None]


def reads(reader: Callable[[str], Reading]) -> Reads:
    """Return what says whether a text speaks of harm or of something to put right, None for neither."""

    def read(text: str) -> Kind | None:
        reading = reader(text)
        if safeguarding.rings(text, reading.danger):
            return "danger"
        return "complaint" if reading.intent == "complaint" else None

    return read


class Ears:
    """Checks messages in a thread of its own.

    `says` tells the sender of a message something alone, or the second text where she cannot be written to
    in private; it may raise TryLater or Undeliverable, and is not tried again.
    """

    def __init__(self, records: Records, reads: Reads, says: Says) -> None:
        self._records, self._reads, self._says = records, reads, says
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hearth-ears")
        self._room = BoundedSemaphore(_MOST_WAITING)

    def hear(self, message: Message) -> None:
        """Have a message checked soon; return at once."""
        if self._room.acquire(blocking=False):
            self._thread.submit(self._heard, message)

    def close(self) -> None:
        """End, once what waits is checked."""
        self._thread.shutdown()

    def _heard(self, message: Message) -> None:
        try:
            self._check(message)
        except (TryLater, Undeliverable) as fault:
            log.warning("overheard.not_said", extra={"fault": fault.fault})
        except RecordsUnavailable:
            log.warning("overheard.not_said", extra={"fault": "the records are away"})
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            log.error("overheard.failed", extra={**told(error)})  # noqa: TRY400 - no words of it
        finally:
            self._room.release()

    def _check(self, message: Message) -> None:
        kind = self._reads(message.text[:MAX_CHARACTERS]) if message.text else None
        if kind is None:
            return
        contact, danger = _ring(self._records, message, kind), kind == "danger"
        said = words.overheard(contact, danger=danger)
        self._says(message, said, words.ring_instead(contact, danger=danger))


def _ring(records: Records, message: Message, kind: Kind) -> Contact | None:
    """Return whom to ring: nobody whom the words may mean, nor the sender herself, if she is known."""
    offices = conflict.SAFEGUARDING if kind == "danger" else _OFFICES
    with records.reading() as session:
        hers = select(Account.person).where(
            Account.organisation == records.organisation, Account.name == message.sender
        )
        sender = session.scalars(hers).first()
        officer = conflict.first_not_meant(records, session, offices, message.text, sender)
        return officers.contact(records, officer) if officer else None
