"""Errands: what a message asks to be written down or passed on, as values. The clerk runs them."""

from dataclasses import dataclass
from typing import Literal

from knowledge.pack import Verdict
from knowledge.reading import Role


@dataclass(frozen=True, slots=True)
class SayRoles:
    """The sender says what she is; no roles where she would rather not say."""

    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """The sender typed a one-time code, to be taken for the person to whom it was shown."""

    code: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The sender says whether an answer helped."""

    card: str
    helpful: bool
    topic: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class NoteSilence:
    """The policy was silent on a question."""

    topic: str
    question: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """The sender wants her question passed on to the manager, with what was answered.

    `of` is the id of the card that answered it, or that offered the person. `question` is empty where another
    was offered since: then it is only told what became of it.
    """

    of: str
    question: str = ""
    topic: str = ""
    verdict: Verdict = "silent"


@dataclass(frozen=True, slots=True)
class OfferPerson:
    """The sender wants a person; `asked` is what could be passed on, None where she asked nothing."""

    asked: PassOn | None = None


@dataclass(frozen=True, slots=True)
class Induct:
    """The sender pressed a button of the induction, or wants to begin it or go on ("mine")."""

    action: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class GiveName:
    """The sender typed her name, as the acknowledgement asked."""

    text: str


@dataclass(frozen=True, slots=True)
class Invite:
    """An officer invites an account to the induction in roles; from anyone else it opens her own."""

    account: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """An officer asks who has finished the induction and who has not."""


@dataclass(frozen=True, slots=True)
class ShowCode:
    """The sender wants a one-time code that joins another account of hers to this one."""


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """The sender asks what is known of her."""


@dataclass(frozen=True, slots=True)
class Raise:
    """The sender may want to complain or to propose a post; `text` is what she said."""

    kind: Literal["complaint", "content"]
    text: str


@dataclass(frozen=True, slots=True)
class ActOnCase:
    """The sender pressed a button, or gave a command, that has to do with cases: what to do, with what."""

    verb: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class TellCase:
    """The sender typed, or sent a file, where a case had asked for it."""

    text: str


@dataclass(frozen=True, slots=True)
class Cases:
    """The sender asks how her cases stand, or one by its number; an officer, what waits for her."""

    number: str = ""


@dataclass(frozen=True, slots=True)
class Warn:
    """What the sender said may speak of harm; `kept` is the id of the case that it went into as well."""

    text: str
    kept: str = ""


@dataclass(frozen=True, slots=True)
class CopyMine:
    """The sender wants a copy of all that is held about her."""


Errand = (
    Raise
    | ActOnCase
    | TellCase
    | Cases
    | Warn
    | SayRoles
    | Join
    | Rate
    | NoteSilence
    | OfferPerson
    | PassOn
    | Induct
    | GiveName
    | Invite
    | Overview
    | ShowCode
    | WhoAmI
    | CopyMine
)
