"""Offers: an officer is told that something waits for her; where she cannot be reached here, that is said.

On the web chat nobody is reached who has never written there; elsewhere her account alone is enough.
"""

import logging

from bot import officers, reach
from bot.card import Card
from bot.cases import casebook
from bot.records.store import Change
from bot.records.tables import Case, Handoff, Officer

log = logging.getLogger(__name__)

UNREACHED = "unreached"


def make(change: Change, case: Case, handoff: Handoff, card: Card) -> bool:
    """Tell whoever a case was handed to; return False where she is someone here who cannot be reached.

    That is kept with the case, unless it is to be cleared: whoever sees to it later is shown no trace of it.
    """
    if handoff.to is None or reach.tell(change, handoff.to, card):
        return True
    change.audit(f"{case.kind}:handoff:unreached", handoff.id)
    log.warning("handoff.unreached", extra={"handoff": handoff.id})
    if handoff.why != "clear":
        name = officers.contact(change.records, change.session.get_one(Officer, handoff.officer)).name
        casebook.note(change, case, UNREACHED, f"{name} was asked, and could not be reached here then.", None)
    return False


def ring(change: Change, officer: Officer) -> str:
    """Return what is to be done where an officer cannot be reached here, empty where she can."""
    if officer.person is None or reach.can_be_reached(change, officer.person):
        return ""
    contact = officers.contact(change.records, officer)
    return (
        f"I cannot reach {contact.name} here yet: please ring {contact.phone} and give the number. If it is "
        "not taken on in time, the next is asked."
    )
