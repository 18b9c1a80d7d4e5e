"""Markdown: made a page first, so that its lists are counted and its HTML is read as everywhere else."""

import re
from html import escape

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from knowledge.documents.document import Document
from knowledge.documents.html import read_page
from knowledge.reader import PolicyError

_TITLE = re.compile(r"^title:\s*[\"']?(?P<words>.*?\S)[\"']?\s*$", re.IGNORECASE | re.MULTILINE)
_BLOCKS = frozenset(
    ("heading_open", "paragraph_open", "list_item_open", "tr_open", "fence", "code_block", "table_open")
)


def read_markdown(text: str) -> Document:
    """Return what a Markdown text says; CommonMark with tables and footnotes. Raises PolicyError."""
    if not text.strip():
        raise PolicyError("the document is empty. Give the policy's text.")
    parser = MarkdownIt("commonmark").enable("table").use(footnote_plugin)
    parser.options["breaks"] = True  # a line that the author ended stays one: it may begin with a number
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines, front = _without_front_matter(text)
    environment: dict[str, object] = {}
    tokens = parser.parse(lines, environment)
    for token in tokens:
        if token.map and token.type in _BLOCKS:
            token.attrSet("data-line", str(token.map[0] + 1 + front))
    titled = any(token.type == "heading_open" and token.tag == "h1" for token in tokens)
    title = None if titled or not front else _TITLE.search("\n".join(text.split("\n")[:front]))
    head = f"<h1 data-line=1>{escape(title.group('words'))}</h1>" if title else ""
    return read_page(head + parser.renderer.render(tokens, parser.options, environment))


def _without_front_matter(text: str) -> tuple[str, int]:
    """Return the text without the YAML that site builders put above it, and how many lines that took."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return text, 0
    end = next((place for place, line in enumerate(lines[1:], 1) if line.strip() in ("---", "...")), 0)
    if not end or not all(":" in line or line.startswith((" ", "-", "#")) for line in lines[1:end] if line):
        return text, 0
    return "\n".join(lines[end + 1 :]), end + 1
