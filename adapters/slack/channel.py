"""Sending on Slack: a card becomes one message, or several where it is too long for one."""

import threading
from collections.abc import Iterator
from typing import Any

from adapters.slack.blocks import notice, pages_sent, render_pages
from adapters.slack.courier import MAX_FILE, Courier, Refused
from adapters.slack.installations import Installations
from adapters.slack.names import Place, place
from bot.card import Card
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable

# How far back a card is looked for that may have been sent: it was tried seconds ago.
_LAST = 30
# Of a thread, so many messages at a time, and so many times: a card further on counts as not sent, and comes
# once more.
_PAGE, _PAGES = 200, 25


class SlackChannel:
    """Slack, for sending; used by a worker's threads at once."""

    def __init__(self, installations: Installations, courier: Courier) -> None:
        self._installations = installations
        self._courier = courier
        self._direct: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def send(self, conversation: str, card: Card) -> str:
        """Post a card; return the channel and time of its first message. Raise TryLater or Undeliverable.

        Of a card on several messages, those that a try before got through are not posted again.
        """
        at, pages = _placed(conversation), render_pages(card)
        token, channel = self._token(at), self._channel(at)
        there = self._posted(at, channel, card.id) if len(pages) > 1 else {}
        posted = [
            there.get((number, len(pages))) or self._post(token, at, channel, card, page)
            for number, page in enumerate(pages, 1)
        ]
        return f"{channel}/{posted[0]}"

    def find(self, conversation: str, card_id: str) -> str | None:
        """Return what a card that may have been sent is called, None where not all of it is there.

        Raises TryLater.
        """
        at = _placed(conversation)
        try:
            channel = self._channel(at)
        except Undeliverable:
            return None
        there = self._posted(at, channel, card_id)
        if not there or len(there) < next(iter(there))[1]:
            return None
        return f"{channel}/{min(there.items())[1]}"

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Return a file that came with a message of this conversation; raise TryLater or Undeliverable."""
        token = self._token(_placed(conversation))
        told = self._call(token, "files.info", file=ref)
        file = told.get("file", {})
        if int(file.get("size") or 0) > MAX_FILE:
            raise Undeliverable("the file is too large")
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        return self._courier.wait(self._courier.fetch(token, url))

    def whisper(self, conversation: str, account: str, said: str, otherwise: str) -> None:
        """Say something in a channel to one account alone; raise TryLater or Undeliverable.

        It stands in the channel and not in the thread: Slack shows it in a thread only once others answered.
        """
        at, who = _placed(conversation), _placed(account)
        try:
            self._channel(who)
            text = said
        except Undeliverable:
            text = otherwise
        self._call(self._token(at), "chat.postEphemeral", channel=at.id, user=who.id, text=text)

    def close(self) -> None:
        """End the connections."""
        self._courier.close()

    def _post(self, token: str, at: Place, channel: str, card: Card, page: list[dict[str, Any]]) -> str:
        given: dict[str, Any] = {"thread_ts": at.thread} if at.thread else {}
        told = self._call(
            token,
            "chat.postMessage",
            channel=channel,
            text=notice(card),
            blocks=page,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            parse="none",
            mrkdwn=False,
            **given,
        )
        return str(told.get("ts", ""))

    def _posted(self, at: Place, channel: str, card_id: str) -> dict[tuple[int, int], str]:
        """Return the times of a card's messages that are there, by their number and how many it takes."""
        token = self._token(at)
        if at.thread:
            messages = list(self._replies(token, channel, at.thread))
        else:
            told = self._asked(token, "conversations.history", channel=channel, limit=_LAST)
            messages = told.get("messages", [])
        sent = pages_sent(card_id, messages)
        return {page: str(message["ts"]) for page, message in sent.items()}

    def _replies(self, token: str, channel: str, thread: str) -> Iterator[Any]:
        """Give the messages of a thread: Slack tells the oldest first, so a card may stand on any page."""
        asked: dict[str, Any] = {"channel": channel, "ts": thread, "limit": _PAGE}
        for _ in range(_PAGES):
            told = self._asked(token, "conversations.replies", **asked)
            yield from told.get("messages", ())
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor

    def _asked(self, token: str, method: str, **given: Any) -> dict[str, Any]:
        """Ask what is there; where that is not allowed, nothing is."""
        try:
            return self._call(token, method, **given)
        except Undeliverable:
            return {}

    def _channel(self, at: Place) -> str:
        """Return where to post: a person's direct messages are opened the first time."""
        if not at.is_private:
            return at.id
        with self._lock:
            known = self._direct.get((at.team, at.id))
        if known is not None:
            return known
        told = self._call(self._token(at), "conversations.open", users=at.id)
        channel = str(told["channel"]["id"])
        with self._lock:
            self._direct[at.team, at.id] = channel
        return channel

    def _token(self, at: Place) -> str:
        try:
            installed = self._installations.find(at.team)
        except RecordsUnavailable as error:
            raise TryLater("the records are away") from error
        if installed is None:
            raise TryLater("the app is not installed in the workspace")
        return installed.token

    def _call(self, token: str, method: str, **given: Any) -> dict[str, Any]:
        try:
            return self._courier.wait(self._courier.call(token, method, **given))
        except Refused as error:
            raise Undeliverable("Slack refuses it") from error


def _placed(conversation: str) -> Place:
    try:
        return place(conversation)
    except ValueError as error:
        raise Undeliverable("no conversation of Slack") from error
