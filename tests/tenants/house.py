"""Two organisations in one Hearth, wired as a server wires them: what their people write and are sent."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any

from sqlalchemy import Connection

from adapters.main import Served
from adapters.teams.door import PATH
from bot.records.store import Job
from knowledge.draft_pack import About, draft_pack
from knowledge.reader import parse
from tests.policies import TEXT
from tests.teams.caller import TENANT, Tokens, activity, press
from tests.teams.conftest import Client
from tests.teams.services import Services
from tests.teams.shown import buttons, words

ACORN, BRAMLEY = "home-start-acorn", "home-start-bramley"
OF_BRAMLEY = "bbbbbbbb-0000-0000-0000-000000000002"
TENANTS = {ACORN: TENANT, BRAMLEY: OF_BRAMLEY}
NOBODYS = "cccccccc-0000-0000-0000-000000000003"
# Bramley's only policy; Acorn has the sample's text.
KITCHEN = """# Kitchen

1. Volunteers must wash the cups in the kitchen after every group session.
"""


def write_policies(folder: Path) -> Mapping[str, Path]:
    """Write each organisation's policy with its pack, and return the texts by organisation."""
    acorn, bramley = folder / "acorn" / "ict.txt", folder / "bramley" / "kitchen.txt"
    for text in (acorn, bramley):
        text.parent.mkdir(parents=True)
    copyfile(TEXT, acorn)
    pack = TEXT.with_suffix(".pack.toml").read_text(encoding="utf-8")
    named = pack.replace('organisation = "Home-Start Herefordshire"', 'organisation = "Home-Start Acorn"')
    acorn.with_suffix(".pack.toml").write_text(named, encoding="utf-8")
    copyfile(TEXT.with_suffix(".induction.toml"), acorn.with_suffix(".induction.toml"))
    bramley.write_text(KITCHEN, encoding="utf-8")
    about = About("Home-Start Bramley", "Kitchen", "the manager", binds=("volunteer",))
    draft = draft_pack(parse(KITCHEN, "kitchen", about.organisation, about.title), about)
    bramley.with_suffix(".pack.toml").write_text(draft, encoding="utf-8")
    return {ACORN: acorn, BRAMLEY: bramley}


def write_tables(file: Path, tables: Mapping[str, Mapping[str, str]]) -> Path:
    """Write the file of organisations and return it."""
    lines = [
        line
        for name, table in tables.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()))
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@dataclass
class Queue:
    """Keeps the jobs of all organisations, in place of the work engine."""

    waiting: list[tuple[str, Job]] = field(default_factory=list)

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> None:
        """Keep a job."""
        del connection
        self.waiting.append((organisation, job))


@dataclass
class House:
    """The server with its platforms and its worker's tasks."""

    served: Mapping[str, Served]
    tasks: Mapping[str, Mapping[str, Callable[..., None]]]
    queue: Queue
    client: Client
    tokens: Tokens
    microsoft: Services

    async def says(self, organisation: str, who: str, text: str) -> None:
        """Have someone type a text in her private chat with the app; what comes of it is done."""
        await self.sends(organisation, activity(self.tokens.service, who=who, text=text))

    async def presses(self, organisation: str, who: str, action: str) -> None:
        """Have someone press a button in her private chat: of her own cards, or one that she made up."""
        await self.sends(organisation, press(self.tokens.service, action, who))

    async def sends(self, organisation: str, sent: dict[str, Any]) -> None:
        """Post an activity of an organisation's tenant and do the work that it brings."""
        answer = await self.client.post(
            PATH, json=in_tenant(TENANTS[organisation], sent), headers=self.tokens.header()
        )
        assert answer.status == 200
        await asyncio.to_thread(self.work)

    def work(self) -> None:
        """Do what is due, each job as the worker does it; what was put off stays put off."""
        while self.queue.waiting:
            organisation, job = self.queue.waiting.pop(0)
            if job.name in ("handle", "deliver") and not job.after:
                self.tasks[organisation][job.name](self.served[organisation].records, job.about)

    def shown(self, organisation: str, who: str) -> Sequence[Mapping[str, Any]]:
        """Return the cards that someone was sent."""
        chat = _chat(TENANTS[organisation], who)
        return [
            part["content"]
            for entry in self.microsoft.log
            if entry.get("to") == chat and entry["what"] == "POST"
            for part in entry["body"].get("attachments") or ()
        ]

    def told(self, organisation: str, who: str) -> str:
        """Return all words that someone was sent."""
        return "\n".join(" ".join(words(card)) for card in self.shown(organisation, who))

    def everything_sent_to(self, organisation: str) -> str:
        """Return all that was ever sent into an organisation's tenant."""
        of_it = TENANTS[organisation]
        return json.dumps(
            [entry for entry in self.microsoft.log if of_it in json.dumps(entry.get("to", entry))]
        )

    def button(self, organisation: str, who: str, label: str) -> str:
        """Return the action of the newest button that someone was shown with this label."""
        found = [
            one["verb"]
            for card in self.shown(organisation, who)
            for one in buttons(card)
            if one["title"].startswith(label)
        ]
        assert found, f"{who} was shown no {label!r}: {self.told(organisation, who)}"
        return str(found[-1])


def account(organisation: str, who: str) -> str:
    """Return what Hearth calls someone."""
    return f"teams:{TENANTS[organisation]}/{who}"


def in_tenant(tenant: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Return an activity as it comes from a tenant."""
    who = sent["from"]["aadObjectId"]
    chat = {"conversationType": "personal", "tenantId": tenant, "id": _chat(tenant, who)}
    return {**sent, "conversation": chat, "channelData": {"tenant": {"id": tenant}}}


def _chat(tenant: str, who: str) -> str:
    return f"a:{tenant}-{who}"
