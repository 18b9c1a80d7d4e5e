"""Reader: a policy's text becomes sections and clauses, each word of it in one of them."""

import re
import unicodedata
from pathlib import Path

from knowledge.clauses import Policy, fingerprint
from knowledge.layout import blocks_of, heading_marks
from knowledge.outline import Outline, is_meta
from knowledge.signoff import adopted_and_review

MAX_BYTES = 2_000_000  # some 1,200 pages; a policy is seldom longer than 40

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Invisible and without meaning in a policy, but they would keep its words from being found.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\u061c\ufeff"))
# Windows-1252 is read only as far as its use is beyond doubt: typographic marks and Western letters.
_CP1252 = frozenset(
    "\u2018\u2019\u201c\u201d\u2013\u2014\u2026•€£©®™°·½¼¾§\u00a0\u00ad"
    "àáâäçèéêëìíîïñòóôöùúûüÀÁÂÄÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜ"
)


class PolicyError(Exception):
    """A document cannot be used as a policy; the message says what is wrong and what to do.

    `read_policy` puts the file's path before it; `parse`, which has only a text, does not.
    """


def read_policy(path: Path, *, organisation: str, title: str) -> Policy:
    """Read a policy from a text file; its slug is the file's name without the ending.

    UTF-8 is expected; UTF-16 with its mark and plain Windows-1252 are understood. Raises PolicyError where
    the file is missing, unreadable, empty, too large, not text, or holds no clause.
    """
    if path.suffix.lower() != ".txt":
        raise PolicyError(
            f"{path}: only .txt files are used as they are. `hearth policy add {path.name}` makes one of it."
        )
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except FileNotFoundError:
        raise PolicyError(
            f"{path}: there is no such file. Check the name, or put the policy there."
        ) from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise PolicyError(f"{path}: {problem}. Check that it is a file you may read.") from error
    if size > MAX_BYTES:
        raise PolicyError(f"{path}: {size:,} bytes, more than {MAX_BYTES:,}. Give the policy alone, as text.")
    try:
        return parse(decoded(data), path.stem, organisation, title)
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from None


def parse(text: str, slug: str, organisation: str, title: str) -> Policy:
    """Return the policy that a text says.

    Every clause's text is a passage of the document, letter by letter; headings, markers and clauses
    together give back every word. Invisible format characters and lines that are only drawn ("-----") are
    left out. Raises PolicyError for an empty text, for control or direction-changing characters, for an
    impossible date in the sign-off block, and where no clause is found.
    """
    text = _cleaned(text)
    lines = text.split("\n")
    outline = Outline(lines)
    for block in blocks_of(lines):
        outline.add(block)
    sections = outline.sections()
    signed = "\n".join(clause.text for s in sections if is_meta(s.id) for clause in s.clauses)
    if not any(section.clauses for section in sections if not is_meta(section.id)):
        raise PolicyError(
            "no clauses were found. Give the whole document, its paragraphs parted by blank lines."
        )
    try:
        adopted, review_due = adopted_and_review(signed)
    except ValueError as error:
        raise PolicyError(f"{error}. Correct the date in the sign-off block.") from error
    version = fingerprint("\n".join(line.strip()[heading_marks(line) :] for line in lines))
    return Policy(slug, organisation, title, version, sections, adopted, review_due)


def decoded(data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or plain Windows-1252; raise PolicyError."""
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    if not text or any(not character.isascii() and character not in _CP1252 for character in text):
        raise PolicyError(
            f"not text in UTF-8 (byte {place:,} is none). Save the document as plain text in UTF-8."
        )
    return text


def without_unseen(text: str) -> str:
    """Return the text with one kind of line end and without invisible characters that mean nothing."""
    return _LINE_ENDS.sub("\n", text).translate(_UNSEEN)


def _cleaned(text: str) -> str:
    """Return the text with one kind of line end and no invisible characters; refuse what turns words."""
    text = without_unseen(text)
    if not text.strip():
        raise PolicyError("the document is empty. Give the policy's text.")
    for number, line in enumerate(text.split("\n"), 1):
        for character in line:
            if character != "\t" and is_refused(character):
                name = unicodedata.name(character, "a control character")
                raise PolicyError(
                    f"line {number} holds U+{ord(character):04X} ({name.lower()}), which plain text has not. "
                    "Save the document as plain text, or delete that character."
                )
    return text


def is_refused(character: str) -> bool:
    """Refuse controls, turned directions, tags and lone surrogates: what is seen must be what is quoted."""
    code = ord(character)
    turned = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return turned or 0xE0000 <= code <= 0xE007F or unicodedata.category(character) in ("Cc", "Cs")
