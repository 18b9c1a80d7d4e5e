"""Working days of the organisation's nation, and its morning. No other file counts them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

# The United Kingdom's nations, as the holidays package calls its subdivisions.
NATIONS = {"GB-ENG": "ENG", "GB-WLS": "WLS", "GB-SCT": "SCT", "GB-NIR": "NIR"}
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """When the organisation works. `nation` is one of `NATIONS`, `zone` a name of the IANA time zones."""

    nation: str = "GB-ENG"
    zone: str = "Europe/London"

    @cached_property
    def _holidays(self) -> holidays.HolidayBase:
        return holidays.country_holidays("GB", subdiv=NATIONS[self.nation])

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the organisation's clocks show it."""
        return moment.astimezone(self._zone)

    def is_working(self, day: date) -> bool:
        """Say whether a day is a working day: no weekend, no bank holiday of the nation."""
        return day.weekday() < _SATURDAY and day not in self._holidays

    def working_day(self, day: date) -> date:
        """Return a day itself where it is a working day, else the next one that is."""
        while not self.is_working(day):
            day += _DAY
        return day

    def after(self, day: date, working_days: int) -> date:
        """Return the Nth working day after a day; that day itself is day 0."""
        for _ in range(working_days):
            day = self.working_day(day + _DAY)
        return day

    def end_of(self, day: date) -> datetime:
        """Return the moment at which a day has ended here, in UTC: a deadline on that day."""
        return datetime.combine(day + _DAY, time(), self._zone).astimezone(UTC)

    def deadline(self, received: datetime, working_days: int) -> datetime:
        """Return the end of the Nth working day after a moment."""
        return self.end_of(self.after(self.local(received).date(), working_days))
