"""What follows an acknowledgement: a card shows what was pressed, a home tab, a certificate."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from adapters.documents import document_of
from adapters.slack.blocks import after_press
from adapters.slack.courier import Courier, Refused
from adapters.slack.home import home_view
from adapters.slack.installations import Installations
from adapters.slack.names import account
from bot.channel import TryLater, Undeliverable
from bot.faults import told
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

_Value = TypeVar("_Value")

log = logging.getLogger(__name__)

_NO_DOCUMENT = "That file cannot be given here. Ask the manager for it."
_NOT_NOW = "That did not work just now. Please press again in a minute."
_GIVEN = "Here it is, for you alone."
_GONE_WRONG = (TryLater, Undeliverable, Refused, RecordsUnavailable)


class After:
    """Does what may fail without anything being lost: it is shown again, or asked for again."""

    def __init__(self, records: Records, installations: Installations, courier: Courier) -> None:
        self._records = records
        self._installations = installations
        self._courier = courier

    async def pressed(self, body: Mapping[str, Any]) -> None:
        """Replace the buttons of a pressed card by which one it was."""
        message: Mapping[str, Any] = body.get("message") or {}
        pressed: Mapping[str, Any] = (body.get("actions") or ({},))[0]
        blocks = message.get("blocks")
        if not blocks or not body.get("response_url"):
            return
        left = after_press(blocks, str(pressed.get("block_id")), str(pressed.get("action_id")))
        await self._answer(body, replace_original=True, text=str(message.get("text") or ""), blocks=left)

    async def says(self, body: Mapping[str, Any], text: str) -> None:
        """Say something to whoever pressed, to nobody else."""
        await self._answer(body, response_type="ephemeral", replace_original=False, text=text)

    async def home(self, team: str, user: str) -> None:
        """Show someone her home tab."""
        try:
            installed = await asyncio.to_thread(self._installations.find, team)
            view = await asyncio.to_thread(home_view, self._records, account(team, user))
            if installed is not None:
                await self._call(installed.token, "views.publish", user_id=user, view=view)
        except _GONE_WRONG as error:
            log.warning("slack.home.not_shown", extra={**told(error)})

    async def document(self, body: Mapping[str, Any], document: str) -> None:
        """Give someone a file of hers in her direct messages."""
        team, user = str((body.get("team") or {}).get("id")), str((body.get("user") or {}).get("id"))
        try:
            given = await self._give(team, user, document)
        except _GONE_WRONG as error:
            log.warning("slack.document.not_given", extra={**told(error)})
            await self.says(body, _NOT_NOW)
            return
        if not given:
            await self.says(body, _NO_DOCUMENT)

    async def _give(self, team: str, user: str, document: str) -> bool:
        installed = await asyncio.to_thread(self._installations.find, team)
        if installed is None:
            return False
        made = await asyncio.to_thread(document_of, self._records, account(team, user), document)
        if made is None:
            return False
        token = installed.token
        opened = await self._call(token, "conversations.open", users=user)
        slot = await self._call(
            token, "files.getUploadURLExternal", filename=made.name, length=len(made.content)
        )
        status = await self._on(self._courier.post(str(slot["upload_url"]), data=made.content))
        if status != 200:
            raise TryLater("Slack did not take the file")
        await self._call(
            token,
            "files.completeUploadExternal",
            files=[{"id": slot["file_id"], "title": made.name}],
            channel_id=opened["channel"]["id"],
            initial_comment=_GIVEN,
        )
        return True

    async def _answer(self, body: Mapping[str, Any], **given: Any) -> None:
        url = str(body.get("response_url") or "")
        if not url:
            return
        try:
            await self._on(self._courier.post(url, json=given))
        except _GONE_WRONG as error:
            log.warning("slack.press.not_shown", extra={**told(error)})

    async def _call(self, token: str, method: str, **given: Any) -> dict[str, Any]:
        return await self._on(self._courier.call(token, method, **given))

    async def _on(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        return await asyncio.wrap_future(self._courier.start(work))
