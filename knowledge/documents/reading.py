"""Read a file of any format: its document, and the text that is kept of it."""

import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.documents.document import Document, Written, written
from knowledge.reader import MAX_BYTES, PolicyError, decoded, is_refused, without_unseen

FORMATS = (".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf")
_MOST_BYTES = {".docx": 50_000_000, ".pdf": 50_000_000, ".html": 10_000_000, ".htm": 10_000_000}
_LIKE: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", ".pdf", "a PDF"),
    (b"PK\x03\x04", ".docx", "a Word document or another zip file"),
    (b"\xd0\xcf\x11\xe0", ".docx", "an old or locked Word document"),
    (b"{\\rtf", "", "a document in RTF"),
)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a file: its document, and the text with the place of each line."""

    document: Document
    written: Written


# What other word processors write.
_OTHERS = (".doc", ".odt", ".rtf", ".pages", ".wpd", ".dotx", ".docm")


def read_file(path: Path) -> Read:
    """Return what a file says; its ending names its format.

    Raises PolicyError, with the path, where the file is missing, too large, empty, damaged, locked or a scan,
    or where its format is not read.
    """
    try:
        return read_bytes(_data(path), path.suffix.lower())
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from None


def read_bytes(data: bytes, ending: str) -> Read:
    """Return what the bytes of a file with this ending say; as `read_file`, without the path."""
    if ending not in FORMATS:
        saved = "Save it as .docx in the program that wrote it, or give" if ending in _OTHERS else "Give"
        raise PolicyError(f"{ending or 'no ending'}: not read. {saved} one of {', '.join(FORMATS)}.")
    if not data.strip():
        raise PolicyError("the file is empty. Give the policy's text.")
    _as_named(data, ending)
    found = _read(data, ending)
    if not found.written.text.strip():
        raise PolicyError("holds no text. Give a document with the policy's words in it.")
    if len(found.written.text.encode()) > MAX_BYTES:
        raise PolicyError(f"holds more than {MAX_BYTES:,} bytes of text. Give the policy alone.")
    _check(found.written)
    return found


def _data(path: Path) -> bytes:
    most = _MOST_BYTES.get(path.suffix.lower(), MAX_BYTES)
    try:
        size = path.stat().st_size
        if size > most:
            raise PolicyError(f"{size:,} bytes, more than {most:,}. Give the policy alone, without pictures.")
        return path.read_bytes()
    except FileNotFoundError:
        raise PolicyError("there is no such file. Check the name.") from None
    except OSError as error:
        raise PolicyError(
            f"cannot be read ({error.strerror}). Check that it is a file you may read."
        ) from error


def _as_named(data: bytes, ending: str) -> None:
    """Refuse a file that is of another format than its ending says."""
    start = data[:1024].lstrip()
    for mark, own, name in _LIKE:
        if start.startswith(mark) and ending != own:
            advice = f"Name it {own}." if own else "Save it as .docx."
            raise PolicyError(f"named {ending}, but it is {name}. {advice}")


def _read(data: bytes, ending: str) -> Read:
    """Read with the format's own module; each is loaded only where it is needed."""
    if ending == ".pdf":
        from knowledge.documents.pdf import read_pdf

        return _of(read_pdf(data))
    if ending == ".docx":
        from knowledge.documents.docx import read_docx

        return _of(read_docx(data))
    if ending in (".html", ".htm"):
        from knowledge.documents.html import read_html

        return _of(read_html(data))
    return _of_text(decoded(data), ending)


def _of_text(text: str, ending: str) -> Read:
    from knowledge.documents.plain import is_markdown, plain_text

    if ending != ".txt" or is_markdown(text):
        from knowledge.documents.markdown import read_markdown

        return _of(read_markdown(text))
    kept = plain_text(text)
    return Read(Document(()), kept)


def _of(document: Document) -> Read:
    paragraphs = tuple(replace(one, text=without_unseen(one.text)) for one in document.paragraphs)
    document = replace(document, paragraphs=paragraphs)
    return Read(document, written(document))


def _check(kept: Written) -> None:
    """Refuse characters that turn the direction of words or are none: what is seen must be what is quoted."""
    for line, place in zip(kept.text.split("\n"), kept.places, strict=False):
        for character in line:
            if character != "\t" and is_refused(character):
                name = unicodedata.name(character, "a control character").lower()
                raise PolicyError(
                    f"{place} holds U+{ord(character):04X} ({name}). Delete that character in the document."
                )
