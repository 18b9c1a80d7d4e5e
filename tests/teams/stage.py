"""People on Teams, through Microsoft's playground, and the real desk behind the real way in."""

import asyncio
import heapq
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from adapters.public import create_public_app
from adapters.teams.callers import CHANNEL, Caller
from adapters.teams.door import PATH
from adapters.teams.platform import OnTeams, Teams
from adapters.teams.settings import Services, TeamsSettings
from bot import inbox
from bot.desk import Desk
from bot.records.store import Job, Records
from bot.records.tables import Sending
from tests.records.stage import all_of
from tests.teams.playground import PATIENCE, Playground, Shown
from tests.teams.shown import buttons

# Who stands for whom among the five users; the volunteer is the one who sits at the playground.
USERS = {"volunteer": "user-id-0", "manager": "user-id-1", "chair": "user-id-2"}
_numbers = itertools.count(1)


class Trusting:
    """Lets everybody in: the playground signs nothing."""

    async def identify(self, header: str | None) -> Caller:
        """Return the playground."""
        del header
        return Caller((CHANNEL,), "")

    def check(self, caller: Caller, activity: Mapping[str, Any]) -> None:
        """Allow everything."""


@dataclass
class Working:
    """Does jobs in one thread, soon after their change is committed."""

    _due: list[tuple[float, int, Job]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopped: bool = False

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> None:
        """Take a job."""
        del connection, organisation
        self._take(job, job.after)

    @contextmanager
    def working(self, records: Records, desk: Desk) -> Iterator[None]:
        """Work for as long as the block runs."""
        thread = threading.Thread(target=self._work, args=(records, desk))
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify()
            thread.join()

    def _take(self, job: Job, after: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + after, next(_numbers), job))
            self._changed.notify()

    def _work(self, records: Records, desk: Desk) -> None:
        while (job := self._next()) is not None:
            if job.name == "handle":
                _until_committed(records, job.about)
                desk.handle(records, job.about)
            elif job.name == "deliver":
                time.sleep(0.02)
                desk.deliver(records, job.about)

    def _next(self) -> Job | None:
        with self._changed:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            return None


def _until_committed(records: Records, conversation: str) -> None:
    for _ in range(100):
        if inbox.next_waiting(records, conversation):
            return
        time.sleep(0.005)


@contextmanager
def served(routes: Sequence[web.RouteDef], port: int, stop: Callable[[], Any]) -> Iterator[None]:
    """Serve routes on a port, in a thread of their own."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(create_public_app(routes), access_log=None)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    async def end() -> None:
        await runner.cleanup()
        await stop()
        await loop.shutdown_default_executor()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass
class TeamsStage:
    """A stage for the conversation scripts (`tests.scripts.play`)."""

    records: Records
    client: Playground
    people: Sequence[str] = tuple(USERS)
    config: Mapping[str, Any] = field(init=False)
    chats: dict[str, str] = field(init=False)
    began: int = field(init=False)

    def __post_init__(self) -> None:
        self.config = self.client.config()
        self.began = len(self.client.shown)
        personal = self.config["personalChat"]["id"]
        self.chats = {
            who: personal if who == "volunteer" else self.client.begin(user) for who, user in USERS.items()
        }
        for who in self.people:
            self.client.send(self.activity(who, type="installationUpdate", action="add"))
        for who in self.people:
            self._until(partial(self._was_sent_something, who))

    def _was_sent_something(self, who: str) -> bool:
        return len(self.texts(who)) > 0

    def account(self, who: str) -> str:
        """Return what Hearth calls someone."""
        return f"teams:{self.config['tenantId']}/{self._user(who)['aadObjectId']}"

    def activity(self, who: str, **more: Any) -> dict[str, Any]:
        """Return an activity of someone in her private chat."""
        tenant, user = self.config["tenantId"], self._user(who)
        return {
            "id": f"custom-{next(_numbers)}-{time.monotonic_ns()}",
            "channelId": CHANNEL,
            "serviceUrl": self.client.connector,
            "recipient": self.config["bot"],
            "from": {"id": user["id"], "name": user["name"], "aadObjectId": user["aadObjectId"]},
            "conversation": {
                "id": self.chats[who],
                "conversationType": "personal",
                "tenantId": tenant,
            },
            "channelData": {"tenant": {"id": tenant}},
            **more,
        }

    def say(self, who: str, text: str) -> None:
        """Have someone type a text in private; only the volunteer has a keyboard of the playground's."""
        if who == "volunteer":
            self.client.say(self.chats[who], USERS[who], text)
        else:
            self.client.send(self.activity(who, type="message", text=text, textFormat="plain"))

    def press(self, who: str, label: str) -> None:
        """Have someone press the newest button whose label begins so."""
        message = self._with_button(who, label)
        if who == "volunteer":
            self.client.execute(message, USERS[who], label)
            return
        action = next(one for one in buttons(message.card) if one["title"].startswith(label))
        value = {"action": {**action, "fallback": None}, "trigger": "manual"}
        pressed = self.activity(who, type="invoke", name="adaptiveCard/action", value=value)
        self.client.send({**pressed, "replyToId": message.id})

    def rate(self, who: str, message: Shown, reaction: str) -> None:
        """Have someone press the thumb below a message, once it is noted how Teams calls the message.

        The playground's own thumbs do not say of which message they are; those of Teams do.
        """
        self._until(lambda: any(row.sent_as == message.id for row in all_of(self.records, Sending)))
        given = {"reaction": reaction, "feedback": json.dumps({"feedbackText": ""})}
        value = {"actionName": "feedback", "actionValue": given}
        rated = self.activity(who, type="invoke", name="message/submitAction", value=value)
        self.client.send({**rated, "replyToId": message.id})

    def show(self, who: str, file: Path, text: str) -> None:
        """Have someone send a file."""
        content = {"downloadUrl": f"{self.client.base}/files/{file.name}", "fileType": file.suffix[1:]}
        media = "application/vnd.microsoft.teams.file.download.info"
        attached = {"contentType": media, "name": file.name, "content": content}
        self.client.send(self.activity(who, type="message", text=text, attachments=[attached]))

    def texts(self, who: str) -> Sequence[str]:
        """Return what someone was sent so far in private."""
        return [one.text for one in self._messages(who)]

    def _messages(self, who: str) -> list[Shown]:
        return [one for one in self.client.shown[self.began :] if one.conversation == self.chats[who]]

    def _with_button(self, who: str, label: str) -> Shown:
        found: list[Shown] = []

        def look() -> bool:
            found[:] = [
                one
                for one in self._messages(who)
                if any(button["title"].startswith(label) for button in buttons(one.card))
            ]
            return bool(found)

        self._until(look)
        assert found, f"{who} was shown no button {label!r}; newest: {self.texts(who)[-1:]}"
        return found[-1]

    def _user(self, who: str) -> Mapping[str, Any]:
        everybody = [self.config["currentUser"], *self.config["users"]]
        found: Mapping[str, Any] = next(user for user in everybody if user["id"] == USERS[who])
        return found

    def _until(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not done() and time.monotonic() < until:
            time.sleep(0.02)


def settings_of(client: Playground, login: str) -> TeamsSettings:
    """Return the settings of a bot that the playground talks to; it signs in at the stand-in of Microsoft."""
    services = Services(login=login, connector=client.connector, local=True)
    return TeamsSettings("an-app", "right", (client.config()["tenantId"],), services)


def platform(records: Records, settings: TeamsSettings, *, inducts: bool = False) -> Teams:
    """Return the way in, as it is for the playground."""
    return Teams([OnTeams(records, settings, inducts)], guard=Trusting())


__all__ = ["PATH", "TeamsStage", "Trusting", "Working", "platform", "served", "settings_of"]
