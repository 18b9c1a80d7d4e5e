"""The side of whoever raised a case: how it stands, adding to it, withdrawing, appealing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from bot import people, reach
from bot.card import Button, Buttons, Card, Text
from bot.cases import (
    alarm,
    casebook,
    complaint,
    complaint_cards,
    conflict,
    files,
    handoffs,
    mentions,
    officer_cards,
    raiser_cards,
    stages,
    unanswered,
)
from bot.cases.casebook import CaseError
from bot.cases.form import private
from bot.records.tables import Case, Handoff
from bot.visit import Visit

_MOST_SHOWN = 15
# What is typed to add to a safeguarding case; there the tripwire need not ring.
MORE = "+concern"


def overview(visit: Visit, number: str) -> Sequence[Card]:
    """Tell how her cases stand, or one of them; a stranger's number is answered like one that never was."""
    if number:
        case = casebook.by_number(visit.change, number)
        if case is not None and case.raised_by == visit.person.id:
            return (raiser_cards.standing(visit, case),)
        if case is not None and _is_in_hand(visit, case):
            return (officer_cards.case_card(visit, case),)
        return (Card(visit.card_id, "Not found", (Text(raiser_cards.UNKNOWN),), "Not found."),)
    hers = casebook.of_raiser(visit.change, visit.person)
    handed = _waiting(visit)
    owned = casebook.of_owner(visit.change, visit.person) if _in_office(visit) else ()
    part = [*officer_cards.waiting(visit, handed, owned), *unanswered.offer(visit)]
    if len(hers) == 1 and not part:
        return (raiser_cards.standing(visit, hers[0]),)
    return (raiser_cards.listed(visit, hers[:_MOST_SHOWN], part),)


def what_waits(visit: Visit) -> Sequence[Card]:
    """Tell an officer what waits for her to be taken on, if anything does."""
    handed = _waiting(visit)
    card = raiser_cards.listed(visit, (), officer_cards.waiting(visit, handed, ()))
    return (replace(card, id=f"{card.id}.waits"),) if handed else ()


def mine(visit: Visit, rest: str) -> Sequence[Card]:
    """Tell how one of her cases stands."""
    return (raiser_cards.standing(visit, casebook.raised(visit.change, rest, visit.person)),)


def add(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask what is to be added."""
    case = _open(visit, rest)
    visit.state.awaiting = _to_add(case)
    leave = Buttons((Button("Never mind", f"case:mine:{case.id}"),))
    return (
        private(
            visit.card_id,
            case.number,
            f"Adding to {case.number}",
            Text("Write what you want to add, or send pictures or documents."),
            leave,
        ),
    )


def added(visit: Visit, case: Case, text: str) -> Sequence[Card]:
    """Add to a case, look anew whom it may be about, and tell whoever has it."""
    visit.state.awaiting = ""
    if case.stage in stages.OVER:
        raise CaseError(f"{case.number} is {case.stage}: nothing was added. You can raise a new one.")
    if case.kind == "content" and visit.files:
        raise CaseError("A picture belongs to the post: to change it, press “Change it” on the post.")
    kept = files.keep(visit, case)
    refused = Text(" ".join(kept.refused))
    if not text and not kept.names:
        visit.state.awaiting = _to_add(case)
        return (private(visit.card_id, case.number, f"Adding to {case.number}", refused),)
    if text:
        casebook.note(visit.change, case, "said", text, visit.person)
    visit.change.audit(f"{case.kind}:case:added-to", case.id, people.audit_name(visit.person))
    if case.kind == "complaint":
        complaint.recheck(visit.change, visit.rules, case, " . ".join((text, *kept.names)))
    elif case.kind == alarm.KIND:
        alarm.recheck(visit, case, " . ".join((text, *kept.names)))
    _tell_owner(visit, case, "Something was added.")
    told = [Text(kept.said)] if visit.files else []
    said = Text("It is kept with your case.")
    return (private(visit.card_id, case.number, f"Added to {case.number}", said, *told),)


def _to_add(case: Case) -> str:
    return f"case:{MORE if case.kind == alarm.KIND else '+add'}:{case.id}"


def withdraw(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask whether a case is really to be withdrawn; asked a second time, do it."""
    case_id, _, sure = rest.partition(":")
    case = _open(visit, case_id)
    if sure != "yes":
        choice = Buttons(
            (
                Button("Yes, withdraw it", f"case:withdraw:{case.id}:yes", "danger"),
                Button("No", f"case:mine:{case.id}"),
            )
        )
        said = Text("Withdrawn, nobody deals with it any more. That it was raised stays on record.")
        return (private(visit.card_id, case.number, f"Withdraw {case.number}?", said, choice),)
    _tell_owner(visit, case, "It was withdrawn.")
    casebook.step(visit.change, case, "withdraw", visit.person)
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    return (
        private(
            visit.card_id, case.number, f"{case.number} is withdrawn", Text("Nobody deals with it any more.")
        ),
    )


def appeal(visit: Visit, rest: str) -> Sequence[Card]:
    """Ask why she appeals."""
    case = _open(visit, rest)
    if stages.after(case.kind, case.stage, "appeal") is None:
        raise CaseError(f"{case.number} is at “{case.stage}”: there is nothing to appeal against.")
    visit.state.awaiting = f"case:+appeal:{case.id}"
    said = Text("Write why you appeal. It goes to a trustee who has not decided on it.")
    leave = Buttons((Button("Never mind", f"case:mine:{case.id}"),))
    return (private(visit.card_id, case.number, f"Appeal, {case.number}", said, leave),)


def appealed(visit: Visit, case: Case, text: str) -> Sequence[Card]:
    """Take an appeal: it goes to a trustee who has not decided."""
    visit.state.awaiting = ""
    now = visit.change.records.now()
    if case.due_at is not None and case.stage == "answered" and case.due_at <= now:
        raise CaseError(f"The time to appeal in {case.number} is over. You can raise a new complaint.")
    casebook.step(visit.change, case, "appeal", visit.person)
    casebook.note(visit.change, case, "appeal", text, visit.person)
    mentions.note(visit.change, case, text, is_wish=True)
    case.owner = None
    complaint.date_anew(visit.change, visit.rules, case)
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    officer = complaint.send_on(visit.change, visit.rules, case)
    return (complaint_cards.appealed(visit, case, officer),)


def settle(visit: Visit, rest: str) -> Sequence[Card]:
    """Take it that an answer settles a complaint: its time to appeal ends, so that it can be closed."""
    case = _open(visit, rest)
    now = visit.change.records.now()
    if case.kind != "complaint" or case.stage != "answered":
        raise CaseError(casebook.cannot(case))
    if case.due_at is None or case.due_at > now:
        casebook.note(visit.change, case, "settled", "The answer settles it.", visit.person)
        visit.change.audit("complaint:case:settled", case.id, people.audit_name(visit.person))
        case.due_at, case.late_at = now, now  # nobody is late
        reach.tell(visit.change, case.owner, raiser_cards.settled(visit, case))
    said = Text("Thank you. It is closed now, as soon as its outcome and what is learned from it are noted.")
    return (private(visit.card_id, case.number, f"{case.number} is settled", said),)


def _open(visit: Visit, case_id: str) -> Case:
    case = casebook.raised(visit.change, case_id, visit.person)
    if case.stage in stages.OVER:
        raise CaseError(f"{case.number} is {case.stage}.")
    return case


def _is_in_hand(visit: Visit, case: Case) -> bool:
    return (
        case.owner == visit.person.id
        and _in_office(visit)
        and conflict.may_own(visit.change.session, case, visit.person.id)
    )


def _in_office(visit: Visit) -> bool:
    return conflict.officer_of(visit.change.session, visit.person.organisation, visit.person.id) is not None


def _waiting(visit: Visit) -> Sequence[tuple[Handoff, Case]]:
    """Return what waits for her as an officer, the most urgent first; never what may be about her."""
    if not _in_office(visit):
        return ()
    rows = (
        select(Handoff, Case)
        .join(Case, Handoff.case_ == Case.id)
        .where(Handoff.to == visit.person.id, Handoff.ended_at.is_(None), Handoff.accepted_at.is_(None))
        .order_by(Handoff.due_at)
    )
    found = [(handoff, case) for handoff, case in visit.change.session.execute(rows)]
    return [
        (handoff, case)
        for handoff, case in found
        if conflict.may_own(visit.change.session, case, visit.person.id)
    ]


def _tell_owner(visit: Visit, case: Case, said: str) -> None:
    """Tell whoever has a case that something happened in it, and nothing of what."""
    if case.owner is None or not conflict.may_own(visit.change.session, case, case.owner):
        return
    show = Buttons((Button("Open it", f"case:show:{case.id}", "primary"),))
    card = private(f"{visit.card_id}.owner", case.number, f"About {case.number}", Text(said), show)
    reach.tell(visit.change, case.owner, card)


PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "mine": mine,
    "add": add,
    "withdraw": withdraw,
    "appeal": appeal,
    "settle": settle,
}
