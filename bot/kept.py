"""What is kept for how long: each kind of record, its default, and the bounds of its setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

# How many of each kind's `unit` it is kept, by its name.
Keep = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record that is let go by the clock.

    `default` counts in `unit`s, as do the bounds `least` and `most`; below `safe` a setting is dangerous.
    `is_set` is false where nothing is to be set. `is_told` is false where even a count would tell too much:
    whoever runs a command may be the one whom a complaint is about.
    """

    name: str
    what: str
    default: int
    unit: timedelta = _DAY
    least: int = 1
    most: int = 36_500
    safe: int = 0
    is_set: bool = True
    is_told: bool = True


# Whoever is off for longer than this loses what waited: hence the warning below 12 hours.
MESSAGES = Kind("message_hours", "words of a message, until it is handled", 24, unit=_HOUR, most=24, safe=12)
WEB_FILES = Kind(
    "web_files", "files sent to the web page, until they are in a case", 24, unit=_HOUR, is_set=False
)
KINDS: Sequence[Kind] = (
    MESSAGES,
    WEB_FILES,
    # Slack repeats an event for up to a day (Events API, "delayed events"); the rest is for looking into
    # what failed.
    Kind("message_ids", "ids of messages that were handled or given up", 30, least=2),
    Kind("forms", "unfinished forms", 30),
    Kind("conversations", "what a conversation remembers", 90),
    Kind("transcripts", "what was said on the web page", 90),
    Kind("questions", "questions on which the policy is silent", 90),
    Kind("feedback", "whether an answer helped", 365),
    Kind("cards", "words of cards that could not be sent", 30, least=2, safe=7),
    Kind("card_ids", "ids of cards that were sent", 90, least=2),
    Kind("codes", "one-time codes, once expired", 0, is_set=False),
    # Six years: Limitation Act 1980, section 5. At most two leap days lie in them.
    Kind("cases", "complaints and other cases, after closing", 2_192, is_told=False),
)
DEFAULTS: Keep = {kind.name: kind.default for kind in KINDS}
NEVER = (
    "open cases",
    "safeguarding cases and their handoffs",
    "acknowledgements",
    "the audit",
    "people, accounts and officers (`hearth erase person` removes what may go)",
)
