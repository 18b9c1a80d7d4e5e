"""The cards of the induction."""

from collections.abc import Sequence
from datetime import date

from bot.answer_card import source_of
from bot.card import Button, Buttons, Card, Document, Element, Facts, Progress, Quote, Text
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
    before: tuple[Element, ...] = (Text(said),) if said else ()
    match step:
        case Page():
            quotes = tuple(_quote(clause, policy) for clause in step.clauses)
            title = f"Step {number} of {of}: {step.title}"
            return Card(
                card_id,
                title,
                (*before, Progress(number, of), *quotes, _onward(step.id, number)),
                f"Your induction, step {number} of {of}.",
            )
        case Situation():
            return Card(
                card_id,
                f"Step {number} of {of}: what would you do?",
                (
                    *before,
                    Progress(number, of),
                    Text(step.story),
                    Text(step.question),
                    _options(step, number),
                ),
                f"Your induction, step {number} of {of}.",
            )


def try_again(card_id: str, step: Situation, said: str, number: int, of: int, policy: Policy) -> Card:
    """Return what is said to a choice that is not right: the clause, and the question again."""
    clauses = tuple(_quote(policy.clause(ground.clause), policy) for ground in step.grounds)
    return Card(
        card_id,
        f"Step {number} of {of}: have another look",
        (Text(said), *clauses, Text(step.question), _options(step, number)),
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
        parts += [
            Text("Before:" if one.after else "Taken out:"),
            Quote(one.before.text, f"Clause {one.before.id}"),
        ]
    if one.after is not None:
        parts += [Text("Now:" if one.before else "New:"), _quote(one.after, policy)]
    return parts


def sign(card_id: str, policy: Policy, roles: Sequence[Role], adopted: date) -> Card:
    """Return what is to be acknowledged, and ask for the name."""
    facts = Facts(
        (
            ("Policy", f"{policy.title}, {policy.organisation}"),
            ("Version", policy.version[:12]),
            ("In force since", f"{adopted:%d %B %Y}"),
            ("You as", in_words(roles)),
        )
    )
    means = f"Acknowledging means: {ACKNOWLEDGED}"
    ask = Text("Please type your full name. Nothing is recorded until you then press the button.")
    return Card(
        card_id, "Your acknowledgement", (facts, Text(means), ask, _instead()), "Your acknowledgement."
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


def declined(card_id: str, manager: str) -> Card:
    """Return that not agreeing is recorded, and what comes next."""
    said = f"That is recorded: you do not agree. {manager} has been told and will talk with you."
    again = Buttons((Button("Take it up again", "induction:mine"),))
    return Card(
        card_id, "Recorded", (Text(said), Text("You can take it up again any time."), again), "Recorded."
    )


def paused(card_id: str, number: int, of: int) -> Card:
    """Return that the induction waits."""
    said = (
        f"Your induction waits for you at step {number} of {of}. "
        "Say “induction” or press the button to go on."
    )
    later = (
        Button("Go on", "induction:mine", "primary"),
        Button("No reminders for a week", "induction:week"),
    )
    return Card(card_id, "Paused", (Text(said), Buttons(later)), "Paused.")


def say_question(card_id: str) -> Card:
    """Return the invitation to ask a person."""
    said = "Type your question. I answer it from the policy, and offer to pass it on to a person."
    return Card(card_id, "Your question", (Text(said),))


def note(card_id: str, title: str, said: str, *, go_on: bool = False) -> Card:
    """Return a plain word about an induction, with the way back to it where there is one."""
    more = (Buttons((Button("Go on with the induction", "induction:mine", "primary"),)),) if go_on else ()
    return Card(card_id, title, (Text(said), *more), title)


def joined(card_id: str) -> Card:
    """Return the greeting of someone who just joined, and the question what she is."""
    said = "Welcome. I take everyone who is new through the policy, here in private, in about ten minutes."
    ask = "Your progress is kept, and you can pause at any time. What are you?"
    are = Buttons(
        (
            Button("I'm a volunteer", "induction:as:volunteer", "primary"),
            Button("I'm staff", "induction:as:staff", "primary"),
            Button("I'm a trustee", "induction:as:trustee", "primary"),
        )
    )
    return Card(card_id, "Your induction", (Text(said), Text(ask), are), "Welcome.")


def in_words(roles: Sequence[Role]) -> str:
    """Return roles as they are said."""
    return " and ".join("a member of staff" if role == "staff" else f"a {role}" for role in roles)


def _quote(clause: Clause, policy: Policy) -> Quote:
    return Quote(clause.text, source_of(clause, policy))


def _onward(step: str, number: int) -> Buttons:
    back = () if number == 1 else (Button("Back", f"induction:back:{step}"),)
    return Buttons((Button("Next", f"induction:next:{step}", "primary"), *back, _PAUSE))


def _options(step: Situation, number: int) -> Buttons:
    options = tuple(
        Button(option.label, f"induction:choose:{option.id}:{step.id}") for option in step.options
    )
    back = () if number == 1 else (Button("Back", f"induction:back:{step.id}"),)
    return Buttons((*options, *back, _PAUSE))


def _instead() -> Buttons:
    return Buttons(
        (Button("I have a question", "induction:question"), Button("I do not agree", "induction:decline"))
    )


_PAUSE = Button("Pause", "induction:pause")
