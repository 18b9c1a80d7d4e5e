"""The matrix: every row of every decision table is reached, by a reading and by people's own words."""

from collections import Counter
from itertools import product

import pytest

from benchmarks.matrix import Asked, Line, agreement, ask_all, by_topic, load_matrix
from knowledge.answers import Answerer
from knowledge.pack import Pack, Row, Topic
from knowledge.reading import FORMS, TARGETS
from tests.policies import home_start_pack
from tests.tables import SENDERS, Cell, cells, decided

# Measured with the reader that is in the repository; raise the floors and lower the allowance with it.
FLOOR = 0.80  # share of right verdicts over the whole matrix
TOPIC_FLOOR = 0.40  # the same within the worst topic
ALLOWANCE = 10  # unsafe permissions of 1,100: what the released reader gives; may only fall

WORDINGS = 4
PACK = home_start_pack()
ROWS = [(topic, number) for topic in PACK.topics.values() for number in range(1, len(topic.rows) + 1)]
MATRIX = load_matrix()


def senders_of(row: Row) -> tuple[str, ...]:
    return tuple(who for who in SENDERS if who != "unknown") if row.who is None else row.who


def deciding(pack: Pack, topic: Topic, row: Row, cell: Cell) -> bool:
    return any(one is row for one in decided(pack, topic.id, cell).rows)


def own_cells(row: Row) -> list[Cell]:
    """Return the readings made of a row's own columns; no fact is known but those that it names."""
    facts = tuple(row.facts.items())
    columns = product(senders_of(row), row.whom or TARGETS, row.form or FORMS)
    return [Cell(who, whom, form, facts) for who, whom, form in columns]


@pytest.mark.parametrize(("topic", "number"), ROWS, ids=lambda part: getattr(part, "id", str(part)))
def test_a_reading_made_of_a_rows_own_columns_is_decided_by_that_row(topic: Topic, number: int) -> None:
    row = topic.rows[number - 1]
    decisions = [decided(PACK, topic.id, cell) for cell in own_cells(row)]
    own = [decision for decision in decisions if decision.rows == (row,)]
    assert own, "another row stands before it"
    assert {(d.verdict, d.ask, d.cite) for d in own} == {(row.verdict, row.ask, row.cite)}


@pytest.mark.parametrize("topic", PACK.topics.values(), ids=lambda topic: topic.id)
def test_every_value_that_a_row_names_decides_something(topic: Topic) -> None:
    used: set[tuple[int, str]] = set()
    for cell in cells(topic):
        decision = decided(PACK, topic.id, cell)
        if cell.who != "unknown":
            number = next(n for n, row in enumerate(topic.rows) if row is decision.rows[0])
            used |= {(number, cell.who), (number, f"to {cell.whom}"), (number, f"in {cell.form}")}
    for number, row in enumerate(topic.rows):
        named = {*(row.who or ()), *(f"to {whom}" for whom in row.whom or ())}
        named |= {f"in {form}" for form in row.form or ()}
        assert {value for value in named if (number, value) not in used} == set(), f"row {number + 1}"


def test_every_row_has_four_wordings_and_no_line_is_without_a_row() -> None:
    counted = Counter((line.topic, line.row) for line in MATRIX)
    assert counted == {(topic.id, number): WORDINGS for topic, number in ROWS}


def test_no_question_stands_twice_for_one_role() -> None:
    counted = Counter((line.role, line.question.casefold()) for line in MATRIX)
    assert [question for question, times in counted.items() if times > 1] == []


def test_every_line_has_its_rows_verdict_and_a_sender_for_whom_the_row_decides() -> None:
    for line in MATRIX:
        row = PACK.topics[line.topic].rows[line.row - 1]
        assert line.verdict == row.verdict, line.id
        assert can_land(line, row), f"{line.id}: the row never decides for {line.role}"


def can_land(line: Line, row: Row) -> bool:
    """Say whether the row decides for the sender, or for someone else whom the question may be about."""
    others = tuple(who for who in row.who or ("family", "other", "scheme") if who != line.role)
    topic = PACK.topics[line.topic]
    facts = tuple(row.facts.items())
    return any(
        deciding(PACK, topic, row, Cell(who, whom, form, facts))
        for who, whom, form in product((line.role, *others), row.whom or TARGETS, row.form or FORMS)
    )


@pytest.fixture(scope="module")
def asked(answerer: Answerer) -> list[Asked]:
    return ask_all(answerer, MATRIX)


def test_no_wording_gets_a_permission_that_its_row_does_not_give(asked: list[Asked]) -> None:
    unsafe = [one for one in asked if one.unsafe]
    assert len(unsafe) <= ALLOWANCE, told(unsafe)


def test_the_wordings_get_their_rows_verdicts(asked: list[Asked]) -> None:
    share = agreement(asked)
    assert share >= FLOOR, told([one for one in asked if not one.right])


def test_no_topic_is_read_much_worse_than_the_rest(asked: list[Asked]) -> None:
    poor = {
        topic: agreement(some) for topic, some in by_topic(asked).items() if agreement(some) < TOPIC_FLOOR
    }
    assert poor == {}, told([one for one in asked if one.line.topic in poor and not one.right])


def told(misses: list[Asked]) -> str:
    return "\n".join([f"{len(misses)} of {len(MATRIX)}", *(str(miss) for miss in misses)])
