"""What the page sends, made a message and accepted, so that it is on disk before anyone says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from adapters.web import entries, uploads
from adapters.web.frames import BadFrame, Chose, Frame, Pressed, Role, Typed
from bot import inbox
from bot.message import Attached, Message
from bot.records.store import Records

_ROLE_WORDS: dict[Role, str] = {
    "volunteer": "a volunteer",
    "staff": "a member of staff",
    "trustee": "a trustee",
    "manager": "the manager",
}


class Refused(Exception):  # noqa: N818 - not an error of the program: what the person asked for is not given
    """What was sent was not accepted; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Accepts what pages send. `ring` is told the conversation in which something was said.

    `sample_code` makes a one-time code of the sample's manager; without it whoever speaks as the manager
    gives one.
    """

    records: Records
    ring: Callable[[str], None]
    sample_code: Callable[[], str] | None = None

    def take(self, conversation: str, frame: Frame) -> bool:
        """Accept what a frame says; return True where a card has answered it already.

        The same frame again changes nothing.

        Raises:
            BadFrame: the button was not shown.
            Refused: there is no code, or a file is not there any more.
            RecordsUnavailable: nothing was accepted.
        """
        message_id = f"{conversation}/{frame.id}"
        kinds = entries.kinds_of(self.records, conversation, message_id)
        if kinds:
            return "card" in kinds
        text, action, words = self._read(conversation, frame)
        files = self._files(conversation, frame)
        message = Message(message_id, conversation, text, action, conversation, private=True, files=files)
        inbox.accept(self.records, message, beside=lambda change: entries.add_said(change, message, words))
        self.ring(conversation)
        return False

    def _read(self, conversation: str, frame: Frame) -> tuple[str, str | None, str]:
        """Return the message's text and action, and what to show as said."""
        match frame:
            case Typed():
                return frame.text, None, "\n".join(filter(None, (frame.text, *_named(frame.files))))
            case Pressed():
                button = entries.shown_button(self.records, conversation, frame.action)
                if button is None:
                    raise BadFrame("That button is no longer there. Please ask again.")
                action = self._join("") if _claims_manager(frame.action) else frame.action
                return "", action, button.label
            case Chose():
                as_officer = frame.code or "manager" in frame.roles
                action = self._join(frame.code) if as_officer else f"role:{'+'.join(frame.roles)}"
                return "", action, _in_words(frame.roles)
            case _:
                assert_never(frame)

    def _files(self, conversation: str, frame: Frame) -> tuple[Attached, ...]:
        files = frame.files if isinstance(frame, Typed) else ()
        if files and not uploads.are_there(self.records, conversation, {file.ref for file in files}):
            raise Refused("A file is not there any more. Please remove it and choose it again.")
        return files

    def _join(self, code: str) -> str:
        """Return the action that joins the sender to whom a code was given; a card says what came of it."""
        if not code:
            if self.sample_code is None:
                raise Refused("Please enter a one-time code to speak as the manager.")
            code = self.sample_code()
        return f"join:{code}"


def _named(files: tuple[Attached, ...]) -> tuple[str, ...]:
    return tuple(f"File: {file.name}" for file in files)


def _claims_manager(action: str) -> bool:
    kind, _, roles = action.partition(":")
    return kind == "role" and "manager" in roles.split("+")


def _in_words(roles: tuple[Role, ...]) -> str:
    if roles == ("unknown",):
        return "I'd rather not say who I am."
    return f"I'm {' and '.join(_ROLE_WORDS[role] for role in roles)}."
