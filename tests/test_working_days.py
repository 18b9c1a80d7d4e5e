"""Working days, bank holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings import SettingsError, from_environment
from bot.working_days import Calendar

ENGLAND = Calendar()
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_easter_monday_and_good_friday_are_left_out() -> None:
    assert ENGLAND.after(date(2026, 4, 2), 5) == date(2026, 4, 13)


def test_christmas_and_new_year_are_left_out() -> None:
    assert ENGLAND.after(date(2026, 12, 24), 5) == date(2027, 1, 5)


def test_scotland_has_its_own_bank_holidays() -> None:
    second_of_january = date(2026, 1, 2)
    assert ENGLAND.is_working(second_of_january)
    assert not Calendar("GB-SCT").is_working(second_of_january)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (
            date(2026, 3, 28),
            datetime(2026, 3, 29, 0, 0, tzinfo=UTC),
        ),  # then summer time begins
        (date(2026, 3, 29), datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 26, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_day_ends_by_the_clocks_of_the_organisation(day: date, end: datetime) -> None:
    assert ENGLAND.end_of(day) == end


def test_what_is_received_late_in_the_evening_counts_for_the_local_day() -> None:
    half_past_midnight_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert ENGLAND.deadline(half_past_midnight_in_summer, 1) == ENGLAND.end_of(date(2026, 7, 2))


@given(day=DAYS, count=st.integers(0, 40))
def test_as_many_working_days_lie_between_as_were_counted(day: date, count: int) -> None:
    reached = ENGLAND.after(day, count)
    between = [day + timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert sum(ENGLAND.is_working(one) for one in between) == count


@given(day=DAYS)
def test_the_next_working_day_is_one_and_none_lies_before_it(day: date) -> None:
    found = ENGLAND.working_day(day)
    assert ENGLAND.is_working(found)
    assert not any(ENGLAND.is_working(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    "setting", [{"HEARTH_NATION": "GB"}, {"HEARTH_TIME_ZONE": "Hereford"}, {"HEARTH_TIME_ZONE": "../etc"}]
)
def test_a_calendar_that_is_none_is_named(setting: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(setting))):
        from_environment(setting)
