"""What comes in: one message of one conversation, whatever platform it was typed on."""

from dataclasses import dataclass

# A file larger than this (bytes), and more files than this with one message, are not taken.
LARGEST_FILE = 20 * 1024 * 1024
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a message: how its channel fetches it, what it claims to be, its size (bytes)."""

    ref: str
    name: str
    media: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """What someone said or pressed.

    `conversation` is an opaque id that only its adapter can open (`web:3f9a…`). A button press has an
    `action` (the pressed button's) and no text of its own. `id` is unique to the event, so that a repeat is
    recognised. `sender` is the account that it came from; empty where there is none, as on the command line.
    `private` says that nobody but the sender and Hearth reads the conversation.
    """

    id: str
    conversation: str
    text: str = ""
    action: str | None = None
    sender: str = ""
    private: bool = True
    files: tuple[Attached, ...] = ()
