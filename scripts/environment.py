"""Tell whether a .venv is whole and was made from the present lock.

Setting up writes a stamp into .venv last, which lists what it was made from. So a kill at any moment leaves a
.venv without a stamp, and that is never taken for a good one.
"""

import hashlib
import importlib.metadata
import json
import sys
import sysconfig
import tomllib
from pathlib import Path


def reason_to_set_up(root: Path) -> str:
    """Say why .venv must be made anew; nothing where it is whole and was made from the present lock."""
    folder = root / ".venv"
    if not folder.exists():
        return "there is no .venv yet"
    if not stamp_of(folder).exists():
        return "an earlier setup did not finish"
    stamped = stamp_of(folder).read_text(encoding="utf-8", errors="replace").splitlines()
    if changed := [line.partition(" ")[0] for line in fingerprint(root) if line not in stamped]:
        return f"changed since the last time: {', '.join(changed)}"
    if damaged := [line for line in damage(folder) if line not in stamped]:
        return f"{damaged[0]} is missing or cut short"
    return ""


def stamp_of(folder: Path) -> Path:
    """Name the file that says that this .venv is complete, and what it was made from."""
    return folder / "hearth-setup"


def write_stamp(folder: Path, made_from: list[str]) -> None:
    """Vouch for a .venv as it is now. A file that is not as recorded even now was packed so."""
    stamp = stamp_of(folder)
    fresh = stamp.with_suffix(".new")
    fresh.write_text("\n".join([*made_from, *damage(folder)]) + "\n", encoding="utf-8")
    fresh.replace(stamp)


def fingerprint(root: Path) -> list[str]:
    """List what a .venv is made from, a line each: what it is, and its value or hash.

    Of pyproject.toml only what installing reads counts: a new lint rule needs no new .venv.
    """
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    installed = [pyproject["build-system"], pyproject["project"], pyproject["tool"]["hatch"]]
    return [
        f"requirements.lock {hashlib.sha256((root / 'requirements.lock').read_bytes()).hexdigest()}",
        f"pyproject.toml {hashlib.sha256(json.dumps(installed, sort_keys=True).encode()).hexdigest()}",
        f"Python {sysconfig.get_config_var('SOABI')} {sys.base_prefix}",
        f"folder {root}",  # scripts in .venv/bin hold its full path
    ]


def damage(folder: Path) -> list[str]:
    """List the installed files that are missing or of another size than their package's record says.

    Looks at some 15,000 files, which takes 0.15 s (0.4 s when the disk has not been read before).
    """
    site = sysconfig.get_path("purelib", "venv", vars={"base": str(folder)})
    return [
        str(file)
        for package in importlib.metadata.distributions(path=[site])
        for file in package.files or ()
        if file.size is not None and file_size(Path(str(package.locate_file(file)))) != file.size
    ]


def file_size(file: Path) -> int:
    """Measure a file in bytes; -1 where there is none."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return -1
