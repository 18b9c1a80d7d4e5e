"""Sending what goes out: each card once, those of one conversation in order, none given up in silence."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from bot.card import Card
from bot.channel import Channel, TryLater, Undeliverable
from bot.faults import told
from bot.records.database import RecordsUnavailable
from bot.records.new_rows import add_new
from bot.records.store import Change, Job, Records
from bot.records.tables import Sending
from bot.stored import dump_card, load_card

log = logging.getLogger(__name__)

# A send that was begun longer ago was cut off: its worker died between the platform's yes and our note.
CLAIM_SECONDS = 20
# Pauses before the tries that follow; after the last one the card is stuck. Together about a day.
PAUSES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
LONGEST_PAUSE = timedelta(seconds=PAUSES[-1])
_CLAIM = timedelta(seconds=CLAIM_SECONDS)

# Built once: to put a statement together takes longer than to run it.
_WAITING = (
    select(
        Sending.id,
        Sending.organisation,
        Sending.card,
        Sending.due_at,
        Sending.claimed_at,
        Sending.tries,
    )
    .where(
        Sending.organisation == bindparam("of"),
        Sending.conversation == bindparam("at"),
        Sending.sent_at.is_(None),
        Sending.stuck_at.is_(None),
        Sending.card.is_not(None),
    )
    .order_by(Sending.seq)
    .limit(1)
    .with_for_update()
)
_NAMED = (Sending.organisation == bindparam("of"), Sending.id == bindparam("named"))
_CLAIMED = update(Sending).where(*_NAMED).values(claimed_at=bindparam("now"), tries=bindparam("try"))
_LOCKED = select(Sending).where(*_NAMED).with_for_update()
_SENT = (
    update(Sending)
    .where(*_NAMED)
    .values(
        sent_at=bindparam("now"),
        sent_as=bindparam("called"),
        claimed_at=None,
        fault=None,
        card=None,  # the platform has it now
    )
)


def put(change: Change, conversation: str, cards: Sequence[Card]) -> None:
    """Have cards sent once the change is committed; a card whose id was put before is not sent again."""
    records = change.records
    for card in cards:  # one after the other: their numbers are their order
        row = Sending(
            id=card.id,
            organisation=records.organisation,
            conversation=conversation,
            created_at=records.now(),
            due_at=records.now(),
            tries=0,
        )
        row.card = records.seal(Sending.card, row, dump_card(card))
        add_new(change.session, row, "organisation", "id")


def put_elsewhere(change: Change, conversation: str, cards: Sequence[Card]) -> None:
    """As `put`, for another conversation than the one that is being handled."""
    put(change, conversation, cards)
    change.enqueue(Job("deliver", conversation, key=conversation, is_found=True))


@dataclass(frozen=True, slots=True)
class Claim:
    """A card that is this worker's to send, as it is stored: which try it is, and if one was cut off."""

    card_id: str
    stored: str
    tries: int
    cut_off: bool


def take(change: Change, conversation: str) -> Claim | None:
    """Take the oldest card of a conversation that waits, unless it is not due or another worker has it.

    Whoever takes it sends it by `send` once the change is committed.
    """
    records, now = change.records, change.records.now()
    change.session.flush()  # what was noted of another may let it wait
    asked = {"of": records.organisation, "at": conversation}
    row = change.session.connection().execute(_WAITING, asked).first()
    if row is None:
        return None
    named, tries = f"{row.id}:{row.tries}", row.tries + 1
    if not _is_due(row.due_at, now):
        _later(change, conversation, named, row.due_at)
        return None
    if row.claimed_at is not None and abs(now - row.claimed_at) < _CLAIM:
        _later(change, conversation, named, row.claimed_at + _CLAIM)
        return None
    cut_off = row.claimed_at is not None
    if cut_off and row.tries > len(PAUSES):  # the last try too ended the process, or so it seems
        _give_up(change, _locked(change, row.id), "the process ended while it was sent")
        return take(change, conversation)
    claimed = {"of": records.organisation, "named": row.id, "now": now, "try": tries}
    change.session.connection().execute(_CLAIMED, claimed)
    return Claim(row.id, records.open(Sending.card, row), tries, cut_off)


def deliver(records: Records, conversation: str, channel: Channel) -> None:
    """Send the cards of a conversation that wait, as `send`."""
    with records.changing() as change:
        first = take(change, conversation)
    send(records, conversation, channel, first)


def send(records: Records, conversation: str, channel: Channel, first: Claim | None) -> None:
    """Send a card that was taken and those behind it, in order, until there are none or one must wait.

    What became of a card and the taking of the next are one commit. Raises RecordsUnavailable: what was sent
    and could not be noted is looked for before it is sent again.
    """
    claim = first
    while claim is not None:
        end = _tried(claim, conversation, channel)
        with records.changing() as change:
            _note(change, claim, end)
            claim = take(change, conversation)


def _is_due(due_at: datetime, now: datetime) -> bool:
    """Say whether a card's pause is over; one that would last longer than any was set by a wrong clock."""
    return not now < due_at <= now + LONGEST_PAUSE


def _tried(claim: Claim, conversation: str, channel: Channel) -> str | TryLater | Undeliverable:
    """Send a card, unless a try that was cut off got it through; return its name there, or why not."""
    try:
        card = load_card(claim.stored)
    except ValueError:
        return Undeliverable("this version cannot read it")
    try:
        return _found(claim, conversation, channel) or channel.send(conversation, card)
    except (TryLater, Undeliverable) as fault:
        return fault
    except RecordsUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the card must not be lost
        log.error("card.channel_failed", extra={"card": claim.card_id, **told(error)})  # noqa: TRY400 - no words of it
        return TryLater("the channel failed", perhaps_sent=True)


def _found(claim: Claim, conversation: str, channel: Channel) -> str | None:
    if not claim.cut_off:
        return None
    try:
        return channel.find(conversation, claim.card_id)
    except TryLater as fault:
        raise TryLater(fault.fault, fault.after, perhaps_sent=True) from fault


def _note(change: Change, claim: Claim, end: str | TryLater | Undeliverable) -> None:
    match end:
        case str(sent_as):
            _sent(change, claim, sent_as)
        case TryLater() if claim.tries <= len(PAUSES):
            _postponed(change, claim, end)
        case fault:
            _give_up(change, _locked(change, claim.card_id), fault.fault)


def _sent(change: Change, claim: Claim, sent_as: str) -> None:
    named = {"of": change.records.organisation, "named": claim.card_id}
    change.session.connection().execute(_SENT, {**named, "now": change.records.now(), "called": sent_as})
    log.info("card.sent", extra={"card": claim.card_id})


def _postponed(change: Change, claim: Claim, fault: TryLater) -> None:
    """Put a card off; its job is enqueued when the next card is looked for, for it is still the oldest."""
    pause = min(max(PAUSES[claim.tries - 1], fault.after or 0), PAUSES[-1])
    row, now = _locked(change, claim.card_id), change.records.now()
    row.due_at, row.fault = now + timedelta(seconds=pause), fault.fault
    # A claim that is over: the next try looks for the card first, and has not to wait for that.
    row.claimed_at = now - _CLAIM if fault.perhaps_sent else None
    told_of = {"card": claim.card_id, "fault": fault.fault, "seconds": pause}
    log.warning("card.postponed", extra=told_of)


def _give_up(change: Change, row: Sending, fault: str) -> None:
    """Give a card up, so that those behind it get their turn."""
    row.stuck_at, row.claimed_at, row.fault = change.records.now(), None, fault
    change.audit("card:delivery:stuck", str(row.seq))
    log.error("card.stuck", extra={"card": row.id, "fault": fault})


def _later(change: Change, conversation: str, tried: str, at: datetime) -> None:
    """Have a card (its id and how often it was tried) tried at a moment; asked twice in a second, once."""
    now = change.records.now()
    name = f"deliver:{tried}:{int(now.timestamp())}"
    seconds = max((at - now).total_seconds(), 1)
    change.enqueue(Job("deliver", conversation, key=conversation, id=name, after=seconds))


def try_again(change: Change, row: Sending) -> None:
    """Have a stuck card tried again from the start, as an officer's command asks."""
    row.stuck_at, row.tries, row.due_at = None, 0, change.records.now()
    change.audit("card:delivery:again", str(row.seq))
    change.enqueue(Job("deliver", row.conversation, key=row.conversation))


def _locked(change: Change, card_id: str) -> Sending:
    named = {"of": change.records.organisation, "named": card_id}
    return change.session.scalars(_LOCKED, named).one()
