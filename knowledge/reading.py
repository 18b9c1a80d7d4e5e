"""Reading: what a message asks and establishes; the value from which alone the tables decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args

Value = Literal["y", "n"]
# What is asked of the act: may one, must one, may one leave a duty undone or do the opposite of it, must one
# refrain from it, or what does the policy say.
Form = Literal["may", "must", "leave", "refrain", "info"]
Role = Literal["volunteer", "staff", "trustee", "manager", "chair"]
Intent = Literal[
    "policy_question",
    "induction",
    "complaint",
    "complaint_status",
    "safeguarding",
    "content_approval",
    "help",
    "speak_to_person",
]
# What a message does in the conversation: stands alone, answers what was asked back, leans on what was said
# before, takes something back, cannot say, asks the reason, wants the clause, or closes.
Act = Literal["new", "reply", "follow", "correct", "dont_know", "why", "show", "thanks"]
Bearer = Literal["self", "volunteer", "staff", "trustee", "manager", "chair", "family", "other", "scheme"]
# `maybe_volunteer` is someone of whom it is open whether she still volunteers.
Target = Literal[
    "none",
    "family",
    "volunteer",
    "maybe_volunteer",
    "ex_volunteer",
    "staff",
    "trustee",
    "manager",
    "other",
    "public",
]

ROLES: tuple[Role, ...] = get_args(Role)
BEARERS: tuple[Bearer, ...] = get_args(Bearer)
TARGETS: tuple[Target, ...] = get_args(Target)
FORMS: tuple[Form, ...] = get_args(Form)
# The forms that a yes or no written for "may I" would answer the wrong way round.
TURNED: frozenset[Form] = frozenset({"must", "leave", "refrain"})
INTENTS: tuple[Intent, ...] = get_args(Intent)
ACTS: tuple[Act, ...] = get_args(Act)


@dataclass(frozen=True, slots=True)
class Settled:
    """A fact that a message settles: its value, how sure the reader is (0 to 1), and the words it rests on.

    `words` is empty where the reader does not tell them.
    """

    value: Value
    confidence: float = 1.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A topic and the reader's probability for it (0 to 1)."""

    topic: str
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message asks and establishes.

    `topics` is ranked, best first, never empty. `who` is whose act is asked about, with its probability,
    `whom` towards whom. `said_roles` are roles that the sender states. A fact that is not in `facts` is
    unknown. `danger` is the probability that the message speaks of harm to someone. `other` is what a second
    reader made of the same message, if one was asked. `alone` is the message read without what went before
    it, where something did. `intent_score` is the probability of `intent`.
    """

    topics: tuple[Scored, ...]
    form: Form = "may"
    who: Bearer = "self"
    who_score: float = 1.0
    whom: Target = "none"
    said_roles: tuple[Role, ...] = ()
    facts: Mapping[str, Settled] = field(default_factory=dict)
    act: Act = "new"
    intent: Intent = "policy_question"
    intent_score: float = 1.0
    danger: float = 0.0
    other: "Reading | None" = None
    alone: "Reading | None" = None

    @property
    def topic(self) -> str:
        """The likeliest topic's id."""
        return self.topics[0].topic

    def both(self, change: "Callable[[Reading], Reading]") -> "Reading":
        """Return this reading with a change made to it and to the second reader's."""
        return replace(change(self), other=change(self.other) if self.other else None)


class Reader(Protocol):
    """Turns a message, in the light of what was said before it, into a Reading."""

    def read(self, text: str, before: str = "", asked: str = "") -> Reading:
        """Return the reading of `text`; `before` was said earlier, `asked` is the open question."""
        ...
