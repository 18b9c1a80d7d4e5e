"""Quarters: which one a day lies in, and when its check is opened. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.working_days import Calendar

_MONTHS, _QUARTERS = 3, 4
_NAMES = ("first", "second", "third", "fourth")
# By the organisation's clocks: nobody is called at midnight.
_MORNING = 9


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year; `number` is 1 to 4."""

    year: int
    number: int

    @property
    def id(self) -> str:
        """Return what it is called in the records ("2026-Q4")."""
        return f"{self.year}-Q{self.number}"

    @property
    def words(self) -> str:
        """Return what it is called to people."""
        return f"{_NAMES[self.number - 1]} quarter of {self.year}"

    def opens_on(self, calendar: Calendar) -> date:
        """Return its first working day."""
        return calendar.working_day(date(self.year, (self.number - 1) * _MONTHS + 1, 1))

    def has_begun(self, calendar: Calendar, now: datetime) -> bool:
        """Say whether it is nine in the morning of its first working day, or later."""
        local = calendar.local(now)
        return (local.date(), local.hour) >= (self.opens_on(calendar), _MORNING)

    def next(self) -> "Quarter":
        """Return the quarter after it."""
        if self.number == _QUARTERS:
            return Quarter(self.year + 1, 1)
        return Quarter(self.year, self.number + 1)


def quarter_of(calendar: Calendar, moment: datetime) -> Quarter:
    """Return the quarter in which a moment lies, by the organisation's clocks."""
    day = calendar.local(moment).date()
    return Quarter(day.year, (day.month - 1) // _MONTHS + 1)


def over_since(calendar: Calendar, founded: datetime, now: datetime) -> Iterator[Quarter]:
    """Give the quarters, first working day and all, that were over by now and began after a moment."""
    quarter = quarter_of(calendar, founded)
    if quarter.opens_on(calendar) < calendar.local(founded).date():
        quarter = quarter.next()
    current = quarter_of(calendar, now)
    while quarter < current:
        yield quarter
        quarter = quarter.next()
