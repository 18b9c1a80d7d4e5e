"""Files of cases: which may be sent, how they are kept, and who may open them.

A file is what its first bytes say, never what its name claims. It is kept sealed and is given out as a file
to be kept or opened elsewhere, never shown in a page of Hearth's.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import filetype
from sqlalchemy import func, or_, select

from bot import people
from bot.card import Document, Element
from bot.cases import conflict, handoffs, stages
from bot.message import LARGEST_FILE
from bot.records.store import Change
from bot.records.tables import Case, CaseFile, Person, new_id
from bot.visit import File, Visit

MOST_OF_CASE = 30
ALLOWED = "pictures (JPEG, PNG, GIF, WebP, HEIC), PDF, Word (docx), ODT, plain text, MP4, M4A and MP3"

_TEXT = "text/plain"
# What may be sent: its type, what it is called, and how its names may end.
_KINDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "image/jpeg": ("a JPEG picture", frozenset({"jpg", "jpeg", "jpe", "jfif"})),
    "image/png": ("a PNG picture", frozenset({"png"})),
    "image/gif": ("a GIF picture", frozenset({"gif"})),
    "image/webp": ("a WebP picture", frozenset({"webp"})),
    "image/heic": ("a HEIC picture", frozenset({"heic", "heif"})),
    "application/pdf": ("a PDF", frozenset({"pdf"})),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "a Word document",
        frozenset({"docx"}),
    ),
    "application/vnd.oasis.opendocument.text": ("an ODT document", frozenset({"odt"})),
    _TEXT: ("a plain text", frozenset({"txt"})),
    "video/mp4": ("an MP4 video", frozenset({"mp4"})),
    "audio/mp4": ("an M4A recording", frozenset({"m4a"})),
    "audio/mpeg": ("an MP3 recording", frozenset({"mp3"})),
}
PICTURES = frozenset(media for media in _KINDS if media.startswith("image/"))
# A PNG that moves is a PNG to whoever opens it.
_SAME = {"image/apng": "image/png"}
_LONGEST_NAME = 120
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_KILO = 1024


class Refused(Exception):  # noqa: N818 - what is done with the file
    """A file is not taken; the message names it and says why, to the one who sent it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of the files of a message: the names of those that are kept, and why others are not."""

    names: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What is told of it."""
        kept = (f"Kept: {', '.join(self.names)}.",) if self.names else ()
        return " ".join((*kept, *self.refused))


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is given out."""

    name: str
    media: str
    content: bytes


def accepted() -> str:
    """Return what may be sent as the `accept` of an HTML file field: the endings of names."""
    return ",".join(sorted(f".{ending}" for _, endings in _KINDS.values() for ending in endings))


def shown_name(name: str) -> str:
    """Return a file's name without folders and without what cannot be seen, at most 120 characters long."""
    last = re.split(r"[/\\]", name)[-1]
    plain = " ".join("".join(letter for letter in last if letter.isprintable()).split())
    path = PurePath(plain if plain.strip(". ") else "file")
    return f"{path.stem[: _LONGEST_NAME - len(path.suffix[:10])]}{path.suffix[:10]}"


def checked(name: str, content: bytes) -> str:
    """Return the type of a file by its first bytes; raise Refused for one that may not be sent.

    A file whose name claims another type than it has is refused.
    """
    name = shown_name(name)
    if not content:
        raise Refused(f"“{name}” is empty, so it was not kept.")
    if len(content) > LARGEST_FILE:
        raise Refused(too_large(name))
    media = _media(content)
    ending = PurePath(name).suffix.removeprefix(".").casefold()
    claimed = next((of for of, (_, endings) in _KINDS.items() if ending in endings), None)
    if media is None or media not in _KINDS:
        what = f"says that it is {_KINDS[claimed][0]}, and is not" if claimed else "is none that I may keep"
        raise Refused(f"“{name}” {what}. I keep {ALLOWED}.")
    if claimed != media and ending:
        is_in_truth = _KINDS[media][0]
        raise Refused(f"“{name}” was not kept: it is really {is_in_truth}. Please give it its right name.")
    return media


def too_large(name: str) -> str:
    """Return what is said of a file that is too large."""
    return f"“{shown_name(name)}” is larger than {LARGEST_FILE // _KILO // _KILO} MB, so it was not kept."


def keep(visit: Visit, case: Case, *, pictures: bool = False) -> Kept:
    """Keep a message's files with a case, sealed; `pictures` says that nothing else is taken."""
    names: list[str] = []
    refused: list[str] = []
    there = _count(visit.change, case)
    for file in visit.files:
        try:
            media = _taken(file, there + len(names), pictures=pictures)
        except Refused as reason:
            refused.append(str(reason))
        else:
            names.append(_write(visit, case, file, media))
    return Kept(tuple(names), tuple(refused))


def of_case(change: Change, case: Case) -> Sequence[tuple[CaseFile, str]]:
    """Return the files of a case, oldest first, each with its name; a take-down shows those of its post."""
    cases = [case.id, *([case.parent] if case.kind == "take-down" and case.parent else [])]
    rows = select(CaseFile).where(CaseFile.case_.in_(cases)).order_by(CaseFile.at, CaseFile.id)
    return [(row, change.records.open(CaseFile.name, row)) for row in change.session.scalars(rows)]


def remove(visit: Visit, case: Case, file_id: str) -> None:
    """Take a file out of a form that was not sent yet; one that is gone already changes nothing."""
    named = select(CaseFile).where(CaseFile.case_ == case.id, CaseFile.id == file_id)
    row = visit.change.session.scalars(named).first()
    if row is not None:
        visit.change.session.delete(row)
        visit.change.session.flush()
        visit.change.audit(f"{case.kind}:file:removed", row.id, people.audit_name(visit.person))


def to_open(change: Change, case: Case) -> Sequence[Element]:
    """Return the files of a case, each to be opened."""
    return [Document(f"{name} ({_size(row.size)})", f"file:{row.id}") for row, name in of_case(change, case)]


def open_file(change: Change, person: Person, file_id: str) -> Opened | None:
    """Return a file to one who may see its case, and note that she opened it; None for anyone else.

    Raises UnusableKey.
    """
    named = CaseFile.organisation == person.organisation, CaseFile.id == file_id
    row = change.session.scalars(select(CaseFile).where(*named)).one_or_none()
    if row is None or not _may_open(change, row, person):
        return None
    name = change.records.open(CaseFile.name, row)
    content = base64.b64decode(change.records.open(CaseFile.content, row))
    change.audit("case:file:opened", row.id, people.audit_name(person))
    return Opened(name, row.media, content)


def _may_open(change: Change, row: CaseFile, person: Person) -> bool:
    case = change.session.get_one(Case, row.case_)
    if case.raised_by == person.id:
        return person.id not in conflict.hidden_from(change.session, case)
    in_office = conflict.officer_of(change.session, case.organisation, person.id) is not None
    if case.stage == stages.DRAFT or not in_office:
        return False
    down = select(Case).where(or_(Case.id == case.id, Case.parent == case.id), Case.stage != stages.DRAFT)
    with_it = [one for one in change.session.scalars(down) if one.id == case.id or one.kind == "take-down"]
    return any(_has_it(change, one, person) for one in with_it)


def _has_it(change: Change, case: Case, person: Person) -> bool:
    if not conflict.may_own(change.session, case, person.id):
        return False
    return case.owner == person.id or any(one.to == person.id for one in handoffs.of_case(change, case))


def _taken(file: File, there: int, *, pictures: bool) -> str:
    if file.fault:
        raise Refused(f"“{shown_name(file.name)}” {file.fault}")
    media = checked(file.name, file.content)
    if pictures and media not in PICTURES:
        raise Refused(f"“{shown_name(file.name)}” is no picture, so it was not kept.")
    if there >= MOST_OF_CASE:
        raise Refused(f"“{shown_name(file.name)}” was not kept: there are {MOST_OF_CASE} files already.")
    return media


def _write(visit: Visit, case: Case, file: File, media: str) -> str:
    records, name = visit.change.records, shown_name(file.name)
    row = CaseFile(
        id=new_id(),
        organisation=records.organisation,
        case_=case.id,
        by=visit.person.id,
        at=records.now(),
        media=media,
        size=len(file.content),
    )
    row.name = records.seal(CaseFile.name, row, name)
    row.content = records.seal(CaseFile.content, row, base64.b64encode(file.content).decode())
    visit.change.add(row)
    visit.change.session.flush()
    visit.change.audit(f"{case.kind}:file:added", row.id, people.audit_name(visit.person))
    return name


def _count(change: Change, case: Case) -> int:
    return change.session.scalar(select(func.count()).where(CaseFile.case_ == case.id)) or 0


def _media(content: bytes) -> str | None:
    found = filetype.guess(content)
    if found is not None:
        media: str = found.mime
        return _SAME.get(media, media)
    return _TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Say whether a file is plain text: UTF-8, UTF-16 with its mark, or one byte a letter."""
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8"
    try:
        text = content.decode(encoding)
    except ValueError:
        if encoding == "utf-16":
            return False
        text = content.decode("latin-1")
    return _NO_TEXT.search(text) is None


def _size(size: int) -> str:
    return f"{size / _KILO / _KILO:.1f} MB" if size >= _KILO * _KILO else f"{max(size // _KILO, 1)} KB"
