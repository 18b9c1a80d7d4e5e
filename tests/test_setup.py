"""Setting up: what `make` does before anything else. All of it without a network."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.advice import advise
from scripts.environment import fingerprint, reason_to_set_up, stamp_of, write_stamp
from scripts.setup import SetupError, only_one_at_a_time, pin_of, refuse_python_without_venv

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SETUP = [sys.executable, "-m", "scripts.setup"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy what setting up needs into a folder of its own."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def complete(project: Path) -> Path:
    """Give the project a .venv with one package of one file, as a finished setup leaves it."""
    site = project / ".venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    info = site / "thing-1.dist-info"
    info.mkdir(parents=True)
    (site / "thing.py").write_text("x = 1\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1\n")
    (info / "RECORD").write_text("thing.py,sha256=unused,6\nthing-1.dist-info/RECORD,,\n")
    stamp(project)
    return project


def stamp(project: Path) -> None:
    write_stamp(project / ".venv", fingerprint(project))


# The lock


def test_every_package_of_the_lock_is_pinned_and_hashed() -> None:
    for entry in re.split(r"\n(?=\S)", LOCK.strip()):
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_every_dependency_that_is_declared_stands_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[=<>~!;\[ ]", wanted)[0]
        assert re.search(rf"^{re.escape(name)}==", LOCK, re.MULTILINE), f"{name}: run make lock"


def test_the_pin_of_uv_is_cut_out_with_its_hashes_and_nothing_else() -> None:
    first, *hashes = pin_of("uv", LOCK).splitlines()
    assert first.startswith("uv==")
    assert hashes
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)


# When .venv is made anew


def test_a_complete_environment_is_left_alone(complete: Path) -> None:
    before = stamp_of(complete / ".venv").stat().st_mtime_ns
    done = subprocess.run(SETUP, cwd=complete, capture_output=True, text=True, check=False)  # noqa: S603  own script
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stamp_of(complete / ".venv").stat().st_mtime_ns == before


def lose_the_stamp(project: Path) -> None:
    stamp_of(project / ".venv").unlink()


def change_the_lock(project: Path) -> None:
    (project / "requirements.lock").write_text(LOCK.replace("sha256:0", "sha256:1", 1), encoding="utf-8")


def declare_a_dependency(project: Path) -> None:
    edit(project / "pyproject.toml", "dependencies = [", 'dependencies = ["more", ')


def change_a_lint_rule(project: Path) -> None:
    edit(project / "pyproject.toml", "line-length = 110", "line-length = 99")


def cut_a_file_short(project: Path) -> None:
    next(project.glob(".venv/lib/*/*/thing.py")).write_text("")


def remove_a_file(project: Path) -> None:
    next(project.glob(".venv/lib/*/*/thing.py")).unlink()


def leave_a_dangling_link(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    (project / ".venv").symlink_to("gone")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lose_the_stamp, "an earlier setup did not finish"),
        (change_the_lock, "changed since the last time: requirements.lock"),
        (declare_a_dependency, "changed since the last time: pyproject.toml"),
        (change_a_lint_rule, ""),
        (cut_a_file_short, "thing.py is missing or cut short"),
        (remove_a_file, "thing.py is missing or cut short"),
        (leave_a_dangling_link, "there is no .venv yet"),
    ],
)
def test_the_environment_is_made_anew_only_where_it_is_not_whole_and_current(
    complete: Path, happens: Callable[[Path], None], reason: str
) -> None:
    happens(complete)
    assert reason_to_set_up(complete) == reason


def test_an_environment_that_was_moved_is_made_anew(complete: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(complete, tmp_path / "elsewhere", symlinks=True)
    assert reason_to_set_up(moved) == "changed since the last time: folder"


def test_a_file_that_its_own_package_records_wrongly_is_no_damage(complete: Path) -> None:
    cut_a_file_short(complete)
    stamp(complete)
    assert reason_to_set_up(complete) == ""


# Two at once, and kills


def test_a_second_setup_waits_for_the_first_and_then_has_nothing_to_do(complete: Path) -> None:
    lose_the_stamp(complete)
    with only_one_at_a_time(complete):
        second = subprocess.Popen(SETUP, cwd=complete, stdout=subprocess.PIPE, text=True)  # noqa: S603  own script
        assert second.stdout is not None
        first_line = second.stdout.readline()
        stamp(complete)
    rest, _ = second.communicate()
    assert first_line == "Another make is setting up; waiting for it.\n"
    assert (second.returncode, rest) == (0, "")


HOLD = """
from pathlib import Path
from scripts.setup import only_one_at_a_time, run
with only_one_at_a_time(Path()) as lock:
    run(["sh", "-c", "echo $$ > pid; mv pid started; exec sleep 600"], lock)
"""


def test_an_installer_that_outlives_a_killed_setup_is_waited_for(project: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD], cwd=project)  # noqa: S603  own script
    started = project / "started"
    while not started.exists():
        assert holder.poll() is None
    holder.kill()
    holder.wait()
    try:
        with (project / ".build" / "setup.lock").open("w") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(int(started.read_text()), 9)
    with only_one_at_a_time(project):  # returns, now that the last holder is gone
        pass


# What is said when it cannot be done


def test_a_setup_without_network_says_so_and_is_not_taken_for_complete(project: Path) -> None:
    clean = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "UV_"))
    }
    no_network = {
        "HTTPS_PROXY": "http://127.0.0.1:9",  # the discard port: nobody listens
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "HOME": str(project),
    }
    done = subprocess.run(  # noqa: S603  own script
        SETUP, cwd=project, capture_output=True, text=True, check=False, env=clean | no_network
    )
    assert done.returncode == 1
    assert "Hearth could not be set up.\nNo network:" in done.stderr
    assert "Traceback" not in done.stderr
    assert [line.split()[2] for line in done.stdout.splitlines() if " s  " in line] == ["1/4", "2/4"]
    assert reason_to_set_up(project) == "an earlier setup did not finish"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("cause: failed to copy file from a to b: No space left on device (os error 28)", "The disk is full"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space", "The disk is full"),
        ("error: Failed to download `a==1`\n  cause: Hash mismatch for `a==1`", "requirements.lock names"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS", "requirements.lock names"),
        ("cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("cause: client error (Connect)\n  cause: dns error\n", "No network"),
        ("NewConnectionError\nERROR: No matching distribution found for uv==0.13.9", "No network"),
        ("ERROR: No matching distribution found for uv==0.13.9", "no build for Python"),
        ("[Errno 13] Permission denied: '.venv'", "another user"),
        ("something new", "What stands above"),
    ],
)
def test_each_known_failure_of_pip_and_uv_is_told_with_what_to_do(printed: str, said: str) -> None:
    assert said in advise(printed)


def test_a_python_without_venv_is_told_which_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SetupError, match="sudo apt install python3-venv"):
        refuse_python_without_venv()


# Which Python


def find_python(folder: Path, *named: str) -> subprocess.CompletedProcess[str]:
    """Run the search where only `folder/bin` is on the PATH."""
    for tool in ("sh", "cat"):
        (folder / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return subprocess.run(  # noqa: S603  own script
        [str(folder / "bin" / "sh"), str(ROOT / "scripts" / "find-python"), *named],
        cwd=folder,
        env={"PATH": str(folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def old_python(folder: Path) -> None:
    folder.joinpath("bin").mkdir()
    fake = folder / "bin" / "python3"
    fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n')
    fake.chmod(0o755)


def test_a_machine_with_an_old_python_alone_is_told_how_to_get_a_newer_one(tmp_path: Path) -> None:
    old_python(tmp_path)
    found = find_python(tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert "this machine's is Python 3.9.2" in found.stderr
    assert "sudo apt install python3 python3-venv" in found.stderr


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    old_python(tmp_path)
    (tmp_path / "bin" / "python3.12").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "bin" / "python3.12").chmod(0o755)
    assert find_python(tmp_path).stdout == f"{sys.executable}\n"


def test_a_named_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old_python(tmp_path)
    assert "PYTHON=python3 cannot be used" in find_python(tmp_path, "python3").stderr


def test_the_python_behind_an_environment_is_kept_even_where_that_is_half_made(tmp_path: Path) -> None:
    old_python(tmp_path)
    real = os.path.realpath(sys.executable)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(real)
    assert find_python(tmp_path).stdout == f"{real}\n"
