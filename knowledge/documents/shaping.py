"""Shaping: what is the same for every format: the title, headings that only look like one, contents lists."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from knowledge.documents.document import Document, Paragraph, Remark
from knowledge.documents.furniture import contents_lines
from knowledge.lines import marker_of, reads_as_title, section_number
from knowledge.signoff import is_history, is_sign_off

_HEADING_WORDS = 12


def shaped(paragraphs: Sequence[Paragraph], remarks: Sequence[Remark] = ()) -> Document:
    """Return the document of these paragraphs: contents left out, headings and title found."""
    found = _without_contents([one for one in paragraphs if one.text.strip()])
    return Document(tuple(_levelled(_titled(_with_headings(found)))), tuple(remarks))


def _without_contents(paragraphs: list[Paragraph]) -> list[Paragraph]:
    left_out = contents_lines([paragraph.printed for paragraph in paragraphs])
    kept = [paragraph for place, paragraph in enumerate(paragraphs) if place not in left_out]
    return [replace(one, text=re.sub(r"[ \t\u00a0]+", " ", one.text).strip()) for one in kept]


def _with_headings(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs, those that stand out as a heading does made one, a level below the real ones."""
    level = 0
    numbered = False  # whether the heading above has a number: then a numbered item below it is none
    shown = []
    for paragraph, below in pairwise([*paragraphs, None]):
        if paragraph is None:
            break
        if paragraph.kind == "heading":
            if is_sign_off(paragraph.text) and (below is None or not marker_of(paragraph.printed)):
                paragraph = replace(paragraph, kind="text", level=0)
            else:
                level = paragraph.level
                numbered = marker_of(paragraph.printed) is not None
        elif _stands_out(paragraph, below) and not (numbered and paragraph.kind == "item"):
            depth = _depth(paragraph)
            paragraph = replace(paragraph, kind="heading", level=level + depth)
        shown.append(paragraph)
    return shown


def _depth(paragraph: Paragraph) -> int:
    marker = marker_of(paragraph.printed)
    return len(section_number(marker.parts)) if marker and marker.kind == "number" else 1


def _stands_out(paragraph: Paragraph, below: Paragraph | None) -> bool:
    """Say whether a paragraph is a heading by its looks: reads as one, bold or above deeper numbers."""
    if below is None or paragraph.kind not in ("text", "item") or "\n" in paragraph.text:
        return False
    marker = marker_of(paragraph.printed)
    if marker and marker.kind in ("bullet", "letter"):
        return False
    words = marker.rest if marker else paragraph.text
    if is_sign_off(paragraph.text) or not reads_as_title(words) or len(words.split()) > _HEADING_WORDS:
        return False
    if marker and marker.kind == "bare":
        return paragraph.bold
    if marker is None:
        return paragraph.bold and not words.endswith(":") and paragraph.level == 0
    following = marker_of(below.printed)
    if following is None or following.kind != "number":
        return paragraph.bold
    return len(following.parts) > len(section_number(marker.parts))


def _titled(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs, a first heading made the title where it alone has its level."""
    first = next((place for place, one in enumerate(paragraphs) if one.kind in ("title", "heading")), None)
    if first is None or paragraphs[first].kind == "title":
        return paragraphs
    heading = paragraphs[first]
    as_high = sum(one.kind == "heading" and one.level <= heading.level for one in paragraphs)
    if as_high > 1 or marker_of(heading.printed) or not _may_come_first(paragraphs[:first]):
        return paragraphs
    return [*paragraphs[:first], replace(heading, kind="title", level=0), *paragraphs[first + 1 :]]


def _may_come_first(before: Sequence[Paragraph]) -> bool:
    """Say whether these can stand above a title: an organisation's name, a date, a line of the sign-off."""
    return all(is_sign_off(one.text) or reads_as_title(one.text) for one in before)


def _levelled(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs with the levels of headings counted from 1 without gaps."""
    levels = sorted({one.level for one in paragraphs if one.kind == "heading"})
    rank = {level: place for place, level in enumerate(levels, 1)}
    return [replace(one, level=rank[one.level]) if one.kind == "heading" else one for one in paragraphs]


def row_of(cells: Sequence[str], place: str) -> Paragraph | None:
    """Return a row of a table as a paragraph, its cells parted by "|"; None for an empty one.

    Where the first cell is only a number, it is the row's own.
    """
    shown = [re.sub(r"[ \t]*\n\s*", "\n", cell).strip() for cell in cells]
    shown = [cell for cell in shown if cell]
    if not shown:
        return None
    marker = None if is_history(" | ".join(shown)) else marker_of(f"{shown[0]} x")
    if marker and marker.rest == "x" and len(shown) > 1 and marker.kind in ("number", "letter"):
        return Paragraph("item", " | ".join(shown[1:]), 1, shown[0], place)
    return Paragraph("row", " | ".join(shown), place=place)
