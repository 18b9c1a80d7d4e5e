"""Fetching the files that came with a message; what cannot be had is said, and nothing else is lost by it."""

import logging

from bot.channel import Channel, TryLater, Undeliverable
from bot.faults import told
from bot.message import LARGEST_FILE, MOST_FILES, Attached, Message
from bot.records.database import RecordsUnavailable
from bot.visit import File

log = logging.getLogger(__name__)

_NOT_NOW = "could not be fetched just now. Please send it again."
_NEVER = "could not be fetched: it is not there any more, or I may not read it."
_TOO_LARGE = f"is larger than {LARGEST_FILE // 1024 // 1024} MB, so it was not kept."
_TOO_MANY = f"was not kept: {MOST_FILES} files at once are the most. Please send it once more."


def fetch(channel: Channel, message: Message) -> tuple[File, ...]:
    """Return the files of a message, those that could not be had with why; raise RecordsUnavailable."""
    first = [_one(channel, message.conversation, attached) for attached in message.files[:MOST_FILES]]
    return (*first, *(_without(attached, _TOO_MANY) for attached in message.files[MOST_FILES:]))


def _one(channel: Channel, conversation: str, attached: Attached) -> File:
    if attached.size > LARGEST_FILE:
        return _without(attached, _TOO_LARGE)
    try:
        content = channel.fetch(conversation, attached.ref)
    except RecordsUnavailable:
        raise
    except TryLater:
        return _without(attached, _NOT_NOW)
    except Undeliverable:
        return _without(attached, _NEVER)
    except Exception as error:  # noqa: BLE001 - whatever it was, the words beside the file must not be lost
        log.error("file.not_fetched", extra={**told(error)})  # noqa: TRY400 - no words of it
        return _without(attached, _NOT_NOW)
    return File(attached.name, attached.media, content)


def _without(attached: Attached, fault: str) -> File:
    return File(attached.name, attached.media, b"", fault)
