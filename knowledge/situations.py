"""Situation: a short story from practice, the question that it raises, and what may be chosen.

They stand in a file beside the policy, as its pack does, and are judged by `situation_check`.
"""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.pack import PackError
from knowledge.reading import ROLES, Role

_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause that a situation rests on, and the words of it, letter by letter, that decide."""

    clause: str
    words: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be chosen; `said` is the sentence that answers the choice.

    What was chosen is kept under `id`, so that the order of the options may change.
    """

    id: str
    label: str
    right: bool
    said: str


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation, for those who have one of its roles.

    It comes after the last of the sections in which its `grounds` stand, and is the question on all of them.
    """

    id: str
    roles: tuple[Role, ...]
    grounds: tuple[Ground, ...]
    story: str
    question: str
    options: tuple[Option, ...]


def load_situations(path: Path) -> tuple[Situation, ...]:
    """Return the situations in a TOML file, in its order; none where there is no such file.

    Raises PackError where the file is damaged or not understood: like the pack, it is what the organisation
    adds to its policy.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: not readable as TOML: {error}. Correct that line.") from error
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}). Check that you may read it.") from error
    try:
        _columns(data, "the file", ("situation",))
        return tuple(_situation(entry, number) for number, entry in enumerate(_list(data, "situation"), 1))
    except (TypeError, ValueError) as error:
        raise PackError(f"{path.name}: {error}. Correct that entry.") from error


def _situation(entry: dict[str, Any], number: int) -> Situation:
    place = f"situation {entry.get('id', number)!r}"
    _columns(entry, place, ("id", "roles", "rests_on", "story", "question", "option"))
    return Situation(
        id=_id(entry, place),
        roles=_roles(entry["roles"], place),
        grounds=_grounds(entry["rests_on"], place),
        story=_text(entry, "story", place),
        question=_text(entry, "question", place),
        options=tuple(
            _option(option, f"{place}, option {count}")
            for count, option in enumerate(_list(entry, "option"), 1)
        ),
    )


def _option(entry: dict[str, Any], place: str) -> Option:
    _columns(entry, place, ("id", "label", "right", "said"))
    if not isinstance(entry["right"], bool):
        raise TypeError(f"{place}: right = {entry['right']!r} is neither true nor false")
    return Option(
        _id(entry, place), _text(entry, "label", place), entry["right"], _text(entry, "said", place)
    )


def _columns(entry: dict[str, Any], place: str, known: Collection[str]) -> None:
    if unknown := sorted(set(entry) - set(known)):
        raise ValueError(f"{place}: unknown column {unknown[0]!r}; one of {', '.join(known)}")
    if missing := [name for name in known if name not in entry]:
        raise ValueError(f"{place}: {missing[0]!r} is missing")


def _list(entry: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = entry[name]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{name!r} is to be written as [[{name}]] tables")
    return found


def _text(entry: dict[str, Any], name: str, place: str) -> str:
    value = entry[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place}: {name} = {value!r} is no text")
    return " ".join(value.split())


def _id(entry: dict[str, Any], place: str) -> str:
    value = _text(entry, "id", place)
    if not _ID.fullmatch(value):
        raise ValueError(f"{place}: id {value!r} has more than small letters, digits and hyphens")
    return value


def _roles(values: object, place: str) -> tuple[Role, ...]:
    if not isinstance(values, list) or not values or not all(value in ROLES for value in values):
        raise ValueError(f"{place}: roles = {values!r} is no list of {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in values)


def _grounds(values: object, place: str) -> tuple[Ground, ...]:
    if not isinstance(values, dict) or not values:
        raise ValueError(f"{place}: rests_on is no table of clauses and their words")
    return tuple(Ground(clause, _text(values, clause, place)) for clause in values)
