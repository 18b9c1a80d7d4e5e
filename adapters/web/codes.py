"""One-time codes: who may run a command on this machine may speak as an officer on the page."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Literal

Office = Literal["manager"]

LIFETIME = timedelta(minutes=15)
MAX_WRONG = 5


class Outcome(Enum):
    """What came of a code; the value says it to whoever entered it."""

    ACCEPTED = "Accepted."
    WRONG = "That code is not right. Please check it and try again."
    EXPIRED = "That code is too old. Please make a new one."
    WITHDRAWN = "That was one wrong code too many: the code was withdrawn. Please make a new one."


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code as it is kept: its SHA-256, never itself, and when it ends."""

    digest: str
    expires: datetime


def new_code(now: datetime) -> tuple[str, StoredCode]:
    """Make a code of 96 random bits that lasts `LIFETIME`, and what to keep of it."""
    code = secrets.token_urlsafe(12)
    return code, StoredCode(_digest(code), now + LIFETIME)


def judge(code: str, stored: StoredCode, now: datetime) -> Outcome:
    """Compare in constant time; a right code that is too old is told apart from a wrong one."""
    if not compare_digest(_digest(code), stored.digest):
        return Outcome.WRONG
    return Outcome.ACCEPTED if now < stored.expires else Outcome.EXPIRED


def issue(folder: Path, office: Office, now: datetime | None = None) -> str:
    """Make a code for `office` and keep its hash in `folder`, in place of an earlier one.

    The code is returned to be shown once; it is kept nowhere.
    """
    code, stored = new_code(now or datetime.now(UTC))
    file = _file(folder, office)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{secrets.token_hex(4)}")
    content = json.dumps({"digest": stored.digest, "expires": stored.expires.isoformat()})
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(content)
    fresh.replace(file)
    return code


class CodeDesk:
    """Takes back the codes of one office that `issue` made, perhaps in another process.

    Removing the file is what uses a code up, so that it can be done once only. Wrong tries are counted in
    memory, over all pages.
    """

    def __init__(
        self, folder: Path, office: Office, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._file = _file(folder, office)
        self._clock = clock
        self._wrong = 0

    def redeem(self, code: str) -> Outcome:
        """Use `code` up if it is right; after `MAX_WRONG` wrong tries withdraw the one that waits."""
        stored = self._waiting()
        outcome = judge(code, stored, self._clock()) if stored else Outcome.WRONG
        if outcome is Outcome.WRONG:
            return self._count_wrong()
        self._wrong = 0
        return outcome if self._use_up() else Outcome.WRONG

    def _count_wrong(self) -> Outcome:
        self._wrong += 1
        if self._wrong < MAX_WRONG:
            return Outcome.WRONG
        self._wrong = 0
        return Outcome.WITHDRAWN if self._use_up() else Outcome.WRONG

    def _waiting(self) -> StoredCode | None:
        """Return the code that waits, or None; a damaged file is no code, a new one replaces it."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return StoredCode(content["digest"], datetime.fromisoformat(content["expires"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _use_up(self) -> bool:
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        return True


def _file(folder: Path, office: Office) -> Path:
    return folder / f"{office}-code.json"


def _digest(code: str) -> str:
    return sha256(code.encode("utf-8", "replace")).hexdigest()
