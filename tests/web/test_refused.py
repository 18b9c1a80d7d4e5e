"""Nothing is said to be recorded that was not: the page is told soon, and the same again is safe."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.web import chat as chat_module
from adapters.web import entries
from bot import inbox
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from tests.web.conftest import Page
from tests.web.doors import GalleryDoor, SlowDoor

SEND_AGAIN = "That was not recorded. Please send it again."
PRESS_AGAIN = "That was not recorded. Please press it again."


@contextmanager
def locked(records: Records) -> Iterator[None]:
    """Let nobody write, as another program that holds the database would."""
    connection = sqlite3.connect(str(records.engine.url.database), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


def away(*_: object, **__: object) -> bool:
    """Stand in for whatever asks a database that is not there."""
    raise RecordsUnavailable("the database cannot be reached")


async def test_what_cannot_be_written_is_refused_and_sent_again_is_recorded_once(
    page: Page, records: Records, door: GalleryDoor
) -> None:
    with locked(records):
        await page.send(type="say", id="message-1", text="hello")
        assert await page.frame() == {"type": "refused", "id": "message-1", "text": SEND_AGAIN}
    assert door.messages == []
    said, _card = await page.say("hello", "message-1")
    assert said["seq"] == 1
    assert len(door.messages) == 1


async def test_a_press_that_cannot_be_written_is_to_be_made_again(
    page: Page, door: GalleryDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await page.say("can I friend this family?")
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "accept", away)
        await page.send(type="press", id="press-01", action="clause:4.3")
        assert await page.frame() == {"type": "refused", "id": "press-01", "text": PRESS_AGAIN}
    await page.send(type="press", id="press-01", action="clause:4.3")
    await page.until_answered("press-01")
    assert [message.action for message in door.messages] == [None, "clause:4.3"]


async def test_what_takes_too_long_is_refused_and_where_it_is_recorded_after_all_it_is_once(
    page: Page, records: Records, door: GalleryDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_module, "ACCEPT_SECONDS", 0.05)
    with locked(records):
        await page.send(type="say", id="message-1", text="hello")
        assert await page.frame() == {"type": "refused", "id": "message-1", "text": SEND_AGAIN}
    monkeypatch.undo()
    said, _card = await page.until_answered("message-1")
    assert said["type"] == "said"
    await page.send(type="say", id="message-1", text="hello")
    assert await page.frame() == {"type": "done", "id": "message-1"}
    assert len(door.messages) == 1


async def test_a_person_waits_at_most_two_and_a_half_seconds_for_a_word() -> None:
    assert chat_module.ACCEPT_SECONDS == 2.5


async def test_whatever_goes_wrong_is_refused_and_logged_without_a_word_of_the_message(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> bool:
        raise RuntimeError("a fault that tells something private")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "accept", fails)
        await page.send(type="say", id="message-1", text="something private")
        assert (await page.frame())["text"] == SEND_AGAIN
    assert "event.not_accepted" in caplog.text
    assert "private" not in caplog.text
    assert len(await page.say("hello")) == 2


@pytest.mark.parametrize("door", [SlowDoor], indirect=True)
async def test_the_other_pages_go_on_while_one_waits_for_the_records(
    page: Page, records: Records, door: SlowDoor
) -> None:
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    with locked(records):
        await page.send(type="say", id="message-2", text="hello")
        other = Page(page.client)
        await other.open()
        assert (await other.frame())["type"] == "said"
        assert (await page.frame())["type"] == "refused"
    door.let_go.set()


async def test_a_page_that_is_opened_while_the_records_are_away_is_told_so(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "newest", away)
    page.client.session.cookie_jar.clear()
    answer = await page.client.post("/conversation", headers={"Origin": page.origin})
    assert answer.status == 503
    assert "cannot reach its records: the database cannot be reached" in await answer.text()


async def test_a_page_that_is_open_while_the_records_are_away_goes_on_when_they_are_back(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = entries.after, asyncio.Event()
    loop = asyncio.get_running_loop()

    def after(*_: object) -> None:
        loop.call_soon_threadsafe(asked.set)
        away()

    monkeypatch.setattr(chat_module, "_AWAY_SECONDS", 0.01)
    monkeypatch.setattr(entries, "after", after)
    await page.send(type="say", id="message-1", text="hello")
    await asked.wait()
    monkeypatch.setattr(entries, "after", real)
    assert [frame["type"] for frame in await page.until_answered("message-1")] == ["said", "card"]
