"""DOCX: what Word shows of a policy, with the numbers that it prints from its list structure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from knowledge.documents.document import BULLET, Document, Kind, Paragraph, Remark
from knowledge.documents.docx_numbering import Numbering
from knowledge.documents.docx_package import Package, is_on, val, within
from knowledge.documents.docx_styles import Style, Styles, size_of
from knowledge.documents.shaping import row_of, shaped

_HOLDERS = frozenset(
    ("hyperlink", "smartTag", "ins", "moveTo", "sdt", "sdtContent", "customXml", "fldSimple", "dir", "bdo",
     "oMath", "oMathPara", "num", "den", "e", "f")
)  # fmt: skip
_DRAWN = ("drawing", "pict", "object", "AlternateContent")
_LARGER = 1.15  # times the text's size: stands out
_WORDS_OWN_SIZE = 10.0  # points, where a document gives none (17.7.5.5)
_TRACKED = "changes are tracked: inserted words are read, deleted ones left out"
_LEVEL_WIDTH = 4  # what a list's level is at most, of the nine that Word has, before it is only deep


def read_docx(data: bytes) -> Document:
    """Return what a Word document shows; headers, footers, comments and deleted words are left out.

    Raises PolicyError where it cannot be opened, asks for a password, or unpacks to too much.
    """
    package = Package(data)
    root = package.document()
    styles = Styles(package.part("styles.xml"))
    numbering = Numbering(package.part("numbering.xml"), styles)
    notes = {kind: _notes(package.part(f"{kind}s.xml"), kind) for kind in ("footnote", "endnote")}
    body = root.find("body")
    return _Body(styles, numbering, notes).read(body if body is not None else root)


def _notes(root: etree._Element | None, kind: str) -> dict[str, str]:
    found = {}
    for note in root.iterfind(kind) if root is not None else ():
        words = " ".join("".join(text.text or "" for text in within(p, "t")) for p in within(note, "p"))
        if note.get("type", "normal") == "normal" and words.strip():
            found[note.get("id") or ""] = " ".join(words.split())
    return found


@dataclass(slots=True)
class _Said:
    """The words of one paragraph, each with whether it stands out, and the notes that belong below."""

    words: list[tuple[str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words with their lines, then the notes."""
        lines = "".join(words for words, _ in self.words).split("\n")
        shown = [line.strip(" ") for line in lines if line.strip()]
        return "\n".join((*shown, *self.notes))

    @property
    def bold(self) -> bool:
        """Whether all of it stands out."""
        shown = [heavy for words, heavy in self.words if words.strip()]
        return bool(shown) and all(shown)


@dataclass(slots=True)
class _Body:
    """Gathers the paragraphs of a document in order."""

    styles: Styles
    numbering: Numbering
    notes: dict[str, dict[str, str]]
    remarks: list[Remark] = field(default_factory=list)
    _body_size: float = 0.0
    _count: int = 0
    _noted: int = 0
    _remarked: set[str] = field(default_factory=set)

    def read(self, body: etree._Element) -> Document:
        """Return what the body shows."""
        self._body_size = self._usual_size(body)
        return shaped(list(self._blocks(body)), self.remarks)

    def _blocks(self, holder: etree._Element) -> Iterator[Paragraph]:
        for element in holder:
            if element.tag == "p":
                yield from self._paragraph(element)
            elif element.tag == "tbl":
                yield from self._table(element)
            elif element.tag == "sdt":
                if val(element, "sdtPr/docPartObj/docPartGallery") != "Table of Contents":
                    yield from self._blocks(element)
            elif element.tag in ("sdtContent", "customXml", "ins", "moveTo", "txbxContent"):
                yield from self._blocks(element)
            elif element.tag == "altChunk":
                self._remark("a document within the document is left out: paste its words in")

    # Paragraphs

    def _paragraph(self, element: etree._Element) -> Iterator[Paragraph]:
        self._count += 1
        properties = element.find("pPr")
        style_id = val(properties, "pStyle")
        style = self.styles.of(style_id)
        said = _Said()
        self._gather(element, style, said)
        marker, level = self._numbered(properties, style, style_id, said)
        if said.text.strip() and not style.is_contents:
            yield self._made(properties, style, said, marker, level)
        for box in said.boxes:
            self._remark("a text box: check that its words stand where they belong")
            yield from self._blocks(box)

    def _made(
        self, properties: etree._Element | None, style: Style, said: _Said, marker: str, level: int
    ) -> Paragraph:
        outline = val(properties, "outlineLvl")
        heading = int(outline) + 1 if outline in tuple("012345678") else style.heading
        if style.is_title:
            return Paragraph("title", said.text.replace("\n", " "), 0, "", self._place)
        if heading and outline != "9":
            return Paragraph("heading", said.text.replace("\n", " "), heading, marker, self._place)
        kind: Kind = "item" if marker else "text"
        return Paragraph(kind, said.text, level if marker else 0, marker, self._place, said.bold)

    def _numbered(
        self, properties: etree._Element | None, style: Style, style_id: str | None, said: _Said
    ) -> tuple[str, int]:
        """Return the marker that Word prints, and how deep the paragraph lies in lists, 1 the outermost."""
        own = val(properties, "numPr/numId")
        list_id = own if own is not None else style.list_id
        if not list_id or list_id == "0":
            return "", 0
        level = val(properties, "numPr/ilvl") or (style.list_level if own is None else None)
        at = int(level) if level in tuple("012345678") else self.numbering.level_of_style(list_id, style_id)
        if not said.text.strip() and not said.boxes:
            return "", 0  # an empty paragraph shows no number
        marker = self.numbering.marker(list_id, at)
        return marker, min(at + 1, _LEVEL_WIDTH)

    # Words

    def _gather(self, holder: etree._Element, style: Style, said: _Said) -> None:
        for element in holder:
            tag = str(element.tag)
            if tag == "r":
                self._run(element, style, said)
            elif tag in _HOLDERS:
                if tag in ("ins", "moveTo"):
                    self._remark(_TRACKED, once=True)
                self._gather(element, style, said)
            elif tag in ("del", "moveFrom"):
                self._remark(_TRACKED, once=True)

    def _run(self, run: etree._Element, style: Style, said: _Said) -> None:
        properties = run.find("rPr")
        of_run = self.styles.of(val(properties, "rStyle")) if val(properties, "rStyle") else None
        hidden = is_on(properties, "vanish")
        if hidden if hidden is not None else bool(of_run and of_run.hidden):
            self._remark("hidden words are left out", once=True)
            return
        bold = self._stands_out(properties, style, of_run)
        for element in run:
            tag = str(element.tag)
            if tag in ("footnoteReference", "endnoteReference"):
                self._note(element, said)
            elif tag in _DRAWN:
                self._drawn(element, said)
            else:
                said.words += [(words, bold) for words in _words(element, tag)]

    def _stands_out(self, properties: etree._Element | None, style: Style, of_run: Style | None) -> bool:
        """Say whether a run is bold, underlined or larger than the document's text."""
        own = is_on(properties, "b"), is_on(properties, "u")
        bold = own[0] if own[0] is not None else style.bold or bool(of_run and of_run.bold)
        underlined = own[1] if own[1] is not None else style.underlined or bool(of_run and of_run.underlined)
        return bold or underlined or self._size(properties, style, of_run) >= _LARGER * self._body_size

    def _size(self, properties: etree._Element | None, style: Style, of_run: Style | None) -> float:
        given = size_of(properties) or (of_run.size if of_run else 0.0) or style.size
        return given or self.styles.default_size or _WORDS_OWN_SIZE

    def _usual_size(self, body: etree._Element) -> float:
        """Return the size in which most of the text is set."""
        sizes: Counter[float] = Counter()
        for paragraph in within(body, "p"):
            style = self.styles.of(val(paragraph, "pPr/pStyle"))
            for run in paragraph.iterfind("r"):
                letters = sum(len(text.text or "") for text in run.iterfind("t"))
                sizes[self._size(run.find("rPr"), style, None)] += letters
        return sizes.most_common(1)[0][0] if sizes else _WORDS_OWN_SIZE

    def _note(self, reference: etree._Element, said: _Said) -> None:
        kind = str(reference.tag).removesuffix("Reference")
        words = self.notes[kind].get(reference.get("id") or "")
        if words:
            self._noted += 1
            said.words.append((f"[{self._noted}]", False))
            said.notes.append(f"[{self._noted}] {words}")

    def _drawn(self, element: etree._Element, said: _Said) -> None:
        """Take the text boxes of a drawing; of the two ways in which Word writes it, the first."""
        chosen = element.find("Choice") if element.tag == "AlternateContent" else element
        chosen = element if chosen is None else chosen
        boxes = list(within(chosen, "txbxContent"))
        said.boxes += boxes
        if not boxes and any(True for tag in ("blip", "imagedata") for _ in within(chosen, tag)):
            words = next((one.get("descr") or "" for one in within(chosen, "docPr")), "")
            self._remark("a picture is left out" + (f": “{' '.join(words.split())[:80]}”" if words else ""))

    # Tables

    def _table(self, table: etree._Element) -> Iterator[Paragraph]:
        rows = [list(_cells(row)) for row in _rows(table)]
        for_layout = all(len(row) <= 1 for row in rows)
        for row in rows:
            cells = [list(self._blocks(cell)) for cell in row]
            if for_layout or any(one.kind in ("heading", "title") for cell in cells for one in cell):
                yield from (one for cell in cells for one in cell)
                continue
            texts = ["\n".join(_in_cell(one) for one in cell) for cell in cells]
            if shown := row_of(texts, self._place):
                yield shown

    @property
    def _place(self) -> str:
        return f"paragraph {self._count}"

    def _remark(self, words: str, *, once: bool = False) -> None:
        if once and words in self._remarked:
            return
        self._remarked.add(words)
        self.remarks.append(Remark(self._place, words))


def _words(element: etree._Element, tag: str) -> Iterator[str]:
    match tag:
        case "t":
            yield (element.text or "").replace("\n", " ")
        case "tab" | "ptab":
            yield "\t"
        case "br" | "cr":
            yield " " if element.get("type") in ("page", "column") else "\n"
        case "noBreakHyphen":
            yield "-"
        case "sym":
            yield _symbol(element)
        case "ruby":
            yield from (text.text or "" for text in element.iterfind("rubyBase/r/t"))


def _in_cell(paragraph: Paragraph) -> str:
    return paragraph.printed if paragraph.marker != BULLET else f"- {paragraph.text}"


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table:
        if element.tag == "tr":
            yield element
        elif element.tag in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _rows(element)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        if element.tag == "tc" and not _goes_on_from_above(element):
            yield element
        elif element.tag in ("sdt", "sdtContent", "customXml"):
            yield from _cells(element)


def _goes_on_from_above(cell: etree._Element) -> bool:
    merged = cell.find("tcPr/vMerge")
    return merged is not None and merged.get("val", "continue") == "continue"


def _symbol(element: etree._Element) -> str:
    """Return a symbol's character; those of symbol fonts lie in a private range and say nothing."""
    code = int(element.get("char") or "0", 16)
    return " " if 0xE000 <= code <= 0xF8FF or code == 0 else chr(code)
