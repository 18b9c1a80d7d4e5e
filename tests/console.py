"""The command line as its user meets it: the console script's main(), with what it printed."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

from adapters.cli import main

SCRIPT = Path(sys.executable).with_name("hearth")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that a failing command wrote to stderr."""
        assert self.err.startswith("hearth: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("hearth: ").rstrip("\n")


class Console:
    """Runs commands with a data folder of their own, and no other setting than those given."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def __call__(self, *arguments: str, typed: str = "", encoding: str = "utf-8", **settings: str) -> Ran:
        """Run one command in this process; `typed` is its input, `encoding` that of its terminal."""
        given = io.BytesIO(typed.encode(encoding, "surrogateescape"))
        printed, err = io.BytesIO(), io.StringIO()
        out = io.TextIOWrapper(printed, encoding=encoding, write_through=True)
        with (
            patch.dict(os.environ, self._environment(settings), clear=True),
            patch.object(sys, "stdin", io.TextIOWrapper(given, encoding=encoding)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(arguments)
        return Ran(code, printed.getvalue().decode(encoding), err.getvalue())

    def out(self, *arguments: str, **settings: str) -> str:
        """Return what a command printed that must not fail."""
        ran = self(*arguments, **settings)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    def ended(self, *arguments: str, **settings: str) -> Ran:
        """Run one command as a process of its own to its end: a server sets up its process's log."""
        done = subprocess.run(  # noqa: S603 - our own script, with the test's arguments
            [SCRIPT, *arguments],
            env=self._environment(settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        logged = [line for line in done.stderr.splitlines(keepends=True) if line.startswith("{")]
        return Ran(done.returncode, done.stdout, done.stderr.removeprefix("".join(logged)))

    @contextmanager
    def started(
        self,
        *arguments: str,
        stdout: int = subprocess.PIPE,
        settings: Mapping[str, str] | None = None,
    ) -> Iterator[subprocess.Popen[str]]:
        """Run one command as a process of its own, which ends with the block at the latest."""
        with subprocess.Popen(  # noqa: S603 - our own script, with the test's arguments
            [SCRIPT, *arguments],
            env=self._environment(settings or {}),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Return this process's environment with these settings alone, and output buffered as usual."""
        left = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
        left.pop("PYTHONUNBUFFERED", None)
        return {**left, "HEARTH_DATA": str(self._data), **settings}


def not_to_be_called(*_given: object, **_named: object) -> NoReturn:
    """Stand in for work that must not be started."""
    raise AssertionError("this work was not to be started")
