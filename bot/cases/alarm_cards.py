"""What is said where someone may be at risk: the fixed words, whom to ring, and how telling her stands."""

from collections.abc import Sequence

from bot import reach, safeguarding
from bot.card import Button, Buttons, Card, Element, Facts, Text
from bot.cases.form import private
from bot.cases.rules import Rules
from bot.contact import Contact
from bot.records.tables import Case, Handoff
from bot.visit import Visit

_TITLE = "If someone may be at risk"
_NEUTRAL = "You have a private item."
_DANGER = "If anyone is in danger now, ring 999."
_GO_ON = Button("Go on where I was", safeguarding.NOT_THAT)

Ring = Sequence[tuple[str, str]]


def warning(card_id: str, rules: Rules, contact: Contact | None, tell: str, *, kept: bool) -> Card:
    """Return the fixed words with whom to ring; `tell` is the action that tells her.

    `kept` says that what was written is kept with its case as well: then there is nothing to go on with.
    """
    elements: list[Element] = [Text(said) for said in rules.safeguarding.text]
    if kept:
        elements.insert(0, Text("What you wrote is kept with the case. It may speak of harm to someone:"))
    if contact is None:
        elements.append(Text("There is nobody here whom I could tell. Please ring the council's own number."))
    else:
        elements += [
            Text("Ring, or have me pass on your words now:"),
            Facts(((contact.name, contact.phone),)),
        ]
    buttons = [Button(f"Tell {contact.name} now", tell, "primary")] if contact and tell else []
    if not kept:
        buttons.append(Button("This is not about that", safeguarding.NOT_THAT))
    elements.append(Text("Nobody has been told yet."))
    if buttons:
        elements.append(Buttons(tuple(buttons)))
    return Card(card_id, _TITLE, tuple(elements), _NEUTRAL)


def receipt(visit: Visit, case: Case, handoff: Handoff, contact: Contact, *, going_on: bool) -> Card:
    """Return to whom it has gone, by when it is taken on, and whom to ring meanwhile."""
    if handoff.to is None:
        return everyone_tried(visit.card_id, case, [(contact.name, contact.phone)], going_on=going_on)
    by = visit.rules.calendar.local(handoff.due_at)
    told = (
        f"{contact.name} has your words, and nobody else. You hear here as soon as they are taken on.",
        f"If that has not happened by {by:%H:%M}, the next person gets them too, and I tell you so.",
    )
    if not reach.can_be_reached(visit.change, handoff.to):
        told = (
            f"Your words are kept for {contact.name}, whom I cannot reach here. Please ring now.",
            "In a few minutes the next person gets them too, and I tell you so.",
        )
    return private(
        visit.card_id,
        case.number,
        "It has been passed on",
        *(Text(said) for said in told),
        Text(f"{_DANGER} To speak to someone, ring:"),
        Facts(((contact.name, contact.phone), ("Number", case.number))),
        _ways(case, going_on=going_on),
    )


def passed_on_already(card_id: str, case: Case, *, going_on: bool) -> Card:
    """Return that these words were passed on before."""
    said = Text(f"That was passed on already, as {case.number}. You hear here what becomes of it.")
    return private(card_id, case.number, "Passed on already", said, _ways(case, going_on=going_on))


def nobody_yet(case: Case, times: int, ring: Ring) -> Card:
    """Return that nobody has picked it up yet, that the next person has it too, and whom to ring."""
    return private(
        f"{case.id}.nobody-yet.{times}",
        case.number,
        f"Nobody has picked up {case.number} yet",
        Text("The next person has it now as well. Please do not wait for them: ring."),
        Text(_DANGER),
        Facts(tuple(ring)),
    )


def everyone_tried(card_id: str, case: Case, ring: Ring, *, going_on: bool = False) -> Card:
    """Return that nobody here can be expected to pick it up, and whom to ring instead."""
    there = (Text("Please ring now:"), Facts(tuple(ring))) if ring else ()
    return private(
        card_id,
        case.number,
        f"Please ring about {case.number}",
        Text("I can reach nobody here who picks this up. It is kept, and stays open. Please do not wait."),
        Text(f"{_DANGER} If it cannot wait and nobody answers, ring 999 too."),
        *there,
        _ways(case, going_on=going_on),
    )


def still_waiting(case: Case, handoff: Handoff, times: int) -> Card:
    """Return, to an officer, that nobody has taken on what was handed to all."""
    opens = Buttons((Button("Open it", f"case:open:{handoff.id}", "primary"),))
    said = Text("Something urgent still waits for someone to take it on. Whoever is free: please do.")
    return private(f"{handoff.id}.waiting.{times}", case.number, f"Still waiting, {case.number}", said, opens)


def ask_divert(card_id: str, case: Case) -> Card:
    """Ask whether a complaint is really to be handled as safeguarding."""
    said = (
        "The complaint ends here, and what it tells goes to the safeguarding lead at once, or to whoever is "
        "next where it may be about her. Whoever raised it is told."
    )
    choice = Buttons(
        (
            Button("Yes, it is safeguarding", f"case:divert:{case.id}:yes", "danger"),
            Button("No", f"case:show:{case.id}"),
        )
    )
    return private(card_id, case.number, f"{case.number}: safeguarding?", Text(said), choice)


def diverted(card_id: str, case: Case, contact: Contact | None) -> Card:
    """Return, to whoever had the complaint, where it has gone."""
    if contact is None:
        said = "There is nobody here to whom it may go. Please ring the council's safeguarding team now."
    else:
        said = f"It has gone to {contact.name}: ring {contact.phone} where it cannot wait."
    return private(card_id, case.number, f"{case.number} is safeguarding now", Text(said), Text(_DANGER))


def handled_as_safeguarding(complaint: Case, case: Case, ring: Ring) -> Card:
    """Return, to whoever raised a complaint, that someone else sees to it now."""
    there = (Text("To speak to someone, ring:"), Facts(tuple(ring))) if ring else ()
    return private(
        f"{case.id}.diverted",
        case.number,
        f"{complaint.number} is looked at differently now",
        Text("Thank you for telling us. What you wrote may be about someone's safety, and that comes first."),
        Text(f"So it has gone on under the number {case.number}. You need not write it again."),
        Text(_DANGER),
        *there,
        _ways(case, going_on=False),
    )


def _ways(case: Case, *, going_on: bool) -> Buttons:
    add = Button("Add something", f"case:add:{case.id}")
    return Buttons((add, _GO_ON) if going_on else (add,))
