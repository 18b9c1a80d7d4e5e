"""Leaving, and becoming something else, while an induction is open."""

from collections.abc import Callable

import pytest

from bot import officers, people
from bot.induction import inductions, signing
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Audit, Induction, InductionStep
from knowledge.reading import Role
from tests.induction.conftest import Someone
from tests.induction.standing import acknowledged, invited, walked
from tests.records.stage import all_of, appoint, end_office

WHO = "web:volunteer"


def says_roles(records: Records, *roles: Role) -> None:
    """Have the volunteer say what she is."""
    with records.changing() as change:
        people.say_roles(change, people.known(change, WHO), roles)


def passed(records: Records) -> set[str]:
    """Return the lessons that were passed."""
    return {step.lesson for step in all_of(records, InductionStep) if step.passed_at is not None}


def lessons_of(records: Records, course: Course) -> list[str]:
    """Return the lessons of the one induction."""
    (row,) = all_of(records, Induction)
    with records.reading() as session:
        return [lesson.id for lesson in course.lessons(session, row)]


def roles(records: Records) -> list[str]:
    """Return the roles of the inductions."""
    return [row.roles for row in all_of(records, Induction)]


def test_leaving_ends_what_is_open_and_leaves_what_is_finished(adopted: Records, course: Course) -> None:
    acknowledged(adopted, course, WHO)
    invited(adopted, course, WHO, ("volunteer", "trustee"))
    for _ in range(2):
        with adopted.changing() as change:
            people.left(change, people.known(change, WHO), who="test")
    assert {row.roles: row.state for row in all_of(adopted, Induction)} == {
        "volunteer": "acknowledged",
        "volunteer+trustee": "ended",
    }
    assert [one.what for one in all_of(adopted, Audit)].count("induction:walk:ended") == 1


def test_a_button_pressed_after_leaving_moves_nothing_and_who_is_back_goes_on(
    adopted: Records, meet: Callable[[str], Someone]
) -> None:
    volunteer = meet(WHO)
    volunteer.does("role:volunteer")
    volunteer.says("induction")
    volunteer.presses("Start")
    where = volunteer.presses("Next")
    with adopted.changing() as change:
        people.left(change, people.known(change, WHO), who="test")
    volunteer.presses("Next", where)
    assert [row.state for row in all_of(adopted, Induction)] == ["ended"]
    volunteer.does("role:volunteer")
    volunteer.says("induction")
    assert volunteer.presses("Start").elements == where.elements


def test_a_role_that_comes_brings_its_lessons_and_what_was_passed_stays_passed(
    adopted: Records, course: Course
) -> None:
    invited(adopted, course, WHO)
    walked(adopted, course, WHO, 4)
    before, done = lessons_of(adopted, course), passed(adopted)
    says_roles(adopted, "volunteer", "staff")
    assert roles(adopted) == ["staff+volunteer"] or roles(adopted) == ["volunteer+staff"]
    assert len(lessons_of(adopted, course)) > len(before)
    assert passed(adopted) == done
    assert "induction:roles:changed" in {one.what for one in all_of(adopted, Audit)}


def test_who_is_something_else_goes_on_where_she_is_and_reads_what_came_before_it_at_the_end(
    adopted: Records, course: Course
) -> None:
    invited(adopted, course, WHO)
    walked(adopted, course, WHO, 3)
    done = passed(adopted)
    says_roles(adopted, "trustee")
    assert roles(adopted) == ["trustee"]
    lessons = lessons_of(adopted, course)
    left = [lesson for lesson in lessons if lesson not in done]
    walked(adopted, course, WHO, len(left) - 1)
    assert len(set(lessons) - passed(adopted)) == 1
    walked(adopted, course, WHO, 1)
    assert set(lessons) <= passed(adopted)


def test_the_name_that_was_typed_for_other_roles_is_asked_for_again(adopted: Records, course: Course) -> None:
    invited(adopted, course, WHO)
    with adopted.changing() as change:
        signing.give_name(
            change, inductions.locked(change, people.known(change, WHO), course), "A. Volunteer"
        )
    says_roles(adopted, "trustee")
    (row,) = all_of(adopted, Induction)
    assert row.signed is None


def test_saying_the_same_again_or_nothing_changes_nothing(adopted: Records, course: Course) -> None:
    invited(adopted, course, WHO)
    says_roles(adopted, "volunteer")
    says_roles(adopted)
    assert roles(adopted) == ["volunteer"]


def test_a_role_of_the_invitation_stays_beside_one_that_she_says_herself(
    adopted: Records, course: Course
) -> None:
    with adopted.changing() as change:
        inductions.begin(change, people.known(change, WHO, WHO), ("trustee",), course, who="test")
    says_roles(adopted, "volunteer")
    assert sorted(roles(adopted)[0].split("+")) == ["trustee", "volunteer"]
    says_roles(adopted, "staff")
    assert sorted(roles(adopted)[0].split("+")) == ["staff", "trustee"]


def test_an_office_brings_its_lessons_and_takes_them_along_when_it_ends(
    adopted: Records, course: Course
) -> None:
    invited(adopted, course, WHO)
    office = appoint(adopted, WHO, "trustee")
    assert sorted(roles(adopted)[0].split("+")) == ["trustee", "volunteer"]
    end_office(adopted, office)
    assert roles(adopted) == ["volunteer"]


def test_who_is_manager_no_more_is_staff(adopted: Records, course: Course) -> None:
    office = appoint(adopted, WHO, "manager")
    with adopted.changing() as change:
        person = people.known(change, WHO)
        inductions.begin(change, person, officers.roles(change.session, person), course, who="test")
    assert roles(adopted) == ["manager"]
    end_office(adopted, office)
    assert roles(adopted) == ["staff"]


def test_an_induction_for_what_was_acknowledged_already_ends(adopted: Records, course: Course) -> None:
    acknowledged(adopted, course, WHO)
    invited(adopted, course, WHO, ("volunteer", "trustee"))
    says_roles(adopted, "volunteer")
    assert {row.roles: row.state for row in all_of(adopted, Induction)} == {
        "volunteer": "acknowledged",
        "volunteer+trustee": "ended",
    }


def test_one_that_was_left_off_for_the_same_roles_gives_way(adopted: Records, course: Course) -> None:
    invited(adopted, course, WHO)
    walked(adopted, course, WHO, 2)
    with adopted.changing() as change:
        people.left(change, people.known(change, WHO), who="test")
    invited(adopted, course, WHO, ("trustee",))
    says_roles(adopted, "volunteer")
    assert [(row.roles, row.state) for row in all_of(adopted, Induction)] == [("volunteer", "walking")]


@pytest.mark.parametrize("state", ["acknowledged", "ended"])
def test_what_is_at_an_end_keeps_its_roles(adopted: Records, course: Course, state: str) -> None:
    invited(adopted, course, WHO)
    with adopted.changing() as change:
        inductions.locked(change, people.known(change, WHO), course).state = state
    says_roles(adopted, "trustee")
    assert roles(adopted) == ["volunteer"]
