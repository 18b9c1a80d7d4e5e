"""Records: an organisation's view of the database, and the change in which everything is written together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.records import audit, database
from bot.records.apart import keep_to
from bot.records.tables import Audit, new_id
from bot.records.vault import Vault


@dataclass(frozen=True, slots=True)
class Job:
    """Durable work to do once its change is committed.

    `name` is what to do and `about` what with: an id, for it is stored in clear. Jobs of one `key` are done
    one at a time. A job whose `id` was enqueued before is not done again. `after` is in seconds. `is_found`
    where the change itself writes what there is to do, and `bot.sweep` finds it should the job be lost: such
    a job may be begun without being stored.
    """

    name: str
    about: str
    key: str
    id: str = field(default_factory=new_id)
    after: float = 0
    is_found: bool = False


class Jobs(Protocol):
    """Where durable work goes."""

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> Callable[[], None] | None:
        """Enqueue a job in the transaction of a connection; return what is to be called after its commit."""
        ...


@dataclass(frozen=True, slots=True)
class Records:
    """What one organisation has in the database. `now` gives the time, in UTC."""

    engine: Engine
    vault: Vault
    jobs: Jobs
    organisation: str
    now: Callable[[], datetime]

    def of(self, organisation: str) -> "Records":
        """Return the records of another organisation in the same database."""
        return replace(self, organisation=organisation)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session to read with; raise RecordsUnavailable where the database is away."""
        with database.reading(self.engine) as session:
            keep_to(session, self.organisation)
            yield session

    @contextmanager
    def changing(self) -> Iterator["Change"]:
        """Give a change, committed whole at the end or not at all; raise RecordsUnavailable if it was not."""
        with database.transaction(self.engine) as session:
            keep_to(session, self.organisation)
            change = Change(session, self)
            yield change
        for act in change.afterwards:
            act()

    def seal(self, column: InstrumentedAttribute[Any], row: Any, text: str) -> bytes:
        """Return a text sealed for a column of a row, whose id and organisation must be set."""
        return self.vault.seal(place(column), bound(row), text)

    def open(self, column: InstrumentedAttribute[Any], row: Any) -> str:
        """Return the text of a sealed column, empty where there is none; raise UnusableKey."""
        sealed = getattr(row, column.key)
        return "" if sealed is None else self.vault.open(place(column), bound(row), sealed)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of state: the rows, the audit entry and the follow-up work, committed together."""

    session: Session
    records: Records
    afterwards: list[Callable[[], None]] = field(default_factory=list)  # is done once it is committed

    def add(self, row: Any) -> None:
        """Write a new row."""
        self.session.add(row)

    def audit(self, what: str, about: str, who: str = "hearth", detail: str = "") -> None:
        """Note what changed ("complaint:handoff:accepted"), the id of what, and who did it by audit name."""
        entry = Audit(
            id=new_id(),
            organisation=self.records.organisation,
            at=self.records.now(),
            what=what,
            about=about,
            who=who,
        )
        if detail:
            audit.attach(self.records, entry, detail)
        audit.append(self.session, entry)

    def enqueue(self, job: Job) -> None:
        """Have something done once this change is committed."""
        connection, organisation = self.session.connection(), self.records.organisation
        if (begins := self.records.jobs.enqueue(connection, organisation, job)) is not None:
            self.afterwards.append(begins)


def place(column: InstrumentedAttribute[Any]) -> str:
    """Return the place that a sealed value is bound to: table and column."""
    return f"{column.class_.__tablename__}.{column.key}"


def bound(row: Any) -> str:
    """Return the row that a sealed value is bound to: organisation and id."""
    return f"{getattr(row, 'organisation', '')}/{row.id}"
