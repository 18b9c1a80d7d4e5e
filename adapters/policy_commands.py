"""`hearth policy adopt`, `withdraw` and `list`: which text is in force, from which day, by whose word."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters import main as wiring
from adapters.opening import opened
from adapters.output import one_line, say
from adapters.settings import Settings, SettingsError
from bot.contact import PeopleError, office_given

if TYPE_CHECKING:
    from bot.records.store import Change, Records
    from knowledge.clauses import Policy

_WHO = "command line"
_Argument = Callable[[Callable[[str], Any]], Callable[[str], Any]]


def define(parts: "argparse._SubParsersAction[Any]", argument: _Argument) -> None:
    """Say what is adopted, from which day, and by whose word."""
    adopt_ = parts.add_parser("adopt", help="put a policy's text in force, once an officer says so")
    _file(adopt_)
    adopt_.add_argument("--from", dest="since", type=argument(_day), help="from this day on, as 2024-05-31")
    adopt_.add_argument("--minor", action="store_true", help="the edit changes nothing that must be told")
    _by(adopt_, argument)
    adopt_.set_defaults(command=adopt)
    withdraw_ = parts.add_parser("withdraw", help="take a policy out of force, or give a planned version up")
    _file(withdraw_)
    _by(withdraw_, argument)
    withdraw_.set_defaults(command=withdraw)
    list_ = parts.add_parser("list", help="print every version with its state")
    list_.set_defaults(command=list_versions)


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="the policy's text, as `add` wrote it")


def _by(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    parser.add_argument("--by", type=argument(office_given), metavar="OFFICE", help="whose word it is: chair")


def _day(text: str) -> date:
    try:
        if len(text) == len("2024-05-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no date. Give one as 2024-05-31")


def adopt(settings: Settings, given: argparse.Namespace) -> None:
    """Put a policy's text in force; whom a changed clause binds is then asked, unless the edit is minor."""
    from bot import policies

    whole, own = settings, _of_file(settings, given)
    policy, _ = wiring.load_policy(own)
    text = wiring.text_of(own)
    since = datetime.combine(given.since, time(), UTC) if given.since else None
    with opened(whole) as records, records.changing() as change:
        _same_organisation(policy, records, own)
        who, now = _who(change, given.by), records.now()
        row = policies.adopt(
            change, policy.title, policy.version, text, who=who, minor=given.minor, since=since
        )
    words = "from now on" if row and since is None else f"from {since:%-d %B %Y} on" if row else "already"
    verb = "will be" if row and since and since > now else "is"
    say(f"{policy.title}, version {policy.version[:8]}, {verb} in force {words}.")


def withdraw(settings: Settings, given: argparse.Namespace) -> None:
    """Take a policy out of force, its open inductions with it; a version yet to come is given up alone."""
    from bot import policies
    from bot.records.database import RecordsError

    policy, _ = wiring.load_policy(_of_file(settings, given))
    with opened(settings) as records, records.changing() as change:
        session, now = change.session, records.now()
        who = _who(change, given.by)
        planned = policies.version_of(session, records.organisation, policy.title, policy.version)
        if planned is not None and planned.adopted_at > now and planned.withdrawn_at is None:
            policies.withdraw(change, planned, who=who)
            words = f"version {policy.version[:8]}, will not come into force"
        else:
            row = policies.in_force(session, records.organisation, policy.title, now)
            if row is None:
                raise RecordsError(f"{policy.title} is not in force.")
            policies.withdraw(change, row, who=who)
            words = ""
    say(f"{policy.title}, {words}." if words else f"{policy.title} is withdrawn.")


def list_versions(settings: Settings, _given: argparse.Namespace) -> None:
    """Print every version of every policy: its state, from when, its title."""
    from bot import policies

    with opened(settings) as records, records.reading() as session:
        found = policies.states(session, records.organisation, records.now())
    lines = [
        f"{state:<10}  from {row.adopted_at:%Y-%m-%d}  {row.version[:8]}  {one_line(row.policy)}"
        for row, state in found
    ]
    say("\n".join(lines) or "No policy has been adopted: `hearth policy adopt` does that.")


def _of_file(settings: Settings, given: argparse.Namespace) -> Settings:
    return replace(settings, policy=given.file.absolute()) if given.file else settings


def _same_organisation(policy: "Policy", records: "Records", settings: Settings) -> None:
    if wiring.organisation_id(policy.organisation) != records.organisation:
        raise SettingsError(
            f"{settings.policy}: its pack says that it is {policy.organisation}'s. "
            "Correct `organisation` there."
        )


def _who(change: "Change", office: str | None) -> str:
    """Return by what name the audit knows whose word it is: an office that somebody holds, or nobody's."""
    from bot import officers, people
    from bot.records.tables import Person

    if office is None:
        return _WHO
    holders = officers.holders(change.session, change.records.organisation, office_given(office))
    person = change.session.get(Person, holders[0].person) if holders and holders[0].person else None
    if person is None:
        raise PeopleError(
            f"Nobody with an account holds the office {office}: `hearth people list` shows who does."
        )
    return people.audit_name(person)
