"""How conversations on Teams are spoken to when nobody has just written there: kept, sealed."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from adapters.teams.activities import Place
from bot import outbox
from bot.records.new_rows import add_new
from bot.records.store import Change, Job, Records
from bot.records.tables import Sending, TeamsReference, new_id

# So many are remembered as written, so that not each message looks them up; then it begins anew.
_MOST = 10_000

Reference = Mapping[str, Any]


class References:
    """The references of one organisation; used from several threads."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._written: dict[str, str] = {}

    def remember(self, change: Change, place: Place) -> None:
        """Write how a place's conversation, and its person, are spoken to, where that is news."""
        self._remember(change, place.conversation, place.reference, anew=True)
        if place.hers:
            self._remember(change, place.account, place.hers, anew=False)

    def _remember(self, change: Change, conversation: str, reference: str, *, anew: bool) -> None:
        known = self._written.get(conversation)
        if known == reference or (known is not None and not anew):
            return
        self.write(change, conversation, reference, anew=anew)
        if len(self._written) >= _MOST:
            self._written.clear()
        self._written[conversation] = reference

    def write(self, change: Change, conversation: str, reference: str, *, anew: bool = True) -> None:
        """Write a reference; one that is there already stays unless `anew`."""
        row = change.session.scalars(self._named(conversation)).one_or_none()
        if row is None:
            row = TeamsReference(
                id=new_id(), organisation=self._records.organisation, conversation=conversation
            )
            row.changed_at = change.records.now()
            row.reference = change.records.seal(TeamsReference.reference, row, reference)
            add_new(change.session, row, "organisation", "conversation")
        elif anew and change.records.open(TeamsReference.reference, row) != reference:
            row.changed_at = change.records.now()
            row.reference = change.records.seal(TeamsReference.reference, row, reference)

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
        self._written[place.conversation] = place.reference

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
