"""A document of one's own, written in each of the five formats as other programs write it."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from xml.sax.saxutils import escape as xml

import typst

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: "title", "heading", "number", "text", "bullet" or "letter".

    `number` is counted from the structure: (2,) for a heading, (2, 1) for a clause or a heading below it.
    """

    kind: str
    text: str
    number: tuple[int, ...] = ()

    @property
    def printed(self) -> str:
        """The number as printed: "2." alone, "2.1" within."""
        return f"{self.number[0]}." if len(self.number) == 1 else ".".join(map(str, self.number))


Parts = Sequence[Part]


def txt(parts: Parts) -> bytes:
    """Return plain text, its lines as long as its paragraphs."""
    lines = []
    for part in parts:
        marker = {"bullet": "- ", "letter": f"({_letter(part)}) "}.get(part.kind, "")
        marker = f"{part.printed} " if part.number and part.kind in ("heading", "number") else marker
        lines.append(("" if part.kind == "bullet" else "\n") + marker + part.text)
    return "\n".join(lines).encode()


def markdown(parts: Parts) -> bytes:
    """Return Markdown: marked headings, numbers as printed."""
    lines = []
    for part in parts:
        marks = {"title": "#", "heading": "#" * (len(part.number) + 1 or 2)}.get(part.kind, "")
        marker = {"bullet": "-", "letter": f"({_letter(part)})"}.get(part.kind, marks)
        number = part.printed if part.number and part.kind in ("heading", "number") else ""
        lines.append(f"\n{' '.join(filter(None, (marker, number, part.text)))}")
    return "\n".join(lines).encode()


def html(parts: Parts) -> bytes:
    """Return a page in which letters live in lists only."""
    out = ["<!doctype html><meta charset=utf-8><title>x</title><body>"]
    open_list = ""
    for part in parts:
        wanted = {"bullet": "ul", "letter": 'ol type="a"'}.get(part.kind, "")
        if wanted != open_list:
            out.append(f"</{open_list.split()[0]}>" if open_list else "")
            out.append(f"<{wanted}>" if wanted else "")
            open_list = wanted
        text = escape(part.text)
        number = f"{part.printed} " if part.number and part.kind in ("heading", "number") else ""
        level = 1 if part.kind == "title" else len(part.number) + 1 or 2
        tag = {"title": "h1", "heading": f"h{level}", "bullet": "li", "letter": "li"}.get(part.kind, "p")
        out.append(f"<{tag}>{number}{text}</{tag}>")
    return "\n".join(out).encode()


def docx(parts: Parts) -> bytes:
    """Return a Word document in which all numbers live in the list structure."""
    body = []
    letters = 0
    for part, before in zip(parts, [None, *parts], strict=False):
        letters += part.kind == "letter" and (before is None or before.kind != "letter")
        body.append(_paragraph(part, letters))
    return package("".join(body), lists=letters)


def pdf(parts: Parts) -> bytes:
    """Return a PDF with a footer on its pages, and a header where there are several."""
    header = "context if counter(page).final().first() > 1 [A Charity for Families]"
    footer = "context [Page #counter(page).display() of #counter(page).final().first()]"
    out = [f'#set page(paper: "a5", header: {header}, footer: {footer})']
    out.append("#set text(size: 10pt)\n#set par(spacing: 1.2em)")
    for part in parts:
        number = f"{part.printed} " if part.number and part.kind in ("heading", "number") else ""
        marker = {"bullet": "• ", "letter": f"({_letter(part)}) "}.get(part.kind, number)
        said = f'"{marker}{_quoted(part.text)}"'
        size = 18 if part.kind == "title" else 16 - 2 * len(part.number or (1,))
        large = part.kind in ("title", "heading")
        out.append(f'#par(text(size: {size}pt, weight: "bold", {said}))' if large else f"#par(text({said}))")
    return compiled("\n".join(out))


FORMATS: dict[str, Callable[[Parts], bytes]] = {
    ".txt": txt,
    ".md": markdown,
    ".html": html,
    ".docx": docx,
    ".pdf": pdf,
}


@cache
def compiled(source: str) -> bytes:
    """Return the PDF of a Typst source."""
    return typst.compile(source.encode())


def package(body: str, *, lists: int = 0, others: dict[str, str] | None = None) -> bytes:
    """Return a Word document with this body; list 1 is 1., 1.1, 1.1.1; list 2 bullets; from 3 on (a), (b)."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(lists),
        **(others or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return made.getvalue()


def _paragraph(part: Part, letters: int) -> str:
    style, list_id, level = "", 0, 0
    if part.kind == "title":
        style = "Title"
    elif part.kind == "heading":
        style = f"Heading{len(part.number) or 1}"
    if part.kind in ("heading", "number") and part.number:
        list_id, level = 1, len(part.number) - 1
    elif part.kind == "bullet":
        list_id = 2
    elif part.kind == "letter":
        list_id = 2 + letters
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>' if list_id else ""
    return f"<w:p><w:pPr>{styled}{numbered}</w:pPr>{run(part.text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """Return a run of a Word paragraph."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{xml(text)}</w:t></w:r>'


def _styles() -> str:
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in (1, 2, 3)
    )
    title = '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    contents = '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    return f'<w:styles xmlns:w="{WORD}">{headings}{title}{contents}</w:styles>'


def _numbering(lists: int) -> str:
    def level(at: int, form: str, text: str) -> str:
        return (
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
        )

    decimal = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "decimal", "%1.%2.%3")
    described = [decimal, level(0, "bullet", "\uf0b7"), level(0, "lowerLetter", "(%1)")]
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{levels}</w:abstractNum>'
        for at, levels in enumerate(described)
    )
    nums = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    nums += '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    nums += "".join(
        f'<w:num w:numId="{at}"><w:abstractNumId w:val="2"/>{restart}</w:num>' for at in range(3, 3 + lists)
    )
    return f'<w:numbering xmlns:w="{WORD}">{abstract}{nums}</w:numbering>'


def _letter(part: Part) -> str:
    return chr(ord("a") + part.number[0] - 1) if part.number else "a"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
