"""Days as they are said."""

from datetime import UTC, date, datetime

from bot import days


def test_the_first_days_of_a_month_are_said_without_a_nought() -> None:
    assert days.in_words(date(2026, 12, 7)) == "Monday 7 December 2026"
    assert days.in_words(date(2026, 12, 17), days.SHORT) == "17 December"


def test_the_time_of_day_keeps_its_nought() -> None:
    assert days.in_words(datetime(2026, 3, 2, 9, 5, tzinfo=UTC), "%d %B at %H:%M") == "2 March at 09:05"
