"""People on Slack, through local-slack, and the real desk behind the real way in."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from adapters.public import listening
from adapters.public_settings import PublicSettings
from adapters.slack.branch import Branch
from adapters.slack.names import account
from adapters.slack.platform import EVENTS, Slack, slack_channel
from adapters.slack.settings import SlackSettings
from bot import policies
from bot.conversation import Conversation
from bot.desk import Desk
from bot.induction.course import Course
from bot.records.store import Records
from knowledge.answers import Answerer
from knowledge.situations import load_situations
from tests.policies import TEXT, home_start_pack, home_start_policy
from tests.records.stage import appoint
from tests.slack.client import APP_TOKEN, PATIENCE, PEOPLE, SECRET, TEAM, TOKEN, LocalSlack, text_of
from tests.slack.sender import JSON, event, signed
from tests.slack.shown import buttons
from tests.teams.stage import Working
from tests.web.desk import make_database, records_at


@dataclass
class SlackStage:
    """A stage for the conversation scripts (`tests.scripts.play`)."""

    records: Records
    client: LocalSlack
    people: Sequence[str] = tuple(PEOPLE)

    def say(self, who: str, text: str) -> None:
        """Have someone type a text in private."""
        self.client.say(who, text)

    def press(self, who: str, label: str) -> None:
        """Have someone press the newest button whose label begins so."""
        until = time.monotonic() + PATIENCE
        while not (found := self._with_button(who, label)) and time.monotonic() < until:
            time.sleep(0.03)
        assert found, f"{who} was shown no button {label!r}; newest: {self.texts(who)[-1:]}"
        self.client.press(who, found[-1], label)

    def show(self, who: str, file: Path, text: str) -> None:
        """Have someone send a file."""
        self.client.upload(who, file, text)

    def texts(self, who: str) -> Sequence[str]:
        """Return what someone was sent so far in private."""
        return [text_of(one) for one in self._messages(who)]

    def _messages(self, who: str) -> list[dict[str, Any]]:
        return self.client.shown(self.client.direct(who))

    def _with_button(self, who: str, label: str) -> list[dict[str, Any]]:
        return [
            one
            for one in self._messages(who)
            if any(button["text"]["text"].startswith(label) for button in buttons(one.get("blocks") or []))
        ]


@dataclass
class PaneStage(SlackStage):
    """A stage on which everybody writes in a thread of the assistant pane, and looks nowhere else.

    local-slack knows nothing of the pane: the event that it was opened is sent to `events` as Slack sends it.
    """

    events: str = ""
    threads: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.threads = {who: self._opened(who) for who in self.people}

    def _opened(self, who: str) -> str:
        client, channel = self.client, self.client.direct(who)
        thread = str(client.call("chat.postMessage", channel=channel, text="New chat")["ts"])
        begun = {"user_id": PEOPLE[who], "channel_id": channel, "thread_ts": thread, "context": {}}
        body = event(type="assistant_thread_started", assistant_thread=begun)
        answer = client.pool.request("POST", self.events, body=body, headers=signed(body, JSON))
        assert answer.status == 200
        return thread

    def say(self, who: str, text: str) -> None:
        """Have someone type a text in her thread."""
        self.client.say(who, text, thread=self.threads[who])

    def _messages(self, who: str) -> list[dict[str, Any]]:
        here = self.threads[who]
        return [one for one in super()._messages(who) if one.get("thread_ts") == here != one["ts"]]


@contextmanager
def begun(
    client: LocalSlack,
    port: int,
    answerer: Answerer,
    folder: Path,
    *,
    socket: bool = False,
    inducts: bool = False,
    pane: bool = False,
) -> Iterator[SlackStage]:
    """Give a stage: the real desk, with a manager and a chair; with `pane`, everybody in the pane."""
    make_database(folder / "hearth.db")
    work = Working()
    secret, app_token = ("", APP_TOKEN) if socket else (SECRET, "")
    settings = SlackSettings(secret, TOKEN, app_token=app_token, api=client.api)
    client.reset()
    with records_at(folder / "hearth.db", work) as records:
        slack, channel = Slack([Branch(records, settings, inducts=inducts)]), slack_channel(records, settings)
        desk = Desk(Conversation(answerer, lambda: date(2026, 3, 2)), lambda _: channel, _course())
        _adopt(records)
        for office in ("manager", "chair"):
            appoint(records, account(TEAM, PEOPLE[office]), office)
        with serving(slack, port), work.working(records, desk):
            address = f"http://127.0.0.1:{port}{EVENTS}"
            yield PaneStage(records, client, events=address) if pane else SlackStage(records, client)
        channel.close()


@contextmanager
def serving(slack: Slack, port: int) -> Iterator[None]:
    """Serve Slack's way in, as it is served, on a loop and thread of its own."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    up: Future[None] = Future()

    async def serve() -> None:
        async with listening((slack,), PublicSettings(port=port)):
            up.set_result(None)
            await stop.wait()
        await loop.shutdown_default_executor()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        up.result(10)
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _course() -> Course:
    situations = load_situations(TEXT.with_suffix(".induction.toml"))
    return Course(home_start_policy(), home_start_pack(), situations)


def _adopt(records: Records) -> None:
    policy, text = home_start_policy(), TEXT.read_text(encoding="utf-8")
    with records.changing() as change:
        policies.adopt(change, policy.title, policy.version, text, who="test")
