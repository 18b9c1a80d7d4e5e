"""What the playground records of its calls: the chats of all users, of which its clients show one's alone."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

_END = "\n---\n"
_OTHERS = "@test.user"  # so end the names of chats that are not of the one at the playground


class Notes(Protocol):
    """Takes what was shown in a conversation."""

    def __call__(self, conversation: str, name: str, content: Mapping[str, Any], *, anew: bool) -> None:
        """Take a message; not `anew` where it stands in place of one of the same name."""
        ...


@contextmanager
def reading(folder: Path, note: Notes) -> Iterator[None]:
    """Note what is recorded in a folder for as long as the block runs."""
    ended = threading.Event()

    def read() -> None:
        seen = 0
        while not ended.wait(0.04):
            seen = _read_on(folder, seen, note)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _read_on(folder: Path, seen: int, note: Notes) -> int:
    """Note what was written since so many characters; return how many were read now."""
    for file in sorted(folder.glob("devTools/events_recording*.log")):
        whole = file.read_text(encoding="utf-8")
        until = whole.rfind(_END)
        if until >= seen:
            for entry in whole[seen:until].split(_END):
                _note(json.loads(entry), note)
            return until + len(_END)
    return seen


def _note(entry: Mapping[str, Any], note: Notes) -> None:
    request, response = entry.get("request") or {}, entry.get("response") or {}
    parts = str(request.get("url", "")).split("/")
    if "_connector" not in parts or "activities" not in parts or response.get("statusCode", 500) >= 300:
        return
    conversation = unquote(parts[parts.index("activities") - 1])
    if conversation.endswith(_OTHERS):
        name = str((response.get("body") or {}).get("id"))
        note(conversation, name, request["body"], anew=request["method"] == "POST")
