"""The tables. Every row belongs to an organisation; what must not be read from the file is `Sealed`.

An id is 32 random hexadecimal digits, unless it says otherwise: it tells neither order nor number.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.records.types import Moment, Sealed

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


class Table(DeclarativeBase):
    """The base of every table; constraints are named, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment, bytes: Sealed, date: Date, str: Text}


def new_id() -> str:
    """Return a new id."""
    return uuid4().hex


class Organisation(Table):
    """A tenant. Its id is a short name given at set-up ("home-start-herefordshire")."""

    __tablename__ = "organisation"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


def _organisation() -> Mapped[str]:
    return mapped_column(ForeignKey("organisation.id"), index=True)


class Person(Table):
    """Someone, whatever platforms she is on.

    `said_roles` are roles that she named herself, joined with +; offices stand in `Officer` alone.
    `audit_name` is what audit entries call her; erasing her empties it, and they name nobody from then on.
    """

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    audit_name: Mapped[str | None] = mapped_column(String(32), default=new_id, unique=True)
    name: Mapped[bytes | None]
    said_roles: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Account(Table):
    """What a person is called on one platform (`slack:T1/U2`), and where she is spoken to in private."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("organisation", "name"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    direct: Mapped[str | None] = mapped_column(String(300))
    joined_at: Mapped[datetime]


class LinkCode(Table):
    """A one-time code that joins the account in which it is typed to a person; only its hash is kept."""

    __tablename__ = "link_code"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    expires_at: Mapped[datetime]


class Officer(Table):
    """An office that someone holds, in the order in which its holders are turned to.

    `person` is empty for an outside contact. `phone` reaches the officer outside chat. A row with `until` is
    past.
    """

    __tablename__ = "officer"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    office: Mapped[str] = mapped_column(String(40))
    place: Mapped[int]
    person: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[bytes]
    phone: Mapped[bytes]
    also_called: Mapped[bytes | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Conversation(Table):
    """What one conversation remembers. `version` counts its changes: a save names the one that it read."""

    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    organisation: Mapped[str] = _organisation()
    person: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[int]
    state: Mapped[bytes | None]
    changed_at: Mapped[datetime]


class Event(Table):
    """A received message. `id` is the platform's own: a repeat finds it taken. `seq` is the order of arrival.

    The payload is emptied once the event is handled; the id stays. `tries` counts those that failed,
    `cut_off` the processes that ended over it. `failed_at` marks one that is tried no more.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("organisation", "id"),
        Index("ix_event_waiting", "conversation", "seq"),
    )
    seq: Mapped[int] = mapped_column(_Number, Identity(), primary_key=True)
    id: Mapped[str] = mapped_column(String(300))
    organisation: Mapped[str] = _organisation()
    conversation: Mapped[str] = mapped_column(String(300))
    payload: Mapped[bytes | None]
    accepted_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    cut_off: Mapped[int] = mapped_column(default=0, server_default="0")
    handled_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class Sending(Table):
    """A card on its way out. `id` is the card's own, by which a resend is recognised; `seq` keeps the order.

    `claimed_at` says that a worker is sending it; `sent_as` is what the platform calls it. `stuck_at` marks
    one that did not get through in as many tries as are made; `fault` is why, in static words.
    """

    __tablename__ = "sending"
    __table_args__ = (
        UniqueConstraint("organisation", "id"),
        Index("ix_sending_waiting", "conversation", "seq"),
    )
    seq: Mapped[int] = mapped_column(_Number, Identity(), primary_key=True)
    id: Mapped[str] = mapped_column(String(400))
    organisation: Mapped[str] = _organisation()
    conversation: Mapped[str] = mapped_column(String(300))
    card: Mapped[bytes | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_as: Mapped[str | None] = mapped_column(String(300))
    stuck_at: Mapped[datetime | None]
    fault: Mapped[str | None]


class Case(Table):
    """Something to be seen through. `number` is random ("HS-2026-K7QF"): it tells neither order nor count.

    A form that is being filled in is a case in the stage "draft", which nobody but the one who fills it in
    sees. `due_at` is by when the next thing must be done, `late_at` when it was told that it is late.
    `procedure` is the one that is followed, where there are several. `occasion` is what a case was opened for
    that may be opened only once ("2026-Q4:facebook"); `parent` the case out of which this one came.
    """

    __tablename__ = "case_"
    __table_args__ = (
        UniqueConstraint("organisation", "number"),
        UniqueConstraint("organisation", "kind", "occasion", name="uq_case__occasion"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    stage: Mapped[str] = mapped_column(String(40))
    raised_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    anonymous: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    procedure: Mapped[str | None] = mapped_column(String(40))
    occasion: Mapped[str | None] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(ForeignKey("case_.id"), index=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    late_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    summary: Mapped[bytes | None]


class CaseEntry(Table):
    """One step in a case's story: what was said, asked, decided; `seq` is its order."""

    __tablename__ = "case_entry"
    seq: Mapped[int] = mapped_column(_Number, Identity(), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), default=new_id, unique=True)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[bytes | None]


class CaseFile(Table):
    """A file that belongs to a case: evidence, or the picture of a post. `media` is its type as checked."""

    __tablename__ = "case_file"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    media: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    name: Mapped[bytes | None]
    content: Mapped[bytes | None]


class Consent(Table):
    """Someone's consent to be seen or named in a post; a parent or carer gives it for a child.

    `subject` is who is pictured, `giver` who consented and `means` how, in plain words.
    `until` is the last day on which it holds.
    """

    __tablename__ = "consent"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    child: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[bytes | None]
    giver: Mapped[bytes | None]
    means: Mapped[bytes | None]
    given_on: Mapped[date | None]
    until: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]


class CasePerson(Table):
    """Someone named in a case: `respondent` and `may-be` may not see it, `mentioned` may not own it.

    `cleared` was said to have no part in it after all.
    """

    __tablename__ = "case_person"
    __table_args__ = (UniqueConstraint("case_", "person", "part"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[str] = mapped_column(String(40))


class Handoff(Table):
    """Who must act on a case, why, by when, and when she took it on.

    `to` is empty where it went to an outside contact, who has no account here: `officer` is the office by
    which it went to anyone. `nudges` counts how often it was said that nobody has taken it on yet.
    """

    __tablename__ = "handoff"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    to: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    officer: Mapped[str | None] = mapped_column(ForeignKey("officer.id"))
    why: Mapped[str] = mapped_column(String(40))
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    nudges: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Acknowledgement(Table):
    """That someone was shown a policy's clauses and what she said to them.

    `clauses` is JSON: each clause's id and the hash of its text as shown. `outcome` is "acknowledged" or
    "declined". `code` is what its certificate is verified by. A sign-off on paper was entered by the person
    `entered_by`, with a `remark`.
    """

    __tablename__ = "acknowledgement"
    __table_args__ = (UniqueConstraint("organisation", "person", "role", "policy", "version"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    policy: Mapped[str]
    version: Mapped[str] = mapped_column(String(64))
    clauses: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(20))
    signed: Mapped[bytes | None]
    channel: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[bytes | None]
    at: Mapped[datetime]


class Feedback(Table):
    """Whether an answer helped; of the question only its topic and verdict are kept."""

    __tablename__ = "feedback"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    card: Mapped[str] = mapped_column(String(400), unique=True)
    helpful: Mapped[bool]
    topic: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(20))
    person: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class Unanswered(Table):
    """A question on which the policy is silent; `shortened` is what an officer made of it for trustees."""

    __tablename__ = "unanswered"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    topic: Mapped[str] = mapped_column(String(64))
    question: Mapped[bytes | None]
    shortened: Mapped[bytes | None]
    person: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class Audit(Table):
    """One change of state, chained to the one before it; no foreign keys: it outlives what it tells of.

    `number` counts within the organisation from 1. `about` is the id of what changed, `who` a person's
    `audit_name` or "hearth". `detail_mark` is what the hash knows of the detail: see `bot.records.audit`.
    """

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("organisation", "number"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(400), index=True)
    who: Mapped[str] = mapped_column(String(32))
    detail: Mapped[bytes | None]
    detail_mark: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Table):
    """The last link of an organisation's chain; locked while the next is added."""

    __tablename__ = "audit_head"
    organisation: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Erasure(Table):
    """What was erased, as ids alone: applied again to a copy that is restored."""

    __tablename__ = "erasure"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(String(64), index=True)
    table_name: Mapped[str] = mapped_column(String(64))
    row: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]


class Worker(Table):
    """A running worker; one whose `seen_at` is old is dead, and a live one takes over its work."""

    __tablename__ = "worker"
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class KeyCheck(Table):
    """A known text sealed with each key in use: tells a wrong key at the start."""

    __tablename__ = "key_check"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    key_name: Mapped[str] = mapped_column(String(16), unique=True)
    known: Mapped[bytes]


class WebEntry(Table):
    """One step of a conversation on the web page, which has no platform to remember it.

    `kind` is "said", "card" or "done"; `message` is the event that it belongs to.
    """

    __tablename__ = "web_entry"
    __table_args__ = (UniqueConstraint("conversation", "seq"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    conversation: Mapped[str] = mapped_column(String(300), index=True)
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    message: Mapped[str] = mapped_column(String(300))
    content: Mapped[bytes | None]
    at: Mapped[datetime]


class WebFile(Table):
    """A file sent to the web page, until the message that it belongs to is handled."""

    __tablename__ = "web_file"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    conversation: Mapped[str] = mapped_column(String(300), index=True)
    content: Mapped[bytes | None]
    at: Mapped[datetime]


class PolicyVersion(Table):
    """A policy's text as the organisation adopted it. `version` is the hash of the text; `text` is public.

    A `minor` version changes nothing that anyone must be told. The one in force was adopted last and is not
    withdrawn.
    """

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("organisation", "policy", "version"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    policy: Mapped[str]
    version: Mapped[str] = mapped_column(String(64))
    text: Mapped[str]
    minor: Mapped[bool] = mapped_column(default=False)
    adopted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Induction(Table):
    """Someone's way through a policy, on the version on which it was begun.

    `roles` are those she walks it for, joined with +. `state` is "walking", "paused", "acknowledged",
    "declined" or "ended" (left, or the policy was withdrawn). `before` is the version that she knows already:
    then only what changed for her is shown. `at` is the lesson that is shown now. `signed` is the name as
    typed, before it is acknowledged. `reminded` counts the reminders since the last step.
    """

    __tablename__ = "induction"
    __table_args__ = (UniqueConstraint("organisation", "person", "policy", "version", "roles"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    roles: Mapped[str] = mapped_column(String(60))
    policy: Mapped[str]
    version: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[str | None] = mapped_column(String(200))
    signed: Mapped[bytes | None]
    started_at: Mapped[datetime]
    stepped_at: Mapped[datetime]
    paused_until: Mapped[date | None]
    reminded: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class InductionStep(Table):
    """One lesson of someone's induction: when it was first shown, when passed, after how many attempts."""

    __tablename__ = "induction_step"
    __table_args__ = (UniqueConstraint("induction", "lesson"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    induction: Mapped[str] = mapped_column(ForeignKey("induction.id"), index=True)
    lesson: Mapped[str] = mapped_column(String(200))
    shown_at: Mapped[datetime]
    passed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class KeptAnswer(Table):
    """What an officer answered to a question on which the policy is silent, kept for the next who asks.

    `topic` is the policy's topic that was asked about, `version` the policy's as it was then: where a clause
    on it is adopted later, the answer falls away.
    """

    __tablename__ = "kept_answer"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    case_: Mapped[str] = mapped_column(ForeignKey("case_.id"), index=True)
    topic: Mapped[str] = mapped_column(index=True)
    version: Mapped[str] = mapped_column(String(64))
    question: Mapped[bytes | None]
    answer: Mapped[bytes | None]
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    fell_away_at: Mapped[datetime | None]


class SlackInstallation(Table):
    """That the Slack app is installed in a workspace, with the token that it speaks by."""

    __tablename__ = "slack_installation"
    __table_args__ = (UniqueConstraint("organisation", "team"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    team: Mapped[str] = mapped_column(String(40), index=True)
    enterprise: Mapped[str | None] = mapped_column(String(40))
    bot_user: Mapped[str] = mapped_column(String(40))
    scopes: Mapped[str]
    token: Mapped[bytes | None]
    installed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class TeamsReference(Table):
    """How a conversation on Teams is spoken to when nobody has just written there: the SDK's own JSON."""

    __tablename__ = "teams_reference"
    __table_args__ = (UniqueConstraint("organisation", "conversation"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation: Mapped[str] = _organisation()
    conversation: Mapped[str] = mapped_column(String(300))
    reference: Mapped[bytes | None]
    changed_at: Mapped[datetime]
