"""Forms: one question a card, saved as it goes in a draft, resumed, changed, reviewed and submitted.

Answers are kept by the id of their question, never by a position: a release that adds a question does not
derail a form that is open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select

from bot import people
from bot.card import Button, Buttons, Card, Element, Facts, Progress, Text
from bot.cases import casebook, files, stages
from bot.cases.casebook import ANSWER, CaseError
from bot.cases.stages import Kind
from bot.records.tables import Case, CaseEntry
from bot.visit import Visit

SKIPPED = "—"
_LONGEST_SHOWN = 300

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form. `options` are (value, label); `typed` says that any words may answer it.

    `files` says that files may be sent in answer, `pictures` that they must be pictures, and `short` is what
    the answer is called in the review. `read` returns an answer as it is kept, or raises CaseError with what
    is wrong with it.
    """

    id: str
    ask: str
    short: str
    options: tuple[tuple[str, str], ...] = ()
    typed: bool = True
    optional: bool = False
    files: bool = False
    pictures: bool = False
    read: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for a case of one kind; `questions` depends on what was answered.

    `changed` is told of each answer that is not as it was, and returns what is said of that. `told` is what
    whoever sees to the case is shown in place of the answers. `grows` says that nobody knows at its beginning
    how many questions there will be.
    """

    kind: Kind
    title: str
    intro: Callable[[Visit], Card]
    questions: Callable[[Visit, Answers], Sequence[Question]]
    submit: Callable[[Visit, Case, Answers], Sequence[Card]]
    changed: Callable[[Visit, Case, str], str] | None = None
    told: Callable[[Visit, Case, Answers], Sequence[Element]] | None = None
    grows: bool = False


def begin(visit: Visit, form: Form, first: Mapping[str, str]) -> Sequence[Card]:
    """Begin a form, or go on with the one that she has open; `first` are answers that she gave before."""
    open_one = _draft(visit, form)
    if open_one is None:
        open_one = casebook.open_case(visit.change, form.kind, visit.person, "", None, stage=stages.DRAFT)
        for question, text in first.items():
            put(visit, open_one, question, text)
    return go_on(visit, form, open_one)


def go_on(visit: Visit, form: Form, case: Case, said: str = "") -> Sequence[Card]:
    """Ask the first question that is not answered; where there is none, show the review."""
    given = answers(visit, case)
    questions = form.questions(visit, given)
    for number, question in enumerate(questions, 1):
        if question.id not in given:
            return (_ask(visit, form, case, question, number, len(questions), said),)
    return (review(visit, form, case, said),)


def ask(visit: Visit, form: Form, case: Case, question_id: str, said: str = "") -> Sequence[Card]:
    """Ask one question again, as when its answer is to be changed."""
    questions = form.questions(visit, answers(visit, case))
    for number, question in enumerate(questions, 1):
        if question.id == question_id:
            return (_ask(visit, form, case, question, number, len(questions), said),)
    return go_on(visit, form, case, said)


def back(visit: Visit, form: Form, case: Case, question_id: str) -> Sequence[Card]:
    """Ask the question before one; before the first there is none."""
    ids = [question.id for question in form.questions(visit, answers(visit, case))]
    at = ids.index(question_id) if question_id in ids else 0
    return ask(visit, form, case, ids[max(at - 1, 0)])


def take(visit: Visit, form: Form, case: Case, question_id: str, text: str) -> Sequence[Card]:
    """Take an answer as typed or chosen, and ask on."""
    question = _question(visit, form, case, question_id)
    if question is None:
        return go_on(visit, form, case)
    if question.files and files.of_case(visit.change, case):
        words = "" if text in dict(question.options) else text.strip()
        return go_on(visit, form, case, _files_changed(visit, form, case, question, words) if words else "")
    values = dict(question.options)
    if not question.typed and text not in values:
        chosen = [value for value, label in question.options if label.casefold() == text.strip().casefold()]
        if not chosen:
            return ask(visit, form, case, question_id)
        text = chosen[0]
    text = text.strip() or SKIPPED
    try:
        text = question.read(text) if question.read and text not in values else text
    except CaseError as error:
        return ask(visit, form, case, question_id, str(error))
    return go_on(visit, form, case, _put(visit, form, case, question_id, text))


def take_files(visit: Visit, form: Form, case: Case, question_id: str, text: str) -> Sequence[Card]:
    """Keep the files that came in answer to a question, wherever in the form they come, and ask on."""
    taking = next((one for one in form.questions(visit, answers(visit, case)) if one.files), None)
    if taking is None:
        return ask(visit, form, case, question_id, "No files are taken here.")
    kept = files.keep(visit, case, pictures=taking.pictures)
    at_it, changed = taking.id == question_id, ""
    if kept.names or (at_it and text.strip()):
        changed = _files_changed(visit, form, case, taking, text.strip() if at_it else "")
    said = " ".join(part for part in (kept.said, changed) if part)
    if at_it or not text.strip():
        return ask(visit, form, case, question_id, said)
    (card,) = take(visit, form, case, question_id, text)
    return (replace(card, elements=(Text(said), *card.elements)),)


def remove_file(visit: Visit, form: Form, case: Case, file_id: str) -> Sequence[Card]:
    """Take a file out of a form again."""
    taking = next(one for one in form.questions(visit, answers(visit, case)) if one.files)
    files.remove(visit, case, file_id)
    return ask(visit, form, case, taking.id, _files_changed(visit, form, case, taking))


def skip(visit: Visit, form: Form, case: Case, question_id: str) -> Sequence[Card]:
    """Leave a question out, where it may be left out."""
    question = _question(visit, form, case, question_id)
    if question is None or not question.optional:
        return ask(visit, form, case, question_id)
    if question_id not in answers(visit, case):
        _put(visit, form, case, question_id, SKIPPED)
    return go_on(visit, form, case)


def review(visit: Visit, form: Form, case: Case, said: str = "") -> Card:
    """Return everything that was answered, to be changed or submitted."""
    visit.state.awaiting = ""
    given = answers(visit, case)
    questions = [question for question in form.questions(visit, given) if question.id in given]
    rows = tuple((question.short, shown(question, given[question.id])) for question in questions)
    change = tuple(Button(f"Change: {one.short}", f"case:change:{case.id}:{one.id}") for one in questions)
    told = (Text(said),) if said else ()
    return private(
        visit.card_id,
        case.number,
        form.title,
        *told,
        Text("Please read it through. Nothing has been sent yet."),
        Facts(rows),
        Buttons(
            (
                Button("Send it", f"case:submit:{case.id}", "primary"),
                Button("Pause", f"case:pause:{case.id}"),
                Button("Throw it away", f"case:drop:{case.id}", "danger"),
            )
        ),
        Buttons(change),
    )


def paused(visit: Visit, form: Form, case: Case) -> Card:
    """Return that the form is kept."""
    visit.state.awaiting = ""
    days = visit.rules.form_days
    said = f"It is kept as it is, for {days} days, and nothing has been sent. Go on whenever you like."
    return private(visit.card_id, case.number, form.title, Text(said), paused_ways(case))


def paused_ways(case: Case) -> Buttons:
    """Return what can be done with a form that rests."""
    return Buttons(
        (
            Button("Go on", f"case:resume:{case.id}", "primary"),
            Button("Throw it away", f"case:drop:{case.id}", "danger"),
        )
    )


def answers(visit: Visit, case: Case) -> Answers:
    """Return what was answered, by question."""
    rows = casebook.entries(visit.change, case)
    return {row.kind.removeprefix(ANSWER): text for row, text in rows if row.kind.startswith(ANSWER)}


def put(visit: Visit, case: Case, question_id: str, text: str) -> None:
    """Write an answer in place of the one that was there."""
    records, kind = visit.change.records, f"{ANSWER}{question_id}"
    named = select(CaseEntry).where(CaseEntry.case_ == case.id, CaseEntry.kind == kind)
    row = visit.change.session.scalars(named).first()
    if row is None:
        casebook.note(visit.change, case, kind, text, visit.person)
    else:
        row.text, row.at = records.seal(CaseEntry.text, row, text), records.now()
    visit.change.audit(f"{case.kind}:form:answered", case.id, people.audit_name(visit.person))


def unanswer(visit: Visit, case: Case, question_id: str) -> None:
    """Take an answer away, so that the question is asked anew."""
    named = CaseEntry.case_ == case.id, CaseEntry.kind == f"{ANSWER}{question_id}"
    visit.change.session.execute(delete(CaseEntry).where(*named))


def draft(visit: Visit, case_id: str) -> Case:
    """Return, locked, a form that is hers and still open; raise CaseError."""
    case = casebook.raised(visit.change, case_id, visit.person)
    if case.stage != stages.DRAFT:
        raise CaseError(f"{case.number} was sent already, or thrown away.")
    return case


def shown(question: Question, text: str) -> str:
    """Return an answer as it is shown: the label of an option, words otherwise."""
    return dict(question.options).get(text, text)


def private(card_id: str, number: str, title: str, *elements: Element) -> Card:
    """Return a card whose notification gives away nothing."""
    return Card(card_id, title, tuple(elements), f"You have a private item, {number}.")


def _ask(
    visit: Visit, form: Form, case: Case, question: Question, number: int, of: int, said: str = ""
) -> Card:
    visit.state.awaiting = f"case:{question.id}:{case.id}"
    given = answers(visit, case).get(question.id, "")
    elements: list[Element] = [Progress(number, None if form.grows else of)]
    if said:
        elements.append(Text(said))
    elements.append(Text(question.ask))
    if given and given != SKIPPED:
        now = shown(question, given)
        cut = f"{now[:_LONGEST_SHOWN]}…" if len(now) > _LONGEST_SHOWN else now
        elements.append(Facts((("So far", cut),)))
    sent = _sent_files(visit, case) if question.files else []
    if question.options and not sent:
        choose = f"case:choose:{case.id}:{question.id}"
        choices = (Button(label, f"{choose}:{value}") for value, label in question.options)
        elements.append(Buttons(tuple(choices)))
    elements += sent
    elements.append(Buttons(_ways(case, question, number, kept=bool(given))))
    return private(visit.card_id, case.number, form.title, *elements)


def _ways(case: Case, question: Question, number: int, *, kept: bool) -> tuple[Button, ...]:
    ways = []
    if kept:
        ways.append(Button("That's all" if question.files else "Leave it so", f"case:resume:{case.id}"))
    elif question.optional:
        ways.append(Button("Skip", f"case:skip:{case.id}:{question.id}"))
    if number > 1:
        ways.append(Button("Back", f"case:back:{case.id}:{question.id}"))
    ways.append(Button("Pause", f"case:pause:{case.id}"))
    return tuple(ways)


def _put(visit: Visit, form: Form, case: Case, question_id: str, text: str) -> str:
    """Write an answer; where it is not as it was, the form is told, and what it says is returned."""
    before = answers(visit, case).get(question_id)
    put(visit, case, question_id, text)
    return form.changed(visit, case, question_id) if before != text and form.changed is not None else ""


def _files_changed(visit: Visit, form: Form, case: Case, question: Question, words: str = "") -> str:
    """Have the question for files answered by the names of what is kept, and by what was said to it."""
    names = [name for _, name in files.of_case(visit.change, case)]
    said = answers(visit, case).get(question.id, "").split("\n")[1:]
    answer = [", ".join(names) or SKIPPED, *said, *([words] if words else [])]
    put(visit, case, question.id, "\n".join(answer))
    return form.changed(visit, case, question.id) if form.changed is not None else ""


def _sent_files(visit: Visit, case: Case) -> Sequence[Element]:
    """Return a button for each file that was sent, to take it out again."""
    sent = files.of_case(visit.change, case)
    out = tuple(Button(f"Remove {name}", f"case:unfile:{case.id}:{row.id}") for row, name in sent)
    return [Buttons(out)] if out else []


def _question(visit: Visit, form: Form, case: Case, question_id: str) -> Question | None:
    found = form.questions(visit, answers(visit, case))
    return next((question for question in found if question.id == question_id), None)


def _draft(visit: Visit, form: Form) -> Case | None:
    """Return the form that she has begun; one that was sent before and came back is not begun anew."""
    never_sent = (Case.stage == stages.DRAFT) & Case.summary.is_(None)
    hers = select(Case).where(Case.raised_by == visit.person.id, Case.kind == form.kind, never_sent)
    return visit.change.session.scalars(hers.order_by(Case.opened_at.desc()).limit(1)).first()
