"""The people of a soak: each writes in one conversation, one message after the other, until she is heard."""

import http.client
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from benchmarks.soaking.child import ask
from benchmarks.soaking.platform import ASKED, Platform
from bot.card import buttons_of

OFFICER = f"{ASKED}officer"
WALKER = "walker"  # is in the name of a conversation in which someone goes through her induction
_TAKE_ON = "case:take:"
_LONGEST_WALK = 200  # messages, of which some press again what waits
_PATIENT = 0.95  # how likely someone waits on where no answer has come


@dataclass
class Heard:
    """What was acknowledged: each conversation's messages in order, with their actions, and how it went."""

    messages: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def ids(self, conversation: str) -> list[str]:
        """Return the ids of a conversation's messages, in order."""
        return [message_id for message_id, _ in self.messages.get(conversation, ())]

    def pressed(self, kind: str) -> list[str]:
        """Return the ids of the messages that pressed a button of a kind."""
        every = [message for conversation in self.messages.values() for message in conversation]
        return [message_id for message_id, action in every if (action or "").startswith(kind)]

    def signed(self) -> list[str]:
        """Return the conversations in which an induction was signed."""
        return [
            conversation
            for conversation, messages in self.messages.items()
            if any((action or "").startswith("induction:sign:") for _, action in messages)
        ]

    def count(self) -> int:
        """Return how many messages were acknowledged."""
        return sum(len(messages) for messages in self.messages.values())


@dataclass
class People:
    """Writes until `silent`, takes on until `over`. `pause` is how long each thinks at most between two."""

    door: int
    platform: Platform
    pause: float = 0.1
    real: bool = False
    heard: Heard = field(default_factory=Heard)
    silent: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    @contextmanager
    def writing(self, conversations: int) -> Iterator[None]:
        """Have people write in so many conversations, half of them on a platform that cannot be asked.

        As many again, halved, go through the induction meanwhile, one person after the other.
        """
        names = [f"{ASKED if number % 2 else 'deaf:'}{number}" for number in range(conversations)]
        walkers = names[: 0 if self.real else conversations // 2]
        threads = [Thread(target=self._write, args=(name, random.Random(name))) for name in names]  # noqa: S311 - no secret
        threads += [Thread(target=self._walk, args=(name, random.Random(name))) for name in walkers]  # noqa: S311 - no secret
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException:
            self.over.set()
            raise
        finally:
            self.silent.set()
            for thread in threads:
                thread.join()

    @contextmanager
    def taking_on(self) -> Iterator[None]:
        """Have the officer take on what comes, for as long as the block runs."""
        officer = Thread(target=self._take_on)
        officer.start()
        try:
            yield
        finally:
            self.over.set()
            officer.join()

    def say_once(self, conversation: str, text: str) -> None:
        """Say something in a conversation in which nobody writes."""
        self._say(conversation, f"{conversation}/0", None, text)

    def not_taken_on(self) -> int:
        """Return how many of the questions that were passed on the officer has not taken on yet."""
        actions = {action for _, action in self.heard.messages.get(OFFICER, ())}
        return len(self.heard.pressed("pass-on")) - len(actions)

    def _write(self, conversation: str, chance: random.Random) -> None:
        number = 0
        while not self.silent.wait(chance.random() * self.pause):
            message_id = f"{conversation}/{number}"
            self._say(conversation, message_id, self._action(chance, message_id, number))
            number += 1
            if chance.random() < 0.15:  # a repeat, at any moment
                again = chance.choice(self.heard.messages[conversation])
                self._post(conversation, *again)

    def _walk(self, name: str, chance: random.Random) -> None:
        """Go through inductions to the end, each in a conversation of its own, pressing what is offered.

        As long as no answer comes she presses again only now and then: it may take long.
        """
        conversation, number, answered = "", 0, 0
        while not self.silent.wait(chance.random() * self.pause):
            if not conversation or number > _LONGEST_WALK or self._is_done(conversation):
                conversation, number, answered = f"{name}.{WALKER}.{len(self.heard.messages)}", 0, 0
            came = len(self.platform.cards(conversation))
            if number and came == answered and chance.random() < _PATIENT:
                continue
            answered = came
            action = self._next(conversation) if number else "role:volunteer"
            self._say(conversation, f"{conversation}/{number}", action)
            number += 1

    def _next(self, conversation: str) -> str | None:
        """Return the action of the button that leads on; None where the name is asked for."""
        shown = [card for card in self.platform.cards(conversation) if card.title != "Heard"]
        if not shown:
            return "induction:mine"
        return next((one.action for one in buttons_of(shown[-1]) if one.style == "primary"), None)

    def _is_done(self, conversation: str) -> bool:
        return any(card.title == "Done" for card in self.platform.cards(conversation))

    def _action(self, chance: random.Random, message_id: str, number: int) -> str | None:
        drawn = chance.random()
        if drawn < 0.1 and number > 0:
            return f"pass-on:{message_id}"
        return chance.choice(("role:volunteer", "role:staff")) if drawn < 0.2 else None

    def _take_on(self) -> None:
        """Press each button that comes, some twice."""
        pressed: Counter[str] = Counter()
        while not self.over.wait(0.1):
            actions = {button.action for card in self.platform.cards(OFFICER) for button in buttons_of(card)}
            for action in sorted(action for action in actions - set(pressed) if action.startswith(_TAKE_ON)):
                for _ in range(2 if len(pressed) % 5 == 0 else 1):
                    self._say(OFFICER, f"{OFFICER}/{pressed.total()}", action)
                    pressed[action] += 1

    def _say(self, conversation: str, message_id: str, action: str | None, text: str = "") -> None:
        """Say something until it is acknowledged."""
        while not self._post(conversation, message_id, action, text):
            if self.over.wait(0.05):
                raise SystemExit  # ends this thread
        self.heard.messages.setdefault(conversation, []).append((message_id, action))

    def _post(self, conversation: str, message_id: str, action: str | None, text: str = "") -> bool:
        text = text or ("can I friend this family?" if self.real else "hello")
        message = {
            "id": message_id,
            "conversation": conversation,
            "text": "" if action else text,
            "action": action,
            "sender": conversation,
        }
        begun = time.perf_counter()
        try:
            status, _ = ask(self.door, "/event", message)
        except (OSError, http.client.HTTPException, ValueError):
            status = 0
        with self.heard.lock:
            self.heard.answers[status] += 1
            if status:
                self.heard.seconds.append(time.perf_counter() - begun)
        return status == http.HTTPStatus.OK


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something is done; raise TimeoutError where it is not in so many seconds."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} seconds")
        time.sleep(0.05)
