"""Consents: who is seen or named in a post; who consented, how, when, until when (clause 1.4)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from bot import days, people
from bot.cases import casebook, form
from bot.cases.casebook import CaseError
from bot.cases.form import Answers, Question
from bot.records.store import Change
from bot.records.tables import Case, Consent, new_id
from bot.visit import Visit

NOBODY, NOT_YET, NO_END, CHILD = "nobody", "not-yet", "withdrawn", "child"
# So many in one post: a picture of a whole crowd needs no list, it needs another picture.
MOST = 20
_WHO, _CHILD, _GIVER, _MEANS, _GIVEN, _UNTIL, _ROW = "who", "child", "giver", "means", "given", "until", "row"
_OF_ROW = f"{casebook.ANSWER}{_ROW}-"
# What is asked of each anew when the post is another one than consent was given for.
_DETAILS = (_GIVER, _MEANS, _GIVEN, _UNTIL)
_MEANS_OPTIONS = (
    ("form", "On a signed form"),
    ("e-mail", "By e-mail or message"),
    ("said", "By word of mouth"),
    (NOT_YET, "It is not given yet"),
)
_NO_ONE = frozenset({"nobody", "nobody else", "no one", "no one else", "no-one", "none", "no"})
_DATES = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d")
_DAY = timedelta(days=1)


def questions(given: Answers, today: date) -> Sequence[Question]:
    """Return what is asked of those who are pictured, one after the other, as far as it is known who is."""
    found: list[Question] = []
    for number in range(1, MOST + 1):
        who = given.get(f"{_WHO}-{number}")
        found.append(_who(number, who))
        if who is None or who == NOBODY:
            break
        of_one = list(_of_one(given, number, who, today))
        found += of_one
        if any(question.id not in given for question in of_one):
            break
    return found


def write(visit: Visit, case: Case, given: Answers) -> None:
    """Write a consent for each who is pictured, as it was answered, in place of those that there were."""
    change, records = visit.change, visit.change.records
    for old in current(change, case):
        old.void_at = records.now()
    for number in _numbers(given):
        of = {part: given.get(f"{part}-{number}", "") for part in (_WHO, _CHILD, *_DETAILS)}
        row = Consent(
            id=new_id(), organisation=records.organisation, case_=case.id, child=of[_CHILD] == CHILD
        )
        row.subject = records.seal(Consent.subject, row, of[_WHO])
        if NOT_YET not in (of[_GIVER], of[_MEANS]):
            row.giver = records.seal(Consent.giver, row, of[_GIVER] or of[_WHO])
            row.means = records.seal(Consent.means, row, dict(_MEANS_OPTIONS).get(of[_MEANS], of[_MEANS]))
            row.given_on = _day(of[_GIVEN])
            row.until = None if of[_UNTIL] == NO_END else _day(of[_UNTIL])
        change.add(row)
        form.put(visit, case, f"{_ROW}-{number}", row.id)


def current(change: Change, case: Case) -> Sequence[Consent]:
    """Return the consents of a post that are not void, one for each who is pictured, as they were named."""
    rows = select(Consent).where(Consent.case_ == case.id, Consent.void_at.is_(None))
    found = change.session.scalars(rows.order_by(Consent.id)).all()
    named = [text for row, text in casebook.entries(change, case) if row.kind.startswith(_OF_ROW)]
    return sorted(found, key=lambda one: named.index(one.id) if one.id in named else len(named))


def lacking(change: Change, case: Case, today: date) -> Sequence[str]:
    """Return for whom there is no consent on a day, and why, in words; nobody where the post may go out."""
    found = [(who(change, one), standing(one, today)) for one in current(change, case)]
    return [f"{name}: {state}" for name, state in found if state != "there"]


def standing(consent: Consent, today: date) -> str:
    """Return how a consent stands on a day: there, not given, withdrawn, or run out."""
    if consent.withdrawn_at is not None:
        return "withdrawn"
    if consent.given_on is None:
        return "not given yet"
    if consent.until is not None and consent.until < today:
        return f"ran out on {days.in_words(consent.until, days.DATE)}"
    return "there"


def who(change: Change, consent: Consent) -> str:
    """Return who is pictured."""
    return change.records.open(Consent.subject, consent)


def told(change: Change, consent: Consent, today: date) -> str:
    """Return a consent in words, as whoever approves the post sees it."""
    state = standing(consent, today)
    if consent.given_on is None:
        return f"consent {state}"
    by = "" if not consent.child else f" by a parent or carer ({change.records.open(Consent.giver, consent)})"
    until = f"until {days.in_words(consent.until, days.DATE)}" if consent.until else "until it is withdrawn"
    how = change.records.open(Consent.means, consent)
    said = f"consent given{by} on {days.in_words(consent.given_on, days.DATE)}, {_in_a_row(how)}, {until}"
    return said if state == "there" else f"{said}. NOT VALID: {state}"


def _in_a_row(how: str) -> str:
    """Return how consent was given, in the middle of a sentence; what was typed stays as it was."""
    return how[:1].lower() + how[1:] if how in dict(_MEANS_OPTIONS).values() else how


def changed(visit: Visit, case: Case, question: str, *, of_the_post: bool) -> str:
    """Void what was consented to when it is changed; return what is said of it.

    `of_the_post` says that its text or picture is another one, for which nobody has consented yet.
    """
    part, _, number = question.partition("-")
    given = form.answers(visit, case)
    if of_the_post:
        _void(visit, case)
        asked = [one for one in _numbers(given) if _forget(visit, case, given, one)]
        return "The post is another one now, so consent is asked for anew." if asked else ""
    if part == _WHO and given.get(question) == NOBODY:
        _close_up(visit, case, given, int(number))
    elif part in (_WHO, _CHILD):
        _forget(visit, case, given, int(number))
    return ""


def withdraw(visit: Visit, case: Case, consent_id: str) -> Consent:
    """Note that a consent was withdrawn; it is asked for anew if the post is changed. Raise CaseError."""
    found = next((one for one in current(visit.change, case) if one.id == consent_id), None)
    if found is None or found.withdrawn_at is not None:
        raise CaseError("That consent is not there any more, or was withdrawn before.")
    found.withdrawn_at = visit.change.records.now()
    visit.change.audit("content:consent:withdrawn", found.id, people.audit_name(visit.person))
    given = form.answers(visit, case)
    for number in _numbers(given):
        if given.get(f"{_ROW}-{number}") == consent_id:
            _forget(visit, case, given, number)
    return found


def _who(number: int, who: str | None) -> Question:
    if number == 1:
        ask = "Who can be seen in it, or is named? One after the other: write the first, child or adult."
        label, short = "Nobody", "Who can be seen or is named"
    else:
        ask, label, short = "Who else?", "Nobody else", "Who else"
    short = short if who == NOBODY else f"Person {number}"
    return Question(f"{_WHO}-{number}", ask, short, ((NOBODY, label),), read=_read_who)


def _of_one(given: Answers, number: int, name: str, today: date) -> Sequence[Question]:
    """Return what is asked of one who is pictured, as far as what was answered leads."""
    child = Question(
        f"{_CHILD}-{number}",
        f"Is “{name}” a child or an adult?",
        f"Person {number}, child or adult",
        ((CHILD, "A child"), ("adult", "An adult")),
        typed=False,
    )
    found = [child]
    if given.get(child.id) == CHILD:
        ask = f"Which parent or carer gave consent for “{name}”? Write their name."
        options = ((NOT_YET, "Nobody yet"),)
        found.append(Question(f"{_GIVER}-{number}", ask, f"Person {number}, who gave consent", options))
    if child.id not in given or given.get(found[-1].id) in (None, NOT_YET):
        return found
    how = Question(
        f"{_MEANS}-{number}",
        "How was consent given?",
        f"Person {number}, how consent was given",
        _MEANS_OPTIONS,
    )
    found.append(how)
    if given.get(how.id) in (None, NOT_YET):
        return found
    since = _given_on(number, today)
    found.append(since)
    if since.id in given:
        found.append(_until(number, _day(given[since.id]) or today))
    return found


def _given_on(number: int, today: date) -> Question:
    options = (_day_option("Today,", today), _day_option("Yesterday,", today - _DAY))
    read = _reads(lambda day: day <= today, "Consent cannot be given in the future.")
    ask = "When was it given? Choose, or write a day, such as 3 March 2026."
    return Question(f"{_GIVEN}-{number}", ask, f"Person {number}, consent given on", options, read=read)


def _until(number: int, since: date) -> Question:
    options = (_day_option("For a year, until", _year_after(since)), (NO_END, "Until it is withdrawn"))
    read = _reads(
        lambda day: day >= since, f"It was given on {days.in_words(since, days.DATE)}: it cannot end before."
    )
    ask = "Until when does it hold? Choose, or write the last day, such as 31 August 2027."
    return Question(f"{_UNTIL}-{number}", ask, f"Person {number}, consent until", options, read=read)


def _day_option(called: str, day: date) -> tuple[str, str]:
    """Return a day to choose, named by its date too: read again tomorrow, "today" would be another one."""
    words = days.in_words(day, days.DATE)
    return words, f"{called} {words}"


def _reads(fits: Callable[[date], bool], otherwise: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        day = _day(text)
        if day is None:
            raise CaseError("I cannot read that as a day. Please write it like this: 3 March 2026.")
        if not fits(day):
            raise CaseError(otherwise)
        return days.in_words(day, days.DATE)

    return read


def _read_who(text: str) -> str:
    return NOBODY if text.strip(" .!").casefold() in _NO_ONE else text


def _day(text: str) -> date | None:
    for form_ in _DATES:
        try:
            return datetime.strptime(" ".join(text.split()), form_).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _numbers(given: Answers) -> Sequence[int]:
    """Return the numbers of those who are pictured."""
    found = []
    for number in range(1, MOST + 1):
        if given.get(f"{_WHO}-{number}", NOBODY) == NOBODY:
            break
        found.append(number)
    return found


def _void(visit: Visit, case: Case) -> None:
    for consent in current(visit.change, case):
        consent.void_at = visit.change.records.now()
        visit.change.audit("content:consent:voided", consent.id, people.audit_name(visit.person))


def _forget(visit: Visit, case: Case, given: Mapping[str, str], number: int) -> bool:
    """Have someone's consent asked for anew; return False where nothing was answered of it."""
    there = [f"{part}-{number}" for part in _DETAILS if f"{part}-{number}" in given]
    for question in there:
        form.unanswer(visit, case, question)
    return bool(there)


def _close_up(visit: Visit, case: Case, given: Mapping[str, str], number: int) -> None:
    """Take someone off the list: those after her move up."""
    last = max([number, *(int(kind.partition("-")[2]) for kind in given if kind.startswith(f"{_WHO}-"))])
    for to in range(number, last + 1):
        for part in (_WHO, _CHILD, *_DETAILS, _ROW):
            moved = given.get(f"{part}-{to + 1}")
            if moved is None:
                form.unanswer(visit, case, f"{part}-{to}")
            else:
                form.put(visit, case, f"{part}-{to}", moved)
    if last == number:  # she was the last: the list ends here
        form.put(visit, case, f"{_WHO}-{number}", NOBODY)
