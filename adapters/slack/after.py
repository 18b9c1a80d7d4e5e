"""What follows an acknowledgement: a card shows what was pressed, a home tab, a certificate."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from adapters.documents import document_of
from adapters.slack.blocks import after_press
from adapters.slack.home import home_view
from adapters.slack.incoming import pressed_at
from adapters.slack.names import Place, account
from adapters.slack.voice import GONE_WRONG, Voice
from bot.channel import TryLater
from bot.faults import told
from bot.records.store import Records

log = logging.getLogger(__name__)

_NO_DOCUMENT = "That file cannot be given here. Ask the manager for it."
_NOT_NOW = "That did not work just now. Please press again in a minute."
_GIVEN = "Here it is, for you alone."


class After:
    """Does what may fail without anything being lost: it is shown again, or asked for again."""

    def __init__(self, records: Records, voice: Voice) -> None:
        self._records = records
        self._voice = voice

    async def pressed(self, body: Mapping[str, Any]) -> None:
        """Replace the buttons of a pressed card by which one it was; of a home tab, say where the answer is.

        A card that cannot be replaced keeps its buttons: pressed again, it says what became of it.
        """
        at = pressed_at(body)
        if (body.get("container") or {}).get("type") == "view":
            await self.home(at.team, at.id, answered=True)
            return
        message: Mapping[str, Any] = body.get("message") or {}
        pressed: Mapping[str, Any] = (body.get("actions") or ({},))[0]
        row, button = str(pressed.get("block_id")), str(pressed.get("action_id"))
        left = after_press(message.get("blocks") or (), row, button)
        if not left:
            return
        await self._answer(body, replace_original=True, text=str(message.get("text") or ""), blocks=left)

    async def says(self, body: Mapping[str, Any], text: str) -> None:
        """Say something to whoever pressed, to nobody else."""
        await self._answer(body, response_type="ephemeral", replace_original=False, text=text)

    async def home(self, team: str, user: str, *, answered: bool = False) -> None:
        """Show someone her home tab; where she pressed something there, with where it is answered."""
        try:
            hers = account(team, user)
            view = await asyncio.to_thread(home_view, self._records, hers, answered=answered)
            await self._voice.call(team, "views.publish", user_id=user, view=view)
        except GONE_WRONG as error:
            log.warning("slack.home.not_shown", extra={**told(error)})

    async def document(self, body: Mapping[str, Any], document: str, pressed: Place) -> None:
        """Give whoever pressed a file of hers in her direct messages, in the thread of the card there."""
        user = str((body.get("user") or {}).get("id"))
        at = pressed if pressed.is_private else Place(pressed.team, user)
        try:
            given = await self._give(at, document)
        except GONE_WRONG as error:
            log.warning("slack.document.not_given", extra={**told(error)})
            await self.says(body, _NOT_NOW)
            return
        if not given:
            await self.says(body, _NO_DOCUMENT)

    async def _give(self, at: Place, document: str) -> bool:
        made = await asyncio.to_thread(document_of, self._records, account(at.team, at.id), document)
        if made is None:
            return False
        call, team = self._voice.call, at.team
        opened = await call(team, "conversations.open", users=at.id)
        slot = await call(team, "files.getUploadURLExternal", filename=made.name, length=len(made.content))
        if await self._voice.post(str(slot["upload_url"]), data=made.content) != 200:
            raise TryLater("Slack did not take the file")
        await call(
            team,
            "files.completeUploadExternal",
            files=[{"id": slot["file_id"], "title": made.name}],
            channel_id=opened["channel"]["id"],
            initial_comment=_GIVEN,
            **({"thread_ts": at.thread} if at.thread else {}),
        )
        return True

    async def _answer(self, body: Mapping[str, Any], **given: Any) -> None:
        url = str(body.get("response_url") or "")
        if not url:
            return
        try:
            await self._voice.post(url, json=given)
        except GONE_WRONG as error:
            log.warning("slack.press.not_shown", extra={**told(error)})
