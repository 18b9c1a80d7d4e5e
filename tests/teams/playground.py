"""Microsoft's own stand-in for Teams: people in a private chat, a group and a channel, without a browser."""

import asyncio
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import urllib3

from tests.npm import installed, node
from tests.teams.recording import reading
from tests.teams.shown import buttons, words

FOLDER = Path(__file__).parent
PATIENCE = 15.0
_LOOK_AGAIN = 0.03


@dataclass
class Shown:
    """A message that a client shows: where, what it is called, and its card or words."""

    conversation: str
    id: str
    content: Mapping[str, Any]

    @property
    def card(self) -> Mapping[str, Any]:
        """Its Adaptive Card, empty where it is none."""
        attachments = self.content.get("attachments") or [{}]
        content = attachments[0].get("content") or {}
        return json.loads(content) if isinstance(content, str) else content

    @property
    def text(self) -> str:
        """All of its words, in order."""
        return " ".join([str(self.content.get("text") or ""), *words(self.card)])


@dataclass
class Playground:
    """A running playground, and what its clients show."""

    base: str
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))
    shown: list[Shown] = field(default_factory=list)

    @property
    def connector(self) -> str:
        """The service address that it gives."""
        return f"{self.base}/_connector"

    def config(self) -> dict[str, Any]:
        """Return who and what there is."""
        found: dict[str, Any] = self.pool.request("GET", f"{self.base}/_internal/v1/testConfig").json()[
            "config"
        ]
        return found

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Do what a client does; return the answer."""
        answer = self.pool.request("POST", f"{self.base}{path}", json=body)
        assert 200 <= answer.status < 300, (path, answer.status, answer.data)
        return json.loads(answer.data) if answer.data else None

    def note(self, conversation: str, name: str, content: Mapping[str, Any], *, anew: bool) -> None:
        """Note a message; not `anew` where it stands in place of one of the same name."""
        shown = Shown(conversation, name, content)
        if anew:
            self.shown.append(shown)
            return
        for number, one in enumerate(self.shown):
            if (one.conversation, one.id) == (conversation, name):
                self.shown[number] = shown

    def say(self, conversation: str, who: str, text: str, bot: str = "") -> Any:
        """Have someone write; `bot` is mentioned where it is given."""
        mention = {"mentions": [{"mentioned": {"id": bot}, "text": "<at>Test Bot</at>"}]} if bot else {}
        text = f"<at>Test Bot</at> {text}" if bot else text
        body = {"from": {"id": who}, "text": text, "textFormat": "plain", **mention}
        return self.post(f"/_conversation/v1/conversations/{conversation}/messages", body)

    def send(self, activity: Mapping[str, Any]) -> None:
        """Have Teams send an activity as it is given."""
        self.post("/_internal/v1/customActivities", activity)

    def begin(self, who: str) -> str:
        """Open someone's private chat with the bot, as Teams does when she installs it; return its name."""
        begun = self.post("/_connector/v3/conversations", {"isGroup": False, "members": [{"id": who}]})
        return str(begun["id"])

    def execute(self, message: Shown, who: str, label: str) -> Any:
        """Have someone press a button whose label begins so; return the answer that the client gets."""
        action = next(one for one in buttons(message.card) if one["title"].startswith(label))
        value = {"action": {**action, "fallback": None}, "trigger": "manual"}
        return self._invoke(message, who, "adaptiveCard/action", value)

    def view(self, message: Shown, who: str) -> Any:
        """Have someone's client ask how a card looks for her; return the answer."""
        value = {"action": message.card["refresh"]["action"], "trigger": "automatic"}
        return self._invoke(message, who, "adaptiveCard/action", value)

    def _invoke(self, message: Shown, who: str, name: str, value: Mapping[str, Any]) -> Any:
        body = {
            "name": name,
            "value": value,
            "from": {"id": who},
            "conversation": {"id": message.conversation},
            "replyToId": message.id,
        }
        return self.post("/_conversation/v1/invoke", body)

    def submit(self, message: Shown, who: str, label: str) -> None:
        """Have someone press a button on a client that knows only Action.Submit."""
        action = next(one for one in buttons(message.card) if one["title"].startswith(label))
        body = {
            "value": action["fallback"]["data"],
            "from": {"id": who},
            "conversation": {"id": message.conversation},
            "replyToId": message.id,
        }
        self.post("/_conversation/v1/submit", body)

    def wait_for(self, text: str, conversation: str = "", after: int = 0) -> Shown:
        """Return the first message that holds a text; `after` leaves out as many messages before it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for one in self.shown[after:]:
                if text in one.text and conversation in ("", one.conversation):
                    return one
            time.sleep(_LOOK_AGAIN)
        raise AssertionError(
            f"{text!r} did not come; there were {[one.text[:80] for one in self.shown[after:]]}"
        )


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def playground(endpoint: str) -> Iterator[Playground]:
    """Run a playground whose bot is at an endpoint."""
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    client = str(modules / "@microsoft" / "m365agentsplayground" / "cli.js")
    command = [program, client, "start", "-e", endpoint, "-c", "msteams", "-p", str(port)]
    command += ["--service-url", f"{base}/_connector", "--disable-telemetry"]
    command += ["--enable-events-recording"]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(  # noqa: S603 - our own words
            command,
            cwd=folder,  # it records what it does there
            env={"TEAMSAPPTESTER_BROWSER": "none", "PATH": str(Path(program).parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            _until_listening(process.stdout)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            running = Playground(base)
            with _watching(running), reading(Path(folder), running.note):
                yield running
        finally:
            process.terminate()


def _until_listening(output: Any) -> None:
    for line in output:
        if "Listening" in line:
            return
    raise AssertionError("the playground did not start")


@contextmanager
def _watching(running: Playground) -> Iterator[None]:
    """Note what the clients are shown."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def watch() -> None:
        address = f"{running.base}/_ws_conversation/v1/conversations/stream"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket_:
            ready.set()
            async for message in socket_:
                _note(running, json.loads(message.data))

    task = loop.create_task(watch())
    thread = threading.Thread(target=lambda: _run(loop, task))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    finally:
        loop.close()


def _note(running: Playground, event: Mapping[str, Any]) -> None:
    """Note what the bot wrote, or wrote in place of what it had written."""
    message, action = event.get("message") or {}, event.get("action")
    if action in ("createMessage", "updateMessage"):
        conversation, name = str(event.get("actionConversationId")), str(message.get("messageId"))
        running.note(conversation, name, message, anew=action == "createMessage")
