"""Sending to Teams: to a conversation that is known, or to a person in private, whom the app may write to."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from adapters.teams import outgoing
from adapters.teams.carried import carry
from adapters.teams.connector import Blocked, Connector, Gone, NotInstalled
from adapters.teams.places import PRIVATE, account_of, conversation_of
from adapters.teams.references import References, conversation_id
from adapters.teams.settings import TeamsSettings
from bot import outbox
from bot.card import Card, Text
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

# Where Teams keeps the files that people send: the addresses it gives are good without a token.
_FILES = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us")
_AWAY = "the records are away"
_MOVED = ".moved"  # so goes on the name of what was said in a channel and is answered in private (`bot.desk`)
_HOW = (
    "My answer is for you alone, and I cannot write to you yet. Under Apps, look for Hearth and press Add: "
    "then it comes."
)
_MOST_HALF_SENT = 1_000


class TeamsChannel:
    """Teams, for sending; used by several threads at once."""

    def __init__(self, records: Records, settings: TeamsSettings, connector: Connector) -> None:
        self._records, self._settings, self._connector = records, settings, connector
        self.references = References(records)
        self._half_sent: dict[str, int] = {}  # of cards in parts: how many of them got through

    def send(self, conversation: str, card: Card) -> str:
        """Send a card and return what Teams calls it; raise TryLater or Undeliverable."""
        try:
            reference = self._reached(conversation)
            return self._send(conversation, reference, card)
        except NotInstalled:
            self._say_how(card)
            raise

    def _send(self, conversation: str, reference: Mapping[str, Any], card: Card) -> str:
        parts, name = self._parts(conversation, reference, card), ""
        for number, activity in enumerate(parts):
            if number < self._half_sent.get(card.id, 0):
                continue
            name = self._post(conversation, reference, activity)
            if number + 1 < len(parts):
                if len(self._half_sent) >= _MOST_HALF_SENT:
                    self._half_sent.clear()
                self._half_sent[card.id] = number + 1
        self._half_sent.pop(card.id, None)
        return name

    def _parts(
        self, conversation: str, reference: Mapping[str, Any], card: Card
    ) -> Sequence[Mapping[str, Any]]:
        vault, user = self._records.vault, reference.get("user") or {}
        if _is_private(reference):
            return outgoing.private(card, carry(vault, conversation, card))
        asker = str(user.get("id") or "")
        whose = account_of(_tenant(conversation), str(user.get("aadObjectId") or asker)) if asker else ""
        return outgoing.shared(card, carry(vault, conversation, card, whose), asker)

    def _say_how(self, card: Card) -> None:
        """Say, where someone was answered in private, how she gets the answer; once, and not what it is."""
        event, moved, _ = card.id.partition(_MOVED)
        origin = conversation_of(event)
        if not moved or self._known(origin) is None:
            return
        how = Card(f"{event}.add-me", "", (Text(_HOW),), "I cannot write to you yet.")
        try:
            with self._records.changing() as change:
                outbox.put_elsewhere(change, origin, (how,))
        except RecordsUnavailable:
            log.warning("teams.how.not_said")

    def find(self, conversation: str, card_id: str) -> str | None:
        """Return None: Teams shows a bot no message that it sent."""
        del conversation, card_id
        return None

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Return a file that someone sent; raise TryLater or Undeliverable."""
        reference = self._known(conversation) or {}
        if self._holds_files(ref):
            return self._connector.fetch(ref, signed=False)
        place = urlsplit(ref).netloc
        if place and place == urlsplit(_service(reference)).netloc:
            return self._connector.fetch(ref, signed=True)
        raise Undeliverable("the file is not on teams")

    def upload(self, address: str, body: bytes) -> None:
        """Put a file where Teams gave room for it; raise TryLater or Undeliverable."""
        if not self._holds_files(address):
            raise Undeliverable("the place for the file is not on teams")
        self._connector.upload(address, body)

    def _holds_files(self, address: str) -> bool:
        parts = urlsplit(address)
        if self._settings.services.local:
            return parts.hostname == "127.0.0.1" and "/files/" in parts.path
        return parts.scheme == "https" and (parts.hostname or "").endswith(_FILES)

    def replace(self, conversation: str, name: str, activity: Mapping[str, Any]) -> None:
        """Write an activity in place of one that was sent; raise TryLater or Undeliverable."""
        reference = self._reached(conversation)
        self._connector.replace(_service(reference), conversation_id(reference), name, activity)

    def take_back(self, conversation: str, name: str) -> None:
        """Take away an activity that was sent; raise TryLater or Undeliverable."""
        reference = self._reached(conversation)
        self._connector.remove(_service(reference), conversation_id(reference), name)

    def tell(self, conversation: str, activity: Mapping[str, Any]) -> None:
        """Send something that is not kept and not tried again; raise TryLater or Undeliverable."""
        self._post(conversation, self._reached(conversation), activity)

    def _post(self, conversation: str, reference: Mapping[str, Any], activity: Mapping[str, Any]) -> str:
        try:
            return self._connector.post(_service(reference), conversation_id(reference), activity)
        except Blocked:
            self._forget(conversation)  # what she says next makes it known anew, and sends what waits
            raise
        except Gone as fault:
            self._forget(conversation)
            if _is_private(reference):  # a new one is begun as soon as the app is there again
                raise NotInstalled from fault
            raise

    def _reached(self, conversation: str) -> Mapping[str, Any]:
        """Return how a conversation is spoken to; a private one that is not there yet is begun.

        Raises TryLater for one in a tenant that is not the organisation's, whoever named it.
        """
        if _tenant(conversation) not in self._settings.tenants:
            raise TryLater("the tenant is not the organisation's")
        found = self._known(conversation)
        if found is not None and conversation_id(found):
            return found
        return self._begun(conversation, found)

    def _begun(self, conversation: str, hers: Mapping[str, Any] | None) -> Mapping[str, Any]:
        tenant, person = _tenant(conversation), conversation.partition("/")[2]
        if hers is None and person.startswith("19:"):  # no person's id begins so
            raise Undeliverable("the conversation is not known")
        like = hers or self._like(tenant)
        user = (hers or {}).get("user") or {"id": person}
        begun = self._connector.begin(_service(like), like["bot"], str(user["id"]), tenant)
        chat = {"id": begun, "conversationType": PRIVATE, "tenantId": tenant}
        reference = {**like, "user": user, "conversation": chat}
        try:
            with self._records.changing() as change:
                self.references.write(change, conversation, json.dumps(reference, sort_keys=True))
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        return reference

    def _like(self, tenant: str) -> Mapping[str, Any]:
        """Return how anyone of an organisation is spoken to, for someone who was never met."""
        try:
            found = self.references.any_of(tenant)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        if found is not None:
            return found
        bot = {"id": f"28:{self._settings.app_id}"}
        return {"serviceUrl": self._settings.services.connector, "bot": bot, "channelId": "msteams"}

    def _known(self, conversation: str) -> Mapping[str, Any] | None:
        try:
            return self.references.find(conversation)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error

    def _forget(self, conversation: str) -> None:
        try:
            self.references.forget(conversation)
        except RecordsUnavailable:
            log.warning("teams.reference.not_forgotten")


def _tenant(conversation: str) -> str:
    return conversation.removeprefix("teams:").partition("/")[0]


def _service(reference: Mapping[str, Any]) -> str:
    return str(reference.get("serviceUrl", ""))


def _is_private(reference: Mapping[str, Any]) -> bool:
    conversation = reference.get("conversation")
    return isinstance(conversation, Mapping) and conversation.get("conversationType") == PRIVATE
