"""Reminders: who is reminded when, what moves it, and when the office is told."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot import policies
from bot.card import Card, Text
from bot.induction import reminders
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Account, Audit, Induction, PolicyVersion, Sending, new_id
from bot.stored import load_card
from bot.working_days import Calendar
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint

CALENDAR = Calendar()
_START = datetime(2026, 1, 1, tzinfo=UTC)
Meet = Callable[[str], Someone]


def cards_to(records: Records, conversation: str) -> list[Card]:
    """Return the cards that wait to be sent to a conversation, in order."""
    waiting = [row for row in all_of(records, Sending) if row.conversation == conversation and row.card]
    return [load_card(records.open(Sending.card, row)) for row in sorted(waiting, key=lambda row: row.seq)]


def words_to(records: Records, conversation: str) -> str:
    """Return all that waits to be said to a conversation."""
    cards = cards_to(records, conversation)
    return " ".join(part.text for card in cards for part in card.elements if isinstance(part, Text))


def each_hour(records: Records, clock: Clock, days: int) -> list[datetime]:
    """Run the job each hour of so many days; return the hours in which something was to be sent."""
    hours, known = [], len(all_of(records, Sending))
    for _ in range(24 * days):
        reminders.send_due(records, CALENDAR)
        sent = len(all_of(records, Sending))
        if sent > known:
            hours.append(clock.time)
        known = sent
        clock.passes(hours=1)
    return hours


@pytest.fixture
def begun(volunteer: Someone) -> Someone:
    """A volunteer on her first step, on Monday 2 March 2026 at nine."""
    volunteer.says("induction")
    volunteer.presses("Start")
    return volunteer


def test_reminders_go_out_three_seven_and_fourteen_days_after_the_last_step(
    begun: Someone, records: Records, clock: Clock
) -> None:
    hours = each_hour(records, clock, days=40)
    assert hours == [datetime(2026, 3, day, 9, tzinfo=UTC) for day in (5, 9, 16)]
    assert [card.title for card in cards_to(records, begun.name)] == ["Your induction waits"] * 3
    (row,) = all_of(records, Induction)
    assert row.reminded == 3


def test_what_is_due_on_a_weekend_goes_out_on_the_next_working_morning(
    volunteer: Someone, records: Records, clock: Clock
) -> None:
    clock.time = datetime(2026, 4, 1, 15, 0, tzinfo=UTC)  # Easter is on 5 April
    volunteer.says("induction")
    clock.time = datetime(2026, 4, 4, 0, 0, tzinfo=UTC)
    # In summer it is nine here when it is eight in UTC.
    assert each_hour(records, clock, days=4) == [datetime(2026, 4, 7, 8, tzinfo=UTC)]


@pytest.mark.parametrize(("hour", "sent"), [(8, 0), (9, 1), (11, 1), (12, 0), (20, 0)])
def test_only_mornings_are_for_reminders(
    begun: Someone, records: Records, clock: Clock, hour: int, sent: int
) -> None:
    clock.time = datetime(2026, 3, 5, hour, 30, tzinfo=UTC)
    reminders.send_due(records, CALENDAR)
    assert len(cards_to(records, begun.name)) == sent


def test_a_step_begins_the_count_anew(begun: Someone, records: Records, clock: Clock) -> None:
    each_hour(records, clock, days=4)
    begun.presses("Next")
    clock.time = datetime(2026, 3, 9, 9, tzinfo=UTC)  # the step was on 6 March
    assert each_hour(records, clock, days=3) == [datetime(2026, 3, 9, 9, tzinfo=UTC)]
    (row,) = all_of(records, Induction)
    assert row.reminded == 1


def test_run_twice_or_on_two_workers_a_reminder_is_sent_once(
    begun: Someone, records: Records, clock: Clock
) -> None:
    clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        reminders.send_due(records, CALENDAR)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    reminders.send_due(records, CALENDAR)
    assert len(cards_to(records, begun.name)) == 1
    sent = [entry for entry in all_of(records, Audit) if entry.what == "induction:reminder:sent"]
    assert len(sent) == 1


def test_after_days_without_the_system_there_is_one_reminder(
    begun: Someone, records: Records, clock: Clock
) -> None:
    clock.time = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)
    assert each_hour(records, clock, days=1) == [datetime(2026, 3, 11, 10, tzinfo=UTC)]
    assert len(cards_to(records, begun.name)) == 1
    (row,) = all_of(records, Induction)
    assert row.reminded == 2


def test_several_that_are_due_are_one_message(begun: Someone, records: Records, clock: Clock) -> None:
    (row,) = all_of(records, Induction)
    with records.changing() as change:
        for policy in ("Lone Working Policy", "Withdrawn Policy"):
            text = PolicyVersion(
                id=new_id(),
                organisation=records.organisation,
                policy=policy,
                version="1",
                text="",
                adopted_at=clock(),
                withdrawn_at=clock() if policy.startswith("Withdrawn") else None,
            )
            other = Induction(
                id=new_id(),
                organisation=records.organisation,
                person=row.person,
                roles="volunteer",
                policy=policy,
                version="1",
                state="walking",
                started_at=clock(),
                stepped_at=clock(),
            )
            change.session.add_all([text, other])
    clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    reminders.send_due(records, CALENDAR)
    (card,) = cards_to(records, begun.name)
    said = [part.text for part in card.elements if isinstance(part, Text)]
    assert len(said) == 2
    assert "Lone Working Policy is ready" in said[1] or "Lone Working Policy is ready" in said[0]


def test_a_pause_until_a_date_moves_the_reminders_there(
    begun: Someone, records: Records, clock: Clock
) -> None:
    begun.presses("Pause")
    told = begun.presses("No reminders before 9 March")
    assert "No reminders before 9 March 2026." in [
        part.text for part in told.elements if isinstance(part, Text)
    ]
    hours = each_hour(records, clock, days=40)
    assert [hour.date() for hour in hours] == [date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 20)]


def test_a_reminder_offers_to_put_the_next_ones_off(begun: Someone, records: Records, clock: Clock) -> None:
    clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    reminders.send_due(records, CALENDAR)
    (reminder,) = cards_to(records, begun.name)
    begun.presses("No reminders before 2 April", reminder)
    assert [hour.date() for hour in each_hour(records, clock, days=40)][:1] == [date(2026, 4, 2)]


@pytest.mark.parametrize("day", ["2026-03-02", "2026-02-01", "2027-03-02", "tomorrow", ""])
def test_a_button_for_a_day_that_is_past_or_far_away_puts_nothing_off(
    begun: Someone, records: Records, day: str
) -> None:
    begun.does(f"induction:until:{day}")
    (row,) = all_of(records, Induction)
    assert (row.state, row.paused_until) == ("walking", None)


def test_who_only_paused_is_reminded_all_the_same(begun: Someone, records: Records, clock: Clock) -> None:
    begun.presses("Pause")
    assert len(each_hour(records, clock, days=5)) == 1


@pytest.mark.parametrize("state", ["declined", "acknowledged", "ended"])
def test_who_is_at_an_end_is_not_reminded(begun: Someone, records: Records, clock: Clock, state: str) -> None:
    with records.changing() as change:
        change.session.scalars(select(Induction)).one().state = state
    clock.time = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    reminders.send_due(records, CALENDAR)
    assert cards_to(records, begun.name) == []


def test_while_the_policy_is_withdrawn_nobody_is_reminded(
    begun: Someone, records: Records, course: Course, clock: Clock
) -> None:
    with records.changing() as change:
        row = policies.in_force(change.session, records.organisation, course.policy.title, records.now())
        assert row is not None
        policies.withdraw(change, row, who="test")
    clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    reminders.send_due(records, CALENDAR)
    assert cards_to(records, begun.name) == []


def test_after_the_third_the_manager_is_told_once_by_a_notification_that_names_nobody(
    begun: Someone, records: Records, clock: Clock
) -> None:
    appoint(records, "web:manager", "manager")
    clock.time = datetime(2026, 3, 5, tzinfo=UTC)
    each_hour(records, clock, days=5)
    assert cards_to(records, "web:manager") == []
    each_hour(records, clock, days=30)
    (told,) = cards_to(records, "web:manager")
    assert begun.name in words_to(records, "web:manager")
    assert (told.title, told.summary) == ("An induction waits", "You have a private item.")
    assert "Sample manager" in words_to(records, begun.name)


def test_of_several_the_manager_is_told_in_one_message(meet: Meet, records: Records, clock: Clock) -> None:
    appoint(records, "web:manager", "manager")
    for name in ("web:one", "web:two"):
        someone = meet(name)
        someone.does("role:volunteer")
        someone.says("induction")
    each_hour(records, clock, days=20)
    (told,) = cards_to(records, "web:manager")
    assert "web:one" in words_to(records, "web:manager")
    assert "web:two" in words_to(records, "web:manager")
    assert told.title == "An induction waits"


def test_the_managers_own_lateness_goes_to_the_chair(meet: Meet, records: Records, clock: Clock) -> None:
    for office in ("manager", "deputy_manager", "chair"):
        appoint(records, f"web:{office}", office)
    meet("web:manager").says("induction")
    each_hour(records, clock, days=20)
    assert [card.title for card in cards_to(records, "web:chair")] == ["An induction waits"]
    assert cards_to(records, "web:deputy_manager") == []


def test_without_anyone_to_tell_the_person_is_reminded_all_the_same(
    begun: Someone, records: Records, clock: Clock
) -> None:
    each_hour(records, clock, days=20)
    assert len(cards_to(records, begun.name)) == 3
    assert "I tell" not in words_to(records, begun.name)


def test_who_cannot_be_reached_is_counted_and_the_manager_told(
    begun: Someone, records: Records, clock: Clock
) -> None:
    appoint(records, "web:manager", "manager")
    with records.changing() as change:
        hers = select(Account).where(Account.name == begun.name)
        change.session.scalars(hers).one().direct = None
    each_hour(records, clock, days=20)
    assert cards_to(records, begun.name) == []
    assert len(cards_to(records, "web:manager")) == 1


def test_another_organisations_are_left_to_its_own_job(
    begun: Someone, records: Records, clock: Clock
) -> None:
    clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    reminders.send_due(records.of("another"), CALENDAR)
    assert cards_to(records, begun.name) == []


@given(
    stepped=st.integers(0, 5 * 365 * 24 * 60).map(lambda at: _START + timedelta(minutes=at)),
    paused=st.none() | st.dates(date(2026, 1, 1), date(2031, 3, 1)),
)
def test_reminders_are_in_order_on_working_days_and_never_before_a_pause_is_over(
    stepped: datetime, paused: date | None
) -> None:
    days = reminders.mornings(stepped, paused, CALENDAR)
    assert list(days) == sorted(days)
    assert all(CALENDAR.is_working(day) for day in days)
    assert days[0] >= max(stepped.date() + timedelta(days=3), paused or date.min)
