"""A policy that waits to be reviewed, and an officer's browser that reviews it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from adapters.web import WebSettings
from bot import officers, people
from bot.contact import Contact
from bot.records.store import Records
from bot.records.tables import Officer
from knowledge.documents.reading import read_bytes
from knowledge.draft_pack import About, draft_pack
from knowledge.reader import parse
from tests.web.browser import LiveServer, opened

ORGANISATION = "A Scheme & <Sons>"
POLICY = b"""# Expenses

## 1. Mileage

1. Volunteers may claim 45p a mile once the manager has agreed.
2. Staff must not claim for journeys from home.

## 2. Receipts

2.1 Everyone must keep &lt;b&gt;receipts&lt;/b&gt;.
2.2 Staff must hand in receipts by Friday.
"""


def with_policy(settings: WebSettings, folder: Path) -> WebSettings:
    """Return the settings of a chat whose organisation has a draft pack to review."""
    text = read_bytes(POLICY, ".md").written.text
    (folder / "expenses.txt").write_text(text, encoding="utf-8")
    policy = parse(text, "expenses", ORGANISATION, "Expenses")
    draft = draft_pack(policy, About(ORGANISATION, "Expenses", "the manager"))
    (folder / "expenses.pack.toml").write_text(draft, encoding="utf-8")
    return replace(settings, policy_folders=(folder,))


def appoint(records: Records, account: str) -> str:
    """Make whoever writes from an account the manager; return the id of her office."""
    with records.changing() as change:
        person = people.known(change, account)
        given = Contact("Someone", "01432 000000")
        return officers.appoint(change, "manager", given, person, who="test").id


def dismiss(records: Records, officer: str) -> None:
    """End an office."""
    with records.changing() as change:
        officers.end(change, change.session.get_one(Officer, officer), who="test")


async def account_of(page: Page) -> str:
    """Return the account of an open page, by its cookie."""
    token = next(one["value"] for one in await page.context.cookies() if one["name"].startswith("hearth-"))
    return f"web:{sha256(token.encode()).hexdigest()[:24]}"


@asynccontextmanager
async def reviewing(
    browser: Browser, server: LiveServer, records: Records, path: str = "review/expenses", **options: Any
) -> AsyncIterator[Page]:
    """Open a page of the review as an officer."""
    async with opened(browser, server, **options) as page:
        account = await account_of(page)
        await in_thread(appoint, records, account)
        await page.goto(server.url + path)
        yield page


async def in_thread(function: Any, *arguments: Any) -> Any:
    """Call something that asks the records."""
    import asyncio

    return await asyncio.to_thread(function, *arguments)
