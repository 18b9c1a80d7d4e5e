"""`hearth policy diff`: two versions of a policy, clause by clause."""

import argparse
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import main as wiring
from adapters.output import say
from adapters.settings import Settings
from adapters.text import WIDTH
from knowledge.clauses import Policy
from knowledge.reader import PolicyError, parse

if TYPE_CHECKING:
    from knowledge.diff import Difference, Kind

_KINDS: "tuple[Kind, ...]" = ("added", "removed", "changed", "renumbered")


def define(parser: argparse.ArgumentParser) -> None:
    """Say which two files."""
    parser.add_argument("old", type=Path, help="the version before, in any format that is read")
    parser.add_argument("new", type=Path, nargs="?", help="the version after; the policy in use if not given")
    parser.set_defaults(command=diff)


def diff(settings: Settings, given: argparse.Namespace) -> None:
    """Print what differs between two versions, and which rows of the old one's pack rest on it."""
    from knowledge.diff import differences, rows_to_review
    from knowledge.pack import load_pack

    old = _read(given.old)
    new = _read(given.new) if given.new else wiring.read_text(settings)
    found = differences(old, new)
    say(f"{given.old.name} ({old.version[:8]}) and {(given.new or settings.policy).name} ({new.version[:8]})")
    for label, before, after in (
        ("adopted", old.adopted, new.adopted),
        ("review due", old.review_due, new.review_due),
    ):
        if before != after:
            say(f"{label}: {before or 'not said'} before, {after or 'not said'} now")
    times = Counter(one.kind for one in found)
    said = ", ".join(f"{times[kind]} {kind}" for kind in _KINDS if times[kind])
    say(f"{said}." if said else "No clause differs.")
    for one in found:
        say("\n".join(_told(one)))
    pack = given.old.with_suffix(".pack.toml")
    rows = rows_to_review(load_pack(pack), found) if pack.exists() else ()
    if rows:
        say(f"\nRows of {pack.name} to review again:")
        say("\n".join(f"  {row}" for row in rows))


def _read(path: Path) -> Policy:
    """Return the policy in a file: one that is kept as text is read as it stands."""
    from knowledge.documents.reading import read_file
    from knowledge.reader import read_policy

    if path.suffix.lower() == ".txt":
        return read_policy(path, organisation="", title="")
    try:
        return parse(read_file(path).written.text, path.stem, "", "")
    except PolicyError as error:
        raise PolicyError(str(error) if str(path) in str(error) else f"{path}: {error}") from None


def _told(one: "Difference") -> Iterator[str]:
    from knowledge.diff import marked_words

    before = one.before.id if one.before else ""
    after = one.after.id if one.after else ""
    number = before if before == after or not after else f"{before} → {after}" if before else after
    likeness = f", {one.likeness:.0%} alike" if one.kind == "changed" else ""
    yield f"\n{one.kind}: {number}{likeness}"
    if one.kind == "renumbered":
        return
    clause = one.after or one.before
    words = " ".join(clause.text.split()) if clause else ""
    if one.before and one.after:
        words = marked_words(one.before.text, one.after.text)
    yield from textwrap.wrap(words, WIDTH, initial_indent="  ", subsequent_indent="  ")
