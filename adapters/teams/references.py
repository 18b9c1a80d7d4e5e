"""How conversations on Teams are spoken to when nobody has just written there: kept, sealed."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from adapters.teams.places import Place
from bot import outbox
from bot.records.new_rows import add_new
from bot.records.store import Change, Job, Records
from bot.records.tables import Sending, TeamsReference, new_id

# So many are remembered as written, for so long, so that not each message looks them up: another process may
# find out that one is gone.
_MOST = 10_000
_SECONDS = 60.0

Reference = Mapping[str, Any]


def conversation_id(reference: Reference) -> str:
    """Return what Teams calls the conversation of a reference, empty where one is still to be begun."""
    conversation = reference.get("conversation")
    return str(conversation.get("id") or "") if isinstance(conversation, Mapping) else ""


class References:
    """The references of one organisation; used from several threads. `clock` counts seconds."""

    def __init__(self, records: Records, clock: Callable[[], float] = time.monotonic) -> None:
        self._records, self._clock = records, clock
        self._written: dict[str, tuple[str, float]] = {}

    def spoke(self, change: Change, place: Place) -> None:
        """Write how a place's conversation, and its person, are spoken to, where that is news.

        Someone who was not known to be there gets what waited for her.
        """
        is_new = self._remember(change, place.conversation, place.reference, anew=True)
        if is_new and place.private:
            _send_what_waits(change, place.conversation)
        self.met(change, place)

    def met(self, change: Change, place: Place) -> None:
        """Write how a person is spoken to in private, where that is not known; nothing of where that was."""
        if place.hers:
            self._remember(change, place.account, place.hers, anew=False)

    def _remember(self, change: Change, conversation: str, reference: str, *, anew: bool) -> bool:
        known, until = self._written.get(conversation, (None, 0.0))
        if self._clock() < until and (known == reference or not anew):
            return False
        is_new = self.write(change, conversation, reference, anew=anew)
        self._note(conversation, reference)
        return is_new

    def _note(self, conversation: str, reference: str) -> None:
        if len(self._written) >= _MOST:
            self._written.clear()
        self._written[conversation] = (reference, self._clock() + _SECONDS)

    def write(self, change: Change, conversation: str, reference: str, *, anew: bool = True) -> bool:
        """Write a reference; one that is there already stays unless `anew`.

        Return whether the conversation could not be spoken to before.
        """
        row = change.session.scalars(self._named(conversation)).one_or_none()
        if row is None:
            row = TeamsReference(
                id=new_id(), organisation=self._records.organisation, conversation=conversation
            )
            row.changed_at = change.records.now()
            row.reference = change.records.seal(TeamsReference.reference, row, reference)
            return add_new(change.session, row, "organisation", "conversation")
        before = change.records.open(TeamsReference.reference, row)
        if anew and before != reference:
            row.changed_at = change.records.now()
            row.reference = change.records.seal(TeamsReference.reference, row, reference)
        return anew and not conversation_id(json.loads(before))

    def find(self, conversation: str) -> Reference | None:
        """Return how a conversation is spoken to, None where this is not known; raise RecordsUnavailable."""
        with self._records.reading() as session:
            row = session.scalars(self._named(conversation)).one_or_none()
            return json.loads(self._records.open(TeamsReference.reference, row)) if row else None

    def any_of(self, tenant: str) -> Reference | None:
        """Return one reference of an organisation, for the service address and the app's name there."""
        newest = (
            select(TeamsReference)
            .where(
                TeamsReference.organisation == self._records.organisation,
                TeamsReference.conversation.startswith(f"teams:{tenant}/", autoescape=True),
            )
            .order_by(TeamsReference.changed_at.desc())
            .limit(1)
        )
        with self._records.reading() as session:
            row = session.scalars(newest).one_or_none()
            return json.loads(self._records.open(TeamsReference.reference, row)) if row else None

    def forget(self, conversation: str) -> None:
        """Forget how a conversation was spoken to; raise RecordsUnavailable."""
        self._written.pop(conversation, None)
        with self._records.changing() as change:
            row = change.session.scalars(self._named(conversation)).one_or_none()
            if row is not None:
                change.session.delete(row)

    def reached(self, place: Place) -> None:
        """Note that a conversation can be reached from now on, and send at once what waits for it.

        Raises RecordsUnavailable.
        """
        with self._records.changing() as change:
            self.write(change, place.conversation, place.reference)
            if place.private:
                _send_what_waits(change, place.conversation)
        self._note(place.conversation, place.reference)

    def _named(self, conversation: str) -> Any:
        return select(TeamsReference).where(
            TeamsReference.organisation == self._records.organisation,
            TeamsReference.conversation == conversation,
        )


def _send_what_waits(change: Change, conversation: str) -> None:
    waiting = select(Sending).where(
        Sending.organisation == change.records.organisation,
        Sending.conversation == conversation,
        Sending.sent_at.is_(None),
        Sending.card.is_not(None),
    )
    for row in change.session.scalars(waiting.order_by(Sending.seq).with_for_update()):
        if row.stuck_at is not None:
            outbox.try_again(change, row)
        else:
            row.due_at = change.records.now()
            change.enqueue(Job("deliver", conversation, key=conversation))
