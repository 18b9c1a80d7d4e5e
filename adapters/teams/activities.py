"""What an activity is to Hearth: read with the SDK's model, and told in words of our own."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ChannelAccount

from adapters.teams.callers import tenant_of
from bot.message import Attached

PRIVATE = "personal"
FILE = "application/vnd.microsoft.teams.file.download.info"


class BadActivity(Exception):  # noqa: N818 - what is the matter
    """The body of a call is no activity; nothing of it is repeated."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by whom something was said.

    `conversation` and `account` are Hearth's names of them; a private conversation is called
    like its account. `reference` is how the SDK speaks to the conversation, as JSON; `hers` how to begin one
    with the person, empty where `reference` is that. `event` names the activity.
    """

    tenant: str
    conversation: str
    account: str
    private: bool
    reference: str
    hers: str
    event: str


@dataclass(frozen=True, slots=True)
class Said:
    """Someone wrote to Hearth."""

    place: Place
    text: str
    files: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Pressed:
    """Someone pressed a button of the card `card`; `carried` is what the card gave along.

    `waits` says that the client waits for an answer to the press (Action.Execute).
    """

    place: Place
    action: str
    carried: str
    card: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Picked:
    """Someone chose a command on a message of somebody: its name, and the message's words."""

    place: Place
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Consented:
    """Someone lets Hearth put a file into her folder, or does not (`upload` is empty)."""

    place: Place
    document: str
    upload: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The app was put where it can be spoken to."""

    place: Place


@dataclass(frozen=True, slots=True)
class Removed:
    """The app was taken away from a conversation."""

    place: Place


@dataclass(frozen=True, slots=True)
class Joined:
    """People came to where the app is; each is a place of her own."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Something that Hearth has no part in; `waits` as with a press."""

    waits: bool


Event = Said | Pressed | Picked | Consented | Installed | Removed | Joined | Nothing


def understood(raw: Mapping[str, Any]) -> Event:
    """Return what an activity is; raise BadActivity for what is none."""
    activity = _activity(raw)
    waits = activity.type == "invoke"
    if not _is_of_a_person(activity):
        return Nothing(waits)
    place = _place(activity, activity.from_property, tenant_of(raw))
    match activity.type:
        case "message":
            return _message(activity, place)
        case "invoke":
            return _invoke(activity, place)
        case "installationUpdate" if activity.action in ("add", "add-upgrade"):
            return Installed(place)
        case "installationUpdate" if activity.action in ("remove", "remove-upgrade"):
            return Removed(place)
        case "conversationUpdate" if activity.members_added:
            return _joined(activity, place)
    return Nothing(waits)


def _activity(raw: Mapping[str, Any]) -> Activity:
    try:
        activity = Activity().deserialize(raw)
    except ValueError:
        raise BadActivity from None  # the SDK's words quote the body
    named = (activity.id, activity.type, activity.service_url, getattr(activity.conversation, "id", None))
    if not all(isinstance(name, str) and 0 < len(name) <= 300 for name in named):
        raise BadActivity
    return activity


def _is_of_a_person(activity: Activity) -> bool:
    sender, bot = activity.from_property, activity.recipient
    if sender is None or bot is None or not isinstance(sender.id, str) or not isinstance(bot.id, str):
        return False
    return bool(sender.id) and sender.id != bot.id and sender.role != "bot"


def _place(activity: Activity, person: ChannelAccount, tenant: str) -> Place:
    account = f"teams:{tenant}/{(person.aad_object_id or person.id)}"
    private = activity.conversation.conversation_type == PRIVATE
    reference = TurnContext.get_conversation_reference(activity)
    reference.activity_id = reference.locale = None
    reference.user = person if private else None
    whole = reference.serialize()
    hers = {**whole, "user": person.serialize(), "conversation": {"tenantId": tenant}}
    return Place(
        tenant,
        account if private else f"teams:{tenant}/{activity.conversation.id}",
        account,
        private,
        json.dumps(whole, sort_keys=True),
        "" if private else json.dumps(hers, sort_keys=True),
        f"teams:{tenant}/{activity.conversation.id}/{activity.id}",
    )


def _message(activity: Activity, place: Place) -> Event:
    value = activity.value
    if isinstance(value, Mapping):
        verb = value.get("verb")
        if not isinstance(verb, str):
            return Nothing(waits=False)
        return Pressed(place, verb, "", activity.reply_to_id or "", waits=False)
    if not place.private and not _mentions(activity):
        return Nothing(waits=False)
    return Said(place, _text(activity), _files(activity))


def _mentions(activity: Activity) -> list[str]:
    """Return how Hearth is called where it is spoken to in an activity, as it stands in the text."""
    found = []
    for entity in activity.entities or ():
        said = entity.additional_properties
        mentioned = said.get("mentioned")
        of_us = isinstance(mentioned, Mapping) and mentioned.get("id") == activity.recipient.id
        if entity.type == "mention" and of_us:
            found.append(str(said.get("text") or f"<at>{mentioned.get('name', '')}</at>"))
    return found


def _text(activity: Activity) -> str:
    """Return the words without the mention of Hearth; Teams writes some characters as HTML does."""
    text = activity.text if isinstance(activity.text, str) else ""
    for mention in _mentions(activity):
        text = text.replace(mention, " ")
    text = re.sub(r"</?at\b[^>]*>", "", text)
    return html.unescape(text).replace("\xa0", " ").strip()


def _files(activity: Activity) -> tuple[Attached, ...]:
    """Return the files that came along; the text comes a second time as an attachment of HTML."""
    found = []
    for attachment in activity.attachments or ():
        content = attachment.content if isinstance(attachment.content, Mapping) else {}
        media = attachment.content_type or ""
        name = str(attachment.name or "file")
        if media == FILE and isinstance(content.get("downloadUrl"), str):
            kind = str(content.get("fileType") or "")
            found.append(Attached(content["downloadUrl"], name, kind, _size(content)))
        elif media.startswith("image/") and isinstance(attachment.content_url, str):
            found.append(Attached(attachment.content_url, name, media, 0))
    return tuple(found)


def _size(content: Mapping[str, Any]) -> int:
    size = content.get("fileSize")
    return size if isinstance(size, int) and size > 0 else 0


def _invoke(activity: Activity, place: Place) -> Event:
    value = activity.value if isinstance(activity.value, Mapping) else {}
    match activity.name:
        case "adaptiveCard/action":
            return _execute(activity, place, value)
        case "composeExtension/fetchTask" | "composeExtension/submitAction":
            text = _words_of_html(_at(value, "messagePayload", "body", "content"))
            return Picked(place, str(value.get("commandId") or ""), text)
        case "fileConsent/invoke":
            upload = _at(value, "uploadInfo", "uploadUrl") if value.get("action") == "accept" else ""
            return Consented(place, _at(value, "context", "document"), upload)
    return Nothing(waits=True)


def _execute(activity: Activity, place: Place, value: Mapping[str, Any]) -> Event:
    action = value.get("action")
    if not isinstance(action, Mapping) or not isinstance(action.get("verb"), str):
        return Nothing(waits=True)
    carried = _at(action, "data", "card")
    return Pressed(place, action["verb"], carried, activity.reply_to_id or "", waits=True)


def _at(value: Mapping[str, Any], *names: str) -> str:
    """Return the text that stands at a path of names, empty where there is none."""
    found: object = value
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _words_of_html(text: str) -> str:
    text = re.sub(r"(?i)<br\s*/?>|</p>|</div>|</li>", "\n", text)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).replace("\xa0", " ").strip()


def _joined(activity: Activity, place: Place) -> Event:
    """Return who came; the app itself is not among them."""
    came: Sequence[ChannelAccount] = [
        member
        for member in activity.members_added
        if isinstance(member.id, str) and member.id and member.id != activity.recipient.id
    ]
    return Joined(tuple(_place(activity, member, place.tenant) for member in came))
