"""Offices, and how an officer is reached: what counts as a name, a phone number and an account."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from unicodedata import normalize

Office = Literal[
    "manager",
    "deputy_manager",
    "chair",
    "deputy_chair",
    "safeguarding_lead",
    "deputy_safeguarding_lead",
    "trustee",
    "outside_contact",
]

OFFICES: tuple[Office, ...] = get_args(Office)
PLATFORMS = ("slack", "teams", "web")

_LONGEST_NAME = 100
_PHONE = re.compile(r"\+?[0-9]+( [0-9]+)*")
# 999 and 101 have three digits; ITU-T E.164, section 6.1, allows fifteen.
_FEWEST_DIGITS, _MOST_DIGITS = 3, 15
_ACCOUNT = re.compile(rf"({'|'.join(PLATFORMS)}):[^\s:]\S{{0,180}}")

# Words that ask for no name, with a negation where need be, and those that may stand round them: a text of
# these alone tells of no harm.
_ANONYMOUS = frozenset({"anon", "anonymous", "anonymously"})
_NAME, _NOT = (
    frozenset({"name", "named"}),
    frozenset({"can't", "don't", "dont", "no", "not", "out", "without"}),
)
_ROUND_IT = frozenset(
    """
    be do give given giving i i'd it keep leave like my of please prefer rather remain say stay thank thanks
    to want wish would you
    """.split()  # noqa: SIM905 - thirty words are read best as text
)


class PeopleError(Exception):
    """What was asked about people or officers cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An officer's name, phone outside chat, and what else people call her. Made by `contact_given`."""

    name: str
    phone: str
    also_called: tuple[str, ...] = ()


def contact_given(name: str, phone: str, also_called: Iterable[str] = ()) -> Contact:
    """Return a contact with its white space made even; raise ValueError for what is no name or phone."""
    others = tuple(dict.fromkeys(name_given(other) for other in also_called))
    return Contact(name_given(name), phone_given(phone), others)


def name_given(text: str) -> str:
    """Return a name on one line; raise ValueError for what can be none."""
    name = " ".join(normalize("NFC", text).split())
    if not any(character.isalpha() for character in name):
        raise ValueError(f"{name!r} is no name: it has no letters")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"a name has at most {_LONGEST_NAME} characters, this one {len(name)}")
    if not name.isprintable():
        raise ValueError(f"{name!r} is no name: it has characters that cannot be seen")
    return name


def asks_for_no_name(text: str) -> bool:
    """Say whether words ask that no name be given ("I don't want to give my name") and say nothing else."""
    words = set(re.findall(r"[\w']+", text.casefold().replace("\u2019", "'")))
    asks = bool(words & _ANONYMOUS or (words & _NAME and words & _NOT))
    return asks and words <= _ANONYMOUS | _NAME | _NOT | _ROUND_IT


def phone_given(text: str) -> str:
    """Return a phone number with single spaces; raise ValueError for what can be none.

    Only the form is checked, not that anyone can be reached there.
    """
    phone = " ".join(text.split())
    digits = sum(character.isdecimal() for character in phone)
    if _PHONE.fullmatch(phone) and _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        return phone
    raise ValueError(
        f"{phone!r} is no phone number. Give {_FEWEST_DIGITS} to {_MOST_DIGITS} digits with spaces as you "
        "like, + in front where it starts with a country"
    )


def account_given(text: str) -> str:
    """Return the name of an account, such as slack:T1/U2; raise ValueError for what can be none."""
    if _ACCOUNT.fullmatch(text):
        return text
    raise ValueError(
        f"{text!r} is no account. Give platform and id, such as slack:T1/U2; "
        f"the platforms are {', '.join(PLATFORMS)}"
    )


def office_given(text: str) -> Office:
    """Return an office; raise ValueError for what is none."""
    for office in OFFICES:
        if office == text:
            return office
    raise ValueError(f"{text!r} is no office; one of {', '.join(OFFICES)}")


def in_words(office: Office) -> str:
    """Return an office as it is said: "deputy safeguarding lead"."""
    return office.replace("_", " ")
