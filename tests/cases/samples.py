"""Small files of each kind, as their first bytes tell them."""

import io
import zipfile

from docx import Document as WordDocument

from bot.card import Card, Document

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
GIF = b"GIF89a" + b"\x00" * 40
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 40
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\n" * 8
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"\x00" * 40
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00M4A mp42" + b"\x00" * 40
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\x00" * 40
TXT = "It was on Monday, at ten. Tea costs £2.".encode()
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
HTML = b"<!doctype html><script>alert(1)</script>"


def docx() -> bytes:
    """Return a Word document."""
    made = io.BytesIO()
    document = WordDocument()
    document.add_paragraph("What was said.")
    document.save(made)
    return made.getvalue()


def odt() -> bytes:
    """Return an OpenDocument text."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr("content.xml", "<x/>")
    return made.getvalue()


def documents(card: Card) -> dict[str, str]:
    """Return what a card offers to be fetched: the id of each, by its label."""
    return {part.label: part.document for part in card.elements if isinstance(part, Document)}
