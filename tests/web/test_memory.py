"""What the server remembers of conversations is bounded, and pages get along with what is left."""

import pytest
from aiohttp import WSServerHandshakeError

from adapters.web import transcripts as transcripts_module
from adapters.web.transcripts import Transcripts
from tests.web.conftest import Client, Page
from tests.web.doors import GalleryDoor


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
    page.seen = 10**30
    await page.lose_connection()
    await page.open()
    assert len(await page.say("hello")) == 3


async def test_an_unknown_cookie_is_not_adopted(client: Client) -> None:
    origin = f"http://127.0.0.1:{client.port}"
    cookie = f"hearth-{client.port}=" + "a" * 43
    answer = await client.post("/conversation", headers={"Origin": origin, "Cookie": cookie})
    assert answer.cookies[f"hearth-{client.port}"].value != "a" * 43


def test_the_conversation_unused_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts_module, "MAX_CONVERSATIONS", 3)
    kept = Transcripts()
    tokens = [kept.start() or "" for _ in range(3)]
    open_in_a_page = kept.find(tokens[0])
    assert open_in_a_page is not None
    open_in_a_page.pages = 1
    kept.find(tokens[1])
    kept.find(tokens[0])
    tokens.append(kept.start() or "")
    assert [kept.find(token) is not None for token in tokens] == [True, True, False, True]


async def test_when_every_conversation_is_open_a_new_one_is_refused_in_words(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts_module, "MAX_CONVERSATIONS", 1)
    page.client.session.cookie_jar.clear()
    answer = await page.client.post("/conversation", headers={"Origin": page.origin})
    assert answer.status == 503
    assert "Close a page and try again." in await answer.text()


async def test_only_the_last_entries_of_a_conversation_are_remembered(
    page: Page,
) -> None:
    for n in range(transcripts_module.MAX_ENTRIES // 3 + 1):
        await page.say("hello", f"message-{n}")
    reloaded = Page(page.client)
    welcome = await reloaded.open()
    first = await reloaded.frame()
    assert first["seq"] == welcome["last"] - transcripts_module.MAX_ENTRIES + 1


async def test_a_repeated_id_is_known_even_when_its_cards_are_forgotten(
    page: Page, door: GalleryDoor
) -> None:
    for n in range(transcripts_module.MAX_ENTRIES // 3 + 1):
        await page.say("hello", f"message-{n}")
    asked = len(door.messages)
    await page.send(type="say", id="message-0", text="hello")
    assert await page.frame() == {"type": "done", "id": "message-0"}
    assert len(door.messages) == asked


async def test_a_websocket_of_a_forgotten_conversation_is_refused(page: Page) -> None:
    page.client.session.cookie_jar.update_cookies(
        {f"hearth-{page.client.port}": "a" * 43}, page.client.make_url("/")
    )
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.client.ws_connect("/chat", origin=page.origin)
    assert refused.value.status == 401
