"""Taking down: a post whose consent was withdrawn or ran out, due the next working day."""

import logging
from datetime import date

from sqlalchemy import select

from bot.cases import casebook, complaint_cards, content_consents, handoffs, offers
from bot.cases.rules import Rules
from bot.records.store import Change, Records
from bot.records.tables import Case, Consent

log = logging.getLogger(__name__)

PUBLISHED = "published"
# The question where a post shall go, and the answer that names all sites.
WHERE, EVERYWHERE = "where", "everywhere"


def today(change: Change, rules: Rules) -> date:
    """Return the day that it is where the organisation is."""
    return rules.calendar.local(change.records.now()).date()


def where(rules: Rules, given: str) -> str:
    """Return where a post is to go, as it is shown."""
    return ", ".join(rules.quarterly.sites) if given == EVERYWHERE else given


def may_be_online(change: Change, post: Case) -> bool:
    """Say whether a post is online, or was approved and may have been put there."""
    return post.stage == "approved" or bool(casebook.entries(change, post, PUBLISHED))


def take_down(change: Change, rules: Rules, post: Case, consent: Consent, why: str) -> Case | None:
    """Open the case that a post is to be taken down for a consent; return None where there is one already."""
    if _is_open(change, consent):
        return None
    now = change.records.now()
    said = f"{why}. Please take {post.number} offline wherever it is, and do not put it online again."
    case = casebook.open_case(
        change,
        "take-down",
        None,
        said,
        rules.calendar.deadline(now, rules.content.take_down_days),
        occasion=_occasion(consent),
        parent=post,
    )
    casebook.note(change, case, "take-down", said, None)
    text = change.records.open(Case.summary, post)
    casebook.note(change, case, "post", text, None)
    for _, given in casebook.entries(change, post, f"{casebook.ANSWER}{WHERE}"):
        casebook.note(change, case, "sites", where(rules, given), None)
    due = min(case.due_at or now, rules.taken_on_by("take-down", now))
    handed = handoffs.hand_on(change, case, "take-down", due)
    log.info("content.take_down", extra={"case": case.id})
    if handed is not None:
        offers.make(change, case, handed[0], complaint_cards.offer(rules, case, handed[0]))
    return case


def look(records: Records, rules: Rules) -> None:
    """Open a take-down for each post that is or may be online with a consent that has run out."""
    day = rules.calendar.local(records.now()).date()
    with records.reading() as session:
        rows = select(Consent.id).where(
            Consent.organisation == records.organisation,
            Consent.until < day,
            Consent.void_at.is_(None),
            Consent.withdrawn_at.is_(None),
        )
        opened = select(Case.occasion).where(
            Case.organisation == records.organisation, Case.kind == "take-down"
        )
        done = set(session.scalars(opened))
        run_out = [found for found in session.scalars(rows) if f"consent:{found}" not in done]
    for consent_id in run_out:
        _run_out(records, rules, consent_id)


def _run_out(records: Records, rules: Rules, consent_id: str) -> None:
    with records.changing() as change:
        case_id = change.session.get_one(Consent, consent_id).case_
        post = change.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
        consent = change.session.get_one(Consent, consent_id, populate_existing=True)
        stands = consent.void_at is None and consent.withdrawn_at is None
        if stands and may_be_online(change, post):
            name = content_consents.who(change, consent)
            take_down(change, rules, post, consent, f"The consent of {name} has run out")


def _is_open(change: Change, consent: Consent) -> bool:
    return casebook.of_occasion(change, "take-down", _occasion(consent)) is not None


def _occasion(consent: Consent) -> str:
    return f"consent:{consent.id}"
