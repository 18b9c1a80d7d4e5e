"""Outline: gathers blocks into sections and clauses, and gives each the id that it is cited by."""

import re
from collections import Counter
from dataclasses import dataclass, field

from knowledge.clauses import Clause, Section
from knowledge.layout import Block
from knowledge.lines import CELLS, Marker, follows, section_number, starts_list

META = "meta"  # the id of the sign-off block
_SLUG_WORDS = 6


@dataclass(slots=True)
class _Draft:
    """A clause in the making: lines `start` to `end`, the first one from column `column` on."""

    id: str
    block: Block
    start: int
    end: int
    column: int
    items: list[Marker] = field(default_factory=list)  # of the lists that the clause has opened


@dataclass(slots=True)
class _Part:
    """A section in the making; `number` is its printed number, () where it has none, `level` its depth.

    `marks` counts those before its heading in the text; `run` is the last of the numbers that count in it.
    """

    id: str
    heading: str
    path: tuple[str, ...]
    number: tuple[str, ...] = ()
    level: int = 0
    marks: int = 0
    run: int = 0
    drafts: list[_Draft] = field(default_factory=list)


class Outline:
    """Takes the blocks of a text in order and makes its sections."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._parts: list[_Part] = []
        self._above: list[_Part] = []  # the open headings, outermost first
        self._open: _Draft | None = None  # the clause that the next block may go on with
        self._times: Counter[str] = Counter()  # how often each section id was used
        self._clauses_above = False  # whether a clause was read since the outermost heading was opened

    def add(self, block: Block) -> None:
        """Take the next block."""
        if block.kind == "heading":
            self._add_heading(block)
        elif block.kind == "sign-off":
            self._add_sign_off(block)
        elif self._open and self._goes_on(block, self._open):
            self._open.end = block.end
            if block.marker and block.kind != "bullet":
                self._open.items.append(block.marker)
        elif block.kind == "number":
            self._add_numbered(block, block.marker.parts if block.marker else ())
        else:
            self._add_unnumbered(block)

    def sections(self) -> tuple[Section, ...]:
        """Return the sections in document order, every id unique."""
        _tell_apart(self._parts)
        return tuple(
            Section(part.id, part.heading, tuple(self._clause(draft, part) for draft in part.drafts))
            for part in self._parts
        )

    def _clause(self, draft: _Draft, part: _Part) -> Clause:
        first, *others = self._lines[draft.start : draft.end]
        text = "\n".join([first[draft.column :], *others]).strip()
        marker = draft.block.marker.printed if draft.block.marker else ""
        return Clause(draft.id, text, part.path, marker)

    # Headings

    def _add_heading(self, block: Block) -> None:
        heading = self._lines[block.start].strip()[block.marks :].strip()
        number = section_number(block.marker.parts) if block.marker else ()
        level = len(number) if number and number[0][:1].isdigit() else 0
        if block.marks:
            self._above = [part for part in self._above if part.marks < block.marks]
        else:
            self._close_headings(level, heading)
        part_id = ".".join(number) or _slug(heading)
        self._open_part(_Part(part_id, heading, (), number, level, block.marks))

    def _close_headings(self, level: int, heading: str) -> None:
        if level:
            # "Procedures", which has no clause of its own, holds the numbered headings after it.
            self._above = [
                part for part in self._above if part.level < level and (part.level or not part.drafts)
            ]
        elif self._clauses_above:
            outermost = self._above[:1]
            capitals = bool(outermost) and outermost[0].heading.isupper() and not heading.isupper()
            self._above = outermost if capitals else []
            self._clauses_above = capitals

    def _open_part(self, part: _Part) -> _Part:
        self._times[part.id] += 1
        if self._times[part.id] > 1:
            part.id = f"{part.id}#{self._times[part.id]}"
        if part.heading:
            self._above.append(part)
        # The title is the same for every clause: it would only blur the search.
        headings = (above.heading for above in self._above if above.marks != 1 or above is part)
        part.path = tuple(headings) if part.id != META else ()
        self._parts.append(part)
        self._open = None
        return part

    def _current(self) -> _Part:
        if self._parts and not is_meta(self._parts[-1].id):
            return self._parts[-1]
        return self._open_part(_Part("top", "", ()))

    # Clauses

    def _add_draft(self, part: _Part, clause_id: str, block: Block) -> None:
        width = block.marker.width if block.marker else 0
        self._open = _Draft(clause_id, block, block.start, block.end, width)
        part.drafts.append(self._open)
        self._clauses_above = True

    def _add_numbered(self, block: Block, number: tuple[str, ...]) -> None:
        part = self._current()
        counts = len(number) == 1 and number[0] in (str(part.run + 1), "1" if part.run else "")
        if part.number and counts:
            part.run = int(number[0])
        within = len(number) > 1 and part.run and number[0] == str(part.run) and number[0] != part.number[0]
        if part.number and (counts or within):
            number = (*part.number, *number)  # "1." under "Section 3" is cited 3.1
        if part.number and number[: len(part.number)] != part.number:
            part = self._open_unheaded(number)
        self._add_draft(part, ".".join(number), block)

    def _open_unheaded(self, number: tuple[str, ...]) -> _Part:
        """Open a part for a clause whose number does not belong under the heading above it."""
        self._above = [
            part
            for part in self._above
            if part.number == number[: part.level] and (part.level or not part.drafts)
        ]
        inner = self._above[-1] if self._above and self._above[-1].level else None
        under = inner.number if inner else number[:1]
        return self._open_part(_Part(".".join(under), "", (), under, len(under)))

    def _add_unnumbered(self, block: Block) -> None:
        part = self._current()
        if block.kind == "letter" and block.marker:
            above = next((d for d in reversed(part.drafts) if d.block.kind == "number"), None)
            self._add_draft(part, f"{above.id if above else part.id}({block.marker.parts[0]})", block)
        else:
            count = sum(draft.block.kind in ("text", "bullet") for draft in part.drafts)
            self._add_draft(part, f"{part.id}.p{count + 1}", block)

    def _add_sign_off(self, block: Block) -> None:
        if self._parts and is_meta(self._parts[-1].id):
            self._parts[-1].drafts[-1].end = block.end
            return
        part = self._open_part(_Part(META, "", ()))
        self._add_draft(part, part.id, block)
        self._open = None

    # What stays with the clause before it

    def _goes_on(self, block: Block, open_clause: _Draft) -> bool:
        """Say whether a block belongs to the open clause: its bullets, its list, an indented paragraph."""
        if block.kind == "bullet":
            return open_clause.block.kind != "bullet" or block.indent > open_clause.block.indent + 1
        if block.kind == "text":
            return self._reads_on(block, open_clause)
        return block.marker is not None and self._is_item(block.marker, open_clause)

    def _reads_on(self, block: Block, open_clause: _Draft) -> bool:
        inset = open_clause.block.marker is not None and block.indent >= open_clause.block.indent + 2
        if CELLS in block.rest:  # a table's rows stand by themselves
            return inset
        return inset or block.rest[:1].islower() or self._leads_in(open_clause)

    def _is_item(self, marker: Marker, open_clause: _Draft) -> bool:
        if any(follows(item, marker) for item in open_clause.items):
            return True
        if not starts_list(marker) or marker.kind == "bare":
            return False
        # (i) under (a) is the first of a list within it; after (h) it is the next letter.
        last = open_clause.items[-1] if open_clause.items else open_clause.block.marker
        inner = last is not None and last.kind == "letter" and marker.parts == ("i",)
        return self._leads_in(open_clause) or (inner and last is not None and not follows(last, marker))

    def _leads_in(self, open_clause: _Draft) -> bool:
        return self._lines[open_clause.end - 1].rstrip().endswith(":")


def is_meta(section_id: str) -> bool:
    """Say whether a section is a sign-off block."""
    return section_id.split("#")[0] == META


def _slug(heading: str) -> str:
    """Return a stable name for a heading: "Policy Statement" is "statement"."""
    words = re.findall(r"\w+", re.sub(r"['\u2019]", "", heading).lower())
    telling = [word for word in words if word not in ("policy", "the", "a", "of", "and", META)] or ["section"]
    return "-".join(telling[:_SLUG_WORDS])


def _tell_apart(parts: list[_Part]) -> None:
    """Make clause ids unique.

    Where 1, 2, 3 start again under another heading, each gets its section before it ("staff.1"); any other
    number that is printed twice is cited "2.3" and "2.3#2".
    """
    homes: dict[str, set[str]] = {}
    for part in parts:
        for draft in part.drafts:
            homes.setdefault(draft.id, set()).add(part.id)
    times: Counter[str] = Counter()
    for part in parts:
        for draft in part.drafts:
            again = len(homes[draft.id]) > 1 and draft.id.split("(")[0].isdecimal()
            if again and draft.id != part.id:  # its part may be named after it: a number without a heading
                draft.id = f"{part.id}.{draft.id}"
            times[draft.id] += 1
            if times[draft.id] > 1:
                draft.id = f"{draft.id}#{times[draft.id]}"
