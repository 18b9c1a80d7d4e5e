"""Who speaks as the manager of a real organisation has a code."""

import json
from dataclasses import replace

import pytest

from adapters.web import WebSettings, create_app, issue
from adapters.web.frames import ROLES
from bot.card import Button, Buttons, Card
from bot.message import Message
from tests.web.conftest import MakeClient, Page
from tests.web.doors import GalleryDoor


class TestTheManager:
    """With a real organisation, speaking as the manager takes a code from the command line."""

    @pytest.fixture
    def settings(self, settings: WebSettings) -> WebSettings:
        return replace(settings, organisation_configured=True)

    async def test_needs_a_code(self, page: Page, door: GalleryDoor) -> None:
        frame = await page.choose("manager")
        assert frame == {
            "type": "refused",
            "id": "roles-01",
            "text": "Please enter a one-time code to speak as the manager.",
        }
        assert door.messages == []

    async def test_is_accepted_with_the_code_once(
        self, page: Page, door: GalleryDoor, settings: WebSettings
    ) -> None:
        code = issue(settings.data_folder, "manager")
        assert (await page.choose("manager", "trustee", code=code))["type"] == "done"
        assert [message.action for message in door.messages] == ["role:manager+trustee"]
        again = await page.choose("manager", code=code, message_id="roles-02")
        assert again["text"] == "That code is not right. Please check it and try again."
        assert len(door.messages) == 1
        assert code not in json.dumps(await page.say("hello"))

    async def test_is_not_asked_again_when_the_connection_was_lost(
        self, page: Page, door: GalleryDoor, settings: WebSettings
    ) -> None:
        code = issue(settings.data_folder, "manager")
        await page.send(type="roles", id="roles-01", roles=["manager"], code=code)
        assert (await page.frame())["type"] == "said"
        await page.lose_connection()
        await page.open()
        assert (await page.choose("manager", code=code))["type"] == "done"
        assert len(door.messages) == 1

    async def test_cannot_be_claimed_by_a_button(
        self, aiohttp_client: MakeClient, settings: WebSettings
    ) -> None:
        class RoleDoor(GalleryDoor):
            async def handle(self, message: Message) -> tuple[Card, ...]:
                await super().handle(message)
                return (Card("who", "Who are you?", (Buttons((Button("Manager", "role:staff+manager"),)),)),)

        door = RoleDoor()
        page = Page(await aiohttp_client(create_app(door, settings)))
        await page.open()
        await page.say("hello")
        await page.send(type="press", id="press-01", action="role:staff+manager")
        assert (await page.frame())["type"] == "refused"
        assert len(door.messages) == 1

    @pytest.mark.parametrize("role", [role for role in ROLES if role != "manager"])
    async def test_is_the_only_one_who_needs_a_code(self, page: Page, role: str) -> None:
        assert (await page.choose(role))["type"] == "done"
