"""A change of the pack is noticed: the reviewed tables hold every decision, and no small slip leaves them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from math import prod

import pytest

from knowledge.pack import Pack, Row, Topic, Verdict
from tests.policies import home_start_pack
from tests.tables import STORED, Box, Cell, boxes, cells, decided, line, outcome, with_rows

PACK = home_start_pack()
TOPICS = list(PACK.topics.values())

# Rows that change no verdict and no clause: they are there for what they say. Of every other row each slip
# must show in the reviewed tables, but for those that leave the table as it is.
FOR_THEIR_WORDS = {*(("friend_request", number) for number in (3, 10, 20)), ("page_upload", 8)}
NO_CHANGE = {  # the rows before take the fact's other values; it is named so that the answer tells it
    ("existing_friend", 12, "without supported_now"),
    ("work_hours_social", 8, "without work_time"),
}


def flipped(row: Row) -> Row:
    turned: dict[Verdict, Verdict] = {"allowed": "not_allowed", "not_allowed": "allowed", "info": "silent"}
    return replace(row, verdict=turned.get(row.verdict, "info"))


def mutations(topic: Topic) -> Iterator[tuple[int, str, tuple[Row, ...]]]:
    """Return the topic's rows, each time with one slip: the row's number, what was done, the rows then."""
    for number, row in enumerate(topic.rows, 1):
        before, after = topic.rows[: number - 1], topic.rows[number:]
        yield number, "verdict flipped", (*before, flipped(row), *after)
        if after:
            yield number, "dropped", (*before, *after)
        for fact in row.facts:
            facts = {other: state for other, state in row.facts.items() if other != fact}
            yield number, f"without {fact}", (*before, replace(row, facts=facts), *after)


@cache
def boxes_of(topic_id: str) -> list[Box]:
    return boxes(PACK, PACK.topics[topic_id])


def said(pack: Pack, topic: Topic, cell: Cell) -> tuple[str, ...]:
    return tuple(row.say for row in decided(pack, topic.id, cell).rows)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_every_decision_is_as_it_was_reviewed(topic: Topic) -> None:
    reviewed = json.loads(STORED.read_text(encoding="utf-8"))
    found = [line(topic, box) for box in boxes_of(topic.id)]
    assert found == reviewed.get(topic.id), "if this is meant: python -m tests.tables, and review its diff"


def test_no_reviewed_table_is_left_over() -> None:
    assert list(json.loads(STORED.read_text(encoding="utf-8"))) == [topic.id for topic in TOPICS]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_every_cell_stands_on_exactly_one_line_of_the_reviewed_table(topic: Topic) -> None:
    values = [values for box in boxes_of(topic.id) for values in box.values]
    assert all(len(set(some)) == len(some) for some in values)
    sizes = [prod(len(values) for values in box.values) for box in boxes_of(topic.id)]
    assert sum(sizes) == sum(1 for _ in cells(topic))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_a_slip_in_any_row_shows_in_the_reviewed_tables(topic: Topic) -> None:
    unnoticed = {
        (topic.id, number, slip) for number, slip, rows in mutations(topic) if not shows(topic, rows)
    }
    meant = {slip for slip in NO_CHANGE if slip[0] == topic.id}
    assert {slip for slip in unnoticed if slip[:2] not in FOR_THEIR_WORDS} == meant


def shows(topic: Topic, rows: tuple[Row, ...]) -> bool:
    """Say whether some cell is decided otherwise with these rows; the boxes' corners tell it soonest."""
    mutant = with_rows(PACK, topic, rows)
    corners = ((box.corner, box.outcome) for box in boxes_of(topic.id))
    everywhere = ((cell, outcome(PACK, topic.id, cell)) for cell in cells(topic))
    return any(outcome(mutant, topic.id, cell) != told for cell, told in chain(corners, everywhere))


@pytest.mark.parametrize(("topic_id", "number"), sorted(FOR_THEIR_WORDS))
def test_a_row_that_is_there_for_its_words_changes_what_is_said(topic_id: str, number: int) -> None:
    topic = PACK.topics[topic_id]
    rows = (*topic.rows[: number - 1], *topic.rows[number:])
    assert not shows(topic, rows)
    dropped = with_rows(PACK, topic, rows)
    assert any(said(PACK, topic, cell) != said(dropped, topic, cell) for cell in cells(topic))
