"""What follows when nobody does anything."""

from datetime import timedelta

from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.records.store import Records
from bot.records.tables import Officer, Sending
from tests.cases.forms import STORY, House, all_words, send, take_on, the_case, words
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import Platform, all_of, desk, end_office


def passes(records: Records, platform: Platform, clock: Clock, days: float) -> None:
    """Let days pass, hour by hour, as the worker's minutes would see them."""
    for _ in range(int(days * 4)):
        clock.passes(hours=6)
        clockwork.look(records, default_rules())
    _deliver(records, platform)


def _deliver(records: Records, platform: Platform) -> None:
    for conversation in {row.conversation for row in all_of(records, Sending) if row.sent_at is None}:
        desk(platform).deliver(records, conversation)


def _cards(someone: Someone) -> int:
    return len(someone.cards)


def test_not_taken_on_in_a_working_day_she_is_reminded_and_then_the_next_is_told_that_something_waits(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    passes(adopted, platform, clock, 2)
    assert "still waits" in words(house["manager"].card)
    assert not house["chair"].cards
    passes(adopted, platform, clock, 1)
    assert "nobody has taken it on" in words(house["chair"].card).casefold()
    assert STORY not in all_words(house["chair"])
    assert not house["vice"].cards
    passes(adopted, platform, clock, 1)
    assert house["vice"].cards


def test_over_a_weekend_nobody_is_reminded(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    clock.passes(days=4)  # Friday
    send(house["volunteer"])
    count = _cards(house["manager"])
    passes(adopted, platform, clock, 3)
    assert _cards(house["manager"]) == count


def test_taken_on_nobody_is_reminded(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    count = _cards(house["manager"])
    passes(adopted, platform, clock, 5)
    assert (_cards(house["manager"]), house["chair"].cards) == (count, [])


def test_looked_at_twice_in_a_minute_everything_is_said_once(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    clock.passes(days=2)
    for _ in range(3):
        clockwork.look(adopted, default_rules())
    _deliver(adopted, platform)
    assert sum("Still waiting" in card.title for card in house["manager"].cards) == 1


def test_late_the_owner_the_next_officer_and_whoever_raised_it_are_told_once(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    passes(adopted, platform, clock, 31)
    for person in ("volunteer", "manager", "chair"):
        late = [card for card in house[person].cards if card.title.endswith("is late")]
        assert len(late) == 1, person
        assert STORY not in words(late[0])


def test_when_the_time_to_appeal_is_over_the_owner_is_told_that_it_may_be_closed(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    take_on(house["manager"])
    house["manager"].presses("Answer it")
    house["manager"].says("We have looked at it.")
    house["manager"].presses("Send it")
    count = _cards(house["volunteer"])
    passes(adopted, platform, clock, 32)
    assert "may be closed" in house["manager"].card.title
    assert _cards(house["volunteer"]) == count


def test_an_officer_who_left_hands_it_on_by_leaving(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    card = take_on(house["manager"])
    (office,) = [row for row in all_of(adopted, Officer) if row.office == "manager"]
    end_office(adopted, office.id)
    passes(adopted, platform, clock, 1)
    assert STORY in words(house["chair"].presses("Open it"))
    assert "not open to you" in words(house["manager"].presses("Reply", card))
    assert the_case(adopted).owner is None


def test_while_the_system_was_off_nothing_is_skipped(
    house: House, adopted: Records, platform: Platform, clock: Clock
) -> None:
    send(house["volunteer"])
    clock.time += timedelta(days=60)
    clockwork.look(adopted, default_rules())
    _deliver(adopted, platform)
    assert "still waits" in words(house["manager"].cards[-2]) + words(house["manager"].cards[-1])
    assert house["volunteer"].card.title.endswith("is late")
