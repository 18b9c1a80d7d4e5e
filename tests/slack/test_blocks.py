"""Cards become Block Kit: within its limits, every word shown, nothing of it markup."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from slack_sdk.models.blocks import ActionsBlock, Block

from adapters.printable import in_one_direction, printable
from adapters.slack import blocks
from bot.card import Button, Buttons, Card, Facts, Quote, Text, buttons_of
from tests.gallery import ANSWER, GALLERY, LONG, MARKUP
from tests.test_renderers import cards


def texts(part: Any) -> Iterator[dict[str, Any]]:
    """Give every object that holds a text."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts(value)


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_every_card_is_valid_block_kit(card: Card) -> None:
    for page in blocks.render_pages(card):
        assert 0 < len(page) <= blocks.MAX_BLOCKS
        for block in page:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
        ids = [block["block_id"] for block in page]
        assert len(ids) == len(set(ids))


@given(cards())
def test_any_string_of_a_card_keeps_to_the_limits_and_becomes_no_markup(card: Card) -> None:
    pages = blocks.render_pages(card)
    for page in pages:
        for block in page:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
    kinds = {text["type"] for text in texts(pages)}
    assert kinds <= {"plain_text", "text"}  # neither is read for markup: there is no mrkdwn anywhere
    assert all(not text.get("emoji") and text["text"] for text in texts(pages))
    "".join(text["text"] for text in texts(pages)).encode()  # no half of a surrogate pair


@given(cards())
def test_the_notification_can_name_nobody_and_link_nowhere(card: Card) -> None:
    said = blocks.notice(card)
    assert "<" not in said
    assert ">" not in said
    assert "&" not in said.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_a_mention_in_a_card_stays_letters() -> None:
    said = json.dumps(blocks.render_pages(MARKUP))
    assert "<@U123> <!channel> <https://example.org|click>" in said
    assert "mrkdwn" not in said


def test_a_confidential_card_is_announced_by_its_neutral_words() -> None:
    card = Card("c", "Your complaint about A", (Text("secret"),), "You have a private item.")
    assert blocks.notice(card) == "You have a private item."


def test_a_long_clause_is_shown_whole() -> None:
    clause = next(part for part in LONG.elements if isinstance(part, Quote))
    shown = "".join(
        text["text"]
        for page in blocks.render_pages(LONG)
        for block in page
        for part in block.get("elements", [])
        if part.get("type") == "rich_text_quote"
        for text in texts(part)
    )
    assert shown == clause.text


def test_a_card_that_is_too_long_for_one_message_is_sent_as_several() -> None:
    card = Card("big", "Big", tuple(Quote(f"{number} " + "word " * 900, "source") for number in range(9)))
    pages = blocks.render_pages(card)
    assert len(pages) > 1
    assert [page[0]["block_id"] for page in pages] == list(blocks.marks("big", len(pages)))
    assert all(sum(len(text["text"]) for text in texts(page)) <= blocks.MAX_CHARACTERS for page in pages)


def test_the_first_block_tells_a_card_again_and_tells_nothing_of_it() -> None:
    first, again = blocks.render_pages(ANSWER)[0], blocks.render_pages(ANSWER)[0]
    assert first[0]["block_id"] == again[0]["block_id"] == blocks.marks(ANSWER.id, 1)[0]
    assert ANSWER.id not in first[0]["block_id"]


def test_a_button_says_no_more_than_its_action() -> None:
    page = blocks.render_pages(ANSWER)[0]
    made = [one for block in page if block["type"] == "actions" for one in block["elements"]]
    assert [one["value"] for one in made] == [one.action for one in buttons_of(ANSWER)]
    assert all(one["action_id"] == f"press-{number}" for number, one in enumerate(made))


def test_more_buttons_than_a_row_holds_make_a_second_row() -> None:
    many = tuple(Button(f"Button {number}", f"b:{number}") for number in range(30))
    rows = [
        Block.parse(block)
        for block in blocks.render_pages(Card("c", "t", (Buttons(many),)))[0]
        if block["type"] == "actions"
    ]
    assert [len(row.elements) for row in rows if isinstance(row, ActionsBlock)] == [25, 5]


def test_a_label_too_long_for_a_button_stands_in_full_above_it() -> None:
    page = blocks.render_pages(LONG)[0]
    labels = [one.label for one in buttons_of(LONG)]
    said = " ".join(text["text"] for text in texts(page))
    assert all(label in said for label in labels)


def test_a_pressed_row_is_replaced_by_what_was_pressed() -> None:
    page = blocks.render_pages(ANSWER)[0]
    row = next(block for block in page if block["type"] == "actions")
    left = blocks.after_press(page, row["block_id"], "press-1")
    assert [block for block in left if block["type"] == "actions"] == []
    assert any(text["text"] == "Chosen: Not what I asked" for text in texts(left))
    assert len(left) == len(page)


def test_facts_stand_one_a_line_with_the_label_in_bold() -> None:
    (block,) = blocks.render_pages(Card("c", "", (Facts((("Code", "A-1"), ("Day", "Monday"))),)))[0]
    assert (
        in_one_direction(printable("".join(text["text"] for text in texts(block))))
        == "Code: A-1\nDay: Monday\n"
    )
    assert [text["text"] for text in texts(block) if text.get("style")] == ["Code:", "Day:"]
