"""Masking what others are called, in words that are given back to the person who wrote them."""

import re
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.store import Records
from bot.records.tables import Account, Officer, Person

OTHER = "[another person]"

# A part of a name that is shorter is more often a word.
_SHORTEST = 3

Mask = Callable[[str], str]


def mask_for(records: Records, session: Session, person: Person) -> Mask:
    """Return what replaces the names, phones and accounts of all others whom the records know.

    Names count whole in any case, their parts as they are written. Whom the records do not know is not
    recognised: what she wrote of her own accord about a family stays as she wrote it.
    """
    whole, parts = set[str](), set[str]()
    for called in _called(
        records, session, Person.id != person.id, Officer.person.is_distinct_from(person.id)
    ):
        whole.add(called)
        parts |= set(_parts(called))
    others = select(Account.name).where(
        Account.organisation == records.organisation, Account.person != person.id
    )
    whole |= {name for account in session.scalars(others) for name in (account, account.rpartition("/")[2])}
    hers = list(_called(records, session, Person.id == person.id, Officer.person == person.id))
    hers += session.scalars(select(Account.name).where(Account.person == person.id)).all()
    own_parts = {part for called in hers for part in _parts(called)}
    return _mask({name for name in whole if name} - set(hers), parts - own_parts)


def _called(records: Records, session: Session, persons: object, offices: object) -> Iterable[str]:
    """Return what persons and officers are called, and the officers' phones."""
    of_this = records.organisation
    for person in session.scalars(select(Person).where(Person.organisation == of_this, persons)):  # type: ignore[arg-type]
        yield records.open(Person.name, person)
    for officer in session.scalars(select(Officer).where(Officer.organisation == of_this, offices)):  # type: ignore[arg-type]
        yield records.open(Officer.name, officer)
        yield records.open(Officer.phone, officer)
        yield from records.open(Officer.also_called, officer).splitlines()


def _parts(name: str) -> list[str]:
    return [part for part in re.findall(r"[^\W\d_]+", name) if len(part) >= _SHORTEST]


def _mask(whole: set[str], parts: set[str]) -> Mask:
    patterns = [(whole, re.IGNORECASE), (parts, re.NOFLAG)]
    compiled = [_any_of(names, flags) for names, flags in patterns if names]

    def mask(text: str) -> str:
        for pattern in compiled:
            text = pattern.sub(OTHER, text)
        return text

    return mask


def _any_of(names: set[str], flags: re.RegexFlag) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    written = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", flags)
