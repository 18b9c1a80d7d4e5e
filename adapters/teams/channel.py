"""Sending to Teams: to a conversation that is known, or to a person in private, whom the app may write to."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from adapters.teams import outgoing
from adapters.teams.activities import PRIVATE
from adapters.teams.carried import carry
from adapters.teams.connector import Connector, Gone, NotInstalled
from adapters.teams.references import References
from adapters.teams.settings import TeamsSettings
from bot.card import Card
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

# Where Teams keeps the files that people send: the addresses it gives are good without a token.
_FILES = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us")
_AWAY = "the records are away"


class TeamsChannel:
    """Teams, for sending; used by several threads at once."""

    def __init__(self, records: Records, settings: TeamsSettings, connector: Connector) -> None:
        self._records, self._settings, self._connector = records, settings, connector
        self._references = References(records)

    def send(self, conversation: str, card: Card) -> str:
        """Send a card and return what Teams calls it; raise TryLater or Undeliverable."""
        reference = self._reached(conversation)
        carried = carry(self._records.vault, conversation, card)
        name = ""
        for activity in outgoing.messages(card, carried):
            name = self._post(conversation, reference, activity)
        return name

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
        self._connector.replace(_service(reference), _id(reference), name, activity)

    def tell(self, conversation: str, activity: Mapping[str, Any]) -> None:
        """Send something that is not kept and not tried again; raise TryLater or Undeliverable."""
        self._post(conversation, self._reached(conversation), activity)

    def _post(self, conversation: str, reference: Mapping[str, Any], activity: Mapping[str, Any]) -> str:
        try:
            return self._connector.post(_service(reference), _id(reference), activity)
        except Gone as fault:
            self._forget(conversation)
            if _is_private(reference):  # a new one is begun as soon as the app is there again
                raise NotInstalled from fault
            raise

    def _reached(self, conversation: str) -> Mapping[str, Any]:
        """Return how a conversation is spoken to; a private one that is not there yet is begun."""
        found = self._known(conversation)
        if found is not None and _id(found):
            return found
        return self._begun(conversation, found)

    def _begun(self, conversation: str, hers: Mapping[str, Any] | None) -> Mapping[str, Any]:
        tenant, _, person = conversation.removeprefix("teams:").partition("/")
        if hers is None and person.startswith("19:"):  # no person's id begins so
            raise Undeliverable("the conversation is not known")
        like = hers or self._like(tenant)
        user = (hers or {}).get("user") or {"id": person}
        begun = self._connector.begin(_service(like), like["bot"], str(user["id"]), tenant)
        chat = {"id": begun, "conversationType": PRIVATE, "tenantId": tenant}
        reference = {**like, "user": user, "conversation": chat}
        try:
            with self._records.changing() as change:
                self._references.write(change, conversation, json.dumps(reference, sort_keys=True))
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        return reference

    def _like(self, tenant: str) -> Mapping[str, Any]:
        """Return how anyone of an organisation is spoken to, for someone who was never met."""
        try:
            found = self._references.any_of(tenant)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        if found is not None:
            return found
        bot = {"id": f"28:{self._settings.app_id}"}
        return {"serviceUrl": self._settings.services.connector, "bot": bot, "channelId": "msteams"}

    def _known(self, conversation: str) -> Mapping[str, Any] | None:
        try:
            return self._references.find(conversation)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error

    def _forget(self, conversation: str) -> None:
        try:
            self._references.forget(conversation)
        except RecordsUnavailable:
            log.warning("teams.reference.not_forgotten")


def _service(reference: Mapping[str, Any]) -> str:
    return str(reference.get("serviceUrl", ""))


def _is_private(reference: Mapping[str, Any]) -> bool:
    conversation = reference.get("conversation")
    return isinstance(conversation, Mapping) and conversation.get("conversationType") == PRIVATE


def _id(reference: Mapping[str, Any]) -> str:
    conversation = reference.get("conversation")
    return str(conversation.get("id") or "") if isinstance(conversation, Mapping) else ""
