"""The assistant pane, where a workspace has it: what to ask, and that an answer is being made."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from adapters.slack.home import ASK
from adapters.slack.names import Place, account
from adapters.slack.voice import GONE_WRONG, Voice
from bot import inbox, officers
from bot.faults import told
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Account, Person

log = logging.getLogger(__name__)

LOOKING = "is looking in the policy…"  # Slack puts the app's name before it
MOST_PROMPTS = 4  # docs.slack.dev, assistant.threads.setSuggestedPrompts

Prompt = dict[str, str]


@dataclass(frozen=True, slots=True)
class Pane:
    """A thread of the assistant pane: whose, and where in the direct messages it is."""

    team: str
    user: str
    channel: str
    thread: str

    @property
    def conversation(self) -> str:
        """What Hearth calls it."""
        return Place(self.team, self.user, self.thread).name

    @property
    def begun(self) -> Message:
        """The message that it was begun, which is answered with a greeting."""
        hers = account(self.team, self.user)
        return Message(f"slack:{self.team}/pane/{self.thread}", self.conversation, "help", sender=hers)


class PaneView:
    """What is shown in the pane beside the cards; where that fails, nothing is lost."""

    def __init__(self, records: Records, voice: Voice) -> None:
        self._records = records
        self._voice = voice

    async def prompts(self, pane: Pane) -> None:
        """Offer what its owner might ask in a thread."""
        try:
            offered = await asyncio.to_thread(self._offered, account(pane.team, pane.user))
            await self._call(pane, "setSuggestedPrompts", title="For example", prompts=offered)
        except GONE_WRONG as error:
            log.warning("slack.prompts.not_shown", extra={**told(error)})

    async def status(self, pane: Pane) -> None:
        """Say in a thread that an answer is being made, if it still is.

        Slack takes the words away when an answer is posted. One that was quicker than they were has them
        taken away here.
        """
        try:
            if not await asyncio.to_thread(self._waits, pane):
                return
            await self._call(pane, "setStatus", status=LOOKING)
            if not await asyncio.to_thread(self._waits, pane):
                await self._call(pane, "setStatus", status="")
        except GONE_WRONG as error:
            log.warning("slack.status.not_shown", extra={**told(error)})

    async def _call(self, pane: Pane, what: str, **given: Any) -> None:
        at = {"channel_id": pane.channel, "thread_ts": pane.thread}
        await self._voice.call(pane.team, f"assistant.threads.{what}", **at, **given)

    def _waits(self, pane: Pane) -> bool:
        try:
            return inbox.next_waiting(self._records, pane.conversation) is not None
        except inbox.NotUnderstood:
            return False

    def _offered(self, account_name: str) -> Sequence[Prompt]:
        with self._records.reading() as session:
            hers = (Account.organisation == self._records.organisation) & (Account.name == account_name)
            person = session.scalars(
                select(Person).join(Account, Account.person == Person.id).where(hers)
            ).first()
            return prompts(officer=person is not None and bool(officers.authority(session, person)))


def prompts(*, officer: bool = False) -> Sequence[Prompt]:
    """Return what may be asked, as it is shown and as it is typed."""
    first = ("What waits for me?", "what is waiting for me?") if officer else ("My induction", "induction")
    return [{"title": title, "message": text} for title, text in (first, *((ask, ask) for ask in ASK))][
        :MOST_PROMPTS
    ]
