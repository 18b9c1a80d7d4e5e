"""Cards that nobody asked for, such as a handoff, reach every open page, whoever wrote them."""

import asyncio
import multiprocessing
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from adapters.web import Bell, WebChannel, WebSettings, create_app, entries
from adapters.web import look as look_module
from bot import outbox
from bot.card import Card, Text
from bot.channel import TryLater
from bot.message import Message
from bot.records.database import RecordsUnavailable, connect
from bot.records.store import Records
from bot.records.tables import WebEntry
from bot.records.vault import Key, Vault
from tests.web.conftest import MakeClient, Page
from tests.web.doors import GalleryDoor, SlowDoor
from tests.web.test_memory import let_go

HANDOFF = Card("handoff-1.offer", "A question for you", (Text("Please call back."),), "A private item.")


@pytest.fixture
async def conversation(page: Page, door: GalleryDoor) -> str:
    """The conversation of the open page, in which something was said."""
    await page.say("hello")
    return door.messages[0].conversation


def put(records: Records, conversation: str, card: Card) -> None:
    """Have a card sent, as the work on another conversation does."""
    with records.changing() as change:
        outbox.put_elsewhere(change, conversation, (card,))


def send_from_another_process(url: str, secret: bytes, organisation: str, conversation: str) -> None:
    """Send the handoff, as a worker in a process of its own does."""
    engine = connect(url)
    vault = Vault((Key(secret),))
    records = Records(engine, vault, None, organisation, lambda: datetime.now(UTC))  # type: ignore[arg-type]  # sends nothing on
    WebChannel(records, Bell()).send(conversation, HANDOFF)
    engine.dispose()


async def test_a_card_that_nobody_asked_for_appears_on_every_open_page(
    page: Page, records: Records, conversation: str
) -> None:
    other = Page(page.client)
    await other.open()
    await other.until_answered("message-1")
    await asyncio.to_thread(put, records, conversation, HANDOFF)
    for shown in (await page.frame(), await other.frame()):
        assert (shown["type"], shown["id"], shown["seq"]) == ("card", "", 3)
        assert "Please call back." in shown["html"]
        assert shown["announce"] == "A private item."


@pytest.mark.parametrize("door", [SlowDoor], indirect=True)
async def test_within_one_process_nobody_waits_for_the_next_look(
    aiohttp_client: MakeClient,
    records: Records,
    settings: WebSettings,
    bell: Bell,
    door: SlowDoor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_module, "LOOK_SECONDS", 3600)
    page = Page(await aiohttp_client(create_app(records, settings, bell)))
    await page.open()
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    door.let_go.set()
    assert (await page.frame())["type"] == "card"
    await asyncio.to_thread(put, records, door.messages[0].conversation, HANDOFF)
    assert (await page.frame())["type"] == "card"


async def test_a_card_from_another_process_appears_on_an_open_page(
    page: Page, records: Records, conversation: str
) -> None:
    url, secret = str(records.engine.url), records.vault.keys[0].secret
    given = (url, secret, records.organisation, conversation)
    process = multiprocessing.get_context("spawn").Process(target=send_from_another_process, args=given)
    process.start()
    assert "Please call back." in (await page.frame())["html"]
    await asyncio.to_thread(process.join)
    assert process.exitcode == 0
    process.close()


async def test_a_card_for_another_conversation_is_not_shown(
    page: Page, records: Records, conversation: str
) -> None:
    await asyncio.to_thread(put, records, f"{conversation}0", HANDOFF)
    said, _card = await page.say("hello", "message-2")
    assert said["seq"] == 3


async def test_a_card_that_is_sent_twice_is_shown_once_and_found_by_its_id(
    page: Page, records: Records, bell: Bell, conversation: str
) -> None:
    channel = WebChannel(records, bell)
    assert await asyncio.to_thread(channel.find, conversation, HANDOFF.id) is None
    first = await asyncio.to_thread(channel.send, conversation, HANDOFF)
    again = await asyncio.to_thread(channel.send, conversation, HANDOFF)
    assert first == again == await asyncio.to_thread(channel.find, conversation, HANDOFF.id)
    assert await asyncio.to_thread(channel.find, f"{conversation}0", HANDOFF.id) is None
    assert (await page.frame())["seq"] == 3
    said, _card = await page.say("hello", "message-2")
    assert said["seq"] == 4


async def test_while_the_records_are_away_a_card_is_put_off(
    records: Records, bell: Bell, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = WebChannel(records, bell)

    def away(*_: object) -> None:
        raise RecordsUnavailable("the database cannot be reached")

    monkeypatch.setattr(entries, "find_card", away)
    monkeypatch.setattr(entries, "add_card", away)
    with pytest.raises(TryLater):
        await asyncio.to_thread(channel.find, conversation, HANDOFF.id)
    with pytest.raises(TryLater) as put_off:
        await asyncio.to_thread(channel.send, conversation, HANDOFF)
    assert put_off.value.fault == "the records are away"


async def test_what_another_process_wrote_or_let_go_is_noticed_as_long_as_a_page_is_open(
    records: Records,
) -> None:
    conversation, bell = "web:1", Bell()
    message = Message("web:1/message-1", conversation)

    def write() -> None:
        with records.changing() as change:
            entries.add_said(change, message, "hello")

    with bell.listening(conversation) as rung, bell.listening("web:2") as not_rung:
        looking = asyncio.create_task(look_module.look(records, bell))
        await asyncio.to_thread(write)
        await rung.wait()
        rung.clear()
        await let_go(records)
        await rung.wait()
        assert not not_rung.is_set()
    await looking


@pytest.mark.usefixtures("conversation")
async def test_what_is_kept_of_a_conversation_is_sealed(records: Records) -> None:
    def kept() -> list[bytes]:
        with records.reading() as session:
            return [row or b"" for row in session.scalars(select(WebEntry.content).order_by(WebEntry.seq))]

    said, card = await asyncio.to_thread(kept)
    assert b"hello" not in said
    assert b"family" not in card
