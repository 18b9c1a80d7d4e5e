"""What the records hold about a person outside of cases and conversations, as labelled values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.induction.proof import shown_in
from bot.masked import Mask
from bot.records.store import Records
from bot.records.tables import (
    Account,
    Acknowledgement,
    Feedback,
    Induction,
    InductionStep,
    LinkCode,
    Officer,
    Person,
    Unanswered,
)

Value = str | bool | datetime | tuple[str, ...]
Item = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked about, by whom, and what of others is masked."""

    records: Records
    session: Session
    person: Person
    mask: Mask
    officer: Officer | None
    released: Collection[str]

    def text(self, column: InstrumentedAttribute[bytes | None], row: object) -> str:
        """Return what a sealed column holds, with the details of others masked."""
        return self.mask(self.records.open(column, row))


def item(*values: tuple[str, Value | None]) -> Item:
    """Return labelled values, without those that are empty."""
    return {label: value for label, value in values if value not in (None, "", ())}


def herself(asked: Asked) -> Sequence[Item]:
    """Return what stands in her own row."""
    person = asked.person
    return [
        item(
            ("Name", asked.records.open(Person.name, person)),
            ("Says she or he is", person.said_roles.replace("+", ", ")),
            ("Known since", person.created_at),
            ("Left", person.left_at),
            ("Erased", person.erased_at),
            ("Id", person.id),
        )
    ]


def accounts(asked: Asked) -> Sequence[Item]:
    """Return her accounts."""
    rows = select(Account).where(Account.person == asked.person.id).order_by(Account.joined_at, Account.id)
    return [
        item(("Account", row.name), ("Private conversation", row.direct), ("Since", row.joined_at))
        for row in asked.session.scalars(rows)
    ]


def codes(asked: Asked) -> Sequence[Item]:
    """Return her one-time codes, of which only the time is known."""
    rows = select(LinkCode).where(LinkCode.person == asked.person.id).order_by(LinkCode.expires_at)
    return [item(("One-time code until", row.expires_at)) for row in asked.session.scalars(rows)]


def offices(asked: Asked) -> Sequence[Item]:
    """Return the offices that she holds and held."""
    rows = select(Officer).where(Officer.person == asked.person.id).order_by(Officer.since, Officer.id)
    return [
        item(
            ("Office", row.office.replace("_", " ")),
            ("Name", asked.records.open(Officer.name, row)),
            ("Phone", asked.records.open(Officer.phone, row)),
            ("Also called", ", ".join(asked.records.open(Officer.also_called, row).splitlines())),
            ("From", row.since),
            ("Until", row.until),
        )
        for row in asked.session.scalars(rows)
    ]


def acknowledgements(asked: Asked) -> Sequence[Item]:
    """Return what she acknowledged or declined."""
    rows = select(Acknowledgement).where(Acknowledgement.person == asked.person.id)
    return [
        item(
            ("Policy", row.policy),
            ("Version", row.version),
            ("As", row.role),
            ("Outcome", row.outcome),
            ("Signed", asked.records.open(Acknowledgement.signed, row)),
            ("Clauses shown, with their hashes", _clauses(row)),
            ("Through", row.channel),
            ("Code of the certificate", row.code),
            ("At", row.at),
        )
        for row in asked.session.scalars(rows.order_by(Acknowledgement.at, Acknowledgement.id))
    ]


def _clauses(given: Acknowledgement) -> tuple[str, ...]:
    return tuple(f"{clause}: {digest}" for clause, digest in shown_in(given).items())


def inductions(asked: Asked) -> Sequence[Item]:
    """Return how far she has come in which induction."""
    rows = select(Induction).where(Induction.person == asked.person.id)
    return [
        item(
            ("Policy", row.policy),
            ("Version", row.version),
            ("As", row.roles.replace("+", ", ")),
            ("State", row.state),
            ("Signed", asked.records.open(Induction.signed, row)),
            ("Begun", row.started_at),
            ("Last step", row.stepped_at),
            ("Ended", row.ended_at),
            ("Lessons", _lessons(asked, row)),
        )
        for row in asked.session.scalars(rows.order_by(Induction.started_at, Induction.id))
    ]


def _lessons(asked: Asked, induction: Induction) -> tuple[str, ...]:
    rows = select(InductionStep).where(InductionStep.induction == induction.id)
    return tuple(
        f"{row.lesson}: {'passed' if row.passed_at else 'shown'}"
        + (f", choices: {row.attempts}" if row.attempts else "")  # a page of clauses is only read
        for row in asked.session.scalars(rows.order_by(InductionStep.shown_at, InductionStep.id))
    )


def feedback(asked: Asked) -> Sequence[Item]:
    """Return what she said of answers."""
    rows = select(Feedback).where(Feedback.person == asked.person.id).order_by(Feedback.at, Feedback.id)
    return [
        item(("Helpful", row.helpful), ("Topic", row.topic), ("Verdict", row.verdict), ("At", row.at))
        for row in asked.session.scalars(rows)
    ]


def questions(asked: Asked) -> Sequence[Item]:
    """Return what she asked and the policy does not answer."""
    rows = select(Unanswered).where(Unanswered.person == asked.person.id)
    return [
        item(("Question", asked.text(Unanswered.question, row)), ("Topic", row.topic), ("At", row.at))
        for row in asked.session.scalars(rows.order_by(Unanswered.at, Unanswered.id))
    ]
