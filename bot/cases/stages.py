"""Stages: what can be done with a case of each kind, and where that leads. Pure data and one look-up."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["complaint", "question", "safeguarding", "content", "take-down", "quarterly", "task"]
Verb = Literal[
    "submit",
    "accept",
    "look",
    "answer",
    "appeal",
    "decide",
    "close",
    "withdraw",
    "divert",
    "approve",
    "decline",
    "ask-changes",
    "publish",
    "change",
    "finish",
]

DRAFT = "draft"
OVER = frozenset({"closed", "withdrawn", "diverted"})

Steps = Mapping[tuple[str, Verb], str]

_COMPLAINT: Steps = {
    ("draft", "submit"): "received",
    ("draft", "withdraw"): "withdrawn",
    ("received", "accept"): "acknowledged",
    ("acknowledged", "accept"): "acknowledged",
    ("looked into", "accept"): "looked into",
    ("answered", "accept"): "answered",
    ("appeal", "accept"): "appeal",
    ("decided", "accept"): "decided",
    ("acknowledged", "look"): "looked into",
    ("acknowledged", "answer"): "answered",
    ("looked into", "answer"): "answered",
    ("answered", "appeal"): "appeal",
    ("appeal", "decide"): "decided",
    ("answered", "close"): "closed",
    ("decided", "close"): "closed",
    ("received", "withdraw"): "withdrawn",
    ("acknowledged", "withdraw"): "withdrawn",
    ("looked into", "withdraw"): "withdrawn",
    ("answered", "withdraw"): "withdrawn",
    ("appeal", "withdraw"): "withdrawn",
    ("received", "divert"): "diverted",
    ("acknowledged", "divert"): "diverted",
    ("looked into", "divert"): "diverted",
    ("answered", "divert"): "diverted",
    ("appeal", "divert"): "diverted",
    ("decided", "divert"): "diverted",
}
_SEEN_TO: Steps = {
    ("received", "accept"): "accepted",
    ("accepted", "accept"): "accepted",
    ("accepted", "answer"): "closed",
    ("accepted", "close"): "closed",
    ("received", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
}
# A concern is never withdrawn: that somebody may be at risk does not end because it was thought better of.
_CONCERN: Steps = {taken: to for taken, to in _SEEN_TO.items() if taken[1] != "withdraw"}
_CHECKED: Steps = {
    ("received", "accept"): "accepted",
    ("accepted", "accept"): "accepted",
    ("accepted", "finish"): "closed",
}
_CONTENT: Steps = {
    ("draft", "submit"): "received",
    ("draft", "withdraw"): "withdrawn",
    ("received", "accept"): "accepted",
    ("accepted", "accept"): "accepted",
    ("approved", "accept"): "approved",
    ("accepted", "approve"): "approved",
    ("accepted", "decline"): "closed",
    ("accepted", "ask-changes"): "draft",
    ("received", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
    ("approved", "withdraw"): "withdrawn",
    ("approved", "ask-changes"): "draft",
    ("received", "change"): "draft",
    ("accepted", "change"): "draft",
    ("approved", "change"): "draft",
    ("approved", "publish"): "closed",
    ("approved", "close"): "closed",
}

STEPS: Mapping[Kind, Steps] = {
    "complaint": _COMPLAINT,
    "question": _SEEN_TO,
    "safeguarding": _CONCERN,
    "content": _CONTENT,
    "take-down": _SEEN_TO,
    "quarterly": _CHECKED,
    "task": _CHECKED,
}

# What a kind is called where its own name says too little.
_CALLED: Mapping[str, str] = {"content": "proposed post", "quarterly": "quarterly check"}


def called(kind: str) -> str:
    """Return what a case of a kind is called on a card."""
    return _CALLED.get(kind, kind)


def after(kind: str, stage: str, verb: Verb) -> str | None:
    """Return the stage to which a step leads, None where it cannot be taken there."""
    for known, steps in STEPS.items():
        if known == kind:
            return steps.get((stage, verb))
    return None
