"""The log of server processes: one event a line, with ids and never a personal word.

What is shown, and why it is safe:

- A line of Hearth's own: its name, which is a fixed word of the program ("event.accepted"), and of its
  `extra` what `KEYS` lists: ids, counts, kinds. `tests/test_log_names.py` holds the callers to that; what
  does not keep to it is shown as a library's line is.
- An error, whose words may quote a message or a row: its class, and the lines of source it came through.
- A library's line, from WARNING on: its logger, its level, and the line of the library's source that wrote
  it. Not its text, for that may hold parameters. Not the template of it either: DBOS and others put the
  values in before they log (f-strings), and a text that once was a template cannot be told from one that is
  none. The line of source leads to the template in the release that is installed.
- What Python itself would print on standard error in its own words, which are an error's: errors that nobody
  caught, in any thread, and warnings.
"""

import logging
import re
import sys
import threading
import warnings
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from adapters.log_settings import Level
from bot.faults import OURS, told

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# What a line may say beside its name: ids, which are opaque, and words and numbers of the program's own.
KEYS = frozenset(
    {
        *("account", "card", "case", "conversation", "entry", "event", "handoff", "induction"),
        *("officer", "organisation", "person", "team"),
        *("about", "after", "before", "job", "joined", "office", "version", "worker"),
        *("causes", "error", "fault", "place", "places"),
        *("count", "counts", "events", "jobs", "quarter", "seconds", "times", "tries"),
    }
)
NAME = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")
WITHHELD = "text.withheld"

log = logging.getLogger(__name__)


def configure(level: Level, stream: TextIO | None = None) -> None:
    """Have this process log to standard error, or to `stream`; called once, before anything is started.

    Lines are JSON with the keys `time` (UTC, ISO 8601), `level`, `event` (the name), `logger`, and what
    `extra` gave; its `event` is called `event_id` there. On a terminal they are readable.
    """
    stream = stream or sys.stderr
    handler = _Handler(stream)
    handler.setFormatter(_formatter(readable=stream.isatty()))
    handler.addFilter(_is_wanted)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    _let_the_work_engine_log_through_us()
    sys.excepthook = _process_failed
    sys.unraisablehook = _was_not_raised
    threading.excepthook = _thread_failed
    warnings.showwarning = _warned


def _let_the_work_engine_log_through_us() -> None:
    """Keep DBOS from printing on the console by itself, which it does unless its logger has a handler."""
    logger = logging.getLogger("dbos")
    logger.handlers[:] = [logging.NullHandler()]
    logger.propagate = True


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say that a line could not be written; logging itself would print its text and values."""
        del record
        with suppress(OSError, ValueError):  # a full disk, a closed stream: there is nowhere else to say it
            self.stream.write('{"event": "log.line.lost", "level": "error"}\n')


def _is_wanted(record: logging.LogRecord) -> bool:
    """Leave out what libraries say below WARNING: some set their own level."""
    return _is_ours(record) or record.levelno >= logging.WARNING


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _formatter(*, readable: bool) -> ProcessorFormatter:
    return ProcessorFormatter(
        processors=[_shown, _terminal() if readable else JSONRenderer()],
        use_get_message=False,  # the values are not put into the text: it is not shown
        pass_foreign_args=True,
    )


def _terminal() -> ConsoleRenderer:
    # Quoted, so that nothing in a value is obeyed by the terminal.
    return ConsoleRenderer(
        sort_keys=False, timestamp_key="time", repr_native_str=True, exception_formatter=plain_traceback
    )


def _shown(_logger: object, _method: str, entry: EventDict) -> EventDict:
    record: logging.LogRecord = entry["_record"]
    shown: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": WITHHELD,
        "logger": record.name,
    }
    if _is_static(record, entry):
        shown["event"] = record.msg
        extra = {key: value for key, value in vars(record).items() if key in KEYS}
        shown |= {"event_id" if key == "event" else key: _plain(extra[key]) for key in extra}
    else:
        shown["place"] = f"{record.filename}:{record.lineno}:{record.funcName}"
    if (info := entry.get("exc_info")) and info[1] is not None:
        shown |= told(info[1])
    return shown


def _is_static(record: logging.LogRecord, entry: EventDict) -> bool:
    named = isinstance(record.msg, str) and NAME.fullmatch(record.msg)
    return bool(_is_ours(record) and named and not entry.get("positional_args"))


def _plain(value: object) -> object:
    """Return a value as it is, but of an object that may hold anything no more than its class."""
    match value:
        case str() | int() | float() | None:
            return value
        case Mapping():
            return {str(key): _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return type(value).__name__


def _process_failed(_kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
    log.critical("process.failed", extra={**told(error)})


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
        log.critical("thread.failed", extra={**told(failed.exc_value)})


def _was_not_raised(failed: "UnraisableHookArgs") -> None:
    if failed.exc_value is not None:
        log.error("error.not_raised", extra={**told(failed.exc_value)})


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, file, line
    place = f"{Path(filename).name}:{lineno}"
    log.warning("python.warned", extra={"error": category.__name__, "place": place})
