"""The officers of a new organisation, read once from a file; from then on `hearth people` changes them."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from bot import officers, people
from bot.contact import Office, PeopleError, account_given, contact_given, name_given, phone_given
from bot.records.store import Change
from bot.records.tables import Officer

SAMPLE = Path(__file__).with_name("sample_officers.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Strict):
    """One person of the file: `[[person]]`."""

    name: Annotated[str, AfterValidator(name_given)]
    phone: Annotated[str, AfterValidator(phone_given)]
    offices: Annotated[tuple[Office, ...], Field(min_length=1)]
    also_called: tuple[Annotated[str, AfterValidator(name_given)], ...] = ()
    account: Annotated[str, AfterValidator(account_given)] | None = None


class _File(_Strict):
    person: Annotated[tuple[Entry, ...], Field(min_length=1)]


def read(text: str) -> tuple[Entry, ...]:
    """Return the persons of a TOML file; raise PeopleError that names the line or the entry at fault."""
    try:
        entries = _File.model_validate(tomllib.loads(text)).person
    except tomllib.TOMLDecodeError as error:
        raise PeopleError(f"this is no TOML: {error}") from error
    except ValidationError as error:
        raise PeopleError(_first_fault(error)) from error
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        if fault := _fault(entry):
            raise PeopleError(f"person {number}: {fault}")
        if entry.account is not None and (earlier := seen.setdefault(entry.account, number)) != number:
            raise PeopleError(f"person {number}: has the account of person {earlier}; put all in one entry")
    return entries


def set_up(change: Change, entries: tuple[Entry, ...], *, who: str) -> None:
    """Appoint all of these, in their order; raise PeopleError, and let nothing be kept, where one cannot be.

    Once there has been an officer, even one whose office has ended, it is too late for that.
    """
    officers.one_at_a_time(change)
    organisation = change.records.organisation
    some = select(Officer.id).where(Officer.organisation == organisation).limit(1)
    if change.session.scalars(some).first() is not None:
        raise PeopleError("There are officers already: change them with `hearth people add` and `end`.")
    for entry in entries:
        _appoint(change, entry, who)
    change.session.flush()
    if lacking := officers.missing(change.session, organisation):
        raise PeopleError(f"still needed: {', '.join(lacking)}. Nothing was kept: add them and try again")


def _appoint(change: Change, entry: Entry, who: str) -> None:
    outside = "outside_contact" in entry.offices
    person = None if outside else people.named(change, entry.name, entry.account)
    given = contact_given(entry.name, entry.phone, entry.also_called)
    for office in entry.offices:
        officers.appoint(change, office, given, person, who=who)


def _fault(entry: Entry) -> str | None:
    if len(set(entry.offices)) < len(entry.offices):
        return "the same office twice"
    if "outside_contact" in entry.offices and (len(entry.offices) > 1 or entry.account is not None):
        return "an outside contact has no other office and no account"
    return None


def _first_fault(error: ValidationError) -> str:
    """Return where the first fault is, and what: "person 2, phone: …"."""
    first = error.errors(include_url=False)[0]
    told = first["msg"].removeprefix("Value error, ")
    match first["loc"]:
        case (_, int(index), *within):
            return f"{', '.join([f'person {index + 1}', *map(str, within[:1])])}: {told}"
        case (top, *_):
            return f"{top}: {told}"
    return told
