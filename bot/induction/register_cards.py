"""The cards of the register: who has finished the induction and who has not, for the office."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.induction.register import Group, Row, group, place

# So many lines of people and headings on one card; a longer list goes on on the next.
MOST_LINES = 16
INVITE_ALL = "induction:invite-all"

_HEADINGS: Mapping[Group, str] = {
    "late": "Late",
    "declined": "Not agreed",
    "under way": "Under way",
    "not begun": "Not begun",
    "finished": "Finished",
    "ended": "Ended: left, or the policy was withdrawn",
}
_COUNTED: Mapping[Group, tuple[str, str]] = {
    "late": ("is late", "are late"),
    "declined": ("does not agree", "do not agree"),
    "under way": ("is under way", "are under way"),
    "not begun": ("has not begun", "have not begun"),
    "ended": ("has ended without", "have ended without"),
}


def overview(card_id: str, rows: Sequence[Row], not_asked: int) -> Sequence[Card]:
    """Return who has finished and who has not, in the rows' order, on as many cards as that takes.

    The last one offers to invite those who have not begun, where there are any.
    """
    parts = list(_parts(rows)) or [[]]
    first: list[Element] = [Text(said) for said in _counts(rows, not_asked)]
    last = tuple(_inviting(rows))
    return [
        Card(
            card_id if number == 1 else f"{card_id}.{number}",
            _title(number, len(parts)),
            (
                *(first if number == 1 else ()),
                *_people(part),
                *(last if number == len(parts) else ()),
            ),
            "The register of the induction.",
        )
        for number, part in enumerate(parts, 1)
    ]


def invited(card_id: str, number: int, unreached: Sequence[str]) -> Card:
    """Return how many were invited, and who has nowhere to be invited to."""
    said = [Text(f"{number} {'person is' if number == 1 else 'people are'} invited.")]
    if unreached:
        names = ", ".join(unreached[:MOST_LINES])
        more = f" and {len(unreached) - MOST_LINES} more" if len(unreached) > MOST_LINES else ""
        said.append(Text(f"I have no place to write to {names}{more}. They have to write to me once."))
    return Card(card_id, "Invited", tuple(said), "The register of the induction.")


def _inviting(rows: Sequence[Row]) -> Iterator[Element]:
    count = sum(row.state == "not begun" for row in rows)
    if count:
        who = "the one person" if count == 1 else f"the {count} people"
        yield Buttons((Button(f"Invite {who} who {'has' if count == 1 else 'have'} not begun", INVITE_ALL),))


def _title(number: int, of: int) -> str:
    return "Who has finished the induction" + (f", {number} of {of}" if of > 1 else "")


def _counts(rows: Sequence[Row], not_asked: int) -> Iterator[str]:
    count = Counter(map(group, rows))
    left = [f"{count[of]} {words[count[of] > 1]}" for of, words in _COUNTED.items() if count[of]]
    if not rows:
        yield "Nobody has begun the induction, and nobody has said what she or he is."
    else:
        have = "has" if count["finished"] == 1 else "have"
        yield f"{count['finished']} of {len(rows)} {have} finished. {_listed(left)}".strip()
    if not_asked:
        who = "1 person who wrote" if not_asked == 1 else f"{not_asked} people who wrote"
        yield f"Not counted: {who} to me without saying a role."


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts)}." if parts else ""


def _parts(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Deal the rows out over cards; a heading is a line too, and is said again where its group goes on."""
    part: list[Row] = []
    lines = 0
    for row in rows:
        heading = not part or group(part[-1]) != group(row)
        if part and lines + 1 + heading > MOST_LINES:
            yield part
            part, lines, heading = [], 0, True
        part.append(row)
        lines += 1 + heading
    if part:
        yield part


def _people(part: Sequence[Row]) -> Iterator[Element]:
    for of, members in groupby(part, key=group):
        yield Text(_HEADINGS[of])
        yield Facts(tuple((row.name, _standing(row)) for row in members))


def _standing(row: Row) -> str:
    """Return what is to be known of someone on one line: role, place, since when."""
    roles = " and ".join(row.roles)
    match group(row):
        case "late" if row.late_since is not None and row.stepped is not None:
            return f"{roles}, {place(row)}, last step {_day(row.stepped)}, late since {_day(row.late_since)}"
        case "finished" if row.acknowledged is not None:
            return f"{roles}, {_day(row.acknowledged)}{', on paper' if row.through == 'paper' else ''}"
        case "not begun":
            return roles
        case _:
            return f"{roles}, {place(row)}" + (f", last step {_day(row.stepped)}" if row.stepped else "")


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
