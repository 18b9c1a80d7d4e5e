"""What the page may send: JSON frames, read into values or refused with a reason."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bot.cases.files import shown_name
from bot.message import Attached

Role = Literal["volunteer", "staff", "trustee", "manager", "unknown"]
ROLES: tuple[Role, ...] = get_args(Role)

# Far above what is answered (the door refuses long messages in its own words), and small enough to hold.
MAX_FRAME = 512 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FILE = re.compile(r"[0-9a-f]{32}")
_LONGEST_MEDIA = 100
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Typed:
    """Someone typed and sent `text`, with files that were uploaded before; one of both may be missing."""

    id: str
    text: str
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressed:
    """Someone pressed a button of a card."""

    id: str
    action: str


@dataclass(frozen=True, slots=True)
class Chose:
    """Someone chose who they are; `code` is a one-time code, by which officers are known."""

    id: str
    roles: tuple[Role, ...]
    code: str


Frame = Typed | Pressed | Chose


class BadFrame(ValueError):  # noqa: N818 - it says what the page sent, not that the program erred
    """The frame cannot be used; the message says why, in words for whoever reads the page."""


def read_frame(data: str) -> Frame:
    """Read one frame of the page.

    Raises:
        BadFrame: it is too long, not JSON, not an object, of an unknown kind, or lacks what its kind needs.
    """
    if len(data) > MAX_FRAME:
        raise BadFrame("That is too long to read. Please say it in a shorter message.")
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFrame("The page sent something that is not JSON. Please reload it.") from None
    if not isinstance(frame, dict):
        raise BadFrame("The page sent something that is not a message. Please reload it.")
    return _read(frame)


def _read(frame: dict[str, Any]) -> Frame:
    match frame:
        case {"type": "say", "id": str(message_id), "text": str(text), "files": [*files]}:
            return Typed(_checked(message_id), _writable(text), tuple(_file(file) for file in files))
        case {"type": "say", "id": str(message_id), "text": str(text)}:
            return Typed(_checked(message_id), _writable(text))
        case {"type": "press", "id": str(message_id), "action": str(action)}:
            return Pressed(_checked(message_id), action)
        case {"type": "roles", "id": str(message_id), "roles": [*roles], "code": str(code)}:
            return Chose(_checked(message_id), _roles(roles), _writable(code.strip()))
        case _:
            raise BadFrame("The page sent a message of an unknown kind. Please reload it.")


def _file(file: Any) -> Attached:
    match file:
        case {"id": str(ref), "name": str(name), "media": str(media), "size": int(size)} if (
            _FILE.fullmatch(ref) and len(media) <= _LONGEST_MEDIA and size >= 0
        ):
            return Attached(ref, shown_name(_writable(name)), media, size)
    raise BadFrame("The page sent a file that it had not uploaded. Please reload it.")


def _writable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _checked(message_id: str) -> str:
    if not _ID.fullmatch(message_id):
        raise BadFrame("The page sent a message without a proper id. Please reload it.")
    return message_id


def _roles(names: list[Any]) -> tuple[Role, ...]:
    if not names or any(name not in ROLES for name in names):
        raise BadFrame(f"Choose at least one of: {', '.join(ROLES)}.")
    if "unknown" in names and len(set(names)) > 1:
        raise BadFrame("Choose who you are, or that you would rather not say; not both.")
    return tuple(sorted(set(names)))
