"""Who has a turn, and who waits for one."""

import threading
from collections.abc import Iterator

import pytest

from bot.turns import Turns


@pytest.fixture
def turns() -> Iterator[Turns]:
    """Turns for up to four at once."""
    turns = Turns(4)
    yield turns
    turns.close()


class Door:
    """Stops whoever comes by until it is opened."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Semaphore(0), threading.Event()

    def __call__(self) -> None:
        self.reached.release()
        assert self._open.wait(30)

    def opens(self) -> None:
        self._open.set()


def test_two_lanes_go_side_by_side_and_one_lane_one_by_one(turns: Turns) -> None:
    door, second = Door(), threading.Event()
    turns.begin("a", "first", door)
    turns.begin("b", "first", door)
    turns.begin("a", "second", second.set)
    assert door.reached.acquire(timeout=30)
    assert door.reached.acquire(timeout=30)
    assert not second.wait(0.1)
    door.opens()
    assert second.wait(30)


def test_one_who_comes_herself_waits_for_her_lane_too(turns: Turns) -> None:
    door, came = Door(), threading.Event()
    turns.begin("a", "first", door)
    assert door.reached.acquire(timeout=30)
    coming = threading.Thread(target=turns.take, args=("a", came.set))
    coming.start()
    assert not came.wait(0.1)
    door.opens()
    coming.join(30)
    assert came.is_set()


def test_what_has_not_begun_does_for_what_is_asked_for_again_what_has_begun_does_not(
    turns: Turns,
) -> None:
    """What began may have looked before the second was committed."""
    door, done = Door(), threading.Semaphore(0)
    turns.begin("a", "handle", door)
    assert door.reached.acquire(timeout=30)
    for _ in range(3):
        turns.begin("a", "handle", done.release)
    turns.begin("a", "deliver", done.release)
    door.opens()
    assert done.acquire(timeout=30)
    assert done.acquire(timeout=30)
    assert not done.acquire(timeout=0.2)


def test_an_act_that_fails_keeps_nobody_waiting(turns: Turns) -> None:
    def fails() -> None:
        raise ValueError

    done = threading.Event()
    turns.begin("a", "first", fails)
    turns.begin("a", "second", done.set)
    assert done.wait(30)


def test_once_closed_nothing_is_begun() -> None:
    turns, done = Turns(1), threading.Event()
    turns.close()
    turns.begin("a", "late", done.set)
    assert not done.wait(0.1)
