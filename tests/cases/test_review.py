"""The policy's own review: told once a quarter while it is overdue."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot import policies, reach
from bot.card import Card, Quote
from bot.cases import review
from bot.cases.rules import default_rules
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Audit
from tests.cases.forms import House, words
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint

TITLE = "The policy is due for review"


def minute(records: Records, course: Course, house: House) -> None:
    """Let the clock look, and what it says arrive."""
    review.tell_due(records, course, default_rules())
    house["other"].does("leave-it")


def told(house: House, name: str = "chair") -> list[Card]:
    """Return what someone was told of the review."""
    return [card for card in house[name].cards if card.title == TITLE]


def test_the_trustees_and_nobody_else_are_told_with_the_law_that_was_superseded(
    house: House, adopted: Records, course: Course
) -> None:
    appoint(adopted, "web:other", "trustee")
    minute(adopted, course, house)
    for name in ("chair", "vice", "other"):
        (card,) = told(house, name)
        assert "due for review in November 2019" in words(card)
        assert "replaced by the UK GDPR and the Data Protection Act 2018" in words(card)
        assert [part.text for part in card.elements if isinstance(part, Quote)] == [
            course.policy.clause("2.10").text
        ]
    for name in ("manager", "lead", "volunteer"):
        assert not told(house, name)


def test_once_a_quarter_whatever_the_minute_and_again_in_the_next(
    house: House, adopted: Records, course: Course, clock: Clock
) -> None:
    for _ in range(3):
        minute(adopted, course, house)
        clock.passes(days=5)
    assert len(told(house)) == 1
    clock.time = datetime(2026, 4, 1, 7, 59, tzinfo=UTC)  # a minute before nine, by summer time
    minute(adopted, course, house)
    assert len(told(house)) == 1
    clock.passes(minutes=1)
    minute(adopted, course, house)
    assert len(told(house)) == 2
    assert len([row for row in all_of(adopted, Audit) if row.what == "policy:review:told"]) == 2


def test_off_on_the_first_day_it_is_told_when_the_system_is_on_again(
    house: House, adopted: Records, course: Course, clock: Clock
) -> None:
    minute(adopted, course, house)
    clock.time = datetime(2026, 9, 29, 22, tzinfo=UTC)
    minute(adopted, course, house)
    assert len(told(house)) == 2


def test_a_policy_with_a_date_to_come_or_none_ends_it(
    house: House, adopted: Records, course: Course, clock: Clock
) -> None:
    for due in (date(2028, 1, 1), None):
        later = replace(course, policy=replace(course.policy, review_due=due))
        minute(adopted, later, house)
        clock.passes(days=92)
    assert not told(house)
    overdue = replace(course, policy=replace(course.policy, review_due=date(2026, 5, 1)))
    minute(adopted, overdue, house)
    assert "due for review in May 2026" in words(told(house)[0])


def test_a_policy_that_was_withdrawn_or_replaced_is_not_told_of(
    house: House, adopted: Records, course: Course, clock: Clock
) -> None:
    clock.passes(days=1)
    with adopted.changing() as change:
        policies.adopt(change, course.policy.title, "newer", "Ask first.", who="test")
    minute(adopted, course, house)
    with adopted.changing() as change:
        row = policies.in_force(change.session, adopted.organisation, course.policy.title, adopted.now())
        assert row is not None
        policies.withdraw(change, row, who="test")
    minute(adopted, course, house)
    assert not told(house)


def test_where_none_can_be_reached_it_is_not_taken_for_told(
    house: House, adopted: Records, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(reach, "tell", lambda *_: False)
        minute(adopted, course, house)
    assert not [row for row in all_of(adopted, Audit) if row.what == "policy:review:told"]
    minute(adopted, course, house)
    assert len(told(house)) == 1
    assert len([row for row in all_of(adopted, Audit) if row.what == "policy:review:told"]) == 1
