"""Sequences of what people press and write, in whatever order, and what must hold after each step."""

from collections.abc import Callable, Iterable

from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.records import audit
from bot.records.store import Records
from tests.cases.forms import House, act
from tests.cases.held import all_are_seen_to
from tests.records.conftest import Clock

Step = tuple[str, str | int, str, bool]


def stand(
    house: House,
    records: Records,
    clock: Clock,
    steps: Iterable[Step],
    also: Callable[[Records], None],
    *,
    days: int = 1,
) -> None:
    """Play the steps, `days` passing after those that wait; after each all is seen to and `also` holds."""
    for who, what, text, waits in steps:
        act(house[who], what, text)
        if waits:
            clock.passes(days=days)
            clockwork.look(records, default_rules())
        all_are_seen_to(records)
        also(records)
    with records.reading() as session:
        assert audit.verify(session, records) is None
