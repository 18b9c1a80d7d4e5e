"""Rules: how an organisation handles its cases, read from a file that it may change."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.kept import DEFAULTS as DEFAULT_KEEP
from bot.working_days import Calendar

DEFAULTS = Path(__file__).with_name("rules.toml")

_Days = Annotated[int, Field(ge=1, le=365)]


class RulesError(Exception):
    """The rules cannot be used; the message names what is wrong, and where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ComplaintRules(_Part):
    """Working days, except `law_days`, which are calendar days."""

    acknowledge_days: _Days
    answer_days: _Days
    appeal_days: _Days
    decide_days: _Days
    take_on_days: _Days
    clear_days: _Days
    law_days: _Days


class QuestionRules(_Part):
    """Working days to take a question on, and to answer it."""

    take_on_days: _Days
    answer_days: _Days


class ContentRules(_Part):
    """Working days to take a proposed post on, to decide it, and to take one down."""

    take_on_days: _Days
    decide_days: _Days
    take_down_days: _Days


class QuarterlyPoint(_Part):
    """One point of the check: how it is asked, what it is called, and the clauses that are quoted."""

    id: Annotated[str, Field(pattern=r"^[a-z-]{1,20}$")]
    ask: str
    short: str
    clauses: tuple[str, ...] = ()


class QuarterlyRules(_Part):
    """The sites that are checked each quarter, on which points; working days for it and for what it finds."""

    sites: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]
    check_days: _Days
    task_days: _Days
    point: Annotated[tuple[QuarterlyPoint, ...], Field(min_length=1)]


class SafeguardingRules(_Part):
    """The fixed words of the tripwire, minutes to take a matter on, and working days to see to it."""

    act_days: _Days
    take_on_minutes: Annotated[int, Field(ge=1, le=1440)]
    text: Annotated[tuple[str, ...], Field(min_length=1)]


class Procedure(_Part):
    """Which procedure a complaint follows, when, and on which clauses; empty conditions fit everything.

    `same_day` asks for a first reply on the working day of receipt; `by_law` says the law's date too.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    about: tuple[str, ...] = ()
    raiser: tuple[str, ...] = ()
    respondent: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    note: str = ""
    same_day: bool = False
    by_law: bool = False


class _Read(_Part):
    reviewed: bool
    complaint: ComplaintRules
    question: QuestionRules
    content: ContentRules
    quarterly: QuarterlyRules
    safeguarding: SafeguardingRules
    procedure: Annotated[tuple[Procedure, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Rules:
    """How cases are handled, and on which days. `reviewed` says whether the organisation agreed to it.

    `form_days` is for how many days a form rests before it is let go, see `bot.kept`.
    """

    read: _Read
    calendar: Calendar = field(default_factory=Calendar)
    form_days: int = DEFAULT_KEEP["forms"]

    @property
    def reviewed(self) -> bool:
        """Whether the organisation has agreed to these, or they are Hearth's defaults."""
        return self.read.reviewed

    @property
    def complaint(self) -> ComplaintRules:
        """Those of complaints."""
        return self.read.complaint

    @property
    def question(self) -> QuestionRules:
        """Those of questions that were passed on."""
        return self.read.question

    @property
    def content(self) -> ContentRules:
        """Those of proposed posts."""
        return self.read.content

    @property
    def quarterly(self) -> QuarterlyRules:
        """Those of the quarterly check."""
        return self.read.quarterly

    @property
    def safeguarding(self) -> SafeguardingRules:
        """Those of the tripwire."""
        return self.read.safeguarding

    @property
    def procedures(self) -> Mapping[str, Procedure]:
        """The procedures by id, in the order in which they are tried."""
        return {procedure.id: procedure for procedure in self.read.procedure}

    def taken_on_by(self, kind: str, now: datetime) -> datetime:
        """Return by when what is handed over now must be taken on."""
        if kind == "safeguarding":
            return now + timedelta(minutes=self.safeguarding.take_on_minutes)
        return self.calendar.deadline(now, self._take_on_days(kind))

    def _take_on_days(self, kind: str) -> int:
        match kind:
            case "question":
                return self.question.take_on_days
            case "content" | "take-down" | "quarterly" | "task":
                return self.content.take_on_days
            case "clear":
                return self.complaint.clear_days
            case _:
                return self.complaint.take_on_days


def load_rules(path: Path, calendar: Calendar, form_days: int = DEFAULT_KEEP["forms"]) -> Rules:
    """Return the rules in a file; raise RulesError where it cannot be read or says something unknown."""
    try:
        read = _Read.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        return Rules(read, calendar, form_days)
    except OSError as error:
        raise RulesError(f"{path}: cannot be read ({error.strerror}). Check that you may read it.") from error
    except ValueError as error:  # of TOML, of UTF-8, of pydantic
        raise RulesError(f"{path}: {_said(error)}") from error


@cache
def default_rules() -> Rules:
    """Return Hearth's own defaults, with England's calendar."""
    return load_rules(DEFAULTS, Calendar())


def _said(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"{error}."
    first: Any = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}."
