"""Where and by whom something was said on Teams: Hearth's names of it, and how the SDK speaks to it."""

import json
from dataclasses import dataclass
from hashlib import sha256

from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ChannelAccount

PRIVATE = "personal"
# What the tables hold (`bot.records.tables`), less what Hearth itself puts before and after.
LONGEST_CONVERSATION, LONGEST_PERSON = 250, 140
_LONGEST_EVENT = 180


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by whom something was said.

    `conversation` and `account` are Hearth's names of them; a private conversation is called
    like its account. `reference` is how the SDK speaks to the conversation, and who spoke there, as JSON;
    `hers` how to begin one with the person, empty where `reference` is that. `event` names the activity.
    """

    tenant: str
    conversation: str
    account: str
    private: bool
    reference: str
    hers: str
    event: str


def place_of(activity: Activity, person: ChannelAccount, tenant: str) -> Place:
    """Return the place of an activity, by a person of its conversation."""
    account = account_of(tenant, person.aad_object_id or person.id)
    private = _is_private(activity)
    reference = TurnContext.get_conversation_reference(activity)
    reference.activity_id = reference.locale = None
    reference.user = ChannelAccount(id=person.id, aad_object_id=person.aad_object_id)
    whole = reference.serialize()
    hers = {**whole, "conversation": {"tenantId": tenant}}
    return Place(
        tenant,
        account if private else f"teams:{tenant}/{activity.conversation.id}",
        account,
        private,
        json.dumps(whole, sort_keys=True),
        "" if private else json.dumps(hers, sort_keys=True),
        _event(tenant, activity),
    )


def account_of(tenant: str, person: str) -> str:
    """Return what Hearth calls a person of an organisation."""
    return f"teams:{tenant}/{person}"


def conversation_of(event: str) -> str:
    """Return the conversation in which an event was, as it is named in the event's own name."""
    return event.rpartition("/")[0]


def _event(tenant: str, activity: Activity) -> str:
    event = f"teams:{tenant}/{activity.conversation.id}/{activity.id}"
    if len(event) <= _LONGEST_EVENT:
        return event
    return f"teams:{tenant}/{sha256(event.encode()).hexdigest()}"


def _is_private(activity: Activity) -> bool:
    """Say whether only the person and Hearth read a conversation.

    Two people's own chat, in which a message was chosen, is "personal" too: it is called by both of them, and
    a chat with an app by the app (`19:PERSON_APP@unq.gbl.spaces`) or by a name of its own (`a:…`).
    """
    conversation = activity.conversation
    if conversation.id.startswith("19:"):
        return conversation.conversation_type == PRIVATE and activity.recipient.id[3:] in conversation.id
    return bool(conversation.conversation_type == PRIVATE)
