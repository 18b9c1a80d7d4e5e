"""What goes wrong in a soak, one thing after the other; each ends with a look at what is left."""

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.soaking import checks
from benchmarks.soaking.checks import Outcome
from benchmarks.soaking.child import POISON
from benchmarks.soaking.house import House, Processes, found
from benchmarks.soaking.people import People, wait_until
from benchmarks.soaking.platform import Platform
from bot import inbox
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.work import BEAT_SECONDS

CONVERSATIONS = 8
_PATIENCE = 180  # a slow machine takes minutes to start a process
_LONGEST_LIFE = 1.2  # seconds that a process has at most before it is killed
_DAY = 86_400
_HURRY = 40  # seconds that the clock runs ahead a second
_TOO_LATE = 60
_FEW = 3

Trouble = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a soak takes place: an empty database, a folder beside it, and what starts processes.

    `hurry` sets the clock ahead rather than waiting for what takes its time. `real` is the data folder of the
    real reader, tables and index, empty for the quick talk.
    """

    url: str
    folder: Path
    processes: Processes
    seed: int = 0
    hurry: bool = False
    real: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A house, people who write to it and a platform that listens."""

    setting: Setting
    house: House
    people: People
    platform: Platform
    chance: random.Random
    begun: float = field(default_factory=time.monotonic)

    def look(self, figures: Mapping[str, object] | None = None, *, ended: int = 0) -> Outcome:
        """Wait until all is calm and return what came of it, with further figures.

        `ended` is how many processes ended by themselves.
        """
        begun = time.monotonic()
        while (left := self._left()) and self._got_less(left):
            pass
        calm = round(time.monotonic() - begun, 1)
        repeats = self.house.kills + ended + self.platform.lost_answers
        outcome = checks.look(self.house, self.people.heard, self.platform, left=left, deaf_repeats=repeats)
        seen = {"processes that ended by themselves": ended, "seconds to calm": calm}
        return Outcome({**outcome.figures, **seen, **(figures or {})}, outcome.faults)

    def _got_less(self, before: int) -> bool:
        """Wait until less is left than before, for as long as patience lasts; a slow machine takes long."""
        with suppress(TimeoutError):
            wait_until(lambda: self._left() < before, _PATIENCE, "less waits")
            return True
        return False

    def _left(self) -> int:
        """Return how much is left to do; more than anything where the database is away."""
        self.hasten()
        try:
            return checks.waiting(self.house.records) + self.people.not_taken_on()
        except RecordsUnavailable:
            return sys.maxsize

    def hasten(self) -> None:
        """Set the clock ahead where there is a hurry: what waits for a while is then due."""
        if self.setting.hurry:
            self.house.set_clock(_HURRY * (time.monotonic() - self.begun))

    def kill(self) -> None:
        """Kill the one process at a random moment of its life, every other time not before it has worked."""
        if self.setting.real or self.house.kills % 2:  # to begin takes seconds where it answers really
            self.until_heard(1)
        time.sleep(self.chance.random() * (_LONGEST_LIFE / 2 if self.setting.hurry else _LONGEST_LIFE))
        self.house.kill("one")

    def until_heard(self, more: int) -> None:
        """Wait until so many more messages are acknowledged."""
        enough = self.people.heard.count() + more
        wait_until(lambda: self.people.heard.count() >= enough, _PATIENCE, f"{more} more are acknowledged")


@contextmanager
def _scene(
    setting: Setting,
    *,
    slow: float = 0,
    pause: float = 0.2,
    slowed: float = 0.01,
    lost: float = 0.004,
    cut_off: int = inbox.MAX_CUT_OFF,
) -> Iterator[Scene]:
    """Give a scene with one process at work, in which nobody writes yet.

    `slow` is how many seconds it takes for a message, `pause` how many people take at most between two. Of a
    share of the cards `slowed` are put off, and the answer to a share `lost` is lost. `cut_off` processes may
    end over a message.
    """
    chance = random.Random(setting.seed)  # noqa: S311 - no secret
    platform = Platform(chance, slowed=slowed, lost=lost)
    with platform.listening() as port:
        house = found(
            setting.url,
            setting.folder,
            setting.processes,
            port,
            slow=slow,
            real=setting.real,
            beat=1 if setting.hurry else BEAT_SECONDS,
            cut_off=cut_off,
        )
        people = People(house.config.door, platform, pause, real=bool(setting.real))
        with house.open(), people.taking_on():
            house.start("one")
            yield Scene(setting, house, people, platform, chance)


def kills(setting: Setting, number: int) -> Outcome:
    """Kill the process so many times, at random moments, while events arrive; no message is to blame."""
    with _scene(setting, cut_off=number) as scene:
        with scene.people.writing(CONVERSATIONS):
            scene.until_heard(10)
            for _ in range(number):
                scene.kill()
                scene.hasten()
            scene.until_heard(10)
        return scene.look()


def poisoned(setting: Setting) -> Outcome:
    """Say what ends every process that answers it, with people writing on; once it is given up, mend that."""
    with _scene(setting, pause=1, cut_off=_FEW if setting.hurry else inbox.MAX_CUT_OFF) as scene:
        records, poison = scene.house.records, Path(scene.house.config.poison)
        with scene.people.writing(CONVERSATIONS // 2):
            scene.until_heard(10)
            poison.touch()
            scene.people.say_once("ask:poisoned", POISON)
            while not checks.any_given_up(records):
                before = checks.ended_over(records)
                more = partial(_another_ended, records, before)
                wait_until(more, _PATIENCE, "a message ends another process, or is given up")
            scene.until_heard(10)
        poison.unlink()
        ended = checks.try_again(records)
        return scene.look(ended=ended)


def _another_ended(records: Records, before: int) -> bool:
    return checks.any_given_up(records) or checks.ended_over(records) > before


def killed_for_good(setting: Setting) -> Outcome:
    """Kill one of two workers for good, and see how long its work takes to be done by the other."""
    with _scene(setting, slow=0.1, pause=0.3, slowed=0, lost=0) as scene:
        records = scene.house.records
        scene.house.start("two", door=False)
        with scene.people.writing(3 * CONVERSATIONS):  # more than one worker does side by side
            scene.until_heard(40)
            wait_until(
                lambda: checks.begun_by(records, "two") > 2, _PATIENCE, "the second has begun something"
            )
            scene.house.kill("two", for_good=True)
            killed = time.monotonic()
        if setting.hurry:
            scene.house.set_clock(30)
        wait_until(lambda: not checks.waiting(records), _PATIENCE, "the work of the dead is done")
        took = round(time.monotonic() - killed, 1)
        outcome = scene.look({"seconds until its work was done": took})
        too_late = took > _TOO_LATE and not setting.hurry  # a test is not to fail on a busy machine
        return Outcome(outcome.figures, (*outcome.faults, *(("that was too late",) if too_late else ())))


def database_gone(setting: Setting, away: Trouble, seconds: float) -> Outcome:
    """Take the database away for so many seconds, with people writing on."""
    with _scene(setting, slow=0.1) as scene:
        with scene.people.writing(CONVERSATIONS):
            scene.until_heard(20)
            with away():
                time.sleep(seconds)
            back = time.monotonic()
            scene.until_heard(40)
            took = round(time.monotonic() - back, 1)
        return scene.look({"seconds until so many more were accepted": took})


def disk_full(setting: Setting, filled: Trouble, seconds: float) -> Outcome:
    """Fill the disk for so many seconds, with people writing on."""
    with _scene(setting, slow=0.1) as scene:
        answers = scene.people.heard.answers
        with scene.people.writing(CONVERSATIONS):
            scene.until_heard(20)
            with filled():
                wait_until(lambda: answers[503] > CONVERSATIONS, _PATIENCE, "refusals on a full disk")
                time.sleep(seconds)
            scene.until_heard(40)
        return scene.look()


def clock_jumps(setting: Setting, seconds: float) -> Outcome:
    """Set the clock a day and more ahead and back, for so many seconds each, with people writing on."""
    with _scene(setting, slow=0.05, pause=1) as scene:
        with scene.people.writing(CONVERSATIONS):
            for ahead in (0, _DAY, 0, -_DAY, 2 * _DAY, 0):
                scene.house.set_clock(ahead)
                scene.until_heard(20)
                time.sleep(seconds)
        return scene.look()


def all_at_once(setting: Setting, away: Trouble, number: int) -> Outcome:
    """Do everything within seconds: so many kills, the clock two days ahead and back, the database gone."""
    with _scene(setting, cut_off=number) as scene:
        with scene.people.writing(CONVERSATIONS // 2):
            scene.until_heard(10)
            for turn in range(number):
                scene.kill()
                if turn == number // 3:
                    scene.house.set_clock(2 * _DAY)
                if turn == 2 * number // 3:
                    scene.house.set_clock(0)
                    scene.until_heard(5)
                    with away():
                        time.sleep(2.5)
            scene.until_heard(10)
        return scene.look()
