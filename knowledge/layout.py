"""Layout: cuts the lines of a plain text into blocks and tells headings from paragraphs and items."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from knowledge.lines import (
    CELLS,
    MARKED_HEADING,
    Marker,
    follows,
    is_rule,
    marker_of,
    reads_as_title,
    section_number,
    starts_list,
)
from knowledge.signoff import is_sign_off, sign_off_start

BlockKind = Literal["heading", "number", "letter", "bullet", "text", "sign-off"]

_SHORT_TITLE_WORDS = 7
_LIST_BLOCKS = 40  # how far back the letter before this one may stand


@dataclass(slots=True)
class Block:
    """Lines `start` to `end` (exclusive) that stand together; `rest` is the first line without its marker.

    `marks` counts the marks before a heading that has them ("## 2. Scope"), 1 for the policy's title.
    """

    kind: BlockKind
    start: int
    end: int
    marker: Marker | None
    rest: str
    indent: int
    marks: int = 0

    @property
    def depth(self) -> int:
        """How many components the printed number has; 0 where none is printed."""
        if self.marker is None or self.kind not in ("number", "heading"):
            return 0
        return len(section_number(self.marker.parts))


def blocks_of(lines: list[str]) -> list[Block]:
    """Return the blocks of a text in order; each line that is neither blank nor a rule is in exactly one."""
    closing = sign_off_start(lines)
    marked = any(heading_marks(line) > 1 for line in lines)
    blocks: list[Block] = []
    apart = True  # whether the line before was blank, so that this one starts something
    for index, line in enumerate(lines):
        if not line.strip() or is_rule(line):
            apart = True
            continue
        if heading_marks(line):
            blocks.append(_marked_heading(line, index))
            apart = True
            continue
        block = _block(lines, index, blocks, closing=closing, apart=apart, marked=marked)
        if block is None:
            blocks[-1].end = index + 1
        else:
            blocks.append(block)
        apart = False
    if not marked:
        _find_headings(blocks)
    return blocks


def heading_marks(line: str) -> int:
    """Return how many marks stand before a heading's words: 0 where it has none."""
    found = MARKED_HEADING.fullmatch(line)
    return len(found.group("marks")) if found else 0


def _marked_heading(line: str, index: int) -> Block:
    marks = heading_marks(line)
    words = line.strip()[marks:].strip()
    marker = marker_of(words)
    rest = marker.rest if marker else words
    return Block("heading", index, index + 1, marker, rest.strip(), 0, marks)


def _block(
    lines: list[str], index: int, before: list[Block], *, closing: int, apart: bool, marked: bool
) -> Block | None:
    """Return the block that starts on this line, or None where the line goes on with the block before."""
    line = lines[index]
    indent = len(line) - len(line.lstrip())
    if index >= closing or (_signs_off(lines, index, before) and _in_front_matter(before)):
        return Block("sign-off", index, index + 1, None, line.strip(), indent)
    marker = marker_of(line)
    if marker and _counts(marker, before, lines[index - 1] if before else "", apart=apart):
        kind: BlockKind = marker.kind if marker.kind in ("letter", "bullet") else "number"
        return Block(kind, index, index + 1, marker, marker.rest.strip(), indent)
    starts = apart or not before or before[-1].kind == "sign-off"
    if starts or (not marked and _parts_ways(lines, index, before[-1])):
        return Block("text", index, index + 1, None, line.strip(), indent)
    return None


def _signs_off(lines: list[str], index: int, before: list[Block]) -> bool:
    """Say whether a line is of the sign-off: a label with what it names, or that alone below its label."""
    below_label = bool(before) and before[-1].kind == "sign-off" and lines[index - 1].rstrip().endswith(":")
    return is_sign_off(lines[index]) or (below_label and reads_as_title(lines[index].strip()))


def _in_front_matter(before: list[Block]) -> bool:
    return all(block.kind == "sign-off" or reads_as_title(block.rest) for block in before)


def _counts(marker: Marker, before: list[Block], previous: str, *, apart: bool) -> bool:
    """Say whether a marker is one: a hard-wrapped line may start with a figure or a lone letter by chance."""
    if marker.kind == "bullet":
        return True
    fresh = apart or previous.rstrip().endswith((".", ";", ":", "?", "!")) or _could_head(before[-1])
    fresh = fresh or before[-1].marker is not None
    if marker.kind == "named":
        return fresh and (not marker.rest or reads_as_title(marker.rest))
    if marker.kind == "bare":
        top = next(
            (block.marker for block in reversed(before) if block.kind == "number" and block.marker), None
        )
        due = int(top.parts[0]) + 1 if top and top.parts[0].isdigit() else 1
        return apart and marker.rest[:1].isupper() and int(marker.parts[0]) in (1, due)
    if marker.kind == "letter":
        earlier = [
            block.marker for block in before[-_LIST_BLOCKS:] if block.kind == "letter" and block.marker
        ]
        return fresh and (starts_list(marker) or any(follows(item, marker) for item in earlier))
    return apart or (fresh and not marker.rest[:1].islower())


def _parts_ways(lines: list[str], index: int, before: Block) -> bool:
    """Say whether a line starts something although no blank line stands before it."""
    line, previous = lines[index].strip(), lines[index - 1].strip()
    following = lines[index + 1] if index + 1 < len(lines) else ""
    stands_out = reads_as_title(line) and (marker_of(following) is not None or not following.strip(" -=_"))
    named = before.marker is not None and before.marker.kind == "named"
    short = named or len(before.rest.split()) <= _SHORT_TITLE_WORDS
    if _could_head(before) and line[:1].isupper() and short:
        return named or stands_out or len(line) > 1.5 * len(before.rest)
    return stands_out and previous.endswith((".", "!", "?"))


def _could_head(block: Block) -> bool:
    if block.marks or CELLS in block.rest:
        return block.marks > 0
    marker = block.marker
    bare = block.kind == "text" or (block.kind == "number" and marker is not None and not marker.dashed)
    named = marker is not None and marker.kind == "named"
    return bare and block.end - block.start == 1 and (named or reads_as_title(block.rest))


def _find_headings(blocks: list[Block]) -> None:
    for block, below in pairwise(blocks):
        if _heads(block, below):
            block.kind = "heading"


def _heads(block: Block, below: Block) -> bool:
    """Say whether a block of one line is the heading of what stands below it."""
    marker = block.marker
    if block.marks or not _could_head(block):
        return block.marks > 0
    if marker and marker.kind == "named":
        return True
    opens_list = block.rest.endswith(":") and below.marker is not None and starts_list(below.marker)
    if block.kind == "text":
        return not opens_list
    # A number with a title is a heading only where something of its own follows; a bullet stays with it.
    return below.kind == "text" or below.depth > block.depth
