"""Days as they are said: "Monday 7 December 2026", without the nought that strftime puts before the 7."""

from datetime import date

FULL, WEEKDAY, DATE, SHORT = "%A %d %B %Y", "%A %d %B", "%d %B %Y", "%d %B"


def in_words(day: date, pattern: str = FULL) -> str:
    """Return a day, or a moment, in the words of a strftime pattern, with the day of the month as said."""
    return day.strftime(pattern.replace("%d", str(day.day)))
