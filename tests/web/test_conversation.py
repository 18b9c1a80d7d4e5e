"""A conversation over the websocket: said once, answered once, and nothing lost on the way."""

import asyncio

import pytest
from aiohttp import WSCloseCode

from adapters.web import Bell, WebSettings, create_app
from bot.message import Message
from bot.records.store import Records
from tests.web.conftest import MakeClient, Page
from tests.web.doors import GalleryDoor, SlowDoor

answered_slowly = pytest.mark.parametrize("door", [SlowDoor], indirect=True)


async def test_a_question_is_accepted_and_its_cards_come_back(page: Page, door: GalleryDoor) -> None:
    said, card = await page.say("can I friend this family?")
    assert said["html"] == '<p dir="auto">can I friend this family?</p>'
    assert "No, not while Home-Start supports the family." in card["html"]
    (message,) = door.messages
    conversation = message.conversation
    assert message == Message(
        f"{conversation}/message-1", conversation, "can I friend this family?", sender=conversation
    )


async def test_the_records_get_an_opaque_conversation_id_and_never_the_cookie(
    page: Page, door: GalleryDoor
) -> None:
    await page.say("hello")
    (cookie,) = page.client.session.cookie_jar
    assert door.messages[0].conversation.startswith("web:")
    assert cookie.value not in str(door.messages)


async def test_two_browsers_have_two_conversations(
    aiohttp_client: MakeClient, door: GalleryDoor, records: Records, settings: WebSettings, bell: Bell
) -> None:
    for _ in range(2):
        page = Page(await aiohttp_client(create_app(records, settings, bell)))
        await page.open()
        assert [frame["seq"] for frame in await page.say("hello")] == [1, 2]
    first, second = door.messages
    assert first.conversation != second.conversation


async def test_a_pressed_button_is_accepted_as_its_action(page: Page, door: GalleryDoor) -> None:
    await page.say("can I friend this family?")
    await page.send(type="press", id="press-01", action="clause:4.3")
    said, card = await page.until_answered("press-01")
    assert said["html"] == '<p dir="auto">Show the whole clause</p>'
    assert "clause:4.3" in card["html"]
    conversation = door.messages[0].conversation
    assert door.messages[1] == Message(
        f"{conversation}/press-01", conversation, "", "clause:4.3", sender=conversation
    )


async def test_a_button_that_was_never_shown_is_not_pressed(page: Page, door: GalleryDoor) -> None:
    await page.send(type="press", id="press-01", action="case:close:1")
    frame = await page.frame()
    assert (frame["type"], frame["id"]) == ("error", "press-01")
    assert "no longer there" in frame["html"]
    assert door.messages == []


async def test_a_button_that_another_browser_was_shown_is_not_pressed(
    page: Page, aiohttp_client: MakeClient, records: Records, settings: WebSettings, bell: Bell
) -> None:
    await page.say("can I friend this family?")
    other = Page(await aiohttp_client(create_app(records, settings, bell)))
    await other.open()
    await other.send(type="press", id="press-01", action="clause:4.3")
    assert (await other.frame())["type"] == "error"


@pytest.mark.parametrize(
    ("roles", "action", "words"),
    [
        (["volunteer"], "role:volunteer", "I&#x27;m a volunteer."),
        (["volunteer", "trustee"], "role:trustee+volunteer", "I&#x27;m a trustee and a volunteer."),
        (["staff", "staff"], "role:staff", "I&#x27;m a member of staff."),
        (["unknown"], "role:unknown", "I&#x27;d rather not say who I am."),
    ],
)
async def test_who_someone_is_is_accepted_as_an_action(
    page: Page, door: GalleryDoor, roles: list[str], action: str, words: str
) -> None:
    await page.send(type="roles", id="roles-01", roles=roles, code="")
    said, *_ = await page.until_answered("roles-01")
    assert door.messages[0].action == action
    assert words in said["html"]


async def test_a_repeated_id_is_answered_once_and_the_page_is_told_that_it_is(
    page: Page, door: GalleryDoor
) -> None:
    await page.say("can I friend this family?")
    await page.send(type="say", id="message-1", text="can I friend this family?")
    assert await page.frame() == {"type": "done", "id": "message-1"}
    said, _card = await page.say("and their sister?", "message-2")
    assert said["seq"] == 3
    assert len(door.messages) == 2


@answered_slowly
async def test_a_message_repeated_while_it_is_answered_is_answered_once(page: Page, door: SlowDoor) -> None:
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    await page.lose_connection()
    await page.open()
    await page.send(type="say", id="message-1", text="hello")
    await page.send(type="say", id="message-2", text="hello")
    assert (await page.frame())["id"] == "message-2"  # so the repeat was seen to
    door.let_go.set()
    frames = await page.until_answered("message-2")
    assert [(frame["type"], frame["id"]) for frame in frames] == [
        ("card", "message-1"),
        ("card", "message-2"),
    ]
    assert len(door.messages) == 2


@answered_slowly
async def test_cards_that_came_while_the_connection_was_lost_are_there_when_it_is_back(
    page: Page, door: SlowDoor
) -> None:
    await page.send(type="say", id="message-1", text="hello")
    assert (await page.frame())["type"] == "said"
    await page.lose_connection()
    door.let_go.set()
    epoch = page.epoch
    await page.open()
    assert [frame["type"] for frame in await page.until_answered("message-1")] == ["card"]
    assert page.epoch == epoch


async def test_a_reloaded_page_gets_the_whole_conversation(page: Page) -> None:
    frames = await page.say("can I friend this family?")
    reloaded = Page(page.client)
    welcome = await reloaded.open()
    assert welcome["last"] == frames[-1]["seq"]
    assert await reloaded.until_answered("message-1") == frames


async def test_two_pages_of_one_browser_show_the_same_conversation(page: Page) -> None:
    other = Page(page.client)
    await other.open()
    frames = await page.say("can I friend this family?")
    assert await other.until_answered("message-1") == frames


async def test_messages_are_answered_one_after_the_other(page: Page, door: GalleryDoor) -> None:
    ids = [f"message-{n}" for n in range(20)]
    for n, message_id in enumerate(ids):
        await page.send(type="say", id=message_id, text=f"question {n}")
    frames = await page.until_answered(ids[-1])
    assert [frame["seq"] for frame in frames] == list(range(1, 41))
    for kind in ("said", "card"):
        assert [frame["id"] for frame in frames if frame["type"] == kind] == ids
    assert [message.text for message in door.messages] == [f"question {n}" for n in range(20)]


async def test_the_server_stops_at_once_though_pages_are_open(page: Page) -> None:
    assert page.socket is not None
    closing = asyncio.create_task(page.client.server.close())
    closed = await page.socket.receive(timeout=20)
    assert closed.data == WSCloseCode.GOING_AWAY
    await closing
