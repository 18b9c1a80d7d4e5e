"""local-slack, a stand-in for Slack by others: people who write and press, and what they are shown."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from tests.npm import installed
from tests.slack.shown import buttons, words
from tests.teams.playground import free_port

FOLDER = Path(__file__).parent
PATIENCE = 15.0
TEAM, CHANNEL, BOT = "T01TEST", "C01HERE", "U0HEARTH"
TOKEN, APP_TOKEN, SECRET = "xoxb-of-the-tests", "xapp-of-the-tests", "a-secret-of-the-tests"
PEOPLE = {"volunteer": "U0VOLUNTEER", "manager": "U0MANAGER", "chair": "U0CHAIR"}
_PACKAGE = "local-slack-linux-x64"


@dataclass(frozen=True, slots=True)
class LocalSlack:
    """A running local-slack."""

    base: str
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    @property
    def api(self) -> str:
        """Where its Web API is."""
        return f"{self.base}/api/"

    def reset(self) -> None:
        """Forget all messages."""
        self.post("reset", {})

    def post(self, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a client does."""
        answer = self.pool.request("POST", f"{self.base}/_control/{what}", json=body)
        assert answer.status == 200, (what, answer.status, answer.data)
        done: dict[str, Any] = answer.json()
        return done

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call the Web API as the app."""
        answer = self.pool.request(
            "POST", f"{self.api}{method}", json=given, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        said: dict[str, Any] = answer.json()
        return said

    def direct(self, who: str) -> str:
        """Return someone's direct conversation with the app."""
        return str(self.call("conversations.open", users=PEOPLE[who])["channel"]["id"])

    def say(self, who: str, text: str, channel: str = "", thread: str = "") -> str:
        """Have someone write, to the app directly or in a channel; return the message's time."""
        said = {"channel": channel or self.direct(who), "user": PEOPLE[who], "text": text}
        told = self.post("message", {**said, **({"thread_ts": thread} if thread else {})})
        return str(told["message"]["ts"])

    def command(self, who: str, command: str, text: str = "", channel: str = CHANNEL) -> None:
        """Have someone use a slash command."""
        self.post("command", {"channel": channel, "user": PEOPLE[who], "command": command, "text": text})

    def press(self, who: str, message: Mapping[str, Any], label: str) -> None:
        """Have someone press the button of a message whose label begins so."""
        pressed = next(one for one in buttons(message["blocks"]) if one["text"]["text"].startswith(label))
        self.post(
            "interact",
            {
                "channel": message["channel"],
                "messageTs": message["ts"],
                "user": PEOPLE[who],
                "action": dict(pressed),
            },
        )

    def upload(self, who: str, file: Path, text: str) -> None:
        """Have someone send a file to the app directly."""
        fields: dict[str, str | bytes | tuple[str, str | bytes]] = {
            "channel": self.direct(who),
            "user": PEOPLE[who],
            "text": text,
            "file": (file.name, file.read_bytes()),
        }
        answer = self.pool.request("POST", f"{self.base}/_control/upload", fields=fields)
        assert answer.status == 200, answer.data

    def shown(self, channel: str) -> list[dict[str, Any]]:
        """Return what the app posted in a channel."""
        answer = self.pool.request("GET", f"{self.base}/_control/messages/{channel}")
        return [one for one in answer.json()["messages"] if one.get("user") == BOT]

    def log(self) -> list[dict[str, Any]]:
        """Return what went to and from the app."""
        entries: list[dict[str, Any]] = self.pool.request("GET", f"{self.base}/_control/log").json()["log"]
        return entries

    def wait_for(self, text: str, channel: str) -> dict[str, Any]:
        """Return the first message of the app's that holds a text."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for one in self.shown(channel):
                if text in text_of(one):
                    return one
            time.sleep(0.03)
        raise AssertionError(f"{text!r} did not come: {[text_of(one)[:80] for one in self.shown(channel)]}")


def text_of(message: Mapping[str, Any]) -> str:
    """Return what is seen of a message."""
    return " ".join(words(block) for block in message.get("blocks") or ()) or str(message.get("text") or "")


def program() -> Path | None:
    """Return the client, None where it cannot be had."""
    modules = installed(FOLDER)
    if modules is None:
        return None
    found = modules / _PACKAGE / "bin" / "local-slack"
    return found if found.exists() else None


@contextmanager
def local_slack(folder: Path, endpoint: str) -> Iterator[LocalSlack]:
    """Run a local-slack that sends its events to an endpoint, by Socket Mode where that is empty."""
    found = program()
    assert found is not None
    how = {"mode": "events", "requestUrl": endpoint} if endpoint else {"mode": "socket"}
    app = {"appId": "A0HEARTH", "botUserId": BOT, "botName": "hearth", "botToken": TOKEN}
    config = {
        "workspace": {"teamId": TEAM},
        "apps": [{**app, "appToken": APP_TOKEN, "signingSecret": SECRET, **how}],
        "users": [{"id": user, "name": who} for who, user in PEOPLE.items()],
        "channels": [{"id": CHANNEL, "name": "everybody", "members": [*PEOPLE.values(), BOT]}],
    }
    file = folder / "local-slack.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    port = free_port()
    command = [str(found), "--config", str(file), "--port", str(port), "--base-host", "127.0.0.1"]
    with subprocess.Popen(  # noqa: S603 - our own words
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            running = LocalSlack(f"http://127.0.0.1:{port}")
            _until_up(running)
            yield running
        finally:
            process.terminate()


def _until_up(running: LocalSlack) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            running.log()
        except urllib3.exceptions.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
