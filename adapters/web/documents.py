"""Documents: what a card offers to be fetched, for the person alone whose it is."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy import select

from bot.induction import proof
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import Account, Acknowledgement

# Someone else's is answered as one that is not there.
_NOT_HERE = "There is no such document here. Open it from the chat in which you were given it."
_AWAY = "Hearth cannot reach its records at the moment. Please try again in a minute."


class Documents:
    """Gives out certificates; `conversation` names the one of a request, None where it has none."""

    def __init__(
        self, records: Records, conversation: Callable[[web.Request], Awaitable[str | None]]
    ) -> None:
        self._records = records
        self._conversation = conversation

    async def certificate(self, request: web.Request) -> web.Response:
        """Give the certificate of an acknowledgement to whoever made it; to anyone else there is none."""
        conversation = await self._conversation(request)
        if conversation is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        try:
            made = await asyncio.to_thread(self._made, conversation, request.match_info["id"])
        except RecordsUnavailable as error:
            raise web.HTTPServiceUnavailable(text=_AWAY) from error
        if made is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        headers = {"Content-Disposition": 'attachment; filename="certificate.pdf"'}
        return web.Response(body=made, content_type="application/pdf", headers=headers)

    def _made(self, conversation: str, given: str) -> bytes | None:
        from adapters.certificate import certificate  # its compiler is loaded when it is needed

        mine = (
            select(Acknowledgement)
            .join(Account, Account.person == Acknowledgement.person)
            .where(
                Acknowledgement.organisation == self._records.organisation,
                Acknowledgement.id == given,
                Acknowledgement.outcome == "acknowledged",
                Account.organisation == self._records.organisation,
                Account.name == conversation,
            )
        )
        with self._records.reading() as session:
            found = session.scalars(mine).one_or_none()
            if found is None:
                return None
            said = proof.proof_of(self._records, session, found)
        return certificate(said)
