"""The register: who has finished, who is where, who is late; and the card that tells the manager."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import officers, people
from bot.card import Card, Facts, Text, buttons_of
from bot.contact import contact_given
from bot.induction import paper, register, register_cards, signing, walk
from bot.induction.course import Course
from bot.induction.paper import Paper
from bot.induction.register import Row, group, place
from bot.induction.register import State as Standing
from bot.records.store import Records
from tests.induction.conftest import Someone
from tests.induction.standing import acknowledged, induction_of, invited, known, walked
from tests.records.conftest import Clock
from tests.records.stage import MANAGER, Platform, appoint

Meet = Callable[[str], Someone]
LATE_AFTER = timedelta(days=14)
STEPS = 12  # of a volunteer


def _rows(records: Records, course: Course) -> Sequence[Row]:
    with records.reading() as session:
        return register.rows(records, session, course)


def _places(records: Records, course: Course) -> dict[str, str]:
    return {row.name: place(row) for row in _rows(records, course)}


def test_everyone_stands_where_she_is(adopted: Records, course: Course) -> None:
    known(adopted, "web:new")
    invited(adopted, course, "web:invited")
    for account, steps in (("web:begun", 0), ("web:third", 2), ("web:end", STEPS), ("web:paused", 3)):
        invited(adopted, course, account)
        walked(adopted, course, account, steps)
    for account in ("web:no", "web:gone"):
        invited(adopted, course, account)
    acknowledged(adopted, course, "web:done", "Anna Done")
    with adopted.changing() as change:
        walk.pause(change, induction_of(change, "web:paused"))
        signing.decline(change, induction_of(change, "web:no"), people.known(change, "web:no"))
        induction_of(change, "web:gone").state = "ended"
    assert _places(adopted, course) == {
        "web:new": "not begun",
        "web:invited": "invited",
        "web:begun": f"at step 1 of {STEPS}",
        "web:third": f"at step 3 of {STEPS}",
        "web:end": "at the acknowledgement",
        "web:paused": f"paused at step 4 of {STEPS}",
        "web:no": "declined",
        "web:gone": "ended",
        "Anna Done": "acknowledged",
    }


def test_a_row_tells_roles_version_days_choices_and_code(
    adopted: Records, course: Course, clock: Clock
) -> None:
    began = clock()
    made = acknowledged(adopted, course)
    (row,) = _rows(adopted, course)
    assert (row.name, row.accounts, row.roles) == ("A. Volunteer", ("web:volunteer",), ("volunteer",))
    assert (row.version, row.started, row.acknowledged) == (course.policy.version, began, made.at)
    assert (row.through, row.code) == ("web", made.code)
    situations = [one for one in course.situations if "volunteer" in one.roles]
    assert row.attempts == len(situations) > 0


def test_wrong_choices_are_counted_too(volunteer: Someone, adopted: Records, course: Course) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    wrong = {one.label for each in course.situations for one in each.options if not one.right}
    while not (labels := [one for one in _labels(volunteer.card) if one in wrong]):
        volunteer.presses("Next")
    volunteer.presses(labels[0])
    volunteer.presses(labels[0])
    (row,) = _rows(adopted, course)
    assert row.attempts == 2


def _labels(card: Card) -> list[str]:
    return [button.label for button in buttons_of(card)]


def test_the_own_name_comes_before_the_one_that_was_signed(adopted: Records, course: Course) -> None:
    known(adopted, "web:volunteer", name="Anna of the Office")
    acknowledged(adopted, course, "web:volunteer", "A. Volunteer")
    assert [row.name for row in _rows(adopted, course)] == ["Anna of the Office"]


def test_who_said_no_role_is_counted_and_not_listed(adopted: Records, course: Course) -> None:
    known(adopted, "web:1", ())
    known(adopted, "web:2", ())
    known(adopted, "web:volunteer")
    with adopted.changing() as change:
        people.left(change, people.known(change, "web:2"), who="test")
    assert [row.name for row in _rows(adopted, course)] == ["web:volunteer"]
    with adopted.reading() as session:
        assert register.not_asked(session, adopted.organisation) == 1


def test_an_officer_without_an_account_is_not_told_as_one_who_wrote(adopted: Records) -> None:
    with adopted.changing() as change:
        person = people.named(change, "The Lead", None)
        officers.appoint(change, "safeguarding_lead", contact_given("The Lead", "999"), person, who="test")
    with adopted.reading() as session:
        assert register.not_asked(session, adopted.organisation) == 0


def test_an_officer_without_an_account_has_not_begun(adopted: Records, course: Course) -> None:
    with adopted.changing() as change:
        person = people.named(change, "The Chair", None)
        officers.appoint(change, "chair", contact_given("The Chair", "999"), person, who="test")
    (row,) = _rows(adopted, course)
    assert (row.name, row.roles, row.state) == ("The Chair", ("chair",), "not begun")


def test_who_has_left_without_beginning_is_not_waited_for(adopted: Records, course: Course) -> None:
    known(adopted, "web:volunteer")
    with adopted.changing() as change:
        people.left(change, people.known(change, "web:volunteer"), who="test")
    assert _rows(adopted, course) == []


@pytest.mark.parametrize("state", ["invited", "walking", "paused"])
def test_who_makes_no_step_for_two_weeks_is_late(
    adopted: Records, course: Course, clock: Clock, state: str
) -> None:
    invited(adopted, course, "web:volunteer")
    if state != "invited":
        walked(adopted, course, "web:volunteer", 1)
    with adopted.changing() as change:
        if state == "paused":
            walk.pause(change, induction_of(change, "web:volunteer"))
    since = clock() + LATE_AFTER
    clock.passes(days=13, hours=23)
    assert _rows(adopted, course)[0].late_since is None
    clock.passes(days=3)
    assert _rows(adopted, course)[0].late_since == since


@pytest.mark.parametrize("end", ["declined", "acknowledged", "ended"])
def test_who_is_at_an_end_is_never_late(adopted: Records, course: Course, clock: Clock, end: str) -> None:
    if end == "acknowledged":
        acknowledged(adopted, course)
    else:
        invited(adopted, course, "web:volunteer")
        with adopted.changing() as change:
            induction_of(change, "web:volunteer").state = end
    clock.passes(days=100)
    assert _rows(adopted, course)[0].late_since is None


def test_a_pause_until_a_date_puts_off_being_late(adopted: Records, course: Course, clock: Clock) -> None:
    invited(adopted, course, "web:volunteer")
    with adopted.changing() as change:
        induction_of(change, "web:volunteer").paused_until = date(2026, 4, 1)
    clock.passes(days=20)
    assert _rows(adopted, course)[0].late_since is None
    clock.time = datetime(2026, 4, 11, 23, 59, tzinfo=UTC)  # the reminders begin anew on that date
    assert _rows(adopted, course)[0].late_since is None
    clock.time = datetime(2026, 4, 12, tzinfo=UTC)
    assert _rows(adopted, course)[0].late_since == clock.time


def test_an_open_induction_counts_before_a_later_one_that_is_finished(
    adopted: Records, course: Course, clock: Clock
) -> None:
    appoint(adopted, MANAGER, "manager")
    invited(adopted, course, "web:volunteer", ("volunteer", "trustee"))
    clock.passes(days=1)
    with adopted.changing() as change:
        signed = Paper("A. Volunteer", date(2026, 3, 1), "In the folder")
        paper.sign_off(change, course, people.known(change, "web:volunteer"), ("volunteer",), signed)
    (row,) = (row for row in _rows(adopted, course) if row.accounts == ("web:volunteer",))
    assert (row.state, row.roles) == ("invited", ("volunteer", "trustee"))


def test_nobody_of_another_organisation_is_listed(adopted: Records, course: Course) -> None:
    known(adopted, "web:volunteer")
    assert _rows(adopted.of("another"), course) == []


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
states: st.SearchStrategy[Standing] = st.sampled_from(get_args(Standing))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Draw a row such as there may be."""
    state: Standing = draw(states)
    at = NOW - timedelta(days=draw(st.integers(0, 60)))
    is_late = state in ("invited", "walking", "paused") and draw(st.booleans())
    return Row(
        person=draw(st.uuids()).hex,
        name=draw(st.text(min_size=1, max_size=8)),
        accounts=(),
        roles=("volunteer",),
        state=state,
        step=2 if state == "walking" else 0,
        steps=STEPS if state == "walking" else 0,
        stepped=None if state == "not begun" else at,
        late_since=at + LATE_AFTER if is_late else None,
        acknowledged=at if state == "acknowledged" else None,
    )


@given(st.lists(rows(), max_size=60))
def test_the_late_come_first_and_the_longest_late_before_all(found: list[Row]) -> None:
    ordered = register.in_order(found)
    assert Counter(map(repr, ordered)) == Counter(map(repr, found))
    for before, after in pairwise(ordered):
        assert before.late_since or not after.late_since
        if before.late_since and after.late_since:
            assert before.late_since <= after.late_since
    last = [group(row) for row in ordered]
    assert last == sorted(last, key=("late", "declined", "under way", "not begun", "finished", "ended").index)


def _lines(card: Card) -> int:
    return sum(len(part.rows) if isinstance(part, Facts) else 1 for part in card.elements)


@given(st.lists(rows(), max_size=80), st.integers(0, 3))
def test_however_long_the_list_nobody_is_cut_and_no_card_is_long(found: list[Row], not_asked: int) -> None:
    ordered = register.in_order(found)
    told = register_cards.overview("m.induction", ordered, not_asked)
    named = [
        label for card in told for part in card.elements if isinstance(part, Facts) for label, _ in part.rows
    ]
    assert named == [row.name for row in ordered]
    assert all(_lines(card) <= 20 for card in told)
    assert len({card.id for card in told}) == len(told)
    assert {card.summary for card in told} == {"The register of the induction."}  # read out: nobody's name


def _words(cards: Sequence[Card]) -> str:
    return "\n".join(
        f"{part.text}" if isinstance(part, Text) else "\n".join(f"{a}: {b}" for a, b in part.rows)
        for card in cards
        for part in card.elements
        if isinstance(part, Text | Facts)
    )


def test_the_manager_is_told_counts_then_who_is_late_then_the_others(
    meet: Meet, adopted: Records, course: Course, clock: Clock
) -> None:
    invited(adopted, course, "web:late")
    walked(adopted, course, "web:late", 1)
    clock.passes(days=15)
    appoint(adopted, MANAGER, "manager")
    acknowledged(adopted, course, "web:done", "Anna Done")
    invited(adopted, course, "web:begun")
    walked(adopted, course, "web:begun", 4)
    manager = meet(MANAGER)
    manager.says("who hasn't finished?")
    assert _words(manager.cards).splitlines() == [
        "1 of 4 has finished. 1 is late, 1 is under way, 1 has not begun.",
        "Late",
        f"web:late: volunteer, at step 2 of {STEPS}, last step 2 March 2026, late since 16 March 2026",
        "Under way",
        f"web:begun: volunteer, at step 5 of {STEPS}, last step 17 March 2026",
        "Not begun",
        "web:manager: manager",
        "Finished",
        "Anna Done: volunteer, 17 March 2026",
    ]


def test_a_long_register_reaches_the_manager_whole(meet: Meet, adopted: Records) -> None:
    appoint(adopted, MANAGER, "manager")
    for number in range(40):
        known(adopted, f"web:person-{number:02}")
    manager = meet(MANAGER)
    manager.says("induction list")
    assert [card.title for card in manager.cards] == [
        f"Who has finished the induction, {number} of 3" for number in (1, 2, 3)
    ]
    assert all(f"web:person-{number:02}" in _words(manager.cards) for number in range(40))


def test_where_there_is_nobody_the_manager_is_told_so() -> None:
    (card,) = register_cards.overview("m", [], 2)
    assert "Nobody has begun" in _words([card])
    assert "2 people who wrote to me without saying a role" in _words([card])


def test_a_volunteer_is_not_told_who_has_finished(volunteer: Someone, adopted: Records) -> None:
    known(adopted, "web:other")
    card = volunteer.says("who hasn't finished?")
    assert "for the manager to see" in _words([card])
    assert "web:other" not in _words(volunteer.cards)


def test_asked_where_others_read_the_register_goes_to_the_manager_in_private(
    meet: Meet, adopted: Records, platform: Platform
) -> None:
    appoint(adopted, MANAGER, "manager")
    known(adopted, "web:other")
    manager = meet(MANAGER)
    manager.says_where_others_read("who hasn't finished?", "slack:T1/C1")
    assert platform.words("slack:T1/C1") == []
    assert "web:other" in _words(manager.cards)
