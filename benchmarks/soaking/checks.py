"""What must be true once everything has gone wrong and calm has returned."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.soaking.house import House
from benchmarks.soaking.people import OFFICER, WALKER, Heard
from benchmarks.soaking.platform import Platform
from bot import inbox, upkeep
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Acknowledgement, Audit, Case, Conversation, Event, Handoff, Sending
from bot.stored import load_state
from tests.records.stage import mark


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a soak: figures to print, and what was not as it must be."""

    figures: Mapping[str, object]
    faults: tuple[str, ...]


def waiting(records: Records) -> int:
    """Return how much waits: messages to be handled, cards to be sent, jobs to be done at once."""
    waits = select(func.count()).where(Event.handled_at.is_(None), Event.failed_at.is_(None))
    unsent = select(func.count()).where(Sending.sent_at.is_(None), Sending.stuck_at.is_(None))
    with records.reading() as session:
        return (session.scalar(waits) or 0) + (session.scalar(unsent) or 0) + _jobs(session)


def any_given_up(records: Records) -> bool:
    """Say whether there is a message that is tried no more."""
    with records.reading() as session:
        return session.scalars(upkeep.failed_events(records)).first() is not None


def ended_over(records: Records) -> int:
    """Return how often a process ended over a message, or is at it after another did."""
    with records.reading() as session:
        return session.scalar(select(func.sum(Event.cut_off))) or 0


def try_again(records: Records) -> int:
    """Have them tried again, as `hearth stuck --again` does; return how many processes ended over them."""
    with records.changing() as change:
        events = change.session.scalars(upkeep.failed_events(records)).all()
        ended = sum(event.cut_off - 1 for event in events)
        for event in events:
            inbox.try_again(change, event)
    return ended


def begun_by(records: Records, worker: str) -> int:
    """Return how many jobs a worker has begun and not ended."""
    with records.reading() as session:
        return _jobs(session, f"status = 'PENDING' AND executor_id = '{worker}'")


def _jobs(session: Session, which: str = "status IN ('PENDING', 'ENQUEUED')") -> int:
    table = "workflow_status" if session.get_bind().dialect.name == "sqlite" else "dbos.workflow_status"
    found = text(f"SELECT count(*) FROM {table} WHERE {which}")  # noqa: S608 - fixed words
    return session.execute(found).scalar() or 0


def look(house: House, heard: Heard, platform: Platform, *, left: int, deaf_repeats: int) -> Outcome:
    """Return what came of a soak, in the end of which so much was left and grew no less.

    Jobs are not counted anew: the clock brings one at any moment. At most so many cards may have come again
    where the platform cannot be asked, and none where it can.
    """
    repeats = platform.repeats()
    faults = (
        *_of_events(house.records, heard),
        *_of_cards(house.records, platform),
        *(_of_marks(house.records, heard) if not house.config.real else ()),
        *_of_cases(house.records, heard, platform, real=bool(house.config.real)),
        *_of_inductions(house.records, heard),
        *_of_the_rest(house.records),
        *((f"{left} messages, cards or jobs wait for ever",) if left else ()),
        *_more("cards came again where the platform can be asked", repeats[True], 0),
        *_more("cards came again where it cannot be asked", repeats[False], deaf_repeats),
    )
    with house.records.reading() as session:
        links = session.scalar(select(func.count()).select_from(Audit))
        ended_over = session.scalars(select(Event.cut_off).where(Event.cut_off > 0)).all()
    figures = {
        "kills": house.kills,
        "messages over which a process ended": len(ended_over),
        "most processes over one message": max(ended_over, default=0),
        "events acknowledged": heard.count(),
        "acknowledgements of a repeat or refusals": heard.answers.total() - heard.count(),
        "of these refused (503)": heard.answers[503],
        "no answer": heard.answers[0],
        "slowest answer (s)": round(max(heard.seconds, default=0), 2),
        "cards sent": len(platform.sent),
        "answers of the platform lost": platform.lost_answers,
        "came again where it can be asked": repeats[True],
        "came again where it cannot": repeats[False],
        "questions passed on": len(heard.pressed("pass-on")),
        "inductions signed": len(heard.signed()),
        "links of the audit": links,
    }
    return Outcome(figures, faults)


def _of_events(records: Records, heard: Heard) -> Iterator[str]:
    with records.reading() as session:
        rows = session.scalars(select(Event).order_by(Event.seq)).all()
    kept: dict[str, list[str]] = {}
    for row in rows:
        kept.setdefault(row.conversation, []).append(row.id)
    for conversation in heard.messages | kept:
        if kept.get(conversation, []) != heard.ids(conversation):
            yield f"{conversation}: acknowledged were other messages, or in another order, than were kept"
    yield from _some("messages were not handled", [row.id for row in rows if not row.handled_at])
    yield from _some("messages were given up", [row.id for row in rows if row.failed_at])
    yield from _some("messages were not emptied", [row.id for row in rows if row.payload is not None])


def _of_cards(records: Records, platform: Platform) -> Iterator[str]:
    with records.reading() as session:
        rows = session.scalars(select(Sending).order_by(Sending.seq)).all()
    put: dict[str, list[str]] = {}
    for row in rows:
        put.setdefault(row.conversation, []).append(row.id)
    came = platform.first_came()
    for conversation in put.keys() | came.keys():
        was_put, has_come = put.get(conversation, []), came.get(conversation, [])
        if Counter(was_put) != Counter(has_come):
            yield f"{conversation}: not the cards came that were put"
        if _own(conversation, was_put) != _own(conversation, has_come):
            yield f"{conversation}: the answers came in another order"
    yield from _some("cards are stuck", [row.id for row in rows if row.stuck_at])
    yield from _some("cards were not sent", [row.id for row in rows if not row.sent_at])
    yield from _some("cards were not emptied", [row.id for row in rows if row.card is not None])
    yield from _some("cards came again and were not the same", platform.changed_on_the_way())


def _own(conversation: str, card_ids: list[str]) -> list[str]:
    """Return the cards that answer a conversation's own messages: others may come between them anywhere."""
    return [card_id for card_id in card_ids if card_id.startswith(f"{conversation}/")]


def _of_marks(records: Records, heard: Heard) -> Iterator[str]:
    """Check that each conversation remembers every message of it, each once and in order."""
    with records.reading() as session:
        rows = session.scalars(select(Conversation)).all()
    for row in rows:
        if load_state(records.open(Conversation.state, row)).held != mark(heard.ids(row.id)):
            yield f"{row.id}: its messages were not handled each once and in order"


def _of_cases(records: Records, heard: Heard, platform: Platform, *, real: bool) -> Iterator[str]:
    passed_on = heard.pressed("pass-on")
    with records.reading() as session:
        cases = session.scalars(select(Case)).all()
        handoffs = session.scalars(select(Handoff)).all()
        what = Counter(session.scalars(select(Audit.what)))
    came = [card_id for to, ids in platform.first_came().items() if WALKER not in to for card_id in ids]
    receipts = [card_id for card_id in came if card_id.endswith(".errand")]
    if not real and Counter(records.open(Case.summary, case) for case in cases) != Counter(passed_on):
        yield "the cases are not those that were passed on, each once"
    if Counter(case.id for case in cases) != Counter(handoff.case_ for handoff in handoffs):
        yield "not every case has exactly one handoff"
    wanted = {f"{message_id}.errand" for message_id in (*passed_on, *heard.pressed("case:take"))}
    if len(cases) != len(passed_on) or set(receipts) != wanted:
        yield f"{len(passed_on)} questions were passed on: {len(cases)} cases, {len(receipts)} receipts"
    offers = [card_id for card_id in platform.first_came().get(OFFICER, ()) if card_id.endswith(".offer")]
    if Counter(offers) != Counter(f"{handoff.id}.offer" for handoff in handoffs):
        yield "the officer did not get each question exactly once"
    yield from _some("cases were not taken on", [case.number for case in cases if case.stage != "accepted"])
    steps = ("question:case:opened", "question:handoff:offered", "question:handoff:accepted")
    if any(what[step] != len(cases) for step in steps):
        yield f"the audit does not tell of each case once: {[what[step] for step in steps]} for {len(cases)}"


def _of_inductions(records: Records, heard: Heard) -> Iterator[str]:
    """Check that whoever signed, however often, has one acknowledgement, and nobody else has any."""
    signed = heard.signed()
    with records.reading() as session:
        made = session.scalar(select(func.count()).select_from(Acknowledgement))
        people = session.scalar(select(func.count(Acknowledgement.person.distinct())))
        told = session.scalar(
            select(func.count()).select_from(Audit).where(Audit.what == "induction:policy:acknowledged")
        )
    if not made == people == told == len(signed):
        yield f"{len(signed)} signed: {made} acknowledgements of {people} people, {told} links of the audit"


def _of_the_rest(records: Records) -> Iterator[str]:
    on_sqlite = records.engine.dialect.name == "sqlite"
    with records.reading() as session:
        if fault := audit.verify(session, records):
            yield f"the audit's link {fault.number} {fault.reason}"
        if on_sqlite and (said := session.execute(text("PRAGMA integrity_check")).scalar()) != "ok":
            yield f"the file is damaged: {said}"


def _some(what: str, ids: list[str]) -> Iterator[str]:
    if ids:
        yield f"{len(ids)} {what}: {', '.join(ids[:3])}"


def _more(what: str, number: int, most: int) -> Iterator[str]:
    if number > most:
        yield f"{number} {what}, at most {most} could"
