"""Export: everything held about one person, for that person herself.

The file never shows that something was left out: a part with nothing in it is not there, nothing is counted
or numbered, and whoever orders it gets the same file whether there is more or not. Only her own words are in
it: what Hearth said to her is not, for cards to an officer hold the words of others.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot import disclosure, held
from bot.cases import conflict
from bot.contact import PeopleError
from bot.held import Asked, Item, item
from bot.masked import mask_for
from bot.records import erasures
from bot.records.store import Records
from bot.records.tables import (
    Audit,
    Case,
    CaseEntry,
    CaseFile,
    Conversation,
    Event,
    Officer,
    Person,
    WebEntry,
)


@dataclass(frozen=True, slots=True)
class Export:
    """What is held about a person: `parts` by title, each with its items of labelled values."""

    made_at: datetime
    parts: Mapping[str, Sequence[Item]]


def export(
    records: Records,
    person: Person,
    *,
    asked_by_herself: bool,
    officer: Officer | None = None,
    released: Collection[str] = (),
    who: str = "hearth",
) -> Export:
    """Return what is held about a person, and note in the audit that it was made.

    `asked_by_herself` is true only where she asked from her own account: then it has her anonymous cases, and
    what she said to Hearth, which may speak of one. Otherwise an officer ordered it: it has of her cases only
    those that `officer` may be told of, and of those that only name her the ones whose ids are `released`.

    Raises:
        PeopleError: one of `released` is not the officer's to release.
    """
    with records.changing() as change:
        session = change.session
        person = session.get_one(Person, person.id)  # as she is now: she may have been erased since
        released = () if asked_by_herself else sorted(set(released))
        asked = Asked(records, session, person, mask_for(records, session, person), officer, released)
        parts = {**_ALWAYS, **(_HERSELF if asked_by_herself else _ORDERED)}
        made = {title: part(asked) for title, part in parts.items()}
        change.audit("person:export:made", person.id, who)
        for case in released:
            change.audit("person:export:case-released", case, who)
    return Export(records.now(), {title: items for title, items in made.items() if items})


def _own_cases(asked: Asked) -> Sequence[Item]:
    rows = select(Case).where(Case.raised_by == asked.person.id).order_by(Case.opened_at, Case.id)
    return [_case(asked, case) for case in asked.session.scalars(rows)]


def _cases_told(asked: Asked) -> Sequence[Item]:
    return [_case(asked, case) for case in disclosure.raised_by(asked.session, asked.person, asked.officer)]


def _case(asked: Asked, case: Case) -> Item:
    return item(
        ("Case", case.number),
        ("Kind", case.kind),
        ("Stage", case.stage),
        ("Anonymous", case.anonymous or None),
        ("Opened", case.opened_at),
        ("Due", case.due_at),
        ("Closed", case.closed_at),
        ("What it is about", asked.text(Case.summary, case)),
        ("You added", _added(asked, case)),
        ("You sent", _sent(asked, case)),
    )


def _added(asked: Asked, case: Case) -> tuple[str, ...]:
    """Return what she herself added to a case; what others wrote there is theirs."""
    rows = select(CaseEntry).where(CaseEntry.case_ == case.id, CaseEntry.by == asked.person.id)
    return tuple(
        f"{row.at.day} {row.at:%B %Y, %H:%M} UTC, {row.kind}: {asked.text(CaseEntry.text, row)}"
        for row in asked.session.scalars(rows.order_by(CaseEntry.seq))
    )


def _sent(asked: Asked, case: Case) -> tuple[str, ...]:
    """Return the names of the files that she sent to a case; the files themselves are in the case."""
    rows = select(CaseFile).where(CaseFile.case_ == case.id, CaseFile.by == asked.person.id)
    return tuple(asked.text(CaseFile.name, row) for row in asked.session.scalars(rows.order_by(CaseFile.at)))


def _released(asked: Asked) -> Sequence[Item]:
    may = {case.id: case for case in disclosure.named_in(asked.session, asked.person, asked.officer)}
    for released in asked.released:
        if released not in may:
            raise PeopleError(f"{released}: `hearth export named-in` lists no such case for this officer.")
    return [_naming(asked, may[case]) for case in asked.released]


def _naming(asked: Asked, case: Case) -> Item:
    parts = sorted(row.part for row in conflict.parts(asked.session, case) if row.person == asked.person.id)
    return item(
        ("Case", case.number),
        ("Kind", case.kind),
        ("You are named as", ", ".join(parts)),
        ("Opened", case.opened_at),
        ("Closed", case.closed_at),
        ("You added", _added(asked, case)),
    )


def _conversations(asked: Asked) -> Sequence[Item]:
    own = erasures.hers(asked.records, asked.session, asked.person.id).own
    rows = select(Conversation).where(Conversation.id.in_(own)).order_by(Conversation.changed_at)
    return [
        item(
            ("Conversation", row.id),
            ("Last changed", row.changed_at),
            ("What is remembered of it", asked.text(Conversation.state, row)),
        )
        for row in asked.session.scalars(rows)
    ]


def _said_on_the_web(asked: Asked) -> Sequence[Item]:
    own = erasures.hers(asked.records, asked.session, asked.person.id).own
    rows = select(WebEntry).where(WebEntry.conversation.in_(own), WebEntry.kind == "said")
    return [
        item(("You wrote", asked.text(WebEntry.content, row)), ("At", row.at))
        for row in asked.session.scalars(rows.order_by(WebEntry.at, WebEntry.id))
    ]


def _not_answered(asked: Asked) -> Sequence[Item]:
    words = erasures.hers(asked.records, asked.session, asked.person.id).words
    rows = asked.session.scalars(select(Event).where(Event.seq.in_(words)).order_by(Event.seq))
    said = ((_message(asked, row), row.accepted_at) for row in rows)
    return [item(("You wrote", text), ("At", at)) for text, at in said if text]


def _message(asked: Asked, row: Event) -> str:
    text: str = json.loads(asked.records.open(Event.payload, row)).get("text", "")
    return asked.mask(text)


def _changes(asked: Asked) -> Sequence[Item]:
    if asked.person.audit_name is None:
        return []
    rows = select(Audit).where(
        Audit.organisation == asked.records.organisation, Audit.who == asked.person.audit_name
    )
    return [
        item(("What you did", row.what), ("At", row.at))
        for row in asked.session.scalars(rows.order_by(Audit.number))
    ]


_Part = Callable[[Asked], Sequence[Item]]
_ALWAYS: Mapping[str, _Part] = {
    "You": held.herself,
    "Your accounts": held.accounts,
    "Your one-time codes": held.codes,
    "Your offices": held.offices,
    "Your induction": held.inductions,
    "What you acknowledged": held.acknowledgements,
    "What you said of answers": held.feedback,
    "What you asked and the policy does not answer": held.questions,
}
_HERSELF: Mapping[str, _Part] = {
    "What you raised": _own_cases,
    "Your conversations with Hearth": _conversations,
    "What you wrote on the web page": _said_on_the_web,
    "What you wrote and was not answered yet": _not_answered,
    "What the record of changes says you did": _changes,
}
_ORDERED: Mapping[str, _Part] = {"What you raised": _cases_told, "What names you": _released}
