"""Play a conversation script on a stage: the same words and presses, on whatever platform.

A script is a TOML file with a list of steps:

    [[step]]
    who = "volunteer"               # who does something: a function, whose account the stage knows
    says = "can I friend them?"     # or presses = "Start" (the beginning of a button's label)
                                    # or shows = "photo.png" (in tests/scripts/files, with `says` or not)
    expects = ["No, not while"]     # each must appear, in this order, in what `to` is sent after the step
    to = "manager"                  # whose cards are looked at; without it those of `who`
    never = ["Allowed"]             # none may appear in what anyone is sent after the step
"""

import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

FOLDER = Path(__file__).parent
PATIENCE = 15.0  # seconds
_LOOK_AGAIN = 0.05


class Stage(Protocol):
    """One platform with people on it. Who stands for whom is the stage's affair."""

    people: Sequence[str]

    def say(self, who: str, text: str) -> None:
        """Have someone type a text to the assistant, in private."""
        ...

    def press(self, who: str, label: str) -> None:
        """Have someone press the newest button whose label begins so."""
        ...

    def show(self, who: str, file: Path, text: str) -> None:
        """Have someone send a file, with a text or an empty one."""
        ...

    def texts(self, who: str) -> Sequence[str]:
        """Return what someone was sent so far, one text a card, with all of its words in order."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that someone does, and what must come and must not come of it."""

    who: str
    says: str = ""
    presses: str = ""
    shows: str = ""
    to: str = ""
    expects: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def scripts() -> Sequence[str]:
    """Return the names of all scripts."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Sequence[Step]:
    """Return the steps of a script; raise TypeError for a step that says what no step can."""
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [_step(step) for step in told["step"]]


def play(stage: Stage, name: str) -> None:
    """Play a script to its end; raise AssertionError at the first step of which something else comes."""
    for number, step in enumerate(read(name), 1):
        before = {who: len(stage.texts(who)) for who in stage.people}
        _do(stage, step)
        _expect(stage, step, before, f"{name}, step {number} ({step.who})")


def _do(stage: Stage, step: Step) -> None:
    if step.shows:
        stage.show(step.who, FOLDER / "files" / step.shows, step.says)
    elif step.presses:
        stage.press(step.who, step.presses)
    elif step.says:
        stage.say(step.who, step.says)


def _expect(stage: Stage, step: Step, before: Mapping[str, int], where: str) -> None:
    to, until = step.to or step.who, time.monotonic() + PATIENCE
    missing, came = step.expects, ""
    while True:
        came = _even("\n".join(stage.texts(to)[before[to] :]))
        missing = _missing(came, step.expects)
        if not missing or time.monotonic() > until:
            break
        time.sleep(_LOOK_AGAIN)
    assert not missing, f"{where}: {missing!r} did not come to {to}. What came:\n{came}"
    for who in stage.people:
        said = _even("\n".join(stage.texts(who)[before[who] :]))
        found = [words for words in step.never if _even(words) in said]
        assert not found, f"{where}: {found!r} came to {who}:\n{said}"


def _missing(text: str, pieces: Sequence[str]) -> tuple[str, ...]:
    """Return the pieces from the first that is not where it belongs."""
    position = 0
    for number, piece in enumerate(pieces):
        found = text.find(_even(piece), position)
        if found < 0:
            return tuple(pieces[number:])
        position = found + len(_even(piece))
    return ()


def _even(text: str) -> str:
    return " ".join(text.split())


def _step(told: dict[str, Any]) -> Step:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in told.items()
    }
    return Step(**given)
