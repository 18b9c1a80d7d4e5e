"""What was said and answered on the page, kept in the records: the web has no platform to remember it."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.web.html import render_html, render_said
from bot.card import Button, Card, Text, buttons_of
from bot.message import Message
from bot.records.database import RecordsUnavailable
from bot.records.store import Change, Records
from bot.records.tables import WebEntry, new_id
from bot.records.vault import UnusableKey
from bot.stored import dump_card, load_card

log = logging.getLogger(__name__)

# So many of a conversation's newest entries are shown.
MAX_SHOWN = 300
# So many are in memory at once for a page: what was said may have half a million characters.
_BATCH = 50
_TRIES = 5
_UNREADABLE = Card(
    "unreadable",
    "This cannot be shown here.",
    (Text("It was written by another version of Hearth, or its key is missing. Nothing of it is lost."),),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a conversation: what the person said, or a card.

    `seq` counts the conversation's entries from 1. `message` is the id of the message that was said, or that
    the card answers; empty for a card that nobody asked for.
    """

    seq: int
    message: str
    content: str | Card

    def frame(self) -> dict[str, str | int]:
        """Return what is sent to the page, which knows a message by the id that it gave it."""
        match self.content:
            case Card() as card:
                kind, html, announce = "card", render_html(card), card.summary
            case said:
                kind, html, announce = "said", render_said(said), ""
        message_id = self.message.rpartition("/")[2]
        return {"type": kind, "seq": self.seq, "id": message_id, "html": html, "announce": announce}


def add_said(change: Change, message: Message, words: str) -> None:
    """Add what the person said or pressed, as it is shown to her."""
    _append(change, new_id(), message.conversation, "said", message.id, words)


def add_card(change: Change, conversation: str, card: Card) -> str:
    """Add a card, unless it is there already, and return its entry's id.

    It answers the message with whose id and a full stop its own begins.
    """
    entry_id = _entry_id(change.records, conversation, card.id)
    message, _, _ = card.id.partition(".")
    answered = message if message.startswith(f"{conversation}/") else ""
    _append(change, entry_id, conversation, "card", answered, dump_card(card))
    return entry_id


def find_card(records: Records, conversation: str, card_id: str) -> str | None:
    """Return the id of a card's entry, or None."""
    with records.reading() as session:
        entry = session.get(WebEntry, _entry_id(records, conversation, card_id))
        return None if entry is None else entry.id


def after(records: Records, conversation: str, seq: int) -> tuple[Entry, ...] | None:
    """Return the entries that follow entry `seq`; where there are many, the first of them.

    None where the conversation ends before that entry: what was there is no longer kept, and entries to come
    are counted anew.
    """
    found = _kept(records, conversation).where(WebEntry.seq > seq).order_by(WebEntry.seq).limit(_BATCH)
    with records.reading() as session:
        entries = tuple(_read(records, row) for row in session.scalars(found))
        is_there = entries or _last(session, records, conversation) >= seq
    return entries if is_there else None


def newest(records: Records, conversations: Iterable[str]) -> Mapping[str, int]:
    """Return the `seq` of the last entry of each conversation that has one."""
    last: dict[str, int] = {}
    with records.reading() as session:
        for conversation in conversations:
            if seq := _last(session, records, conversation):
                last[conversation] = seq
    return last


def kinds_of(records: Records, conversation: str, message_id: str) -> frozenset[str]:
    """Return the kinds of a message's entries: "said" once it is accepted, "card" once it is answered."""
    found = select(WebEntry.kind).where(
        WebEntry.organisation == records.organisation,
        WebEntry.conversation == conversation,
        WebEntry.message == message_id,
    )
    with records.reading() as session:
        return frozenset(session.scalars(found))


def shown_button(records: Records, conversation: str, action: str) -> Button | None:
    """Return the latest button that was shown with this action, or None."""
    cards = _kept(records, conversation).where(WebEntry.kind == "card").order_by(WebEntry.seq.desc())
    latest = cards.limit(MAX_SHOWN).execution_options(yield_per=_BATCH)
    with records.reading() as session, closing(session.scalars(latest)) as rows:
        for row in rows:
            content = _read(records, row).content
            for button in buttons_of(content) if isinstance(content, Card) else ():
                if button.action == action:
                    return button
    return None


def _append(
    change: Change, entry_id: str, conversation: str, kind: str, message_id: str, content: str
) -> None:
    """Add an entry at the end, unless it is there already.

    Writers of one conversation take turns by its first entry. As long as there is none they may meet: the
    number is one's, and the others try again.
    """
    records, session = change.records, change.session
    all_of_it = select(WebEntry.id).where(WebEntry.conversation == conversation)
    turn = all_of_it.order_by(WebEntry.seq).limit(1).with_for_update()
    highest = all_of_it.with_only_columns(func.max(WebEntry.seq))
    for _ in range(_TRIES):
        session.execute(turn)
        if session.get(WebEntry, entry_id) is not None:
            return
        row = WebEntry(
            id=entry_id,
            organisation=records.organisation,
            conversation=conversation,
            seq=(session.scalar(highest) or 0) + 1,
            kind=kind,
            message=message_id,
            at=records.now(),
        )
        row.content = records.seal(WebEntry.content, row, content)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            continue
        return
    raise RecordsUnavailable("too many wrote to one conversation at once")


def _entry_id(records: Records, conversation: str, card_id: str) -> str:
    """Make the id of a card's entry of the card's, so that it is there once and can be found."""
    named = f"{records.organisation}/{conversation}/{card_id}"
    return sha256(named.encode()).hexdigest()[:32]


def _last(session: Session, records: Records, conversation: str) -> int:
    return session.scalar(_kept(records, conversation).with_only_columns(func.max(WebEntry.seq))) or 0


def _kept(records: Records, conversation: str) -> Select[WebEntry]:
    """Select a conversation's entries, without those whose content is no longer kept."""
    return select(WebEntry).where(
        WebEntry.organisation == records.organisation,
        WebEntry.conversation == conversation,
        WebEntry.content.is_not(None),
    )


def _read(records: Records, row: WebEntry) -> Entry:
    try:
        content = records.open(WebEntry.content, row)
        return Entry(row.seq, row.message, load_card(content) if row.kind == "card" else content)
    except (UnusableKey, ValueError) as error:  # one that cannot be read does not hide the others
        log.error("web.entry.not_read", extra={"entry": row.id, "error": type(error).__name__})  # noqa: TRY400 - a traceback may hold its words
        return Entry(row.seq, row.message, _UNREADABLE)
