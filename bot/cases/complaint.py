"""Complaints: the form, which procedure is followed, and to whom a complaint goes once it is sent."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from bot import officers, people, reach
from bot.card import Card
from bot.cases import casebook, complaint_cards, conflict, form, handoffs, mentions, naming, offers
from bot.cases.casebook import CaseError
from bot.cases.complaint_dates import due_after
from bot.cases.form import SKIPPED, Answers, Form, Question
from bot.cases.rules import Procedure, Rules
from bot.contact import asks_for_no_name, name_given
from bot.records.store import Change
from bot.records.tables import Case, Officer, Person
from bot.roles import effective
from bot.visit import Visit

# Two complaints in the same words within this time are most likely one that was sent twice.
_SAME_WITHIN = timedelta(hours=1)
# The stages at which the answer is still to come.
BEFORE_ANSWER = frozenset({"received", "acknowledged", "looked into"})
_OFFICER = "person-"
_WHAT, _ABOUT, _WHERE, _WHEN, _WHO = "what", "about", "where", "when", "who"
_RIGHT, _REACH, _FOR, _NAME, _FILES = "right", "reach", "for", "name", "files"
_NO_NAME = "anonymous"
_ASKS_FOR_NONE = frozenset({"anon", "anonymous", "anonymously", "nobody", "none", "no", "not", "noone"})
_ANSWERED, _MYSELF, _NOT_YET = "answered", "myself", "not-yet"

_ANSWERED_WHERE = Question(
    _ANSWERED,
    "Has anyone answered them yet? Write where and when, such as by private message today.",
    "Answered so far",
    ((_NOT_YET, "Not yet"),),
)


def questions(visit: Visit, given: Answers) -> Sequence[Question]:
    """Return what is asked about a complaint."""
    return [
        Question(_WHAT, "What happened? Write it as you would tell it.", "What happened"),
        Question(
            _ABOUT,
            "What is it about?",
            "What it is about",
            (
                ("behaviour", "How someone behaved"),
                ("online", "Something on our page or online"),
                ("email", "E-mail or internet use"),
                ("misuse", "Misuse of equipment or accounts"),
                ("personal-information", "My personal information"),
                ("other", "Something else"),
            ),
            typed=False,
        ),
        Question(
            _WHERE,
            "Where did it happen? Choose, or write it.",
            "Where",
            (("page", "On our page"), ("e-mail", "By e-mail or text"), ("in-person", "In person")),
            optional=True,
        ),
        Question(_WHEN, "When was it? As well as you know.", "When", optional=True),
        Question(
            _WHO,
            "Who is it about? Choose, or write a name or what they do. They see nothing of this.",
            complaint_cards.WHO,
            (
                *_officers(visit),
                ("a volunteer", "A volunteer"),
                ("a member of staff", "A member of staff"),
                ("a trustee", "A trustee"),
                ("nobody", "Nobody in particular"),
            ),
        ),
        Question(_RIGHT, "What would put it right?", "What would put it right", optional=True),
        Question(
            _FOR,
            "Is it for yourself? For someone outside this chat, write who it is and how to reach them.",
            "For whom",
            ((_MYSELF, "For myself"),),
        ),
        *([_ANSWERED_WHERE] if given.get(_FOR, _MYSELF) != _MYSELF else []),
        Question(
            _REACH,
            "How shall we reach you? Answers come here in any case. For another way, write it.",
            "How to be reached",
            (("here", "Here is fine"),),
        ),
        Question(
            _NAME,
            "Who may know that it comes from you? If anyone may, you can write your name. Without one, "
            "answers still reach you through me, and what you wrote goes on as it is.",
            "Your name",
            (
                ("open", "Anyone who deals with it may know"),
                ("hidden", "Not known to the one it is about"),
                (_NO_NAME, "Nobody may know"),
            ),
            read=_read_name,
        ),
        Question(
            _FILES,
            "Do you have pictures or documents? Send them here, or skip this.",
            "Files",
            (("none", "No files"),),
            optional=True,
            files=True,
        ),
    ]


def _read_name(text: str) -> str:
    """Return the name that was written; words that ask for none are taken as such."""
    if asks_for_no_name(text) or set(re.findall(r"\w+", text.casefold())) & _ASKS_FOR_NONE:
        return _NO_NAME
    try:
        return name_given(text)
    except ValueError:
        raise CaseError("I cannot take that as a name. Choose, or write your name.") from None


def intro(visit: Visit) -> Card:
    """Return what happens with a complaint, who sees it, and whom one can ring instead."""
    known = conflict.known_officers(visit.change.records, visit.change.session)
    barred = {visit.person.id, *naming.meant(visit.state.offered, known)}
    manager = reach.first_of(visit.change, ("manager", "deputy_manager", "chair"), barred)
    contact = officers.contact(visit.change.records, manager) if manager else None
    return complaint_cards.intro(visit.card_id, contact, visit.message.conversation.partition(":")[0])


def submit(visit: Visit, case: Case, given: Answers) -> Sequence[Card]:
    """Send a complaint off: into its procedure, to the first officer whom it cannot be about."""
    change, rules = visit.change, visit.rules
    same = None if given.get("+anyway") else _same(visit, case, given[_WHAT])
    if same is not None:
        return (complaint_cards.same(visit.card_id, case, same),)
    case.opened_at = change.records.now()
    casebook.step(change, case, "submit", visit.person)
    case.summary = change.records.seal(Case.summary, case, given[_WHAT])
    case.anonymous = given.get(_NAME) == _NO_NAME
    sure = _picked(given)
    if sure is not None:
        conflict.take_part(change.session, case, sure, "respondent")
    for person in _may_be(visit, case, given) - {sure}:
        conflict.take_part(change.session, case, person, "may-be")
    against = respondent(visit, given)
    procedure = choose(rules, given, visit_roles(visit), against)
    case.procedure = procedure.id
    casebook.note(change, case, complaint_cards.WHY, _why(visit, procedure, given, against), None)
    date_anew(change, rules, case)
    officer = send_on(change, rules, case)
    return (complaint_cards.receipt(visit, case, form_rows(visit, given), officer),)


def choose(rules: Rules, given: Answers, raiser: Sequence[str], against: str) -> Procedure:
    """Return the first procedure that fits what it is about, who raises it, and what whom it is about is."""
    for procedure in rules.procedures.values():
        fits_about = not procedure.about or given.get(_ABOUT) in procedure.about
        fits_raiser = not procedure.raiser or bool(set(raiser) & set(procedure.raiser))
        fits_respondent = not procedure.respondent or against in procedure.respondent
        if fits_about and fits_raiser and fits_respondent:
            return procedure
    return rules.read.procedure[-1]


def _why(visit: Visit, procedure: Procedure, given: Answers, against: str) -> str:
    """Return why a procedure applies, in words that whoever deals with it may read."""
    about = next(question for question in questions(visit, given) if question.id == _ABOUT)
    reasons = []
    if procedure.about:
        reasons.append(f"it is about “{form.shown(about, given[_ABOUT])}”")
    if procedure.respondent:
        what = "member of staff" if against == "staff" else against
        reasons.append(f"the person it is about is a {what}")
    if procedure.raiser and given.get(_NAME) != _NO_NAME:
        reasons.append("a member of staff raises it")
    return f"because {', and '.join(reasons)}" if reasons else "since no other one fits"


def respondent(visit: Visit, given: Answers) -> str:
    """Return what whoever it is about is to the organisation, as far as it was said; else nothing."""
    person = _picked(given)
    if person is not None:
        found = visit.change.session.get(Person, person)
        held = officers.authority(visit.change.session, found) if found else frozenset()
        return next(iter(effective((), held)), "staff")
    words = given.get(_WHO, "").casefold()
    return next((role for role in ("volunteer", "trustee", "staff", "manager") if role in words), "")


def visit_roles(visit: Visit) -> Sequence[str]:
    """Return what the one who raises it is to the organisation."""
    return people.roles(visit.change.session, visit.person)


def send_on(change: Change, rules: Rules, case: Case) -> Officer | None:
    """Hand a complaint to whom it goes now, and tell her; first to be cleared where someone may be meant."""
    parts = conflict.parts(change.session, case)
    why = "clear" if any(part.part == "may-be" for part in parts) else "complaint"
    due = handoffs.due(rules, case, why, change.records.now())
    handed = handoffs.hand_on(change, case, why, due)
    if handed is None:
        return None
    handoff, officer = handed
    offers.make(change, case, handoff, complaint_cards.offer(rules, case, handoff))
    return officer


def date_anew(change: Change, rules: Rules, case: Case) -> None:
    """Set by when the next thing is due at the stage that a complaint has come to."""
    replied = bool(casebook.entries(change, case, "reply", "asked", "answer")) or _was_answered(change, case)
    casebook.due(case, due_after(rules, case, change.records.now(), replied=replied))


def _was_answered(change: Change, case: Case) -> bool:
    """Say whether someone outside the chat was answered before the complaint was entered for them."""
    rows = casebook.entries(change, case, f"{casebook.ANSWER}{_ANSWERED}")
    return any(text not in (SKIPPED, _NOT_YET) for _, text in rows)


def recheck(change: Change, rules: Rules, case: Case, text: str) -> None:
    """Look whom an added text may mean; an owner whom it may mean loses the case at once, and it moves."""
    mentions.note(change, case, text)
    barred = conflict.may_not_own(change.session, case)
    holders = {handoff.to for handoff in handoffs.of_case(change, case)} | {case.owner}
    if not holders & barred:
        return
    seen = len(casebook.entries(change, case))
    change.audit("complaint:access:ended", case.id, detail=f"{seen} entries had been there to be seen")
    case.owner = None
    handoffs.end_all(change, case)
    if send_on(change, rules, case) is None:
        reach.tell(change, case.raised_by, complaint_cards.nobody(case))


def form_rows(visit: Visit, given: Answers) -> tuple[tuple[str, str], ...]:
    """Return what was answered, as labelled values; what was left out is not there."""
    asked = questions(visit, given)
    return tuple(
        (question.short, form.shown(question, given[question.id]))
        for question in asked
        if given.get(question.id, SKIPPED) not in (SKIPPED, "none")
    )


def _may_be(visit: Visit, case: Case, given: Answers) -> frozenset[str]:
    """Return the officers whom a complaint names or may mean, anywhere in it."""
    known = conflict.known_officers(visit.change.records, visit.change.session)
    found = mentions.meant(visit.change, case)
    if _picked(given) is None and given.get(_WHO) not in ("nobody", "a volunteer", None):
        found |= naming.meant(given[_WHO], known, asked_who=True)
    return found - {visit.person.id}


def _picked(given: Answers) -> str | None:
    """Return the person who was picked from the list, if one was."""
    who = given.get(_WHO, "")
    return who.removeprefix(_OFFICER) if who.startswith(_OFFICER) else None


def _officers(visit: Visit) -> Sequence[tuple[str, str]]:
    """Return the officers to pick from, each once, without the one who asks."""
    found: dict[str, str] = {}
    for officer in officers.current(visit.change.session, visit.change.records.organisation):
        if officer.person is not None and officer.person != visit.person.id:
            found.setdefault(officer.person, officers.contact(visit.change.records, officer).name)
    return [(f"{_OFFICER}{person}", name) for person, name in found.items()]


def _same(visit: Visit, case: Case, what: str) -> Case | None:
    """Return a complaint that she sent just now in the same words."""
    records = visit.change.records
    hers = select(Case).where(
        Case.raised_by == visit.person.id,
        Case.kind == "complaint",
        Case.id != case.id,
        Case.closed_at.is_(None),
        Case.summary.is_not(None),
        Case.opened_at > records.now() - _SAME_WITHIN,
    )
    for other in visit.change.session.scalars(hers):
        if " ".join(records.open(Case.summary, other).split()) == " ".join(what.split()):
            return other
    return None


def first_answers(text: str) -> Mapping[str, str]:
    """Return what is written down already of a form that was offered because of a text."""
    enough_to_be_a_story = 6
    return {_WHAT: text} if len(text.split()) >= enough_to_be_a_story else {}


FORM = Form("complaint", "Raising a complaint", intro, questions, submit)
