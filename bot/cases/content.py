"""Content requests: a post is proposed, approved by someone else, put online (clauses 1.2, 1.4, 1.6)."""

from collections.abc import Callable, Mapping, Sequence

from bot import officers, people, reach
from bot.card import Card
from bot.cases import (
    casebook,
    complaint_cards,
    conflict,
    content_cards,
    content_consents,
    content_down,
    form,
    handoffs,
    offers,
)
from bot.cases.casebook import CaseError
from bot.cases.content_cards import PICTURE, TEXT, WHERE
from bot.cases.form import Answers, Form, Question
from bot.records.store import Change
from bot.records.tables import Case, Officer
from bot.visit import Visit

_NOBODY_APPROVES = "There is nobody here who could approve it. Please speak with a trustee."


def questions(visit: Visit, given: Answers) -> Sequence[Question]:
    """Return what is asked about a post, and of everyone who is pictured."""
    today = content_down.today(visit.change, visit.rules)
    return [
        Question(TEXT, "What shall the post say? Write it word for word.", "Text"),
        Question(
            PICTURE,
            "Shall there be a picture? Send it here, or skip this.",
            "Picture",
            (("none", "No picture"),),
            typed=False,
            optional=True,
            files=True,
            pictures=True,
        ),
        Question(WHERE, "Where shall it go? Choose, or write it.", "Where", _sites(visit)),
        *content_consents.questions(given, today),
    ]


def intro(visit: Visit) -> Card:
    """Return what happens with a post that is proposed, and who approves it."""
    held = officers.authority(visit.change.session, visit.person)
    return content_cards.intro(visit, own="manager" in held)


def submit(visit: Visit, case: Case, given: Answers) -> Sequence[Card]:
    """Send a post to whoever approves it: the manager, and never its author."""
    change, rules = visit.change, visit.rules
    if not conflict.in_turn(change.session, case):
        raise CaseError(_NOBODY_APPROVES)
    casebook.step(change, case, "submit", visit.person)
    now = change.records.now()
    if case.summary is None:
        case.opened_at = now
    case.summary = change.records.seal(Case.summary, case, given[TEXT])
    content_consents.write(visit, case, given)
    case.due_at = rules.calendar.deadline(now, rules.content.decide_days)
    handed = handoffs.hand_on(change, case, "content", rules.taken_on_by("content", now))
    if handed is None:
        raise CaseError(_NOBODY_APPROVES)
    handoff, officer = handed
    deviates(change, case, officer)
    offers.make(change, case, handoff, complaint_cards.offer(rules, case, handoff))
    return (content_cards.receipt(visit, case, officer),)


def changed(visit: Visit, case: Case, question: str) -> str:
    """Void what was consented to, where the text or the picture is another one; return what is said of it."""
    of_the_post = question in (TEXT, PICTURE)
    return content_consents.changed(visit, case, question, of_the_post=of_the_post)


def rewrite(visit: Visit, rest: str) -> Sequence[Card]:
    """Take a post back to change it: what was approved counts no more."""
    case = casebook.raised(visit.change, rest, visit.person)
    _only_posts(case)
    if case.stage == "draft":
        return form.go_on(visit, FORM, case)
    was_approved, owner = case.stage == "approved", case.owner
    casebook.step(visit.change, case, "change", visit.person)
    if was_approved:
        casebook.note(visit.change, case, "voided", "Its author is changing it.", visit.person)
        visit.change.audit("content:approval:voided", case.id, people.audit_name(visit.person))
    handed_back(visit, case)
    if owner is not None:
        reach.tell(visit.change, owner, content_cards.taken_back(visit, case, was_approved=was_approved))
    return form.go_on(visit, FORM, case, "You have it back. Nobody approves it until you send it again.")


def approve(visit: Visit, rest: str) -> Sequence[Card]:
    """Approve a post, unless a consent is missing or has run out."""
    case = casebook.owned(visit.change, rest, visit.person)
    _only_posts(case)
    _needs_consents(visit, case)
    casebook.step(visit.change, case, "approve", visit.person)
    case.due_at = visit.rules.calendar.deadline(visit.change.records.now(), visit.rules.content.decide_days)
    officer = _myself(visit)
    deviates(visit.change, case, officer)
    casebook.note(visit.change, case, "approved", "As it stands here.", visit.person)
    reach.tell(visit.change, case.raised_by, content_cards.approved(visit, case, officer))
    return (content_cards.owners(visit, case, "It is approved. Now it can be put online."),)


def publish(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that a post is online; its consents are watched from then on."""
    case = casebook.owned(visit.change, rest, visit.person)
    _only_posts(case)
    _needs_consents(visit, case)
    casebook.step(visit.change, case, "publish", visit.person)
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    casebook.note(visit.change, case, content_down.PUBLISHED, "It is online.", visit.person)
    reach.tell(visit.change, case.raised_by, content_cards.published(visit, case))
    return (content_cards.owners(visit, case, "Noted. I watch over its consents from here on."),)


def handed_back(visit: Visit, case: Case) -> None:
    """Leave a post with its author alone, until she sends it again."""
    case.owner, case.due_at = None, None
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))


def deviates(change: Change, case: Case, officer: Officer) -> None:
    """Record, once, that someone else than the manager approves a post, unlike what clause 1.2 says."""
    if officer.office == "manager" or casebook.entries(change, case, "deviation"):
        return
    held = [one.person for one in officers.holders(change.session, case.organisation, "manager")]
    why = "the manager is its author" if case.raised_by in held else "the manager did not have it"
    name = officers.contact(change.records, officer).name
    said = f"Clause 1.2 has the manager approve. Here {name} does instead: {why}."
    casebook.note(change, case, "deviation", said, None)
    change.audit("content:approval:deviates", case.id, detail="1.2")


def consents(visit: Visit, rest: str) -> Sequence[Card]:
    """Show the consents of a post, to say which was withdrawn."""
    case = _authors_or_owners(visit, rest)
    return (content_cards.which_consent(visit, case),)


def consent_withdrawn(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that a consent was withdrawn; what is or may be online is to be taken down."""
    case_id, _, consent_id = rest.partition(":")
    case = _authors_or_owners(visit, case_id)
    consent = content_consents.withdraw(visit, case, consent_id)
    name = content_consents.who(visit.change, consent)
    casebook.note(visit.change, case, "consent", f"{name} withdrew it.", visit.person)
    down = None
    if content_down.may_be_online(visit.change, case):
        down = content_down.take_down(visit.change, visit.rules, case, consent, f"{name} withdrew consent")
    elif case.owner is not None and case.owner != visit.person.id:
        reach.tell(visit.change, case.owner, content_cards.consent_gone(visit, case))
    return (content_cards.withdrawn(visit, case, down),)


def taken_down(visit: Visit, rest: str) -> Sequence[Card]:
    """Note that a post is down, and tell its author."""
    case = casebook.owned(visit.change, rest, visit.person)
    if case.kind != "take-down":
        raise CaseError(casebook.NOT_OPEN)
    casebook.step(visit.change, case, "close", visit.person)
    handoffs.end_all(visit.change, case, who=people.audit_name(visit.person))
    casebook.note(visit.change, case, "lessons", "It is taken down.", visit.person)
    post = visit.change.session.get(Case, case.parent) if case.parent else None
    if post is not None:
        casebook.note(visit.change, post, "taken down", "It is offline.", visit.person)
        reach.tell(visit.change, post.raised_by, content_cards.is_down(visit, post))
    return (content_cards.owners(visit, case, "Thank you. It is noted that it is down."),)


def _needs_consents(visit: Visit, case: Case) -> None:
    today = content_down.today(visit.change, visit.rules)
    lacking = content_consents.lacking(visit.change, case, today)
    if lacking:
        raise CaseError(
            f"It cannot go out: a consent is missing. {'; '.join(lacking)}. Ask its author for changes."
        )


def _authors_or_owners(visit: Visit, case_id: str) -> Case:
    try:
        case = casebook.raised(visit.change, case_id, visit.person)
    except CaseError:
        case = casebook.owned(visit.change, case_id, visit.person)
    _only_posts(case)
    return case


def _only_posts(case: Case) -> None:
    if case.kind != "content":
        raise CaseError(casebook.NOT_OPEN)


def _myself(visit: Visit) -> Officer:
    officer = conflict.officer_of(visit.change.session, visit.person.organisation, visit.person.id)
    if officer is None:
        raise CaseError(casebook.NOT_OPEN)
    return officer


def _sites(visit: Visit) -> tuple[tuple[str, str], ...]:
    sites = visit.rules.quarterly.sites
    every = ((content_down.EVERYWHERE, "All of these"),) if len(sites) > 1 else ()
    return (*((site, site) for site in sites), *every)


FORM = Form(
    "content",
    "Proposing a post",
    intro,
    questions,
    submit,
    changed=changed,
    told=content_cards.told,
    grows=True,  # there are as many as people are seen in it
)
PRESSES: Mapping[str, Callable[[Visit, str], Sequence[Card]]] = {
    "rewrite": rewrite,
    "approve": approve,
    "publish": publish,
    "consents": consents,
    "unconsent": consent_withdrawn,
    "taken-down": taken_down,
}
