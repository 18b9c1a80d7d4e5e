"""An export as files: JSON for machines, and a page for the person, which loads nothing from anywhere."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import escape
from pathlib import Path

from adapters.output import OutputError
from adapters.printable import printable
from bot.export import Export
from bot.held import Item, Value

JSON_FILE, PAGE_FILE = "person.json", "person.html"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_TITLE = "What Hearth holds about you"
_STYLE = (
    ":root{color-scheme:light dark}body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:46rem;"
    "margin:0 auto;padding:1rem}dl{border-top:1px solid;margin:0;padding:.5rem 0}dt{font-weight:600}"
    "dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}dd ul{margin:0;padding-left:1.25rem}"
)


@contextmanager
def export_folder(folder: Path) -> Iterator[Callable[[Export], Sequence[Path]]]:
    """Make a new folder that nobody else may look into, and give what writes an export's files into it.

    That there can be none is found out here, before the export is made and noted. Where anything fails in
    the block, nothing is left of the folder.

    Raises:
        OutputError: the folder is there already, or cannot be written.
    """
    try:
        folder.mkdir(mode=_FOLDER_MODE)
    except FileExistsError:
        raise OutputError(f"{folder}: is there already. Name a folder that is not there yet.") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}). Name another.") from error
    done = False
    try:
        yield lambda made: _put(made, folder)
        done = True
    finally:
        if not done:
            shutil.rmtree(folder, ignore_errors=True)


def _put(made: Export, folder: Path) -> Sequence[Path]:
    try:
        return [_written(folder / JSON_FILE, as_json(made)), _written(folder / PAGE_FILE, as_page(made))]
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}). Make room, or name another."
        ) from error


def _written(file: Path, content: str) -> Path:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return file


def as_json(made: Export) -> str:
    """Return an export as JSON: moments as ISO 8601."""
    held = {title: [dict(item) for item in items] for title, items in made.parts.items()}
    return json.dumps({"made_at": made.made_at, "held": held}, indent=1, default=datetime.isoformat) + "\n"


def as_page(made: Export) -> str:
    """Return an export as a page that needs nothing else: every string of it is text, never markup."""
    parts = "".join(_part(title, items) for title, items in made.parts.items())
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{_TITLE}</title><style>{_STYLE}</style>"
    )
    made_at = f"<p>Made on {_shown(made.made_at)}.</p>"
    body = f"<main><h1>{_TITLE}</h1>{made_at}{parts}</main>"
    return f'<!doctype html>\n<html lang="en-GB"><head>{head}</head><body>{body}</body></html>\n'


def _part(title: str, items: Sequence[Item]) -> str:
    return f"<section><h2>{_safe(title)}</h2>{''.join(map(_item, items))}</section>"


def _item(item: Item) -> str:
    rows = (f'<dt>{_safe(label)}</dt><dd dir="auto">{_shown(value)}</dd>' for label, value in item.items())
    return f"<dl>{''.join(rows)}</dl>"


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f'<time datetime="{value.isoformat()}">{value.day} {value:%B %Y, %H:%M} UTC</time>'
        case str():
            return _safe(value)
        case tuple():
            lines = (f'<li dir="auto">{_safe(line)}</li>' for line in value)
            return f"<ul>{''.join(lines)}</ul>"


def _safe(text: str) -> str:
    return escape(printable(text), quote=True)
