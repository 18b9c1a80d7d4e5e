"""Pack edits: what a reviewer changes of a pack, written into its own text; comments stay where they are."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from knowledge.clauses import Policy
from knowledge.norms import CorrectionError, corrected, misquoted, norms_of
from knowledge.pack import REVIEW, RIGHT, PackError, corrections, pack_of
from knowledge.pack_check import faults
from knowledge.review import PROPOSED, Item, Review, review_of, seen_of

_TITLE = "the pack"
_NORM_FIELDS = ("modality", "bearers", "targets", "conditions", "exceptions")
_MENDED_ELSEWHERE = ("unreachable behind the rows before it", "on which no row of the topic turns")
_MOST_WORDS = 200  # characters of an example: longer is no question


class ChangedMeanwhile(Exception):  # noqa: N818 - reads as what happened
    """What a reviewer was shown is not what stands there now; nothing was changed."""


class NotTaken(Exception):  # noqa: N818 - reads as what happened
    """What a reviewer gave cannot stand in the pack; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack's text with the policy that it belongs to."""

    policy: Policy
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """What the pack says; raise PackError where it is no TOML any more."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise PackError(f"{self.policy.slug}.pack.toml: not readable as TOML: {error}.") from error

    def review(self) -> Review:
        """Return what is reviewed of it; raise PackError or CorrectionError."""
        return review_of(self.policy, self.data)


def marked(file: PackFile, seen: Mapping[str, str], verdict: str) -> str:
    """Return the text with a verdict on items: "right", "no", or "" for not looked at.

    `seen` maps each item to its mark as it was shown. A proposal that is right becomes the topic's own; any
    other verdict drops it. Raises ChangedMeanwhile.
    """
    items = _shown(file.review(), seen)
    document = tomlkit.parse(file.text)
    for item in reversed(items):  # what is dropped moves what stands behind it
        if item.kind in PROPOSED:
            _take_or_drop(_topic(document, item.topic), item, takes=verdict == RIGHT)
        else:
            _mark(_entry(document, item), verdict)
    return tomlkit.dumps(document)


def norm_edited(file: PackFile, item_id: str, seen: str, values: Mapping[str, Any]) -> str:
    """Return the text in which a norm is corrected to these values, and right.

    `values` holds modality, bearers, targets, conditions and exceptions; what grammar reads so already is
    not written. Raises ChangedMeanwhile and NotTaken.
    """
    item = _shown(file.review(), {item_id: seen})[0]
    read = next(norm for norm in norms_of(file.policy) if f"norm:{norm.id}" == item_id)
    document = tomlkit.parse(file.text)
    entry = _entry(document, item)
    for name in _NORM_FIELDS:
        value, own = values[name], getattr(read, name)
        if value == (list(own) if isinstance(own, tuple) else own):
            entry.pop(name, None)
        else:
            entry[name] = value
    entry[REVIEW] = RIGHT
    text = tomlkit.dumps(document)
    try:
        norms = corrected([read], corrections({read.id: entry.unwrap()}))
    except CorrectionError as error:
        raise NotTaken(str(error)) from error
    if wrong := misquoted(file.policy, norms):
        raise NotTaken(f"{wrong[0]}. Copy the words from the clause.")
    return text


def row_edited(file: PackFile, item_id: str, seen: str, values: Mapping[str, Any]) -> str:
    """Return the text in which a row has these columns, and is right; None takes a column away.

    Raises ChangedMeanwhile, and NotTaken where the pack would not hold together with its policy.
    """
    item = _shown(file.review(), {item_id: seen})[0]
    document = tomlkit.parse(file.text)
    row = _entry(document, item)
    for name, value in values.items():
        if value is None:
            row.pop(name, None)
        elif row.get(name) != value:
            row[name] = _inline(value)
    row[REVIEW] = RIGHT
    return _checked(file, tomlkit.dumps(document))


def row_copied(file: PackFile, item_id: str, seen: str) -> str:
    """Return the text with a row a second time before itself, to be edited; raise ChangedMeanwhile."""
    item = _shown(file.review(), {item_id: seen})[0]
    document = tomlkit.parse(file.text)
    at, topic = int(item_id.rpartition(":")[2]), _topic(document, item.topic)
    copy = tomlkit.table()
    for name, value in (item.row or {}).items():
        if name != REVIEW:
            copy[name] = _inline(value)
    copy.add(tomlkit.nl())
    topic["row"].insert(at, copy)
    return tomlkit.dumps(document)


def topic_worded(file: PackFile, topic_id: str, seen: str, values: Mapping[str, Any]) -> str:
    """Return the text in which a topic has another name, examples and cues.

    Raises ChangedMeanwhile, and NotTaken for an empty name or an example that is too long.
    """
    document = tomlkit.parse(file.text)
    topic = _topic(document, topic_id)
    if seen != wording(topic.unwrap()):
        raise ChangedMeanwhile(topic_id)
    if not values["name"]:
        raise NotTaken("Give the topic a name: it is told when an answer is about it.")
    for words in (*values["examples"], *values["cues"]):
        if len(words) > _MOST_WORDS:
            raise NotTaken(f"“{words[:40]}…” is longer than {_MOST_WORDS} characters. Say it shorter.")
    for name in ("name", "examples", "cues"):
        if values[name]:
            topic[name] = _inline(values[name])
        else:
            topic.pop(name, None)
    return _checked(file, tomlkit.dumps(document))


def wording(topic: Mapping[str, Any]) -> str:
    """Return the mark of a topic's name, examples and cues, as `topic_worded` takes it."""
    return seen_of(topic["name"], topic.get("examples", []), topic.get("cues", []))


def fact_added(file: PackFile, values: Mapping[str, str]) -> str:
    """Return the text with another fact that a row can turn on; raise NotTaken."""
    if not all(values[name] for name in ("ask", "yes", "no")):
        raise NotTaken("Give the question, and what people answer for yes and for no.")
    words = "_".join(re.findall(r"[a-z0-9]+", values["ask"].lower())[:6]) or "fact"
    known = {fact["id"] for fact in file.data["fact"]}
    number = next(n for n in range(1, len(known) + 2) if (words if n == 1 else f"{words}_{n}") not in known)
    fact = {"id": words if number == 1 else f"{words}_{number}", **values}
    document = tomlkit.parse(file.text)
    if isinstance(document["fact"], list) and not isinstance(document["fact"], tomlkit.items.AoT):
        return _fact_at_the_end(document, fact)
    document["fact"].append(_table(fact))
    return _parsed(tomlkit.dumps(document))


def approved(file: PackFile) -> str:
    """Return the text that says that the whole pack is reviewed.

    Raises NotTaken where something is left to look at, or the pack does not hold together with its policy.
    """
    review = file.review()
    if review.left or review.lacks:
        raise NotTaken("Something is left to review, or is missing. The list says what.")
    document = tomlkit.parse(file.text)
    document["reviewed"] = True
    for topic in _list(document["topic"]):
        topic.pop("reviewed", None)
    return tomlkit.dumps(document)


def _fact_at_the_end(document: TOMLDocument, fact: Mapping[str, str]) -> str:
    """Make an array of tables of `fact = []`; tables can only stand behind what is no table."""
    facts = [*document["fact"], fact]
    del document["fact"]
    tables = tomlkit.aot()
    for one in facts:
        tables.append(_table(one))
    document["fact"] = tables
    return _parsed(tomlkit.dumps(document))


def _table(values: Mapping[str, Any]) -> tomlkit.items.Table:
    table = tomlkit.table()
    table.update(values)
    table.add(tomlkit.nl())
    return table


def _parsed(text: str) -> str:
    try:
        pack_of(tomllib.loads(text), _TITLE)
    except (PackError, tomllib.TOMLDecodeError) as error:
        raise NotTaken(str(error)) from error
    return text


def _checked(file: PackFile, text: str) -> str:
    """Return the text; raise NotTaken where it has a fault that was not there before.

    One that other rows may yet mend is let be: it is listed as missing until they do.
    """
    _parsed(text)
    before = set(_faults(file.policy, file.data))
    new = [
        fault
        for fault in _faults(file.policy, tomllib.loads(text))
        if fault not in before and not fault.endswith(_MENDED_ELSEWHERE)
    ]
    if new:
        raise NotTaken(f"That does not fit: {'; '.join(new[:3])}.")
    return text


def _faults(policy: Policy, data: dict[str, Any]) -> Sequence[str]:
    try:
        return faults(policy, pack_of(data, _TITLE))
    except CorrectionError as error:
        return [str(error)]


def _shown(review: Review, seen: Mapping[str, str]) -> list[Item]:
    found = []
    for item_id, mark in seen.items():
        item = review.item(item_id)
        if item is None or item.seen != mark:
            raise ChangedMeanwhile(item_id)
        found.append(item)
    return found


def _take_or_drop(topic: Any, item: Item, *, takes: bool) -> None:
    proposed, own = PROPOSED[item.kind]
    kept = [words for words in topic[proposed] if words != item.words]
    if kept:
        topic[proposed] = _inline(kept)
    else:
        del topic[proposed]
    if takes:
        topic[own] = _inline(list(dict.fromkeys([*topic.get(own, []), item.words])))


def _mark(entry: Any, verdict: str) -> None:
    if verdict:
        entry[REVIEW] = verdict
    else:
        entry.pop(REVIEW, None)


def _entry(document: TOMLDocument, item: Item) -> Any:
    """Return the table in which an item stands; a norm that nothing is said of gets one."""
    if item.kind == "row":
        return _topic(document, item.topic)["row"][int(item.id.rpartition(":")[2])]
    if "norms" not in document:
        document["norms"] = tomlkit.table(is_super_table=True)
    norms: Any = document["norms"]
    name = item.id.removeprefix("norm:")
    if name not in norms:
        norms[name] = tomlkit.table()
    return norms[name]


def _topic(document: TOMLDocument, topic_id: str) -> Any:
    found = [topic for topic in _list(document["topic"]) if topic["id"] == topic_id]
    if not found:
        raise ChangedMeanwhile(topic_id)
    return found[0]


def _list(tables: Any) -> Sequence[Any]:
    return list(tables)


def _inline(value: Any) -> Any:
    """Return a value as it is written in one line; a table within a row would end the row."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    return value
