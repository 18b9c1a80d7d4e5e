"""Every card of every conversation script, as Teams is given it: announced neutrally, and not too large."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from adapters.teams import outgoing
from bot.card import Card, buttons_of
from bot.records.store import Records
from tests.induction.conftest import Someone
from tests.records.stage import Platform
from tests.scripts import play
from tests.scripts.in_process import InProcess

MOST_BYTES = 28 * 1024  # of a bot's message; learn.microsoft.com, "Limits and specifications for Teams"


def activities(card: Card) -> Iterator[Mapping[str, Any]]:
    """Return all activities in which Teams may be given a card: new, and in the place of a pressed one."""
    yield from outgoing.private(card, "sealed")
    for button in buttons_of(card):
        pressed = outgoing.pressed(card, button.action, private=True)
        if pressed is not None:
            yield pressed


@pytest.mark.parametrize("script", play.scripts())
def test_no_notification_says_what_was_typed_and_none_of_a_complaint_that_it_is_one(
    script: str, adopted: Records, platform: Platform, meet: Callable[[str], Someone]
) -> None:
    if any(step.shows for step in play.read(script)):
        pytest.skip("a file is sent: that needs a platform")
    stage = InProcess(adopted, platform, meet)
    play.play(stage, script)
    typed = [step.says.lower() for step in play.read(script) if len(step.says.split()) > 4]
    sent = [one for who in stage.people for card in stage.cards(who) for one in activities(card)]
    assert sent
    for one in sent:
        announced = f"{one['summary']} {one.get('text') or ''}".lower()
        assert announced.strip()
        assert not [text for text in typed if text in announced]
        assert "complain" not in announced
        assert len(json.dumps(one)) < MOST_BYTES
