"""Someone on her induction: the real conversation and desk, on both databases."""

from collections.abc import Callable
from datetime import date

import pytest

from bot import inbox, policies
from bot.card import Card, buttons_of
from bot.conversation import Conversation
from bot.desk import Desk
from bot.induction.course import Course
from bot.message import Attached, Message
from bot.records.store import Records
from bot.records.tables import Sending
from knowledge.answers import Answerer
from knowledge.situations import load_situations
from tests.policies import TEXT, home_start_pack, home_start_policy
from tests.records.conftest import (
    clock,
    database_url,
    engine,
    jobs,
    postgres_server,
    records,
)
from tests.records.stage import Platform, all_of


class Someone:
    """A person at a conversation of her own: what she types and presses, and the cards that she gets."""

    def __init__(self, records: Records, desk: Desk, platform: Platform, name: str) -> None:
        self.name = name
        self._records, self._desk, self._platform = records, desk, platform
        self._count = 0

    @property
    def cards(self) -> list[Card]:
        """All cards that she got."""
        return [card for to, card in self._platform.sent if to == self.name]

    @property
    def card(self) -> Card:
        """The newest."""
        return self.cards[-1]

    def says(self, text: str) -> Card:
        """Type something; return the newest card."""
        return self._sends(text=text)

    def says_where_others_read(self, text: str, channel: str) -> None:
        """Type something in a channel."""
        self._count += 1
        message = Message(f"{channel}/{self._count}", channel, text, sender=self.name, private=False)
        assert inbox.accept(self._records, message)
        for conversation in (channel, self.name):
            self._desk.handle(self._records, conversation)
            self._desk.deliver(self._records, conversation)

    def presses(self, label: str, card: Card | None = None) -> Card:
        """Press the button with this label, of the newest card or another; return the newest card."""
        found = [one.action for one in buttons_of(card or self.card) if one.label.startswith(label)]
        assert found, [one.label for one in buttons_of(card or self.card)]
        return self._sends(action=found[0])

    def goes_on_with(self, course: Course) -> None:
        """Have the course be another from now on, as after a deploy."""
        self._desk = Desk(self._desk.talk, self._desk.channel, course)

    def sends(self, *files: tuple[str, bytes | Exception], text: str = "", size: int | None = None) -> Card:
        """Send files by name and content, or the error of fetching them; return the newest card."""
        sent = []
        for name, content in files:
            ref = f"file{len(self._platform.files)}"
            self._platform.files[ref] = content
            length = len(content) if isinstance(content, bytes) else 1
            sent.append(Attached(ref, name, "", length if size is None else size))
        return self._sends(text=text, files=tuple(sent))

    def does(self, action: str) -> Card:
        """Press a button by its action, whatever card it stood on."""
        return self._sends(action=action)

    def _sends(self, text: str = "", action: str | None = None, files: tuple[Attached, ...] = ()) -> Card:
        self._count += 1
        message_id = f"{self.name}/{self._count}"
        message = Message(message_id, self.name, text, action, sender=self.name, files=files)
        assert inbox.accept(self._records, message)
        self._desk.handle(self._records, self.name)
        for other in self._waiting():
            self._desk.deliver(self._records, other)
        return self.card

    def _waiting(self) -> set[str]:
        return {row.conversation for row in all_of(self._records, Sending) if row.sent_at is None}


@pytest.fixture
def course() -> Course:
    """The induction on the Home-Start policy, with its situations."""
    situations = load_situations(TEXT.with_suffix(".induction.toml"))
    return Course(home_start_policy(), home_start_pack(), situations)


@pytest.fixture
def adopted(records: Records, course: Course) -> Records:
    """Records in which the policy was adopted."""
    with records.changing() as change:
        text = TEXT.read_text(encoding="utf-8")
        policies.adopt(change, course.policy.title, course.policy.version, text, who="test")
    return records


@pytest.fixture
def platform() -> Platform:
    """What was sent."""
    return Platform()


@pytest.fixture
def meet(
    adopted: Records, course: Course, platform: Platform, answerer: Answerer
) -> Callable[[str], Someone]:
    """Meet someone by the name of her account."""
    talk = Conversation(answerer, lambda: date(2026, 3, 2))
    desk = Desk(talk, lambda _: platform, course)
    return lambda name: Someone(adopted, desk, platform, name)


@pytest.fixture
def volunteer(meet: Callable[[str], Someone]) -> Someone:
    """A new volunteer, who has said so."""
    someone = meet("web:volunteer")
    someone.does("role:volunteer")
    return someone
