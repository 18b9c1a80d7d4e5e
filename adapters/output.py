"""Writing what a command has to say: at once, and with a plain word where it cannot be written."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.printable import in_one_direction, printable


class OutputError(Exception):
    """Something cannot be written; the message says what and what to do."""


class ReaderGone(Exception):  # noqa: N818 - no error: whoever read the output (`| head`) has seen enough
    """Nobody reads the output any more."""


def say(text: str) -> None:
    """Print a line at once, so that a log or a pipe shows it while the command goes on.

    Raises:
        ReaderGone: the output's reader has closed it.
        OutputError: it cannot be written, such as to a full disk.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up()
        raise ReaderGone from None
    except OSError as error:
        _give_up()
        raise OutputError(f"The output cannot be written ({error.strerror}).") from error


def one_line(text: str) -> str:
    """Return the text on one line, without what a terminal would obey."""
    return " ".join(in_one_direction(printable(text)).split())


def _give_up() -> None:
    """Send nowhere what is still in the buffer: Python would try to write it again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def whole_file(path: Path) -> Iterator[Callable[[str], None]]:
    """Prepare to write a file, and give the function that puts its content there, whole or not at all.

    What was there before stays until then. That nothing can be written is found out here, before the work on
    the content starts. A device or pipe is written to as it is.

    Raises:
        OutputError: the file cannot be written.
    """
    with _named(path):
        plain = path.is_file() or not path.exists()
        target = path.resolve()  # a link stays a link
        part = target.with_name(f".{target.name}.{os.getpid()}.part") if plain else path
        file = part.open("w", encoding="utf-8")

    def put(content: str) -> None:
        with _named(path):
            file.write(content)
            file.close()
            if plain:
                part.replace(target)

    try:
        yield put
    finally:
        file.close()
        if plain:
            part.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder that you may write to."
        ) from error
