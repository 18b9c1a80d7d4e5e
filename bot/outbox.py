"""Sending what goes out: each card once, those of one conversation in order, none given up in silence."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from bot.card import Card
from bot.channel import Channel, TryLater, Undeliverable
from bot.faults import told
from bot.records.database import RecordsUnavailable
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


def put(change: Change, conversation: str, cards: Sequence[Card]) -> None:
    """Have cards sent once the change is committed; a card whose id was put before is not sent again."""
    records = change.records
    known = _known(change, [card.id for card in cards])
    for card in cards:
        if card.id not in known:
            row = Sending(
                id=card.id,
                organisation=records.organisation,
                conversation=conversation,
                created_at=records.now(),
                due_at=records.now(),
            )
            row.card = records.seal(Sending.card, row, dump_card(card))
            change.add(row)
            known.add(card.id)
            change.session.flush()  # one after the other: their numbers are their order


def put_elsewhere(change: Change, conversation: str, cards: Sequence[Card]) -> None:
    """As `put`, for another conversation than the one that is being handled."""
    put(change, conversation, cards)
    change.enqueue(Job("deliver", conversation, key=conversation))


def deliver(records: Records, conversation: str, channel: Channel) -> None:
    """Send the cards of a conversation that wait, in order, until there are none or one must wait.

    Raises RecordsUnavailable: what was sent and could not be noted is looked for before it is sent again.
    """
    while (claim := _claim(records, conversation)) is not None:
        try:
            sent_as = _send(claim, conversation, channel)
        except Undeliverable as fault:
            _stuck(records, claim.card_id, fault.fault)
        except TryLater as fault:
            if _postponed(records, claim, fault):
                return
        else:
            _sent(records, claim.card_id, sent_as)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A card that is this worker's to send, as it is stored: which try it is, and if one was cut off."""

    card_id: str
    stored: str
    tries: int
    cut_off: bool


def _claim(records: Records, conversation: str) -> _Claim | None:
    """Take the oldest waiting card, unless it is not due or another worker has it."""
    with records.changing() as change:
        row = change.session.scalars(_waiting(records, conversation)).first()
        now = records.now()
        if row is None:
            return None
        if not _is_due(row, now):
            _later(change, row, row.due_at)
            return None
        if row.claimed_at is not None and abs(now - row.claimed_at) < _CLAIM:
            _later(change, row, row.claimed_at + _CLAIM)
            return None
        cut_off, row.claimed_at = row.claimed_at is not None, now
        row.tries += 1
        return _Claim(row.id, records.open(Sending.card, row), row.tries, cut_off)


def _is_due(row: Sending, now: datetime) -> bool:
    """Say whether a card's pause is over; one that would last longer than any was set by a wrong clock."""
    return not now < row.due_at <= now + LONGEST_PAUSE


def _send(claim: _Claim, conversation: str, channel: Channel) -> str:
    """Send a card, unless a try that was cut off got it through; raise TryLater or Undeliverable."""
    try:
        card = load_card(claim.stored)
    except ValueError:
        raise Undeliverable("this version cannot read it") from None  # the error's words quote the card
    try:
        return _found(claim, conversation, channel) or channel.send(conversation, card)
    except (TryLater, Undeliverable, RecordsUnavailable):
        raise
    except Exception as error:
        log.error("card.channel_failed", extra={"card": claim.card_id, **told(error)})  # noqa: TRY400 - no words of it
        raise TryLater("the channel failed", perhaps_sent=True) from error


def _found(claim: _Claim, conversation: str, channel: Channel) -> str | None:
    if not claim.cut_off:
        return None
    try:
        return channel.find(conversation, claim.card_id)
    except TryLater as fault:
        raise TryLater(fault.fault, fault.after, perhaps_sent=True) from fault


def _sent(records: Records, card_id: str, sent_as: str) -> None:
    with records.changing() as change:
        row = change.session.scalars(_named(records, card_id).with_for_update()).one()
        row.sent_at, row.sent_as, row.claimed_at, row.fault = records.now(), sent_as, None, None
        row.card = None  # the platform has it now
    log.info("card.sent", extra={"card": card_id})


def _postponed(records: Records, claim: _Claim, fault: TryLater) -> bool:
    """Put a card off; return False where it is given up instead, so that those behind it get their turn."""
    if claim.tries > len(PAUSES):
        _stuck(records, claim.card_id, fault.fault)
        return False
    pause = min(max(PAUSES[claim.tries - 1], fault.after or 0), PAUSES[-1])
    with records.changing() as change:
        row = change.session.scalars(_named(records, claim.card_id).with_for_update()).one()
        row.due_at, row.fault = records.now() + timedelta(seconds=pause), fault.fault
        # A claim that is over: the next try looks for the card first, and has not to wait for that.
        row.claimed_at = records.now() - _CLAIM if fault.perhaps_sent else None
        _later(change, row, row.due_at)
    told_of = {"card": claim.card_id, "fault": fault.fault, "seconds": pause}
    log.warning("card.postponed", extra=told_of)
    return True


def _later(change: Change, row: Sending, at: datetime) -> None:
    """Have a card tried again at a moment; asked for twice in one second, it is done once."""
    now = change.records.now()
    name = f"deliver:{row.id}:{row.tries}:{int(now.timestamp())}"
    seconds = max((at - now).total_seconds(), 1)
    change.enqueue(Job("deliver", row.conversation, key=row.conversation, id=name, after=seconds))


def _stuck(records: Records, card_id: str, fault: str) -> None:
    with records.changing() as change:
        row = change.session.scalars(_named(records, card_id).with_for_update()).one()
        row.stuck_at, row.claimed_at, row.fault = records.now(), None, fault
        change.audit("card:delivery:stuck", str(row.seq))
    log.error("card.stuck", extra={"card": card_id, "fault": fault})


def try_again(change: Change, row: Sending) -> None:
    """Have a stuck card tried again from the start, as an officer's command asks."""
    row.stuck_at, row.tries, row.due_at = None, 0, change.records.now()
    change.audit("card:delivery:again", str(row.seq))
    change.enqueue(Job("deliver", row.conversation, key=row.conversation))


def _waiting(records: Records, conversation: str) -> Select[Sending]:
    return (
        select(Sending)
        .where(
            Sending.organisation == records.organisation,
            Sending.conversation == conversation,
            Sending.sent_at.is_(None),
            Sending.stuck_at.is_(None),
            Sending.card.is_not(None),
        )
        .order_by(Sending.seq)
        .limit(1)
        .with_for_update()
    )


def _known(change: Change, ids: Sequence[str]) -> set[str]:
    found = select(Sending.id).where(Sending.organisation == change.records.organisation, Sending.id.in_(ids))
    return set(change.session.scalars(found))


def _named(records: Records, card_id: str) -> Select[Sending]:
    return select(Sending).where(Sending.organisation == records.organisation, Sending.id == card_id)
