"""What may be told of an error: its class and where it happened, never its words.

The words of an error may quote a message, a name or a row of the database, and the values in a traceback are
such words. A class, a file, a line and a function stand in the source code, and nobody's words do.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from traceback import walk_tb

OURS = ("adapters", "bot", "knowledge")
_HOME = Path(__file__).parent.parent
_MOST_PLACES = 8  # the innermost: an endless recursion has a thousand
_MOST_CAUSES = 4


def told(error: BaseException) -> Mapping[str, object]:
    """Return what a log line may say of an error: `error`, its `places` and, where there are any, `causes`.

    `error` is its class. `places` are lines of Hearth's own that it came through, the outermost first
    ("bot/desk.py:45:Desk.handle"), then the library's line that raised it, if one did. `causes` are the
    errors behind it, told in the same way.
    """
    causes = [_told(cause) for cause in _causes(error)]
    return {**_told(error), "causes": causes} if causes else _told(error)


def _told(error: BaseException) -> dict[str, object]:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {"error": name, "places": _places(error)}


def _places(error: BaseException) -> list[str]:
    own, last = [], ""
    for frame, line in walk_tb(error.__traceback__):
        file, where = Path(frame.f_code.co_filename), f"{line}:{frame.f_code.co_qualname}"
        if _is_ours(file):
            own.append(f"{file.relative_to(_HOME).as_posix()}:{where}")
            last = ""
        else:
            last = f"{file.name}:{where}"
    return [*own[-_MOST_PLACES:], last] if last else own[-_MOST_PLACES:]


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(_HOME) and file.relative_to(_HOME).parts[0] in OURS


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give the errors behind an error, as Python would print them."""
    for _ in range(_MOST_CAUSES):
        behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if behind is None:
            return
        yield behind
        error = behind
