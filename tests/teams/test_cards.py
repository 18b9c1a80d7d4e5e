"""Cards as Adaptive Cards: words are never markup, buttons carry ids, nothing is too large or left out."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.printable import in_one_direction, printable
from adapters.teams import outgoing
from adapters.teams.cards import (
    MOST_ACTIONS,
    MOST_BYTES,
    render_cards,
    render_for_asker,
    render_pressed,
    render_shared,
)
from adapters.teams.carried import carried, carry
from bot.card import Button, Buttons, Card, Quote, Text, buttons_of
from bot.records.vault import Vault, new_key, read_keys
from tests.gallery import ANSWER, ASK_BACK, EVERY_ELEMENT, GALLERY
from tests.teams.shown import buttons, words

CHAT = "teams:t/a"
anything = st.text(st.characters(codec=None), max_size=60)


def _all_of(block: Any, kind: str) -> list[Any]:
    if isinstance(block, dict):
        found = [block] if block.get("type") == kind else []
        return found + [part for value in block.values() for part in _all_of(value, kind)]
    if isinstance(block, list):
        return [part for value in block for part in _all_of(value, kind)]
    return []


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_no_word_stands_where_a_client_reads_markdown(card: Card) -> None:
    for part in render_cards(card):
        assert _all_of(part, "TextBlock") == []
        assert _all_of(part, "FactSet") == []


@given(anything, anything, anything)
def test_whatever_is_written_is_shown_as_it_is(text: str, source: str, label: str) -> None:
    card = Card("c", text, (Text(text), Quote(text, source), Buttons((Button(label, "a"),))))
    shown = " ".join(word for part in render_cards(card) for word in words(part))
    for word in f"{text} {source} {label}".split():
        assert in_one_direction(printable(word)).split() == [] or in_one_direction(printable(word)) in shown
    json.dumps(render_cards(card)).encode()


@given(st.lists(st.text(max_size=3_000), max_size=12), st.text(max_size=200))
def test_a_large_card_goes_out_in_parts_and_no_clause_is_cut(texts: list[str], title: str) -> None:
    card = Card("c", title, tuple(Quote(text, "Clause 1.1") for text in texts))
    parts = render_cards(card)
    for part in parts:
        assert len(part["body"]) <= 1 or len(json.dumps(part["body"])) <= MOST_BYTES
    quotes = [block for part in parts for block in part["body"] if block["type"] == "Container"]
    assert len(quotes) == len(texts)


def test_no_row_has_more_buttons_than_every_client_shows() -> None:
    many = Buttons(tuple(Button(f"Choice {number}", f"choice:{number}") for number in range(13)))
    (part,) = render_cards(Card("c", "Choose", (many,)))
    rows = [block["actions"] for block in part["body"] if block["type"] == "ActionSet"]
    assert max(map(len, rows)) <= MOST_ACTIONS
    assert [action["verb"] for row in rows for action in row] == [f"choice:{number}" for number in range(13)]


def test_a_button_says_its_action_to_old_clients_too() -> None:
    (part,) = render_cards(ASK_BACK, carried="sealed")
    for action, button in zip(buttons(part), buttons_of(ASK_BACK), strict=True):
        assert (action["type"], action["verb"]) == ("Action.Execute", button.action)
        assert action["data"] == {"card": "sealed"}
        assert action["fallback"]["type"] == "Action.Submit"
        assert action["fallback"]["data"] == {"verb": button.action, "card": "sealed"}


def test_a_pressed_card_keeps_its_words_and_says_which_button_was_pressed() -> None:
    (part,) = render_pressed(ASK_BACK, "fact:ended:no")
    shown = list(words(part))
    assert shown[:2] == [ASK_BACK.title, "What you may do is different during the support and after it."]
    assert shown[2:] == ["Chosen: No, we still support them"]


def test_a_notification_says_the_summary_alone() -> None:
    (activity,) = outgoing.private(EVERY_ELEMENT, "")
    assert activity["summary"] == "You have a private item."
    assert "text" not in activity


def test_clauses_are_cited_as_teams_does_and_no_ai_label_is_worn() -> None:
    (activity,) = outgoing.private(ANSWER, "")
    (entity,) = activity["entities"]
    assert [claim["position"] for claim in entity["citation"]] == [1, 2]
    for claim in entity["citation"]:
        assert len(claim["appearance"]["name"]) <= 80
        assert len(claim["appearance"]["abstract"]) <= 160
    assert "AIGeneratedContent" not in json.dumps(activity)


def test_of_many_clauses_as_many_are_cited_as_teams_takes() -> None:
    quotes = tuple(Quote(f"A clause {number}.", "" if number else "Clause 1") for number in range(30))
    (activity,) = outgoing.private(Card("many", "Many", quotes), "")
    (entity,) = activity["entities"]
    assert [claim["position"] for claim in entity["citation"]] == list(range(1, 21))
    assert all(claim["appearance"]["name"] for claim in entity["citation"])


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_where_several_read_along_all_see_the_words_and_one_the_buttons(card: Card) -> None:
    common = render_shared(card, "sealed", "29:asker")
    if "refresh" not in common[0]:
        assert common == render_cards(card, "sealed")
        assert len(common) > 1 or not buttons_of(card)
        return
    (seen,) = common
    assert all(action["verb"].startswith("document:") for action in buttons(seen))
    (whole,) = render_cards(card, "sealed")
    assert render_for_asker(card, "sealed", "29:asker") == {**whole, "refresh": seen["refresh"]}
    assert list(words(seen))[:2] == list(words(whole))[:2]


def test_what_a_card_carries_opens_in_its_conversation_alone() -> None:
    vault = Vault(read_keys(new_key()))
    for card in GALLERY:
        if "\ud800" not in repr(card.elements):
            text = carry(vault, CHAT, card)
            assert carried(vault, CHAT, text) == card
            assert carried(vault, "teams:t/b", text) is None
            assert carried(vault, CHAT, text, "teams:t/b") is None
            assert carried(vault, CHAT, carry(vault, CHAT, card, "teams:t/b"), "teams:t/b") == card
    text = carry(vault, CHAT, ANSWER)
    assert ANSWER.title not in text
    for forged in ("", "x", text[:-8], "A" * len(text)):
        assert carried(vault, CHAT, forged) is None
    assert carried(Vault(read_keys(new_key())), CHAT, text) is None
