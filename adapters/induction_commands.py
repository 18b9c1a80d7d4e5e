"""`hearth induction`: who has finished, certificates, invitations and sign-offs on paper."""

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters import main as wiring
from adapters.given import roles_named, whole
from adapters.opening import opened
from adapters.organisations import require_own
from adapters.output import one_line, say
from adapters.settings import Settings
from bot.contact import account_given, name_given
from knowledge.reading import ROLES, Role

if TYPE_CHECKING:
    from bot.induction.proof import Proof
    from bot.induction.register import Row
    from bot.records.store import Change, Records
    from bot.records.tables import Person

_WHO = "command line"
# Stands for someone who is on no platform.
_NO_ACCOUNT = "none"
_ID = re.compile("[0-9a-f]{32}")

_Argument = Callable[[Callable[[str], Any]], Callable[[str], Any]]


def define(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    """Define the command's parts; `argument` lets argparse tell the words of a ValueError."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    listed = parts.add_parser("list", help="print who has finished, who is where and who is late")
    into = listed.add_mutually_exclusive_group()
    into.add_argument("--csv", type=Path, metavar="FILE", help="write it as CSV instead")
    into.add_argument("--xlsx", type=Path, metavar="FILE", help="write it as a workbook instead")
    listed.set_defaults(command=list_inductions)
    verify = parts.add_parser("verify", help="say what the record holds of a certificate")
    _code(verify, argument)
    verify.set_defaults(command=verify_certificate)
    made = parts.add_parser("certificate", help="write a certificate (PDF)")
    _code(made, argument)
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where it goes")
    made.set_defaults(command=write_certificate)
    invite = parts.add_parser("invite", help="invite someone: by Slack account, or who has written to Hearth")
    invite.add_argument("account", type=argument(account_given), metavar="ACCOUNT", help="slack:T1/U2")
    _role(invite, argument)
    invite.set_defaults(command=invite_account)
    paper = parts.add_parser("sign-off", help="enter what someone signed on paper")
    paper.add_argument(
        "person",
        type=argument(_person_given),
        metavar="ACCOUNT",
        help=f"slack:T1/U2, a person's id, or {_NO_ACCOUNT}",
    )
    _role(paper, argument)
    paper.add_argument("--name", type=argument(name_given), required=True, help="as on the paper")
    paper.add_argument("--date", type=argument(_day), required=True, metavar="YYYY-MM-DD")
    paper.add_argument("--remark", type=argument(_remark), required=True, help="where the paper is")
    paper.set_defaults(command=sign_off)


def _code(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    parser.add_argument("code", type=argument(whole), metavar="CODE", help="as on the certificate")


def _role(parser: argparse.ArgumentParser, argument: _Argument) -> None:
    parser.add_argument(
        "role",
        type=argument(_roles),
        metavar="ROLE",
        help=f"{', '.join(ROLES)}; several joined with +",
    )


def _roles(text: str) -> tuple[Role, ...]:
    roles = roles_named(text)
    if not roles:
        raise ValueError(f"an induction is walked in a role; give one of {', '.join(ROLES)}")
    return roles


def _person_given(text: str) -> str:
    return text if text == _NO_ACCOUNT or _ID.fullmatch(text) else account_given(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date. Give it as 2026-03-02") from None


def _remark(text: str) -> str:
    remark = " ".join(whole(text).split())
    if not remark:
        raise ValueError("the remark is empty. Say where the paper is kept, or why it was paper")
    return remark


def list_inductions(settings: Settings, given: argparse.Namespace) -> None:
    """Print or write the standing of everyone who has begun or should."""
    from bot.induction import register

    course = wiring.load_course(settings)
    with opened(settings) as records, records.reading() as session:
        rows = register.rows(records, session, course)
        not_asked = register.not_asked(session, records.organisation)
        made = records.now()
    if given.csv or given.xlsx:
        from adapters import register_files
        from adapters.private_file import write_private

        content = register_files.as_csv(rows) if given.csv else register_files.as_workbook(rows, made)
        write_private(given.csv or given.xlsx, content)
        say(f"{given.csv or given.xlsx}: written, {len(rows)} in all.")
        return
    say(_table([_HEAD, *map(_shown, rows)]) if rows else "Nobody has begun the induction or said a role.")
    if not_asked:
        say(f"Not listed: {not_asked} who wrote to Hearth without saying a role.")


_HEAD = ("name", "role", "state", "last step", "late since", "certificate")


def _shown(row: "Row") -> tuple[str, ...]:
    from bot.induction.register import place

    days = ((at.date().isoformat() if at else "") for at in (row.stepped, row.late_since))
    return (one_line(row.name), "+".join(row.roles), place(row), *days, row.code)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def verify_certificate(settings: Settings, given: argparse.Namespace) -> None:
    """Print what the record holds of a certificate, and whether it fits the adopted text."""
    from bot.induction.inductions import InductionError

    with opened(settings) as records:
        proof = _proof(records, given.code)
    lines = _in_words(proof)
    if proof.faults:
        told = "; ".join(proof.faults)
        say("\n".join(lines))
        raise InductionError(f"{proof.code}: the record does not fit the adopted text: {told}.")
    fits = f"Clauses: {', '.join(proof.cited)}: their hashes fit the text that was adopted."
    say("\n".join([*lines, fits, "The certificate is good if it says the same."]))


def _in_words(proof: "Proof") -> list[str]:
    from bot.induction.cards import in_words

    how = "signed on paper" if proof.on_paper else "acknowledged in chat"
    return [
        f"Code: {proof.code}",
        f"Policy: {one_line(proof.policy)}, {one_line(proof.organisation)}",
        f"Version: {proof.version}",
        f"Name: {one_line(proof.name)}",
        f"Role: {in_words(proof.roles)}",
        f"Date: {proof.at.day} {proof.at:%B %Y}, {how}",
    ]


def write_certificate(settings: Settings, given: argparse.Namespace) -> None:
    """Write a certificate as PDF."""
    from adapters.certificate import certificate
    from adapters.private_file import write_private

    with opened(settings) as records:
        proof = _proof(records, given.code)
    write_private(given.out, certificate(proof))
    say(f"{given.out}: the certificate {proof.code}.")


def _proof(records: "Records", code: str) -> "Proof":
    from bot.induction import proof
    from bot.induction.inductions import InductionError

    with records.reading() as session:
        found = proof.find(session, records.organisation, code)
        if found is None:
            raise InductionError(
                f"{one_line(code)}: there is no certificate with this code. Check its letters."
            )
        return proof.proof_of(records, session, found)


def invite_account(settings: Settings, given: argparse.Namespace) -> None:
    """Invite someone to the induction; the card goes out with the worker's next work."""
    from bot.induction import office

    require_own(settings, given.account)
    course = wiring.load_course(settings)
    with opened(settings) as records, records.changing() as change:
        row = office.send_invitation(change, course, given.account, given.role, who=_WHO)
        said = office.said_of(row, given.account, given.role)
    say(said)


def sign_off(settings: Settings, given: argparse.Namespace) -> None:
    """Enter a sign-off on paper, in the name of the first manager, and print its code."""
    from bot.induction import paper

    if given.person != _NO_ACCOUNT and not _ID.fullmatch(given.person):
        require_own(settings, given.person)
    course = wiring.load_course(settings)
    signed = paper.Paper(given.name, given.date, given.remark)
    with opened(settings) as records, records.changing() as change:
        person, is_new = _person(change, given)
        code, person_id = paper.sign_off(change, course, person, given.role, signed).code, person.id
    if is_new:
        say(f"Nobody was known by that, so a person was made. Her id, for later: {person_id}")
    say(f"Entered. The code of the certificate is {code}.")


def _person(change: "Change", given: argparse.Namespace) -> "tuple[Person, bool]":
    """Return who signed, made under the name on the paper where nobody is known, and whether she was made."""
    from sqlalchemy import select

    from bot import disclosure, people
    from bot.records.tables import Account

    organisation = change.records.organisation
    if _ID.fullmatch(given.person):
        return disclosure.person_given(change.session, organisation, given.person), False
    account = None if given.person == _NO_ACCOUNT else given.person
    known = select(Account).where(Account.organisation == organisation, Account.name == account)
    if account is not None and change.session.scalars(known).first() is not None:
        return people.known(change, account), False
    return people.named(change, given.name, account), True
