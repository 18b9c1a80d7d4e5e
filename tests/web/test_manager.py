"""Who speaks as the manager has a code; whether it is right is for a card to say."""

import json
from dataclasses import replace

import pytest

from adapters.web import WebSettings
from adapters.web.frames import ROLES
from bot.card import Button, Buttons, Card
from bot.message import Message
from tests.web.conftest import SAMPLE_CODE, Page
from tests.web.doors import GalleryDoor


class RoleDoor(GalleryDoor):
    """Offers to be the manager."""

    def handle(self, message: Message) -> tuple[Card, ...]:
        super().handle(message)
        return (Card("who", "Who are you?", (Buttons((Button("Manager", "role:staff+manager"),)),)),)


offers_to_be_the_manager = pytest.mark.parametrize("door", [RoleDoor], indirect=True)


class TestTheManager:
    """With a real organisation, speaking as the manager takes a code from the command line."""

    @pytest.fixture
    def settings(self, settings: WebSettings) -> WebSettings:
        return replace(settings, sample_code=None)

    async def test_needs_a_code(self, page: Page, door: GalleryDoor) -> None:
        frame = await page.choose("manager")
        assert frame == {
            "type": "refused",
            "id": "roles-01",
            "text": "Please enter a one-time code to speak as the manager.",
        }
        assert door.messages == []

    async def test_is_accepted_with_a_code_that_is_not_shown(self, page: Page, door: GalleryDoor) -> None:
        assert (await page.choose("manager", "trustee", code=" kfxn trwh pmcd "))["type"] == "card"
        assert [message.action for message in door.messages] == ["join:kfxn trwh pmcd"]
        reloaded = Page(page.client)
        await reloaded.open()
        shown = await reloaded.until_answered("roles-01")
        assert "I&#x27;m the manager and a trustee." in shown[0]["html"]
        assert "kfxn" not in json.dumps(shown)

    async def test_is_not_accepted_again_when_the_connection_was_lost(
        self, page: Page, door: GalleryDoor
    ) -> None:
        await page.send(type="roles", id="roles-01", roles=["manager"], code=SAMPLE_CODE)
        assert (await page.frame())["type"] == "said"
        await page.lose_connection()
        await page.open()
        await page.until_answered("roles-01")
        await page.send(type="roles", id="roles-01", roles=["manager"], code=SAMPLE_CODE)
        assert (await page.frame())["type"] == "done"
        assert len(door.messages) == 1

    @offers_to_be_the_manager
    async def test_cannot_be_claimed_by_a_button(self, page: Page, door: GalleryDoor) -> None:
        await page.say("hello")
        await page.send(type="press", id="press-01", action="role:staff+manager")
        assert (await page.frame())["type"] == "refused"
        assert len(door.messages) == 1

    @pytest.mark.parametrize("role", [role for role in ROLES if role != "manager"])
    async def test_is_the_only_one_who_needs_a_code(self, page: Page, role: str) -> None:
        assert (await page.choose(role))["type"] == "card"

    async def test_is_not_the_only_one_who_may_give_a_code(self, page: Page, door: GalleryDoor) -> None:
        await page.choose("volunteer", code=SAMPLE_CODE)
        assert [message.action for message in door.messages] == [f"join:{SAMPLE_CODE}"]


class TestTheManagerOfTheSample:
    """Whoever tries Hearth out may speak as the manager without typing a code."""

    async def test_is_given_a_code(self, page: Page, door: GalleryDoor) -> None:
        await page.choose("manager")
        assert [message.action for message in door.messages] == [f"join:{SAMPLE_CODE}"]

    async def test_keeps_a_code_that_was_typed(self, page: Page, door: GalleryDoor) -> None:
        await page.choose("manager", code="BBBB-CCCC-DDDD")
        assert [message.action for message in door.messages] == ["join:BBBB-CCCC-DDDD"]

    @offers_to_be_the_manager
    async def test_is_given_a_code_for_a_press_too(self, page: Page, door: GalleryDoor) -> None:
        await page.say("hello")
        await page.send(type="press", id="press-01", action="role:staff+manager")
        await page.until_answered("press-01")
        assert door.messages[1].action == f"join:{SAMPLE_CODE}"

    async def test_is_given_one_code_for_one_choice(self, page: Page, made_codes: list[str]) -> None:
        for _ in range(2):
            await page.send(type="roles", id="roles-01", roles=["manager"], code="")
        await page.until_answered("roles-01")
        assert made_codes == [SAMPLE_CODE]
