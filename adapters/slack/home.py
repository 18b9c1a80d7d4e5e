"""The home tab: who someone is, her induction, her cases, what to ask; for officers what waits for them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.slack.blocks import OFFER, Block, button, facts, paragraph, plain
from bot import days, officers, people
from bot.card import Button
from bot.contact import in_words
from bot.records.store import Records
from bot.records.tables import Account, Acknowledgement, Case, Handoff, Induction, Person

_MOST = 10  # rows of a list
ASK = (
    "May I add a family as a friend?",
    "May I post a photo of an event?",
    "Who may I share a phone number with?",
)
_STATES = {
    "walking": "begun",
    "paused": "paused",
    "declined": "you did not agree",
    "acknowledged": "finished",
}
_ABOUT = (
    "I answer questions on the policy from its own words, walk you through your induction, and take "
    "complaints in private."
)
_ANSWERED = "My answer is under Messages, at the top of this page."


def home_view(records: Records, account_name: str, *, answered: bool = False) -> dict[str, Any]:
    """Return the view of someone's home tab; raise RecordsUnavailable. It writes nothing.

    `answered` where something on it was pressed just now: the answer comes in the messages.
    """
    with records.reading() as session:
        hers = (Account.organisation == records.organisation) & (Account.name == account_name)
        person = session.scalars(
            select(Person).join(Account, Account.person == Person.id).where(hers)
        ).first()
        about = _about(records, session, person) if person else []
    above = [{"type": "context", "elements": [plain(_ANSWERED)]}] if answered else []
    blocks = [*above, _header("Hearth"), paragraph(_ABOUT), *about, *_to_do()]
    for number, block in enumerate(blocks):
        block["block_id"] = f"home-{number}"
    return {"type": "home", "blocks": blocks}


def _about(records: Records, session: Session, person: Person) -> list[Block]:
    held = officers.authority(session, person)
    known = (
        ("You are", " and ".join(people.roles(session, person)) or "not known to me yet"),
        ("Your offices", ", ".join(in_words(office) for office in sorted(held)) or "none"),
        ("Your induction", _induction(session, person)),
    )
    blocks = [_header("You"), facts(known), *_certificate(session, person)]
    cases = _cases(session, person)
    if cases:
        blocks += [_header("What you raised"), facts(cases)]
    if held:
        waiting = _handoffs(records, session, person)
        blocks += [_header("Waiting for you"), facts(waiting) if waiting else paragraph("Nothing.")]
    return blocks


def _induction(session: Session, person: Person) -> str:
    found = select(Induction).where(Induction.person == person.id).order_by(Induction.stepped_at.desc())
    row = session.scalars(found.limit(1)).first()
    return _STATES.get(row.state, "ended") if row else "not begun"


def _certificate(session: Session, person: Person) -> list[Block]:
    found = select(Acknowledgement).where(
        Acknowledgement.person == person.id, Acknowledgement.outcome == "acknowledged"
    )
    given = session.scalars(found.order_by(Acknowledgement.at.desc()).limit(1)).first()
    if given is None:
        return []
    offered = Button("Your certificate (PDF)", f"certificate:{given.id}")
    return [{"type": "actions", "elements": [button(offered, 0, OFFER)]}]


def _cases(session: Session, person: Person) -> Sequence[tuple[str, str]]:
    """Return what she raised herself and is not closed; a form that is not sent is none yet."""
    found = select(Case).where(Case.raised_by == person.id, Case.stage != "draft", Case.closed_at.is_(None))
    rows = session.scalars(found.order_by(Case.opened_at.desc()).limit(_MOST)).all()
    return [(row.number, days.in_words(row.opened_at, days.DATE)) for row in rows]


def _handoffs(records: Records, session: Session, person: Person) -> Sequence[tuple[str, str]]:
    found = (
        select(Case.number, Handoff.due_at, Handoff.accepted_at)
        .join(Case, Case.id == Handoff.case_)
        .where(
            Handoff.organisation == records.organisation,
            Handoff.to == person.id,
            Handoff.ended_at.is_(None),
            Case.closed_at.is_(None),
        )
    )
    now = records.now()
    return [
        (
            number,
            f"due {days.in_words(due, days.DATE)}"
            + (", late" if due < now else "")
            + ("" if taken else ", not taken on"),
        )
        for number, due, taken in session.execute(found.order_by(Handoff.due_at).limit(_MOST))
    ]


def _to_do() -> list[Block]:
    actions = (
        Button("My induction", "induction:mine", "primary"),
        Button("Something to ask a person", "person:home"),
    )
    return [
        _header("What would you like to do?"),
        {
            "type": "actions",
            "elements": [
                *(button(one, number) for number, one in enumerate(actions)),
                button(Button("Raise a complaint", "complaint"), 9, "say"),
            ],
        },
        {
            "type": "actions",
            "elements": [button(Button(ask, ask), number, "say") for number, ask in enumerate(ASK)],
        },
    ]


def _header(text: str) -> Block:
    return {"type": "header", "text": plain(text)}
