"""Questions on which the policy is silent, for those who can change it: by topic and count.

How a question was worded is for the manager and her deputy to read; trustees see what these made of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from bot import officers, people
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases.casebook import NOT_OPEN, CaseError
from bot.contact import Office
from bot.records.tables import Unanswered
from bot.visit import Visit

_READ: frozenset[Office] = frozenset({"manager", "deputy_manager"})
_SEE: frozenset[Office] = _READ | {"chair", "deputy_chair", "trustee"}
_SUMMARY = "You have a private item."
_MOST_BUTTONS = 15


def listed(visit: Visit, _: str) -> Sequence[Card]:
    """Return the topics on which the policy was silent, the most asked first, and what was made of them."""
    held = _held(visit)
    if not held & _SEE:
        raise CaseError("That list is for the trustees and the manager.")
    rows = _rows(visit)
    if not rows:
        said = Text("Nothing was asked of late on which the policy is silent.")
        return (Card(visit.card_id, "Unanswered questions", (said,), _SUMMARY),)
    counts = Counter(row.topic for row in rows).most_common()
    elements: list[Element] = [
        Text("What was asked, and the policy does not say:"),
        Facts(tuple((_topic(visit, topic), str(count)) for topic, count in counts)),
    ]
    for topic, _count in counts:
        elements += [Text(f"{_topic(visit, topic)}: {words}") for words in _shortened(visit, rows, topic)]
    if held & _READ:
        elements += _to_read(visit, rows, [topic for topic, _count in counts])
    return (Card(visit.card_id, "Unanswered questions", tuple(elements), _SUMMARY),)


def offer(visit: Visit) -> Sequence[Element]:
    """Return a button to the list, for those who may see it, as long as there is something on it."""
    if not _held(visit) & _SEE or not _rows(visit):
        return ()
    return (Buttons((Button("Questions that the policy does not answer", "case:unanswered"),)),)


def read(visit: Visit, rest: str) -> Sequence[Card]:
    """Show the manager the next question of a topic that nobody has shortened yet."""
    topic, _, after = rest.partition(":")
    _may_read(visit)
    left = _unread(_rows(visit), topic)
    ids = [row.id for row in left]
    row = next(iter(left[ids.index(after) + 1 :] if after in ids else left), None)
    if row is None:
        back = Buttons((Button("Back to the list", "case:unanswered"),))
        return (Card(visit.card_id, "Unanswered questions", (Text("That was the last."), back), _SUMMARY),)
    visit.change.audit("unanswered:question:shown", row.id, people.audit_name(visit.person))
    ways = Buttons(
        (
            Button("Shorten it for the trustees", f"case:shorten:{row.id}", "primary"),
            Button("Next", f"case:silent:{topic}:{row.id}"),
            Button("Back to the list", "case:unanswered"),
        )
    )
    words = visit.change.records.open(Unanswered.question, row)
    return (Card(visit.card_id, _topic(visit, topic), (Text(words), ways), _SUMMARY),)


def shorten(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask for a question in few words that tell of nobody."""
    row = _of_id(visit, rest)
    visit.state.awaiting = f"officer:shorten:{row.id}"
    said = Text("Write it in a few words, for the trustees: nothing that tells who asked, or of whom.")
    leave = Buttons((Button("Never mind", f"case:silent:{row.topic}"),))
    return (Card(visit.card_id, "For the trustees", (said, leave), _SUMMARY),)


def shortened(visit: Visit, row_id: str, text: str) -> Sequence[Card]:
    """Keep what an officer made of a question; from now on the trustees see it."""
    visit.state.awaiting = ""
    row = _of_id(visit, row_id)
    row.shortened = visit.change.records.seal(Unanswered.shortened, row, text)
    visit.change.audit("unanswered:question:shortened", row.id, people.audit_name(visit.person))
    ways = Buttons(
        (
            Button("Write it anew", f"case:shorten:{row.id}"),
            Button("Next", f"case:silent:{row.topic}"),
            Button("Back to the list", "case:unanswered"),
        )
    )
    elements = (Text("The trustees see it like this:"), Text(text), ways)
    return (Card(visit.card_id, _topic(visit, row.topic), elements, _SUMMARY),)


def _to_read(visit: Visit, rows: Sequence[Unanswered], topics: Sequence[str]) -> Sequence[Element]:
    unread = [(topic, len(_unread(rows, topic))) for topic in topics]
    buttons = [
        Button(f"Read: {_topic(visit, topic)} ({count})", f"case:silent:{topic}")
        for topic, count in unread
        if count
    ]
    return [Text("Not shortened yet:"), Buttons(tuple(buttons[:_MOST_BUTTONS]))] if buttons else []


def _rows(visit: Visit) -> Sequence[Unanswered]:
    mine = select(Unanswered).where(Unanswered.organisation == visit.change.records.organisation)
    return visit.change.session.scalars(mine.order_by(Unanswered.at, Unanswered.id)).all()


def _unread(rows: Sequence[Unanswered], topic: str) -> Sequence[Unanswered]:
    return [row for row in rows if row.topic == topic and row.shortened is None and row.question is not None]


def _shortened(visit: Visit, rows: Sequence[Unanswered], topic: str) -> Sequence[str]:
    """Return what officers made of the questions on a topic, each once."""
    records = visit.change.records
    of_topic = [row for row in rows if row.topic == topic and row.shortened is not None]
    return list(dict.fromkeys(records.open(Unanswered.shortened, row) for row in of_topic))


def _of_id(visit: Visit, row_id: str) -> Unanswered:
    """Return, locked, a question that a manager may shorten; raise CaseError."""
    _may_read(visit)
    named = select(Unanswered).where(
        Unanswered.organisation == visit.change.records.organisation, Unanswered.id == row_id
    )
    row = visit.change.session.scalars(named.with_for_update()).one_or_none()
    if row is None or row.question is None:
        raise CaseError(NOT_OPEN)
    return row


def _may_read(visit: Visit) -> None:
    if not _held(visit) & _READ:
        raise CaseError(NOT_OPEN)


def _held(visit: Visit) -> frozenset[Office]:
    return officers.authority(visit.change.session, visit.person)


def _topic(visit: Visit, topic: str) -> str:
    known = visit.course.pack.topics.get(topic)
    return known.name if known else topic


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "unanswered": listed,
    "silent": read,
    "shorten": shorten,
}
