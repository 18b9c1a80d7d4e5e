"""The quarterly check is opened: one case a site, on the first working day of each quarter (clause 1.5).

Looked at every minute, in our own tables: done twice it opens once, and a day on which the system was off is
made up as soon as it is on. A quarter in which it was never on is told of.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers, reach
from bot.cases import casebook, handoffs, quarterly_cards
from bot.cases.quarterly_dates import Quarter, over_since, quarter_of
from bot.cases.rules import Rules
from bot.contact import Office
from bot.records.store import Change, Records
from bot.records.tables import Audit, Case, Officer, Organisation

log = logging.getLogger(__name__)

# Who is responsible for what is shown online (1.1) and for the policy, the first who can checking it (1.5).
TRUSTEES: tuple[Office, ...] = ("chair", "deputy_chair", "trustee")
# Audit entries by which a quarter is known: they stay when its cases are let go.
_BEGUN, _MISSED = "quarterly:quarter:begun", "quarterly:quarter:missed"


def open_due(records: Records, rules: Rules) -> None:
    """Open the checks of this quarter that are missing, and tell of quarters that went by without one."""
    if not rules.quarterly.sites:
        return
    with records.reading() as session:
        if not (_not_opened(records, rules, session) or _missed(records, rules, session)):
            return
    with records.changing() as change:
        officers.one_at_a_time(change)
        checker = reach.first_of(change, TRUSTEES)
        if checker is None:
            log.warning("quarterly.nobody_to_check")
            return
        quarter = quarter_of(rules.calendar, records.now())
        sites = _not_opened(records, rules, change.session)
        for site in sites:
            _open(change, rules, quarter, site, checker)
        if sites and not _is_noted(records, change.session, quarter):
            change.audit(_BEGUN, quarter.id)
        _tell_missed(change, _missed(records, rules, change.session))


def trustees(change: Change) -> Sequence[str]:
    """Return the trustees by person, the chair first, each once."""
    organisation = change.records.organisation
    held = [one for office in TRUSTEES for one in officers.holders(change.session, organisation, office)]
    return list(dict.fromkeys(officer.person for officer in held if officer.person is not None))


def _not_opened(records: Records, rules: Rules, session: Session) -> Sequence[str]:
    """Return the sites whose check of this quarter is due and was not opened yet."""
    quarter = quarter_of(rules.calendar, records.now())
    if not quarter.has_begun(rules.calendar, records.now()):
        return ()
    wanted = {_occasion(quarter, site): site for site in rules.quarterly.sites}
    found = select(Case.occasion).where(
        Case.organisation == records.organisation, Case.kind == "quarterly", Case.occasion.in_(wanted)
    )
    opened = set(session.scalars(found))
    return [site for occasion, site in wanted.items() if occasion not in opened]


def _missed(records: Records, rules: Rules, session: Session) -> Sequence[Quarter]:
    """Return the quarters since the organisation was set up of which nothing is known here."""
    founded = session.get_one(Organisation, records.organisation).created_at
    over = over_since(rules.calendar, founded, records.now())
    return [quarter for quarter in over if not _is_noted(records, session, quarter)]


def _open(change: Change, rules: Rules, quarter: Quarter, site: str, checker: Officer) -> None:
    now = change.records.now()
    due = rules.calendar.deadline(now, rules.quarterly.check_days)
    what = f"{site}, {quarter.words}"
    case = casebook.open_case(change, "quarterly", None, what, due, occasion=_occasion(quarter, site))
    casebook.note(change, case, quarterly_cards.CHECK, what, None)
    handoff = handoffs.hand_off(change, case, checker, "quarterly", rules.taken_on_by("quarterly", now))
    reach.tell(change, checker.person, quarterly_cards.offer(rules, case, handoff, what))
    log.info("quarterly.opened", extra={"case": case.id, "quarter": quarter.id})


def _tell_missed(change: Change, missed: Sequence[Quarter]) -> None:
    """Tell the trustees of quarters without a check; as long as nobody can be told, it is not done."""
    if not missed:
        return
    cards = {person: quarterly_cards.missed(missed, person) for person in trustees(change)}
    if not [person for person, card in cards.items() if reach.tell(change, person, card)]:
        log.warning("quarterly.missed.not_told")
        return
    for quarter in missed:
        change.audit(_MISSED, quarter.id)
        log.warning("quarterly.missed", extra={"quarter": quarter.id})


def _is_noted(records: Records, session: Session, quarter: Quarter) -> bool:
    found = select(Audit.id).where(
        Audit.organisation == records.organisation,
        Audit.about == quarter.id,
        Audit.what.in_((_BEGUN, _MISSED)),
    )
    return session.scalars(found.limit(1)).first() is not None


def _occasion(quarter: Quarter, site: str) -> str:
    return f"{quarter.id}:{site}"
