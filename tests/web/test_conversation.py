"""A conversation over the websocket: asked once, answered once, and nothing lost on the way."""

import asyncio

import pytest
from aiohttp import WSCloseCode

from adapters.web import WebSettings, create_app
from bot.message import Message
from tests.web.conftest import MakeClient, Page
from tests.web.doors import GalleryDoor, SlowDoor


async def test_a_question_reaches_the_door_and_its_cards_come_back(page: Page, door: GalleryDoor) -> None:
    said, card, _done = await page.say("can I friend this family?")
    assert said["html"] == '<p dir="auto">can I friend this family?</p>'
    assert "No, not while Home-Start supports the family." in card["html"]
    (message,) = door.messages
    assert message.text == "can I friend this family?"
    assert message.action is None
    assert message.id == f"{message.conversation}/message-1"


async def test_the_door_gets_an_opaque_conversation_id_and_never_the_cookie(
    page: Page, door: GalleryDoor
) -> None:
    await page.say("hello")
    (cookie,) = page.client.session.cookie_jar
    assert door.messages[0].conversation.startswith("web:")
    assert cookie.value not in str(door.messages)


async def test_two_browsers_have_two_conversations(
    aiohttp_client: MakeClient, door: GalleryDoor, settings: WebSettings
) -> None:
    app = create_app(door, settings)
    first, second = Page(await aiohttp_client(app)), Page(await aiohttp_client(create_app(door, settings)))
    for page in (first, second):
        await page.open()
        await page.say("hello")
    assert door.messages[0].conversation != door.messages[1].conversation


async def test_a_pressed_button_reaches_the_door_as_its_action(page: Page, door: GalleryDoor) -> None:
    await page.say("can I friend this family?")
    await page.send(type="press", id="press-01", action="clause:4.3")
    said, card, _done = await page.until_done("press-01")
    assert said["html"] == '<p dir="auto">Show the whole clause</p>'
    assert "clause:4.3" in card["html"]
    assert door.messages[1] == Message(
        f"{door.messages[0].conversation}/press-01", door.messages[0].conversation, "", "clause:4.3"
    )


async def test_a_button_that_was_never_shown_is_not_pressed(page: Page, door: GalleryDoor) -> None:
    await page.send(type="press", id="press-01", action="case:close:1")
    frame = await page.frame()
    assert (frame["type"], frame["id"]) == ("error", "press-01")
    assert "no longer there" in frame["html"]
    assert door.messages == []


@pytest.mark.parametrize(
    ("roles", "action", "words"),
    [
        (["volunteer"], "role:volunteer", "I&#x27;m a volunteer."),
        (["volunteer", "trustee"], "role:trustee+volunteer", "I&#x27;m a trustee and a volunteer."),
        (["staff", "staff"], "role:staff", "I&#x27;m a member of staff."),
        (["manager"], "role:manager", "I&#x27;m the manager."),
        (["unknown"], "role:unknown", "I&#x27;d rather not say who I am."),
    ],
)
async def test_who_someone_is_reaches_the_door_as_an_action(
    page: Page, door: GalleryDoor, roles: list[str], action: str, words: str
) -> None:
    await page.send(type="roles", id="roles-01", roles=roles, code="")
    said, *_ = await page.until_done("roles-01")
    assert door.messages[0].action == action
    assert words in said["html"]


async def test_a_repeated_id_is_answered_once_and_its_cards_are_sent_again(
    page: Page, door: GalleryDoor
) -> None:
    first = await page.say("can I friend this family?")
    again = await page.say("can I friend this family?")
    assert len(door.messages) == 1
    assert again == first


async def test_a_message_repeated_while_it_is_answered_is_answered_once(
    aiohttp_client: MakeClient, settings: WebSettings
) -> None:
    door = SlowDoor()
    page = Page(await aiohttp_client(create_app(door, settings)))
    await page.open()
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    await page.lose_connection()
    await page.open()
    await page.send(type="say", id="message-1", text="hello")
    door.let_go.set()
    frames = await page.until_done("message-1")
    assert [frame["type"] for frame in frames] == ["card", "done"]
    assert len(door.messages) == 1


async def test_cards_that_came_while_the_connection_was_lost_are_there_when_it_is_back(
    aiohttp_client: MakeClient, settings: WebSettings
) -> None:
    door = SlowDoor()
    page = Page(await aiohttp_client(create_app(door, settings)))
    await page.open()
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    await page.lose_connection()
    door.let_go.set()
    epoch = page.epoch
    await page.open()
    frames = await page.until_done("message-1")
    assert [frame["type"] for frame in frames] == ["card", "done"]
    assert page.epoch == epoch


async def test_a_reloaded_page_gets_the_whole_conversation(page: Page) -> None:
    frames = await page.say("can I friend this family?")
    reloaded = Page(page.client)
    welcome = await reloaded.open()
    assert welcome["last"] == frames[-1]["seq"]
    assert await reloaded.until_done("message-1") == frames


async def test_two_pages_of_one_browser_show_the_same_conversation(page: Page) -> None:
    other = Page(page.client)
    await other.open()
    frames = await page.say("can I friend this family?")
    assert await other.until_done("message-1") == frames


async def test_messages_are_answered_one_after_the_other(page: Page, door: GalleryDoor) -> None:
    ids = [f"message-{n}" for n in range(20)]
    for n, message_id in enumerate(ids):
        await page.send(type="say", id=message_id, text=f"question {n}")
    order = [frame["id"] for message_id in ids for frame in await page.until_done(message_id)]
    assert order == [message_id for message_id in ids for _ in range(3)]
    assert [message.text for message in door.messages] == [f"question {n}" for n in range(20)]


async def test_the_server_stops_at_once_though_pages_are_open(page: Page) -> None:
    assert page.socket is not None
    closing = asyncio.create_task(page.client.server.close())
    closed = await page.socket.receive(timeout=20)
    assert closed.data == WSCloseCode.GOING_AWAY
    await closing
