"""What someone sees of a message on Slack, markup taken away."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.slack.blocks import render_pages
from bot.card import Card


def shown_by_slack(card: Card) -> str:
    """Return what is seen of a card."""
    return " ".join(words(block) for page in render_pages(card) for block in page)


def words(part: Any) -> str:
    """Return the words of a block, or of a part of one, in their order."""
    return "".join(_words(part))


def buttons(blocks: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the buttons of a message, each with the id of its block."""
    return [
        {**one, "block_id": block.get("block_id")}
        for block in blocks or []
        if block.get("type") == "actions"
        for one in block["elements"]
    ]


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield part["text"] + (" " if part.get("type") == "plain_text" else "")
            return
        for name in ("text", "elements"):
            yield from _words(part.get(name))
    elif isinstance(part, list):
        for one in part:
            yield from _words(one)
