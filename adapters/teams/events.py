"""What can happen on Teams, as far as Hearth has a part in it."""

from dataclasses import dataclass

from adapters.teams.places import Place
from bot.message import Attached


@dataclass(frozen=True, slots=True)
class Said:
    """Someone wrote to Hearth."""

    place: Place
    text: str
    files: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Overheard:
    """Someone wrote to others, where Hearth is too; Teams sends that only where the app may have it."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """Someone pressed a button of the card `card`; `carried` is what the card gave along.

    `waits` says that the client waits for an answer to the press (Action.Execute).
    """

    place: Place
    action: str
    carried: str
    card: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Viewed:
    """Someone looks at a card of which she may see more than others; `carried` is what it gave along."""

    place: Place
    carried: str


@dataclass(frozen=True, slots=True)
class Rated:
    """Someone pressed Teams' own thumb up or down below the message `card`, and perhaps wrote why."""

    place: Place
    card: str
    helped: bool
    wrote: bool


@dataclass(frozen=True, slots=True)
class Picked:
    """Someone chose a command on a message of somebody: its name, and the message's words."""

    place: Place
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Room:
    """Where a file may be put: the address for it, and what Teams will call it there."""

    upload: str
    shown_at: str
    unique_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Consented:
    """Someone lets Hearth put a file into her folder, or does not (`room` is None), on the message `card`."""

    place: Place
    document: str
    card: str
    room: Room | None


@dataclass(frozen=True, slots=True)
class Installed:
    """The app was put where it can be spoken to; not `anew` where it came in place of an older version."""

    place: Place
    anew: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """The app was taken away from a conversation."""

    place: Place


@dataclass(frozen=True, slots=True)
class Joined:
    """People came to where the app is; each is a place of her own."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A press that does not say of what; the client waits for an answer."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Something that Hearth has no part in; `waits` as with a press."""

    waits: bool


Event = (
    Said
    | Overheard
    | Pressed
    | Viewed
    | Rated
    | Picked
    | Consented
    | Installed
    | Removed
    | Joined
    | Unclear
    | Nothing
)
