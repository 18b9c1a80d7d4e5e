"""HTML: what a page shows of a policy, with the numbers that only lists have. Nothing is fetched or run."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from knowledge.documents.document import Document, Paragraph, Remark
from knowledge.documents.lists import letters, roman
from knowledge.documents.shaping import row_of, shaped
from knowledge.reader import PolicyError, decoded

_LEFT_OUT = frozenset(
    ("script", "style", "template", "noscript", "svg", "nav", "iframe", "object", "embed", "video", "audio",
     "canvas", "dialog", "button", "select", "input", "textarea", "head", "datalist", "progress", "map")
)  # fmt: skip
# Names that site builders give to what stands beside a page's text.
_LEFT_OUT_CLASSES = (
    "share",
    "sharing",
    "social-share",
    "addtoany",
    "breadcrumb",
    "cookie",
    "skip-",
    "pagination",
)
_LEFT_OUT_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "dialog", "menu"))
_INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
     "i", "ins", "kbd", "label", "mark", "q", "ruby", "rt", "s", "samp", "small", "span", "strike", "strong",
     "sub", "sup", "time", "tt", "u", "var", "wbr", "img", "picture", "source")
)  # fmt: skip
_BOLD = frozenset(("b", "strong"))
_HEADING = re.compile(r"h([1-6])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_NOTE_WORDS = 300
_DEEPEST = 500  # elements within one another; a page that people wrote has some twenty


def read_html(data: bytes) -> Document:
    """Return what a page shows; raise PolicyError where its characters or its nesting cannot be read."""
    return read_page(_text(data))


def read_page(text: str) -> Document:
    """Return what a page shows, given as text. Elements may say their line in `data-line`."""
    text = _DECLARATION.sub("", text, count=1)
    if not text.strip():
        raise PolicyError("the document is empty. Give the policy's text.")
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise PolicyError(
            f"not readable as HTML ({error}). Save the page again, or as plain text."
        ) from error
    if root is None:
        raise PolicyError("holds no text. Give the page that shows the policy.")
    return _Page(_main_part(root)).read()


def _text(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decoded(data)
    name = declared.group(1).decode("ascii", "replace")
    # Much that calls itself so is none; browsers read it as Windows-1252 (WHATWG Encoding, section 4.2).
    if name.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii"):
        return decoded(data)
    try:
        return data.decode(name)
    except LookupError:
        return decoded(data)
    except UnicodeDecodeError as error:
        try:
            return decoded(data)
        except PolicyError:
            raise PolicyError(
                f"calls itself {name}, but byte {error.start:,} is none. Save the page again as UTF-8."
            ) from None


def _main_part(root: etree._Element) -> etree._Element:
    """Return the part of a page that holds the policy: `main`, the only `article`, or the whole body."""
    for path in (".//main", ".//*[@role='main']", ".//article", ".//body"):
        found = root.findall(path)
        if len(found) == 1 and "".join(found[0].itertext()).strip():
            return found[0]
    return root


@dataclass(slots=True)
class _List:
    """A list that is open: how its items are numbered, the next number, the number of its open item."""

    kind: str
    next: int
    step: int
    inner: bool  # a numbered list in an item of one, whose numbers go on with that item's
    prefix: str
    current: str = ""


@dataclass(slots=True)
class _Page:
    """Walks over the elements without recursion and gathers paragraphs."""

    root: etree._Element
    paragraphs: list[Paragraph] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    _words: list[tuple[str, bool]] = field(default_factory=list)
    _notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _noted: list[str] = field(default_factory=list)  # the notes to put below the open paragraph
    _left_out: set[etree._Element] = field(default_factory=set)
    _lists: list[_List] = field(default_factory=list)
    _marker: str = ""
    _heading: int = 0
    _bold: int = 0
    _pre: int = 0
    _cells: list[list[str]] = field(default_factory=list)  # of the tables' rows that are open
    _place: str = ""

    def read(self) -> Document:
        """Return what the page shows."""
        self._find_notes()
        for event, element in self._events():
            if event == "start":
                self._begin(element)
                self._say(element.text)
            else:
                self._end(element)
                self._say(element.tail if element is not self.root else "")
        self._flush()
        return shaped(self.paragraphs, self.remarks)

    def _events(self) -> Iterator[tuple[str, etree._Element]]:
        """Yield start and end of each element that is shown; of another only the text after it is said."""
        walk = etree.iterwalk(self.root, events=("start", "end"))
        skipped: etree._Element | None = None
        depth = 0
        for event, element in walk:
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise PolicyError(
                    f"holds elements more than {_DEEPEST} deep. Save the document as plain text."
                )
            if skipped is None and event == "start" and self._is_left_out(element):
                skipped = element
            if skipped is None:
                yield event, element
            elif event == "end" and element is skipped:
                skipped = None
                self._say(element.tail)

    def _is_left_out(self, element: etree._Element) -> bool:
        if element in self._left_out or element.tag in _LEFT_OUT:
            return True
        if element is self.root:
            return False
        if element.get("role") in _LEFT_OUT_ROLES or element.get("hidden") is not None:
            return True
        if element.get("aria-hidden") == "true" or _HIDDEN.search(element.get("style") or ""):
            return True
        # LibreOffice writes a page's header and footer so.
        if element.tag == "div" and element.get("title") in ("header", "footer"):
            return True
        if any(name.startswith(_LEFT_OUT_CLASSES) for name in (element.get("class") or "").lower().split()):
            return True
        if element.tag in ("header", "footer") and self.root.tag in ("body", "html"):
            return element.find(".//h1") is None and not _within_article(element)
        return element.tag in ("ul", "ol") and _leads_elsewhere(element)

    # Notes

    def _find_notes(self) -> None:
        """Find the notes that a raised number links to; they are said below what they belong to."""
        places = {found.get("id") or "": found for found in self.root.iterfind(".//*[@id]")}
        for link in self.root.iterfind(".//a[@href]"):
            name = (link.get("href") or "").removeprefix("#")
            raised = link.find("sup") is not None or any(up.tag == "sup" for up in link.iterancestors())
            note = places.get(name)
            if not raised or note is None or note.tag not in ("li", "p", "div", "aside", "dd", "span"):
                continue
            words = _words_of(note)
            if words and len(words.split()) <= _NOTE_WORDS:
                number = "".join(link.itertext()).strip("[]() \n")
                self._notes[name] = (number, words)
                self._left_out.add(note)

    # Elements

    def _begin(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag == "br":
            self._words.append(("\n", False))
        elif tag in _INLINE:
            self._bold += tag in _BOLD
            self._refer(element)
        elif self._cells:
            self._begin_in_row(tag)
        else:
            self._begin_block(element, tag)

    def _begin_block(self, element: etree._Element, tag: str) -> None:
        if tag != "dd":
            self._flush()
        else:
            self._words.append(("\n", False))
        self._place = f"line {element.get('data-line') or element.sourceline or 1}"
        if found := _HEADING.fullmatch(tag):
            self._heading = int(found.group(1))
        elif tag in ("ol", "ul", "menu"):
            self._lists.append(self._list(element, tag))
        elif tag == "li":
            self._marker = self._next_marker(element)
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr" and not _is_for_layout(element):
            self._cells.append([])

    def _begin_in_row(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._close_cell()
            self._cells[-1].append("")
        elif tag == "li":
            self._words.append(("\n- ", False))
        elif tag in ("p", "div", "tr", "ul", "ol"):
            self._words.append(("\n", False))

    def _end(self, element: etree._Element) -> None:
        tag = str(element.tag)
        if tag in _INLINE or tag == "br":
            self._bold -= tag in _BOLD
        elif self._cells:
            if tag == "tr":
                self._close_row()
            elif tag in ("p", "div"):
                self._words.append(("\n", False))
        elif tag != "dt":
            self._flush()
            self._end_block(tag)

    def _end_block(self, tag: str) -> None:
        if _HEADING.fullmatch(tag):
            self._heading = 0
        elif tag in ("ol", "ul", "menu") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._marker = ""
        elif tag == "pre":
            self._pre -= 1

    def _refer(self, element: etree._Element) -> None:
        name = (element.get("href") or "").removeprefix("#")
        if element.tag == "a" and name in self._notes:
            number, words = self._notes[name]
            self._noted.append(f"[{number}] {words}")
        elif element.tag == "img" and (element.get("alt") or "").strip():
            words = " ".join((element.get("alt") or "").split())
            self.remarks.append(Remark(self._place, f"a picture is left out: “{words[:80]}”"))

    # Lists

    def _list(self, element: etree._Element, tag: str) -> _List:
        if tag != "ol":
            return _List("bullet", 1, 1, inner=False, prefix="")
        items = sum(child.tag == "li" for child in element)
        reverse = element.get("reversed") is not None
        start = _whole(element.get("start"), items if reverse else 1)
        above = next((one for one in reversed(self._lists) if one.kind != "bullet"), None)
        directly = above is not None and above is self._lists[-1]
        kind = element.get("type") or "1"
        leads_in = bool(self.paragraphs) and self.paragraphs[-1].text.endswith(":")
        inner = directly and kind == "1" and above is not None and above.kind == "1" and not leads_in
        prefix = f"{above.current}." if inner and above else ""
        return _List(kind, start, -1 if reverse else 1, inner, prefix)

    def _next_marker(self, element: etree._Element) -> str:
        if not self._lists or self._lists[-1].kind == "bullet":
            return "-"
        inside = self._lists[-1]
        number = _whole(element.get("value"), inside.next)
        inside.next = number + inside.step
        inside.current = f"{inside.prefix}{number}"
        match inside.kind:
            case "a":
                return f"({letters(number)})"
            case "A":
                return f"({letters(number).upper()})"
            case "i":
                return f"({roman(number)})"
            case "I":
                return f"({roman(number).upper()})"
        return inside.current if inside.inner else f"{inside.current}."

    # Words

    def _say(self, words: str | None) -> None:
        if words:
            shown = words if self._pre else re.sub(r"\s+", " ", words)
            self._words.append((shown, self._bold > 0))

    def _taken(self) -> str:
        said = "".join(words for words, _ in self._words)
        self._words = []
        lines = [" ".join(line.split()) for line in said.split("\n")]
        return "\n".join(line for line in lines if line)

    def _flush(self) -> None:
        bold = bool(self._words) and all(heavy for words, heavy in self._words if words.strip())
        text = "\n".join(part for part in (self._taken(), *self._noted) if part)
        if not text:
            return
        self._noted = []
        self.paragraphs.append(self._paragraph(text, bold=bold))

    def _paragraph(self, text: str, *, bold: bool) -> Paragraph:
        if self._heading:
            return Paragraph("heading", text.replace("\n", " "), self._heading, "", self._place)
        if self._marker:
            marker, self._marker = self._marker, ""
            return Paragraph("item", text, len(self._lists) or 1, marker, self._place, bold)
        return Paragraph("text", text, len(self._lists), "", self._place, bold)

    def _close_cell(self) -> None:
        text = self._taken()
        if self._cells[-1]:
            self._cells[-1][-1] = text

    def _close_row(self) -> None:
        self._close_cell()
        row = row_of(self._cells.pop(), self._place)
        if row and self._noted:
            row = Paragraph(row.kind, "\n".join((row.text, *self._noted)), row.level, row.marker, row.place)
            self._noted = []
        if row:
            self.paragraphs.append(row)


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"-?\d{1,6}", written.strip()) else otherwise


def _words_of(element: etree._Element) -> str:
    """Return an element's words in one line, without its links back."""
    words = []
    for part in element.iter():
        back = part.tag == "a" and (part.get("href") or "").startswith("#")
        words.append("" if back or not isinstance(part.tag, str) else part.text or "")
        words.append((part.tail or "") if part is not element else "")
    return " ".join(" ".join(words).split())


def _within_article(element: etree._Element) -> bool:
    return any(up.tag in ("article", "main", "section") for up in element.iterancestors())


def _leads_elsewhere(element: etree._Element) -> bool:
    """Say whether a list is nothing but links to places of its page: a contents list."""
    links = [link for link in element.iter("a") if (link.get("href") or "").startswith("#")]
    if len(links) < 2:
        return False
    return _squeezed("".join(element.itertext())) == _squeezed("".join("".join(a.itertext()) for a in links))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_for_layout(row: etree._Element) -> bool:
    """Say whether a row only arranges the page: one cell in each row, or headings and tables in cells."""
    if any(row.find(f".//{tag}") is not None for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "table")):
        return True
    table = next((up for up in row.iterancestors() if up.tag == "table"), row)
    return all(sum(cell.tag in ("td", "th") for cell in one) <= 1 for one in table.iter("tr"))
