"""A page without a browser: it opens a conversation as the script does and keeps what it is sent."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientWebSocketResponse, ClientWSTimeout, WSMsgType, web
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser

from adapters.web import Bell, WebSettings, create_app
from bot.records.store import Records
from tests.conftest import find_chromium
from tests.web.browser import LiveServer, chromium, serving
from tests.web.desk import PromptDesk, make_database, records_at
from tests.web.doors import Door, GalleryDoor

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Client]]
Frame = dict[str, Any]

SAMPLE_CODE = "KFXN-TRWH-PMCD"


class Page:
    """One open page; `epoch` and `seen` are what the script remembers over a lost connection."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.epoch = ""
        self.seen = 0
        self.socket: ClientWebSocketResponse | None = None

    @property
    def origin(self) -> str:
        """The origin that a browser would send."""
        return f"http://127.0.0.1:{self.client.port}"

    async def open(self) -> Frame:
        """Get a conversation, connect, and return the welcome."""
        answer = await self.client.post("/conversation", headers={"Origin": self.origin})
        assert answer.status == 204, await answer.text()
        self.socket = await self.client.ws_connect(
            "/chat",
            origin=self.origin,
            params={"epoch": self.epoch, "after": str(self.seen)},
            max_msg_size=0,
            timeout=ClientWSTimeout(ws_close=0.1),  # a lost connection does not wait for a goodbye
        )
        welcome = await self.frame()
        assert welcome["type"] == "welcome"
        self.epoch = welcome["epoch"]
        return welcome

    async def lose_connection(self) -> None:
        """Drop the connection."""
        assert self.socket is not None
        await self.socket.close()

    async def send(self, **frame: object) -> None:
        """Send a frame."""
        assert self.socket is not None
        await self.socket.send_json(frame)

    async def send_raw(self, text: str) -> None:
        """Send what the script would never send."""
        assert self.socket is not None
        await self.socket.send_str(text)

    async def frame(self) -> Frame:
        """Return the next frame."""
        assert self.socket is not None
        received = await self.socket.receive(timeout=20)
        assert received.type is WSMsgType.TEXT, received
        frame: Frame = received.json()
        self.seen = max(self.seen, frame.get("seq", 0))
        return frame

    async def until_answered(self, message_id: str) -> list[Frame]:
        """Return the frames up to the card that answers a message."""
        frames = [await self.frame()]
        while (frames[-1]["type"], frames[-1].get("id")) != ("card", message_id):
            frames.append(await self.frame())
        return frames

    async def say(self, text: str, message_id: str = "message-1") -> list[Frame]:
        """Send a typed message and return its frames."""
        await self.send(type="say", id=message_id, text=text)
        return await self.until_answered(message_id)

    async def choose(self, *roles: str, code: str = "", message_id: str = "roles-01") -> Frame:
        """Choose roles; return the frame that refuses or answers it."""
        await self.send(type="roles", id=message_id, roles=roles, code=code)
        frame = await self.frame()
        while frame["type"] not in ("refused", "error", "card"):
            frame = await self.frame()
        return frame


@pytest.fixture
def made_codes() -> list[str]:
    """The codes that were made of the sample's manager."""
    return []


@pytest.fixture
def settings(made_codes: list[str]) -> WebSettings:
    """Settings of the sample."""

    def sample_code() -> str:
        made_codes.append(SAMPLE_CODE)
        return SAMPLE_CODE

    return WebSettings("A Scheme & <Sons>", sample_code=sample_code)


@pytest.fixture
def door(request: pytest.FixtureRequest) -> GalleryDoor:
    """A door that answers at once, or a parameter's, and remembers what it was asked."""
    kind: type[GalleryDoor] = getattr(request, "param", GalleryDoor)
    return kind()


@pytest.fixture
def bell() -> Bell:
    """What tells the pages of this process."""
    return Bell()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which there is nothing but the organisation."""
    file = tmp_path_factory.mktemp("empty") / "hearth.db"
    make_database(file)
    return file


@pytest.fixture
def records(empty_database: Path, tmp_path: Path, door: Door, bell: Bell) -> Iterator[Records]:
    """Records in which what is accepted is answered by the door, at once."""
    file, desk = tmp_path / "hearth.db", PromptDesk(door, bell)
    copyfile(empty_database, file)
    with records_at(file, desk) as records, desk.working(records):
        yield records


@pytest.fixture
async def client(aiohttp_client: MakeClient, records: Records, settings: WebSettings, bell: Bell) -> Client:
    """A client of the chat."""
    return await aiohttp_client(create_app(records, settings, bell))


@pytest.fixture
async def page(client: Client) -> Page:
    """A page that is connected."""
    page = Page(client)
    await page.open()
    return page


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    path = find_chromium()
    assert path is not None
    async with chromium(path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def server(records: Records, settings: WebSettings, bell: Bell) -> AsyncIterator[LiveServer]:
    """The chat, served."""
    async with serving(records, settings, bell) as running:
        yield running
