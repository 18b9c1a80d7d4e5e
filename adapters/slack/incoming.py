"""What Slack sends, made a message: pure. Whatever is no message of a person to Hearth is None."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.slack.blocks import OFFER, PRESS
from adapters.slack.names import Place, account
from adapters.slack.pane import Pane
from bot.commands import in_private
from bot.message import Attached, Message

Payload = Mapping[str, Any]

# The message shortcuts, by their ids in the manifest.
CHECK, RAISE = "check_policy", "raise_private"
_MOST = 3_900  # characters of a message that a shortcut was used on; the rest of 4,000 is for what is asked
_COMMANDS = ("/policy", "/induction", "/complaint", "/hearth")
_KINDS = frozenset({None, "file_share", "thread_broadcast"})  # subtypes that are something someone says
_SHARED = frozenset({"channel", "group"})
_MARKED = re.compile(r"<(?P<what>[^<>|]+)(\|(?P<label>[^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Said:
    """A message for Hearth; where it `follows`, only if the thread is one between it and the sender.

    `overheard` is one that is said to others: it is for Hearth only where it is set to listen.
    `pane` is the thread of the direct messages in which it was written: a conversation of its own where the
    sender has the assistant pane, else a way of answering in her one private conversation.
    """

    message: Message
    follows: bool = False
    overheard: bool = False
    pane: Pane | None = None


def team_of(body: Payload) -> str:
    """Return the workspace that something comes from, empty where it names none."""
    return str(body.get("team_id") or "") or _who(body)[0]


def event_said(envelope: Payload, bot_user: str) -> Said | None:
    """Return what an event of the Events API says."""
    event = _mapping(envelope.get("event"))
    team, user = str(envelope.get("team_id") or ""), str(event.get("user") or "")
    if not team or not user or user == bot_user or event.get("bot_id") or event.get("subtype") not in _KINDS:
        return None
    match event.get("type"):
        case "app_mention":
            return Said(_message(event, team, bot_user))
        case "message" if event.get("channel_type") == "im":
            thread = str(event.get("thread_ts") or "")
            pane = Pane(team, user, str(event.get("channel")), thread) if thread else None
            return Said(_message(event, team, bot_user), pane=pane)
        case "message" if event.get("thread_ts") and _names_nobody(event):
            return Said(_message(event, team, bot_user), follows=True)
        case "message" if event.get("channel_type") in _SHARED and not _mentions(event, bot_user):
            return Said(_message(event, team, bot_user), overheard=True)
    return None


def pane_opened(envelope: Payload) -> Pane | None:
    """Return the thread that someone began in the assistant pane, where an event says so.

    What she has open beside it, which Slack tells too, is nothing to Hearth.
    """
    event = _mapping(envelope.get("event"))
    begun = _mapping(event.get("assistant_thread"))
    team, user = str(envelope.get("team_id") or ""), str(begun.get("user_id") or "")
    channel, thread = str(begun.get("channel_id") or ""), str(begun.get("thread_ts") or "")
    if event.get("type") != "assistant_thread_started" or not (team and user and channel and thread):
        return None
    return Pane(team, user, channel, thread)


@dataclass(frozen=True, slots=True)
class Gone:
    """A workspace that took the app or its token away, and when: such an event may come late."""

    team: str
    at: datetime


def taken_away(envelope: Payload) -> Gone | None:
    """Return which workspace took the app away, where an event says so."""
    event, team = _mapping(envelope.get("event")), str(envelope.get("team_id") or "")
    revoked = event.get("type") == "tokens_revoked" and _mapping(event.get("tokens")).get("bot")
    if not team or not (revoked or event.get("type") == "app_uninstalled"):
        return None
    moment = envelope.get("event_time")
    at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else datetime.now(UTC)
    return Gone(team, at)


def home_opened(envelope: Payload) -> tuple[str, str] | None:
    """Return in which workspace who opened her home tab, where an event says so."""
    event, team = _mapping(envelope.get("event")), str(envelope.get("team_id") or "")
    user = str(event.get("user") or "")
    shown = event.get("type") == "app_home_opened" and event.get("tab") == "home"
    return (team, user) if shown and team and user else None


def joined(envelope: Payload) -> Message | None:
    """Return that someone joined the workspace, where an event says so."""
    event = _mapping(envelope.get("event"))
    user = _mapping(event.get("user"))
    team, who = str(envelope.get("team_id") or ""), str(user.get("id") or "")
    guest = user.get("is_bot") or user.get("is_restricted") or user.get("is_ultra_restricted")
    if event.get("type") != "team_join" or not team or not who or guest:
        return None
    hers = account(team, who)
    return Message(f"slack:{team}/joined/{who}", hers, action="induction:joined", sender=hers)


def command_said(body: Payload) -> Message | None:
    """Return what a slash command says; the answer is hers alone, wherever she typed it."""
    team, user, text = (str(body.get(name) or "") for name in ("team_id", "user_id", "text"))
    asked = str(body.get("command") or "")
    if not team or not user or asked not in _COMMANDS:
        return None
    hers, said = account(team, user), _meant(asked, unmarked(text, team, "").strip())
    return Message(f"slack:{team}/command/{body.get('trigger_id')}", hers, said, sender=hers)


def _meant(command: str, text: str) -> str:
    """Return what a command and the words after it say; no words are lost."""
    match command:
        case "/induction":
            return f"induction {text}".strip()
        case "/complaint":
            return in_private(text)
        case _:
            return text or "help"


def press_said(body: Payload) -> Message | None:
    """Return what a pressed button says: its action, in the conversation where its card stands."""
    team, user = _who(body)
    pressed = _mapping(next(iter(body.get("actions") or ()), None))
    kind, value = str(pressed.get("action_id") or ""), str(pressed.get("value") or "")
    if not team or not user or not kind.startswith((f"{PRESS}-", "say-")) or not value:
        return None
    at = pressed_at(body)
    id_ = f"slack:{team}/press/{user}/{pressed.get('action_ts')}"
    hers = account(team, user)
    if kind.startswith("say-"):
        return Message(id_, at.name, value, sender=hers, private=at.is_private)
    return Message(id_, at.name, action=value, sender=hers, private=at.is_private)


def row_of(body: Payload) -> tuple[str, ...]:
    """Return which row of buttons was pressed, and by whom."""
    pressed = _mapping(next(iter(body.get("actions") or ()), None))
    container = _mapping(body.get("container"))
    at = container.get("message_ts") or container.get("view_id")
    return (*_who(body), str(container.get("channel_id")), str(at), str(pressed.get("block_id")))


def document_asked(body: Payload) -> str | None:
    """Return the document that a pressed button asks for."""
    pressed = _mapping(next(iter(body.get("actions") or ()), None))
    asked = str(pressed.get("action_id") or "").startswith(f"{OFFER}-")
    return str(pressed.get("value") or "") if asked else None


def shortcut_said(body: Payload) -> Message | None:
    """Return what a message shortcut says: the message that it was used on, for herself alone."""
    team, user = _who(body)
    text = unmarked(str(_mapping(body.get("message")).get("text") or ""), team, "").strip()
    asked = body.get("callback_id")
    if not team or not user or asked not in (CHECK, RAISE):
        return None
    said = text[:_MOST] if asked == CHECK else in_private(text)
    hers = account(team, user)
    id_ = f"slack:{team}/shortcut/{user}/{body.get('action_ts') or body.get('trigger_id')}"
    return Message(id_, hers, said or "help", sender=hers)


def unmarked(text: str, team: str, bot_user: str) -> str:
    """Return a text as it was typed: Slack's marks read back, its bot's own mention taken out.

    Behind words that are a link stands where it leads: it may be what a complaint is about. Another's mention
    becomes her account, which is all that the text knows of her.
    """

    def read(mark: re.Match[str]) -> str:
        what, label = mark["what"], mark["label"]
        if what == f"@{bot_user}":
            return ""
        if what.startswith("@"):
            return account(team, what[1:])
        if what.startswith(("#", "!")):
            return f"{what[0].replace('!', '@')}{label or what[1:].partition('^')[0]}"
        if label and label not in what:
            return f"{label} ({what})"
        return label or what.removeprefix("mailto:")

    return html.unescape(_MARKED.sub(read, text)).strip()


def _message(event: Payload, team: str, bot_user: str) -> Message:
    channel, ts = str(event.get("channel") or ""), str(event.get("ts") or "")
    hers = account(team, str(event.get("user")))
    private = event.get("channel_type") == "im"
    at = hers if private else Place(team, channel, str(event.get("thread_ts") or ts)).name
    text = unmarked(str(event.get("text") or ""), team, bot_user)
    files = _files(event.get("files") or ())
    return Message(
        f"slack:{team}/{channel}/{ts}", at, text or ("" if files else "help"), None, hers, private, files
    )


def _files(files: Sequence[Payload]) -> tuple[Attached, ...]:
    return tuple(
        Attached(
            str(file["id"]), str(file.get("name") or "file"), str(file.get("mimetype") or ""), _size(file)
        )
        for file in files
        if file.get("id") and file.get("mode") not in ("tombstone", "hidden_by_limit")
    )


def _size(file: Payload) -> int:
    size = file.get("size")
    return size if isinstance(size, int) else 0


def _names_nobody(event: Payload) -> bool:
    """Say whether a message in a thread names nobody: one that names Hearth comes as a mention too."""
    return not re.search(r"<[@!]", str(event.get("text") or ""))


def _mentions(event: Payload, bot_user: str) -> bool:
    """Say whether a message names Hearth: then it comes as a mention too."""
    return f"<@{bot_user}" in str(event.get("text") or "")


def pressed_at(body: Payload) -> Place:
    """Return where the card with the pressed button stands; of a home tab, the presser's own conversation."""
    team, user = _who(body)
    container, channel = _mapping(body.get("container")), str(_mapping(body.get("channel")).get("id") or "")
    if container.get("type") != "message" or container.get("is_ephemeral"):
        return Place(team, user)
    at = str(container.get("message_ts") or "")
    thread = str(_mapping(body.get("message")).get("thread_ts") or container.get("thread_ts") or at)
    if channel.startswith("D"):  # a card that has a thread of its own is not in it
        return Place(team, user, "" if thread == at else thread)
    return Place(team, channel, thread)


def _who(body: Payload) -> tuple[str, str]:
    team, user = _mapping(body.get("team")), _mapping(body.get("user"))
    return str(team.get("id") or user.get("team_id") or ""), str(user.get("id") or "")


def _mapping(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}
