"""`hearth retention`, `hearth export` and `hearth erase`: what is kept, given back, and taken away."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.opening import opened
from adapters.output import one_line, say
from adapters.retention_settings import name_of, unit_of
from adapters.settings import Settings
from bot.kept import KINDS, NEVER, Kind

if TYPE_CHECKING:
    from bot.erasure import Plan
    from bot.records.store import Records
    from bot.records.tables import Officer, Person

# What the audit calls whoever runs a command without saying who she is.
_WHO = "command line"


def retention(parser: argparse.ArgumentParser) -> None:
    """Define `hearth retention` and `hearth retention run`."""
    parser.set_defaults(command=show_retention)
    run = parser.add_subparsers(metavar="[run]").add_parser("run", help="let go what is due now")
    run.set_defaults(command=run_retention)


def export(parser: argparse.ArgumentParser) -> None:
    """Define `hearth export person` and `hearth export named-in`."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    person = parts.add_parser("person", help="write what is held about a person, for her alone")
    _person(person)
    person.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet"
    )
    _officer(person, required=False)
    person.add_argument(
        "--release",
        action="append",
        default=[],
        metavar="CASE_ID",
        help="a case that names her, from `named-in`; may be repeated",
    )
    person.set_defaults(command=export_person)
    named = parts.add_parser("named-in", help="list the cases that name a person, for an officer to decide")
    _person(named)
    _officer(named, required=True)
    named.set_defaults(command=list_named_in)


def erase(parser: argparse.ArgumentParser) -> None:
    """Define `hearth erase person`."""
    person = parser.add_subparsers(required=True, metavar="WHAT").add_parser("person", help="erase a person")
    _person(person)
    _officer(person, required=False)
    person.add_argument("--yes", action="store_true", help="do it; else it is only said what that does")
    person.set_defaults(command=erase_person)


def _person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="ACCOUNT_OR_ID", help="such as slack:T1/U2, or the person's id")


def _officer(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--as",
        dest="officer",
        required=required,
        default="",
        metavar="OFFICER_ID",
        help="who you are, as `hearth people list` shows it; the audit notes it",
    )


def show_retention(settings: Settings, _given: argparse.Namespace) -> None:
    """Print each kind of record, how long it is kept, who says so, and what is due now."""
    from bot.retention import due

    with opened(settings) as records:
        counts = due(records, settings.retention.keep)
    say(_table([_HEAD, *(_row(settings, kind, counts[kind.name]) for kind in KINDS)]))
    for kind in KINDS:
        if (kept := settings.retention.keep[kind.name]) < kind.safe:
            say(f"\nDangerous: {name_of(kind)} is {kept}. {_DANGER[kind.name]}")
    say("\nNever let go by the clock: " + "; ".join(NEVER) + ".")


_HEAD = ("kept", "for", "", "setting", "due now")
_DANGER = {
    "message_hours": "If Hearth is off for longer, the messages that wait are lost.",
    "cards": "A card that could not be sent can be sent again only for so long.",
}


def _row(settings: Settings, kind: Kind, count: int) -> tuple[str, ...]:
    due = str(count) if kind.is_told else "not told here"
    if not kind.is_set:
        return (kind.what, "at once", "", "", due)
    kept = f"{settings.retention.keep[kind.name]} {unit_of(kind)}"
    said = "set" if kind.name in settings.retention.chosen else "default"
    return (kind.what, kept, said, name_of(kind), due)


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def run_retention(settings: Settings, _given: argparse.Namespace) -> None:
    """Let go what is due now, and print how much of each kind that was."""
    from bot.retention import sweep

    with opened(settings) as records:
        counts = sweep(records, settings.retention.keep)
    told = [f"{kind.what}: {counts[kind.name]}" for kind in KINDS if kind.is_told and counts[kind.name]]
    say("Let go: " + ("; ".join(told) or "nothing") + ". Closed cases that were due are gone too.")


def export_person(settings: Settings, given: argparse.Namespace) -> None:
    """Write what is held about a person into a new folder."""
    from adapters.export_files import export_folder
    from bot import export

    with opened(settings) as records:
        person, officer, who = _parties(records, given)
        with export_folder(given.out) as put:
            made = export.export(
                records, person, asked_by_herself=False, officer=officer, released=given.release, who=who
            )
            files = put(made)
    say("\n".join(str(file) for file in files))
    say("For the person herself: give them to nobody else, and delete them afterwards.")
    say(_ORDERED)


_ORDERED = (
    "Her cases are in it as far as the officer named with --as has them in hand and no part in them. What "
    "she said to Hearth, and what she raised anonymously, she gets by asking from her own account."
)


def list_named_in(settings: Settings, given: argparse.Namespace) -> None:
    """Print the cases that name a person and that an officer may release to her, one by one."""
    from bot import disclosure

    with opened(settings) as records:
        person, officer, _ = _parties(records, given)
        with records.reading() as session:
            cases = disclosure.named_in(session, person, officer)
    for case in cases:
        say(f"{case.id}  {case.number}  {case.kind}, opened {case.opened_at.day} {case.opened_at:%B %Y}")
    say("Release each with --release, if it may be told to her. There may be no others for you to decide on.")


def erase_person(settings: Settings, given: argparse.Namespace) -> None:
    """Say what erasing a person takes away and what stays, and with --yes do it."""
    from bot import erasure

    keep = settings.retention.keep
    with opened(settings) as records:
        person, officer, who = _parties(records, given)
        if given.yes:
            done = erasure.erase(records, person, who=who, officer=officer, keep=keep)
        else:
            done = erasure.plan(records, person, officer, keep)
    _say_plan(done, done_now=given.yes)


def _say_plan(plan: "Plan", *, done_now: bool) -> None:
    from bot.erasure import ALWAYS

    what = "; ".join(f"{what}: {count}" for what, count in plan.goes) or "nothing is left that may go"
    say(f"{'Taken away' if done_now else 'Would be taken away'}: {what}.")
    for stays in plan.stays:
        say(f"Stays: {one_line(stays.what)}: {stays.reason}.")
    say(ALWAYS)
    for hinders in plan.hinders:
        say(f"In the way: {hinders}")
    if not done_now:
        say("Nothing was changed. With --yes it is done, and cannot be undone.")


def _parties(records: "Records", given: argparse.Namespace) -> "tuple[Person, Officer | None, str]":
    """Return the person that a command is about, the officer who gives it, and what the audit calls her."""
    from bot import disclosure, people
    from bot.records.tables import Person

    with records.reading() as session:
        person = disclosure.person_given(session, records.organisation, given.person)
        if not given.officer:
            return person, None, _WHO
        officer = disclosure.officer_given(session, records.organisation, given.officer)
        return person, officer, people.audit_name(session.get_one(Person, officer.person))
