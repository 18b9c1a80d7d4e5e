"""The cards of the induction."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.answer_card import edition, place_of, source_of
from bot.card import Button, Buttons, Card, Document, Element, Facts, Progress, Quote, Text
from bot.contact import Contact
from knowledge.changes import Change
from knowledge.clauses import Clause, Policy
from knowledge.lessons import Lesson, Page
from knowledge.reading import Role
from knowledge.situations import Situation

# What someone says who acknowledges a policy.
ACKNOWLEDGED = "I was given this policy, I have read what binds me, and I will keep to it."
# Words that someone reads in a minute, on a screen, wanting to understand: a careful pace.
WORDS_A_MINUTE = 160
_MINUTES_A_SITUATION = 0.5
# For how long reminders may be put off by a press.
PAUSES = (timedelta(weeks=1), timedelta(weeks=2), timedelta(weeks=4))


def welcome(card_id: str, policy: Policy, roles: Sequence[Role], steps: Sequence[Lesson], first: str) -> Card:
    """Return the opening of an induction: what it is, how long it takes, that it can be left."""
    what = f"This is your induction on the {policy.title} of {policy.organisation}, as {in_words(roles)}."
    how = (
        f"It has {len(steps)} short steps and takes about {minutes(steps)} minutes. Your progress is kept: "
        "stop when you like and go on here or on another device. Ask me anything on the way."
    )
    return Card(
        card_id,
        "Your induction",
        (Text(what), Text(how), Buttons((Button("Start", f"induction:go:{first}", "primary"),))),
        "Your induction is ready.",
    )


def minutes(steps: Sequence[Lesson]) -> int:
    """Return about how many minutes the steps take, rounded up to five."""
    read = sum(
        len(clause.text.split()) for step in steps if isinstance(step, Page) for clause in step.clauses
    )
    asked = sum(isinstance(step, Situation) for step in steps)
    taken = read / WORDS_A_MINUTE + asked * _MINUTES_A_SITUATION
    return 5 * (1 + int(taken // 5))


def lesson(card_id: str, step: Lesson, number: int, of: int, policy: Policy, said: str = "") -> Card:
    """Return the card of a step; `said` is what is to be said of the answer before it."""
    match step:
        case Page():
            title = step.title
            shown: tuple[Element, ...] = (*map(_quote, step.clauses), Text(_from(policy)))
            choice: tuple[Buttons, ...] = (_onward(step.id, number),)
        case Situation():
            title = "What would you do?"
            shown = (Text(step.story), Text(step.question))
            choice = _options(step, number)
    elements = (*_right(said), Progress(number, of), *shown, *choice)
    return Card(card_id, title, elements, f"Your induction, step {number} of {of}.")


def try_again(card_id: str, step: Situation, said: str, number: int, of: int, policy: Policy) -> Card:
    """Return what is said to a choice that is not right: the clause, and the question again."""
    clauses = tuple(_quote(policy.clause(ground.clause)) for ground in step.grounds)
    return Card(
        card_id,
        "Have another look",
        (Progress(number, of), Text(said), *clauses, Text(step.question), *_options(step, number)),
        f"Your induction, step {number} of {of}.",
    )


def changed(card_id: str, changes: Sequence[Change], policy: Policy, induction: str) -> Card:
    """Return what changed for someone, before and after, word for word."""
    elements: list[Element] = [
        Text(f"The {policy.title} was changed. These are the places that bind you, before and after.")
    ]
    for one in changes:
        elements += _before_and_after(one, policy)
    button = Button("I have read this", f"induction:read:{induction}", "primary")
    return Card(
        card_id, "What changed", (*elements, Buttons((button,))), "A policy that binds you was changed."
    )


def _before_and_after(one: Change, policy: Policy) -> list[Element]:
    parts: list[Element] = []
    if one.before is not None:
        parts += [Text("Before:" if one.after else "Taken out:"), _quote(one.before)]
    if one.after is not None:
        parts += [Text("Now:" if one.before else "New:"), Quote(one.after.text, source_of(one.after, policy))]
    return parts


def sign(card_id: str, policy: Policy, roles: Sequence[Role], adopted: str, right: str = "") -> Card:
    """Return what is to be acknowledged, and ask for the name.

    `adopted` is as exact as it is known; `right` is what is to be said of the answer before it.
    """
    facts = Facts(
        (
            ("Policy", f"{policy.title}, {policy.organisation}"),
            ("Version", policy.version[:12]),
            ("Adopted", adopted),
            ("You as", in_words(roles)),
        )
    )
    means = f"Acknowledging means: {ACKNOWLEDGED}"
    ask = Text("Please type your full name. Nothing is recorded until you then press the button.")
    return Card(
        card_id,
        "Your acknowledgement",
        (*_right(right), facts, Text(means), ask, _instead()),
        "Your acknowledgement.",
    )


def confirm(card_id: str, name: str, induction: str) -> Card:
    """Return the name as typed, and the button that records it."""
    choice = Buttons(
        (
            Button("I acknowledge", f"induction:sign:{induction}", "primary"),
            Button("Change the name", f"induction:rename:{induction}"),
        )
    )
    facts = Facts((("Your name", name),))
    return Card(card_id, "Is that right?", (facts, choice, _instead()), "Your acknowledgement.")


def no_name(card_id: str, why: str) -> Card:
    """Return why what was typed is not taken as a name."""
    return Card(card_id, "Your name, please", (Text(why), _instead()))


def done(card_id: str, code: str, when: date, given: str) -> Card:
    """Return that the acknowledgement `given` is recorded, with its certificate and the code of that."""
    said = f"Thank you. Your acknowledgement was recorded on {when.day} {when:%B %Y}."
    elements = (
        Text(said),
        Facts((("Code of your certificate", code),)),
        Document("Your certificate (PDF)", f"certificate:{given}"),
    )
    return Card(card_id, "Done", elements, "Your acknowledgement is recorded.")


def declined(card_id: str, officer: Contact | None, *, told: bool) -> Card:
    """Return that not agreeing is recorded, and what comes next; `told` says that the officer knows of it."""
    if officer is None:
        then = "I have nobody to tell: please talk to whoever runs the scheme."
    elif told:
        then = f"{officer.name} has been told and will talk with you."
    else:
        then = f"I cannot reach {officer.name} here: please ring {officer.phone}."
    said = f"That is recorded: you do not agree. {then}"
    again = Buttons((Button("Take it up again", "induction:mine"),))
    return Card(
        card_id, "Recorded", (Text(said), Text("You can take it up again any time."), again), "Recorded."
    )


def paused(card_id: str, number: int, of: int, today: date) -> Card:
    """Return that the induction waits, at a step or, beyond the last, for the name."""
    at = f"at step {number} of {of}" if number <= of else "at the acknowledgement"
    said = f"Your induction waits for you {at}. Say “induction” or press the button to go on."
    return Card(card_id, "Paused", (Text(said), *waiting(today)), "Paused.")


def waiting(today: date) -> tuple[Buttons, Buttons]:
    """Return the choice to go on, or to have no reminders before a day."""
    days = [today + pause for pause in PAUSES]
    return _GO_ON, Buttons(
        tuple(Button(f"No reminders before {_day(day)}", f"induction:until:{day}") for day in days)
    )


def put_off(card_id: str, until: date) -> Card:
    """Return that there are no reminders before a day."""
    return note(card_id, "Paused", f"No reminders before {_day(until)} {until.year}.", go_on=True)


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def say_question(card_id: str) -> Card:
    """Return the invitation to ask a person."""
    said = "Type your question. I answer it from the policy, and offer to pass it on to a person."
    return Card(card_id, "Your question", (Text(said),))


def note(card_id: str, title: str, said: str, *, go_on: bool = False) -> Card:
    """Return a plain word about an induction, with the way back to it where there is one."""
    more = (_GO_ON,) if go_on else ()
    return Card(card_id, title, (Text(said), *more), title)


def joined(card_id: str, longest: Sequence[Lesson]) -> Card:
    """Return the greeting of someone who just joined, and the question what she is."""
    said = (
        "Welcome. I take everyone who is new through the policy, here in private, in about "
        f"{minutes(longest)} minutes."
    )
    ask = "Your progress is kept, and you can pause at any time. What are you?"
    return Card(card_id, "Your induction", (Text(said), Text(ask), _ARE), "Welcome.")


def ask_role(card_id: str) -> Card:
    """Return the question what someone is: on that depends which clauses she is shown."""
    return Card(
        card_id, "Your induction", (Text("What are you? I show you the clauses that bind you."), _ARE)
    )


def in_words(roles: Sequence[Role]) -> str:
    """Return roles as they are said."""
    return " and ".join("a member of staff" if role == "staff" else f"a {role}" for role in roles)


def _right(said: str) -> tuple[Element, ...]:
    return (Text(f"That is right. {said}"),) if said else ()


def _quote(clause: Clause) -> Quote:
    return Quote(clause.text, place_of(clause))


def _from(policy: Policy) -> str:
    """Say once for all clauses of a card what they are from."""
    return edition(policy.title, policy.version, policy.adopted)


def _onward(step: str, number: int) -> Buttons:
    back = () if number == 1 else (Button("Back", f"induction:back:{step}"),)
    return Buttons((Button("Next", f"induction:next:{step}", "primary"), *back, _PAUSE))


def _options(step: Situation, number: int) -> tuple[Buttons, Buttons]:
    """Return the answers, and apart from them the ways round answering."""
    options = tuple(
        Button(option.label, f"induction:choose:{option.id}:{step.id}") for option in step.options
    )
    back = () if number == 1 else (Button("Back", f"induction:back:{step.id}"),)
    return Buttons(options), Buttons((*back, _PAUSE))


def _instead() -> Buttons:
    return Buttons(
        (Button("I have a question", "induction:question"), Button("I do not agree", "induction:decline"))
    )


_PAUSE = Button("Pause", "induction:pause")
_GO_ON = Buttons((Button("Go on with the induction", "induction:mine", "primary"),))
_ARE = Buttons(
    (
        Button("I'm a volunteer", "induction:as:volunteer", "primary"),
        Button("I'm staff", "induction:as:staff", "primary"),
        Button("I'm a trustee", "induction:as:trustee", "primary"),
    )
)
