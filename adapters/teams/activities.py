"""What an activity is to Hearth: read with the SDK's model, and told as one of its events."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from botbuilder.schema import Activity, ChannelAccount

from adapters.teams.callers import tenant_of
from adapters.teams.cards import CARRIED, VIEW
from adapters.teams.events import (
    Consented,
    Event,
    Installed,
    Joined,
    Nothing,
    Overheard,
    Picked,
    Pressed,
    Rated,
    Removed,
    Room,
    Said,
    Unclear,
    Viewed,
)
from adapters.teams.places import LONGEST_CONVERSATION, LONGEST_PERSON, Place, place_of
from bot.message import Attached

FILE = "application/vnd.microsoft.teams.file.download.info"
_LONGEST_NAME = 300


class BadActivity(Exception):  # noqa: N818 - what is the matter
    """The body of a call is no activity; nothing of it is repeated."""


def understood(raw: Mapping[str, Any]) -> Event:
    """Return what an activity is; raise BadActivity for what is none."""
    activity = _activity(raw)
    waits = activity.type == "invoke"
    if not _is_of_a_person(activity):
        return Nothing(waits)
    place = place_of(activity, activity.from_property, tenant_of(raw))
    match activity.type:
        case "message":
            return _message(activity, place)
        case "invoke":
            return _invoke(activity, place)
        case "installationUpdate" if activity.action in ("add", "add-upgrade"):
            return Installed(place, anew=activity.action == "add")
        case "installationUpdate" if activity.action == "remove":  # "remove-upgrade": another version comes
            return Removed(place)
        case "conversationUpdate" if activity.members_added:
            return _joined(activity, place)
    return Nothing(waits)


def _activity(raw: Mapping[str, Any]) -> Activity:
    try:
        activity = Activity().deserialize(raw)
    except ValueError:
        raise BadActivity from None  # the SDK's words quote the body
    conversation = getattr(activity.conversation, "id", None)
    named = (activity.id, activity.type, activity.service_url, conversation)
    if not all(isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME for name in named):
        raise BadActivity
    people = (activity.from_property, *(activity.members_added or ()))
    if len(str(conversation)) > LONGEST_CONVERSATION or any(map(_is_too_long, people)):
        raise BadActivity
    return activity


def _is_too_long(person: ChannelAccount | None) -> bool:
    return person is not None and len(str(person.aad_object_id or person.id)) > LONGEST_PERSON


def _is_of_a_person(activity: Activity) -> bool:
    sender, bot = activity.from_property, activity.recipient
    if sender is None or bot is None or not isinstance(sender.id, str) or not isinstance(bot.id, str):
        return False
    return bool(sender.id) and sender.id != bot.id and sender.role != "bot"


def _message(activity: Activity, place: Place) -> Event:
    value = activity.value
    if isinstance(value, Mapping):
        verb = value.get("verb")
        if not isinstance(verb, str):
            return Nothing(waits=False)
        return Pressed(place, verb, _at(value, CARRIED), activity.reply_to_id or "", waits=False)
    if not place.private and not _mentions(activity):
        return Overheard(place, _text(activity))
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
            room = _room(value) if value.get("action") == "accept" else None
            return Consented(place, _at(value, "context", "document"), activity.reply_to_id or "", room)
        case "message/submitAction" if value.get("actionName") == "feedback":
            return _rated(activity, place, value)
    return Nothing(waits=True)


def _execute(activity: Activity, place: Place, value: Mapping[str, Any]) -> Event:
    verb, carried = _at(value, "action", "verb"), _at(value, "action", "data", CARRIED)
    if not verb:
        return Unclear()
    if verb == VIEW:
        return Viewed(place, carried)
    return Pressed(place, verb, carried, activity.reply_to_id or "", waits=True)


def _room(value: Mapping[str, Any]) -> Room:
    told = [_at(value, "uploadInfo", name) for name in ("uploadUrl", "contentUrl", "uniqueId", "fileType")]
    return Room(*told)


def _rated(activity: Activity, place: Place, value: Mapping[str, Any]) -> Event:
    """Return a rating; what was written with it is JSON in a text, and only that there is some is told."""
    reaction = _at(value, "actionValue", "reaction")
    if reaction not in ("like", "dislike"):
        return Nothing(waits=True)
    try:
        form = json.loads(_at(value, "actionValue", "feedback") or "{}")
    except ValueError:
        form = {}
    wrote = isinstance(form, Mapping) and bool(_at(form, "feedbackText").strip())
    return Rated(place, activity.reply_to_id or "", helped=reaction == "like", wrote=wrote)


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
    return Joined(tuple(place_of(activity, member, place.tenant) for member in came))
