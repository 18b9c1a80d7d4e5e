"""Set Hearth up in .venv: the packages of requirements.lock, each checked against its hash.

`make` runs this before everything else; where nothing is to be done it ends at once. Otherwise .venv is made
anew from nothing: an old or half-made one is never mended. Uses the standard library alone.
"""

import contextlib
import fcntl
import importlib.util
import os
import pty
import re
import shutil
import ssl
import subprocess
import sys
import termios
import time
import tomllib
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.advice import PYTHON_NAME, advise
from scripts.environment import damage, fingerprint, reason_to_set_up, stamp_of, write_stamp


class SetupError(Exception):
    """Say in full what went wrong and what to do."""


def main() -> int:
    """Set up the folder that this script is in; return the exit status."""
    root = Path(__file__).resolve().parent.parent
    try:
        if reason_to_set_up(root):
            with only_one_at_a_time(root) as lock:
                if reason := reason_to_set_up(root):  # another make may have done it meanwhile
                    set_up(root, reason, lock)
    except KeyboardInterrupt:
        print("\nStopped. The next make starts the setup afresh.", file=sys.stderr)
        return 130
    except SetupError as error:
        print(f"\nHearth could not be set up.\n{error}", file=sys.stderr)
        return 1
    except (OSError, tomllib.TOMLDecodeError) as error:
        print(f"\nHearth could not be set up: {error}.\n{advise(str(error))}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def only_one_at_a_time(root: Path) -> Iterator[int]:
    """Hold the setup's lock; wait where another make has it. Yields the lock's file descriptor.

    The system drops the lock when the last process that holds it ends. Every command of the setup is given
    it, so that a pip or uv that outlives a kill of this script is waited for too.
    """
    place = root / ".build" / "setup.lock"
    place.parent.mkdir(exist_ok=True)
    with place.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is setting up; waiting for it.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def set_up(root: Path, reason: str, lock: int) -> None:
    """Make .venv anew; the stamp comes last.

    Raises SetupError where this Python has no venv or a command fails.
    """
    refuse_python_without_venv()
    folder = root / ".venv"
    python = folder / "bin" / "python"
    made_from = fingerprint(root)  # read first: a lock that changes meanwhile is found out by the next make
    pins = (root / "requirements.lock").read_text(encoding="utf-8")
    started = time.monotonic()
    print(f"Setting up Hearth in .venv ({reason}). This takes a minute or two.", flush=True)

    print_step(started, f"1/4  making .venv with {PYTHON_NAME} from {sys.base_prefix}")
    remove(folder)
    venv.create(folder, symlinks=True)
    run([python, "-m", "ensurepip", "--default-pip"], lock)

    print_step(started, "2/4  fetching uv, which installs the rest faster than pip")
    uv_pin = folder / "uv.lock"
    uv_pin.write_text(pin_of("uv", pins), encoding="utf-8")
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--require-hashes", "-r"]
    run([python, *pip, uv_pin], lock)

    names = re.findall(r"^([\w.-]+)==", pins, re.MULTILINE)
    print_step(started, f"3/4  installing {len(names)} packages, each checked against its hash")
    uv: list[str | Path] = [folder / "bin" / "uv", "pip", "install", "--python", python, "--no-deps"]
    uv += ["--system-certs"] if has_certificates() else []
    install = [*uv, "--only-binary", ":all:", "--require-hashes", "-r", root / "requirements.lock"]
    run(install, lock)
    if damage(folder):  # uv links to its cache, so a file that was damaged here before is damaged there
        print_step(started, "3/4  fetching them again, for what was kept from the last time is damaged")
        run([uv[0], "cache", "clean", *names], lock)
        run([*install, "--reinstall"], lock)

    print_step(started, "4/4  installing Hearth itself")
    run([*uv, "--no-build-isolation", "--editable", root], lock)
    write_stamp(folder, made_from)
    print_step(started, "done")


def print_step(started: float, what: str) -> None:
    """Print a step's line: the seconds since the start, and what is being done."""
    print(f"{time.monotonic() - started:5.0f} s  {what}", flush=True)


def refuse_python_without_venv() -> None:
    """Raise SetupError where this Python lacks what makes a .venv: Debian packs it apart."""
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        package = PYTHON_NAME.lower().replace(" ", "") + "-venv"
        raise SetupError(
            f"This {PYTHON_NAME} ({sys.executable}) comes without venv.\n"
            f"Debian, Ubuntu: sudo apt install python3-venv (or {package}), then run make again.\n"
            "Elsewhere: install a full Python and name it: make run PYTHON=/path/to/python3"
        )


def remove(folder: Path) -> None:
    """Remove an old .venv, its stamp first, so that a kill half-way leaves none that looks complete."""
    if folder.is_dir() and not folder.is_symlink():
        stamp_of(folder).unlink(missing_ok=True)
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def pin_of(name: str, pins: str) -> str:
    """Cut one package's pin, with its hashes, out of the text of a lock file."""
    found = re.search(rf"^{name}==(?:.*\\\n)*.*\n", pins, re.MULTILINE)
    if not found:
        raise SetupError(f"requirements.lock names no {name}. Put it back: git checkout requirements.lock")
    return found.group()


def has_certificates() -> bool:
    """Tell whether the machine has certificates of its own; uv brings a set, but a company's is not in it."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))


def run(command: Sequence[str | Path], lock: int) -> None:
    """Run a command; on a terminal let it draw its progress bars.

    Raises SetupError with what to do where the command fails; what it printed then stands above.
    """
    on_terminal = sys.stdout.isatty()
    reader, writer = pty.openpty() if on_terminal else os.pipe()
    if on_terminal:
        termios.tcsetwinsize(writer, termios.tcgetwinsize(sys.stdout.fileno()))
    with subprocess.Popen(  # noqa: S603  the commands are made here, of nothing that someone typed
        command, stdin=subprocess.DEVNULL, stdout=writer, stderr=writer, pass_fds=[lock]
    ) as process:
        os.close(writer)
        printed = relay(reader, show=on_terminal)
    if process.returncode:
        if not on_terminal:
            print(printed.strip(), file=sys.stderr)
        raise SetupError(advise(printed))


def relay(reader: int, *, show: bool) -> str:
    """Read what a command prints, until it ends, and pass it on at once where that is asked for."""
    printed = b""
    with os.fdopen(reader, "rb", buffering=0) as output, contextlib.suppress(OSError):  # so a terminal ends
        while part := output.read(4096):
            printed += part
            if show:
                sys.stdout.buffer.write(part)
                sys.stdout.buffer.flush()
    return printed.decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
