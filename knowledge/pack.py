"""Pack: what an organisation adds to a policy so that people's words find it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from knowledge.reading import BEARERS, FORMS, TARGETS, Bearer, Form, Target, Value

Verdict = Literal["allowed", "not_allowed", "required", "depends", "info", "silent"]
State = Literal["y", "n", "?"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# Whom the policy's rules bind when a row does not say: an outsider's act never meets such a row.
BOUND: tuple[Bearer, ...] = ("volunteer", "staff", "trustee")
# What a reviewer said of a row, or of a norm by its correction; nothing where nobody has looked at it.
REVIEW, RIGHT, REFUSED = "review", "right", "no"
# What is asked back when it is not a fact of the pack but a column of the tables.
ASK_WHOM = "whom"
ASK_ROLE = "role"


class PackError(Exception):
    """A pack cannot be used; the message names the file, the place and what to do."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a verdict can turn on: how it is asked back, and which value the strict side takes.

    `against` names a fact that cannot be established together with this one. `once` marks what is given for
    one thing only, as consent is: it does not carry over to what is asked next.
    """

    id: str
    ask: str
    yes: str
    no: str
    strict: Value
    against: str | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a topic's decision table.

    Fits when every named column fits; `who=None` fits anyone, `whom=None` and `form=None` anything. `facts`
    maps a fact to established, denied or "?" (not known).
    """

    verdict: Verdict
    say: str
    cite: tuple[str, ...]
    near: tuple[str, ...]
    who: tuple[Bearer, ...] | None
    whom: tuple[Target, ...] | None
    form: tuple[Form, ...] | None
    facts: Mapping[str, State]
    ask: str | None
    change: str
    nearest_first: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """Something people ask about, with its decision table.

    `covered` is False for a near miss. `why` names the clauses that give the policy's reason. `waiting` are
    the rows as written where a person has yet to review them; then `rows` only quotes what they cite.
    `examples` are ways in which people ask, `cues` words by which they mean it. `refused` are the rows that a
    reviewer took out; they decide nothing.
    """

    id: str
    name: str
    rows: tuple[Row, ...]
    covered: bool
    why: tuple[str, ...] = ()
    waiting: tuple[Row, ...] = ()
    examples: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    refused: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """The tables of one policy, with the organisation's name and the policy's title.

    `notes` maps a clause to what is said beside it; `norms` corrects what grammar makes of a clause.
    """

    organisation: str
    title: str
    reviewed: bool
    manager: str
    topics: Mapping[str, Topic]
    facts: Mapping[str, Fact]
    notes: Mapping[str, str]
    norms: Mapping[str, Mapping[str, object]]


QUOTED_SAY = (
    "Nobody has reviewed how I read this. Take the clause's own words; a person can say what they mean."
)
SILENT_SAY = "The policy does not cover this, so I cannot say yes or no from it."
_SILENT_ROW = Row(
    verdict="silent",
    say=SILENT_SAY,
    cite=(),
    near=(),
    who=None,
    whom=None,
    form=None,
    facts=MappingProxyType({}),
    ask=None,
    change="",
    nearest_first=False,
)


def load_pack(path: Path) -> Pack:
    """Return the pack in a TOML file; raise PackError where it is missing, damaged or not understood."""
    return pack_of(load_data(path), path.name)


def load_data(path: Path) -> dict[str, Any]:
    """Return what a pack's file says, not yet looked at; raise PackError where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{path.name}: no such pack. Put it beside the policy's text.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: not readable as TOML: {error}. Correct that line.") from error


def pack_of(data: dict[str, Any], name: str) -> Pack:
    """Return the pack that a file called `name` says; raise PackError where it is not understood."""
    try:
        return _pack(data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise PackError(f"{name}: {_what(error)}. Correct that entry.") from error


def _what(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _pack(data: dict[str, Any]) -> Pack:
    facts = {entry["id"]: Fact(**entry) for entry in data["fact"]}
    covered = [_topic(entry, facts) for entry in data["topic"]]
    silent = [
        Topic(
            entry["id"],
            entry["name"],
            rows=(_SILENT_ROW,),
            covered=False,
            examples=_words(entry, "examples"),
            cues=_words(entry, "cues"),
        )
        for entry in data["silent"]
    ]
    return Pack(
        organisation=data["organisation"],
        title=data["title"],
        reviewed=data["reviewed"],
        manager=data["manager"],
        topics=MappingProxyType({topic.id: topic for topic in covered + silent}),
        facts=MappingProxyType(facts),
        notes=MappingProxyType(dict(data.get("notes", {}))),
        norms=MappingProxyType(corrections(data.get("norms", {}))),
    )


def corrections(written: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, object]]:
    """Return what a pack corrects of its clauses' norms: one that a reviewer took out only tells."""
    found: dict[str, Mapping[str, object]] = {}
    for norm, entry in written.items():
        fields = {name: value for name, value in entry.items() if name != REVIEW}
        if _mark(norm, entry) == REFUSED:
            fields = {"modality": "state"}
        if fields:
            found[norm] = fields
    return found


def _mark(place: str, entry: Mapping[str, Any]) -> str | None:
    mark = entry.get(REVIEW)
    if mark not in (None, RIGHT, REFUSED):
        raise ValueError(f"{place}: {REVIEW} = {mark!r}; one of {RIGHT}, {REFUSED}")
    return mark


def _topic(entry: dict[str, Any], facts: Mapping[str, Fact]) -> Topic:
    written = [(_row(entry["id"], row, facts), _mark(entry["id"], row)) for row in entry["row"]]
    refused = tuple(row for row, mark in written if mark == REFUSED)
    rows = tuple(row for row, mark in written if mark != REFUSED)
    if refused and (not rows or not _fits_anyone(rows[-1])):
        rows = (*rows, _SILENT_ROW)
    topic = Topic(
        entry["id"],
        entry["name"],
        rows,
        covered=True,
        why=tuple(entry.get("why", ())),
        examples=_words(entry, "examples"),
        cues=_words(entry, "cues"),
        refused=refused,
    )
    if entry.get("reviewed", True) is not False:
        return topic
    cite = tuple(dict.fromkeys(clause for row in rows for clause in row.cite))
    quoted = replace(_SILENT_ROW, verdict="info", say=QUOTED_SAY, cite=cite) if cite else _SILENT_ROW
    return replace(topic, rows=(quoted,), waiting=rows)


def _fits_anyone(row: Row) -> bool:
    return row.who is None and row.whom is None and row.form is None and not row.facts


def _words(entry: dict[str, Any], name: str) -> tuple[str, ...]:
    words = entry.get(name, [])
    if not isinstance(words, list) or any(not isinstance(one, str) or not one.strip() for one in words):
        raise ValueError(f"topic {entry['id']!r}: {name} is to be a list of texts")
    return tuple(words)


def _row(topic: str, row: dict[str, Any], facts: Mapping[str, Fact]) -> Row:
    known = {
        "verdict", "say", "cite", "near", "who", "whom", "form", "facts", "ask", "change", "nearest_first",
        REVIEW,
    }  # fmt: skip
    if unknown := set(row) - known:
        raise ValueError(f"topic {topic!r}: unknown column {sorted(unknown)[0]!r}")
    who = _column(topic, "who", row.get("who", list(BOUND)), (*BEARERS, "any"))
    states = row.get("facts", {})
    for fact, state in states.items():
        if fact not in facts or state not in ("y", "n", "?"):
            raise ValueError(f"topic {topic!r}: unknown fact or state {fact} = {state!r}")
    ask = row.get("ask")
    if ask is not None and ask != ASK_WHOM and ask not in facts:
        raise ValueError(f"topic {topic!r}: asks for an unknown fact {ask!r}")
    if row["verdict"] not in VERDICTS:
        raise ValueError(f"topic {topic!r}: unknown verdict {row['verdict']!r}")
    return Row(
        verdict=row["verdict"],
        say=row["say"],
        cite=tuple(row.get("cite", ())),
        near=tuple(row.get("near", ())),
        who=None if who == ("any",) else who,
        whom=_column(topic, "whom", row.get("whom"), TARGETS),
        form=_column(topic, "form", row.get("form"), FORMS),
        facts=MappingProxyType(dict(states)),
        ask=ask,
        change=row.get("change", ""),
        nearest_first=bool(row.get("nearest_first", False)),
    )


def _column(topic: str, name: str, values: list[str] | None, known: tuple[str, ...]) -> Any:
    if values is None:
        return None
    for value in values:
        if value not in known:
            raise ValueError(f"topic {topic!r}: unknown {name} {value!r}; one of {', '.join(known)}")
    return tuple(values)
