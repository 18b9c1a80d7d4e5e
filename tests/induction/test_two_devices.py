"""One person on two platforms: what she does on one holds on the other, also at the same moment."""

from collections import Counter
from collections.abc import Callable

import pytest

from bot import linking
from bot.card import Card
from bot.induction.course import Course
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Acknowledgement, Audit, Induction, InductionStep
from tests.induction.conftest import Someone
from tests.induction.test_walk import step_of, walked
from tests.records.stage import all_of
from tests.records.together import at_once

Both = tuple[Someone, Someone]


@pytest.fixture
def both(meet: Callable[[str], Someone], adopted: Records) -> Both:
    """A volunteer at her telephone and at her computer."""
    phone, computer = meet("slack:T1/U1"), meet("web:computer")
    phone.does("role:volunteer")
    computer.does("role:volunteer")
    with adopted.changing() as change:
        linking.join_accounts(change, phone.name, computer.name, who="test")
    return phone, computer


def test_what_is_begun_on_one_platform_goes_on_at_the_same_clause_on_the_other(
    both: Both, records: Records
) -> None:
    phone, computer = both
    phone.says("induction")
    phone.presses("Start")
    where = phone.presses("Next")
    phone.presses("Pause")
    assert computer.says("induction").elements == where.elements
    computer.presses("Next")
    assert step_of(phone.says("induction")) == step_of(where) + 1
    assert len(all_of(records, Induction)) == 1


def test_the_name_typed_on_one_is_signed_with_on_the_other(
    both: Both, course: Course, records: Records
) -> None:
    phone, computer = both
    phone.says("induction")
    walked(phone, course)
    computer.says("induction")
    confirm = computer.says("A. Volunteer")
    assert phone.presses("I acknowledge", confirm).title == "Done"
    (made,) = all_of(records, Acknowledgement)
    assert (records.open(Acknowledgement.signed, made), made.channel) == ("A. Volunteer", "slack")


def test_begun_on_both_at_once_it_is_one_induction(both: Both, records: Records) -> None:
    phone, computer = both
    at_once(lambda: phone.says("induction"), lambda: computer.says("induction"))
    assert len(all_of(records, Induction)) == 1
    assert Counter(row.what for row in all_of(records, Audit))["induction:walk:begun"] == 1


def test_pressed_on_both_at_once_it_is_one_step(both: Both, course: Course, records: Records) -> None:
    phone, computer = both
    phone.says("induction")
    here = phone.presses("Start")
    at_once(lambda: phone.presses("Next", here), lambda: computer.presses("Next", here))
    assert {step_of(phone.card), step_of(computer.card)} == {2}
    passed = [row.lesson for row in all_of(records, InductionStep) if row.passed_at is not None]
    with records.reading() as session:
        (row,) = all_of(records, Induction)
        assert passed == [course.lessons(session, row)[0].id]


def test_acknowledged_on_both_at_once_it_is_recorded_once_with_one_code(
    both: Both, course: Course, records: Records
) -> None:
    phone, computer = both
    phone.says("induction")
    walked(phone, course)
    confirm = phone.says("A. Volunteer")
    done: list[Card] = at_once(
        lambda: phone.presses("I acknowledge", confirm), lambda: computer.presses("I acknowledge", confirm)
    )
    assert done[0].elements == done[1].elements
    (made,) = all_of(records, Acknowledgement)
    with records.reading() as session:
        assert audit.verify(session, records) is None
    assert Counter(one.what for one in all_of(records, Audit))["induction:policy:acknowledged"] == 1
    assert made.code
