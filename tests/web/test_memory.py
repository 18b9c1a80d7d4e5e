"""What is kept of conversations, for how long a cookie opens one, and what is bounded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import WSServerHandshakeError
from sqlalchemy import delete, update

from adapters.web import Bell, WebChannel, WebSettings, create_app, entries
from adapters.web import chat as chat_module
from adapters.web import tokens as tokens_module
from bot.records.store import Records
from bot.records.tables import WebEntry
from tests.gallery import ANSWER
from tests.web.conftest import Client, MakeClient, Page
from tests.web.doors import GalleryDoor, SlowDoor

Restart = Callable[[], Awaitable[Page]]


@pytest.fixture
def restart(
    page: Page, aiohttp_client: MakeClient, records: Records, settings: WebSettings, bell: Bell
) -> Restart:
    """Stop the server, start another on the same records, and load the page in the same browser."""

    async def again() -> Page:
        (cookie,) = page.client.session.cookie_jar
        await page.client.server.close()
        client = await aiohttp_client(create_app(records, settings, bell))
        client.session.cookie_jar.update_cookies(
            {f"hearth-{client.port}": cookie.value}, client.make_url("/")
        )
        return Page(client)

    return again


async def let_go(records: Records) -> None:
    """Delete every entry, as an erasure does."""

    def run() -> None:
        with records.changing() as change:
            change.session.execute(delete(WebEntry))

    await asyncio.to_thread(run)


async def cookie_of(page: Page) -> str:
    (cookie,) = page.client.session.cookie_jar
    return cookie.value


async def test_a_conversation_is_there_after_a_restart_and_goes_on(page: Page, restart: Restart) -> None:
    before, cookie, epoch = await page.say("can I friend this family?"), await cookie_of(page), page.epoch
    page = await restart()
    await page.open()
    assert await page.until_answered("message-1") == before
    assert await cookie_of(page) == cookie
    assert page.epoch != epoch
    said, card = await page.say("and their sister?", "message-2")
    assert (said["seq"], card["seq"]) == (3, 4)


async def test_a_button_shown_before_a_restart_can_be_pressed(page: Page, restart: Restart) -> None:
    await page.say("can I friend this family?")
    page = await restart()
    await page.open()
    await page.send(type="press", id="press-01", action="clause:4.3")
    assert "You pressed a button." in (await page.until_answered("press-01"))[-1]["html"]


@pytest.mark.parametrize("door", [SlowDoor], indirect=True)
async def test_an_answer_that_was_given_during_a_restart_is_there(
    page: Page, restart: Restart, door: SlowDoor
) -> None:
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    page = await restart()
    door.let_go.set()
    await page.open()
    assert [frame["type"] for frame in await page.until_answered("message-1")] == ["said", "card"]


async def test_a_cookie_with_which_nothing_was_said_does_not_outlive_the_server(
    page: Page, restart: Restart
) -> None:
    cookie = await cookie_of(page)
    await page.open()
    assert await cookie_of(page) == cookie
    page = await restart()
    await page.open()
    assert await cookie_of(page) != cookie


@pytest.mark.parametrize(
    ("epoch", "after"), [("", "0"), ("other", "2"), ("{epoch}", "x"), ("{epoch}", "-1"), ("{epoch}", "²")]
)
async def test_a_page_that_cannot_say_what_it_has_seen_gets_everything(
    page: Page, epoch: str, after: str
) -> None:
    frames = await page.say("hello")
    socket = await page.client.ws_connect(
        "/chat", origin=page.origin, params={"epoch": epoch.format(epoch=page.epoch), "after": after}
    )
    assert (await socket.receive_json())["type"] == "welcome"
    assert [await socket.receive_json() for _ in frames] == frames


async def test_a_page_that_claims_to_have_seen_the_future_still_gets_what_comes(page: Page) -> None:
    page.seen, epoch = 10**30, page.epoch
    await page.lose_connection()
    await page.open()
    assert page.epoch != epoch
    assert len(await page.say("hello")) == 2


async def test_an_open_page_forgets_what_is_no_longer_kept_and_the_conversation_goes_on(
    page: Page, records: Records
) -> None:
    await page.say("hello")
    epoch = page.epoch
    await let_go(records)
    welcome, said, _card = await page.say("hello", "message-2")
    assert (welcome["type"], welcome["last"]) == ("welcome", 0)
    assert welcome["epoch"] != epoch
    assert said["seq"] == 1


async def test_a_page_whose_conversation_is_no_longer_kept_comes_back_to_what_is(
    page: Page, records: Records
) -> None:
    await page.say("hello")
    await page.lose_connection()
    await let_go(records)
    epoch = page.epoch
    await page.open()
    assert page.epoch != epoch
    said, _card = await page.say("hello", "message-2")
    assert said["seq"] == 1


async def test_an_unknown_cookie_is_not_adopted(client: Client) -> None:
    origin = f"http://127.0.0.1:{client.port}"
    for value in ("a" * 43, "", "\udcff"):
        client.session.cookie_jar.clear()
        cookie = f"hearth-{client.port}={value}"
        answer = await client.post("/conversation", headers={"Origin": origin, "Cookie": cookie})
        assert len(answer.cookies[f"hearth-{client.port}"].value) == 43
        assert answer.cookies[f"hearth-{client.port}"].value != value


async def test_a_websocket_of_an_unknown_conversation_is_refused(page: Page) -> None:
    page.client.session.cookie_jar.update_cookies(
        {f"hearth-{page.client.port}": "a" * 43}, page.client.make_url("/")
    )
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.client.ws_connect("/chat", origin=page.origin)
    assert refused.value.status == 401


async def test_a_cookie_with_which_nothing_was_said_makes_room_for_new_ones(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "MAX_FRESH", 2)
    first = await cookie_of(page)
    name = f"hearth-{page.client.port}"
    for _ in range(2):
        page.client.session.cookie_jar.clear()
        await page.open()
    page.client.session.cookie_jar.update_cookies({name: first}, page.client.make_url("/"))
    await page.open()
    assert await cookie_of(page) != first


async def test_one_page_too_many_is_turned_away_in_words(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "MAX_PAGES", 1)
    answer = await page.client.post("/conversation", headers={"Origin": page.origin})
    assert answer.status == 503
    assert "Close one and try again." in await answer.text()
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.client.ws_connect("/chat", origin=page.origin)
    assert refused.value.status == 503


async def test_a_page_shows_the_newest_entries_of_a_long_conversation(
    page: Page, records: Records, bell: Bell, door: GalleryDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MAX_SHOWN", 70)
    await page.say("hello")
    channel, conversation = WebChannel(records, bell), door.messages[0].conversation
    for n in range(100):
        await asyncio.to_thread(channel.send, conversation, replace(ANSWER, id=f"card-{n}"))
    reloaded = Page(page.client)
    welcome = await reloaded.open()
    assert welcome["last"] == 102
    assert [(await reloaded.frame())["seq"] for _ in range(70)] == list(range(33, 103))


async def test_an_entry_that_cannot_be_opened_does_not_hide_the_others(
    page: Page, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    await page.say("can I friend this family?")
    await page.say("hello", "message-2")

    def damage() -> None:
        with records.changing() as change:
            change.session.execute(update(WebEntry).where(WebEntry.seq == 2).values(content=b"damaged"))

    await asyncio.to_thread(damage)
    reloaded = Page(page.client)
    await reloaded.open()
    frames = [await reloaded.frame() for _ in range(4)]
    assert "This cannot be shown here." in frames[1]["html"]
    assert [frame["seq"] for frame in frames] == [1, 2, 3, 4]
    assert "web.entry.not_read" in caplog.text
    assert "friend" not in caplog.text
