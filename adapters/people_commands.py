"""`hearth people`: who holds which office, and which accounts are one person's."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.opening import opened
from adapters.organisations import require_own
from adapters.output import one_line, say
from adapters.settings import Settings
from bot.contact import (
    OFFICES,
    PeopleError,
    account_given,
    contact_given,
    in_words,
    name_given,
    office_given,
    phone_given,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.records.store import Change, Records
    from bot.records.tables import Officer

# Ids are random: so many digits tell an organisation's officers apart, and are short enough to type.
_SHOWN = 8
_WHO = "command line"

_Argument = Callable[[Callable[[str], Any]], Callable[[str], Any]]


def define(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    """Define the command's parts; `argument` lets argparse tell the words of a ValueError."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    parts.add_parser("list", help="print the officers").set_defaults(command=list_officers)
    _add(parts.add_parser("add", help="give an office to someone"), argument)
    phone = parts.add_parser("phone", help="change an officer's phone")
    _id(phone)
    phone.add_argument("phone", type=argument(phone_given), metavar="PHONE")
    phone.set_defaults(command=change_phone)
    end = parts.add_parser("end", help="end an office")
    _id(end)
    end.set_defaults(command=end_office)
    set_up = parts.add_parser("set-up", help="read the officers from a file, once")
    set_up.add_argument(
        "file", type=Path, metavar="FILE", help="TOML; bot/sample_officers.toml shows its form"
    )
    set_up.set_defaults(command=set_up_officers)
    link = parts.add_parser("link", help="make the persons of two accounts one")
    link.add_argument(
        "accounts", nargs=2, type=argument(account_given), metavar="ACCOUNT", help="slack:T1/U2"
    )
    link.set_defaults(command=link_accounts)
    left = parts.add_parser("left", help="note that someone has left; what is open of hers ends")
    left.add_argument("person", metavar="ACCOUNT_OR_ID", help="such as slack:T1/U2, or the person's id")
    left.set_defaults(command=note_left)
    code = parts.add_parser("code", help="make a one-time code that binds an account to an officer")
    _office(code, argument)
    code.add_argument("--place", type=argument(_place), help="which of several holders")
    code.set_defaults(command=offer_code)


def _add(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    _office(parser, argument)
    parser.add_argument("--name", type=argument(name_given), required=True)
    parser.add_argument("--phone", type=argument(phone_given), required=True, help="outside chat")
    parser.add_argument(
        "--also-called", type=argument(name_given), action="append", default=[], help="may be repeated"
    )
    parser.add_argument("--account", type=argument(account_given), help="slack:T1/U2; may be bound later")
    parser.add_argument("--place", type=argument(_place), help="1 is turned to first (default: last)")
    parser.set_defaults(command=add_officer)


def _office(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    parser.add_argument("office", type=argument(office_given), metavar="OFFICE", help=", ".join(OFFICES))


def _id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="as `hearth people list` shows it")


def _place(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ValueError(f"{text!r} is no place. Give 1 for the one who is turned to first, 2 for the next")


def list_officers(settings: Settings, _given: argparse.Namespace) -> None:
    """Print who holds which office, with phones, and what a server still needs."""
    from bot import officers

    with opened(settings) as records, records.reading() as session:
        current = officers.current(session, records.organisation)
        lines = [line for officer in current for line in _shown(records, session, officer)]
        lacking = officers.missing(session, records.organisation)
    say("\n".join(lines) if lines else "There are no officers yet.")
    _say_missing(lacking)


def add_officer(settings: Settings, given: argparse.Namespace) -> None:
    """Give an office to someone, and print the officer."""
    from bot import officers, people

    contact = contact_given(given.name, given.phone, given.also_called)
    outside = given.office == "outside_contact"
    if outside and given.account:
        raise PeopleError("An outside contact has no account: leave --account away.")
    _own(settings, *filter(None, [given.account]))
    with opened(settings) as records, records.changing() as change:
        person = None if outside else people.named(change, contact.name, given.account)
        officer = officers.appoint(change, given.office, contact, person, who=_WHO, place=given.place)
        lines, lacking = _after(change, officer)
    say("\n".join(lines))
    _say_missing(lacking)


def change_phone(settings: Settings, given: argparse.Namespace) -> None:
    """Change an officer's phone, and print the officer."""
    from bot import officers

    with opened(settings) as records, records.changing() as change:
        officer = officers.find(change, given.id)
        officers.change_phone(change, officer, given.phone, who=_WHO)
        lines, _ = _after(change, officer)
    say("\n".join(lines))


def end_office(settings: Settings, given: argparse.Namespace) -> None:
    """End an office, and print what a server then still needs."""
    from bot import officers

    with opened(settings) as records, records.changing() as change:
        officer = officers.find(change, given.id)
        officers.end(change, officer, who=_WHO)
        office = in_words(office_given(officer.office))
        _, lacking = _after(change, officer)
    say(f"Ended: {office}. It counts no more from the next action on.")
    _say_missing(lacking)


def set_up_officers(settings: Settings, given: argparse.Namespace) -> None:
    """Appoint all officers of a file, or none."""
    from bot import set_up

    try:
        entries = set_up.read(given.file.read_text(encoding="utf-8"))
        _own(settings, *(entry.account for entry in entries if entry.account))
        with opened(settings) as records, records.changing() as change:
            set_up.set_up(change, entries, who=_WHO)
    except OSError as error:
        raise PeopleError(f"{given.file}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise PeopleError(f"{given.file}: is not UTF-8. Save it as UTF-8.") from error
    except PeopleError as error:
        raise PeopleError(f"{given.file}: {error}") from error
    list_officers(settings, given)


def link_accounts(settings: Settings, given: argparse.Namespace) -> None:
    """Make the persons of two accounts one."""
    from bot import linking

    _own(settings, *given.accounts)
    with opened(settings) as records, records.changing() as change:
        linking.join_accounts(change, *given.accounts, who=_WHO)
    say("Done: both accounts are one person's.")


def note_left(settings: Settings, given: argparse.Namespace) -> None:
    """Note that someone has left, and print what a server then still needs."""
    from bot import disclosure, officers, people

    with opened(settings) as records, records.changing() as change:
        person = disclosure.person_given(change.session, records.organisation, given.person)
        people.left(change, person, who=_WHO)
        change.session.flush()
        lacking = officers.missing(change.session, records.organisation)
    say("Noted: has left. Offices and open inductions have ended; what was acknowledged stays.")
    _say_missing(lacking)


def offer_code(settings: Settings, given: argparse.Namespace) -> None:
    """Print a one-time code that binds the account in which it is typed to an officer's person."""
    from bot import linking, officers
    from bot.records.tables import Person

    with opened(settings) as records, records.changing() as change:
        found = officers.holders(change.session, change.records.organisation, given.office)
        officer = _only(found, given.office, given.place)
        if officer.person is None:
            raise PeopleError("An outside contact has no account: there is nothing to bind.")
        person = change.session.get_one(Person, officer.person)
        code = linking.offer_code(change, person, who=_WHO)
    say(code)
    minutes = linking.LIFETIME.total_seconds() / 60
    say(
        f"To be typed in private with Hearth, in the account to be bound: once, within {minutes:.0f} minutes."
    )


def _own(settings: Settings, *accounts: str) -> None:
    for account in accounts:
        require_own(settings, account)


def _only(found: Sequence["Officer"], office: str, place: int | None) -> "Officer":
    if place is not None:
        found = [officer for officer in found if officer.place == place]
    if not found:
        raise PeopleError(f"Nobody holds the office {office} there: `hearth people list` shows who does.")
    if len(found) > 1:
        raise PeopleError(f"{len(found)} hold the office {office}: say which with --place.")
    return found[0]


def _after(change: "Change", officer: "Officer") -> tuple[list[str], tuple[str, ...]]:
    """Return the lines on an officer and what a server needs, as they are at a change's end."""
    from bot import officers

    change.session.flush()
    lines = _shown(change.records, change.session, officer)
    return lines, officers.missing(change.session, change.records.organisation)


def _shown(records: "Records", session: "Session", officer: "Officer") -> list[str]:
    from bot import officers, people

    contact = officers.contact(records, officer)
    office = in_words(office_given(officer.office))
    lines = [f"{office} {officer.place}: {one_line(contact.name)}, {contact.phone}"]
    if contact.also_called:
        lines.append(f"    also called {one_line(', '.join(contact.also_called))}")
    if officer.person is not None:
        accounts = people.accounts(session, officer.person)
        code = f"none yet; `hearth people code {officer.office} --place {officer.place}` binds one"
        lines.append(f"    accounts: {', '.join(accounts) or code}")
    return [*lines, f"    id {officer.id[:_SHOWN]}"]


def _say_missing(lacking: tuple[str, ...]) -> None:
    if lacking:
        say(f"Still needed before a server may start: {', '.join(lacking)}.")
