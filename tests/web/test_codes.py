"""One-time codes: right once, for a quarter of an hour, and not to be guessed."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.web.codes import LIFETIME, MAX_WRONG, CodeDesk, Outcome, issue, judge, new_code

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def desk(folder: Path, clock: Clock) -> CodeDesk:
    return CodeDesk(folder, "manager", clock)


def test_a_code_is_accepted_until_its_last_moment() -> None:
    code, stored = new_code(NOON)
    assert judge(code, stored, NOON + LIFETIME - timedelta(seconds=1)) is Outcome.ACCEPTED
    assert judge(code, stored, NOON + LIFETIME) is Outcome.EXPIRED
    assert judge(code + "x", stored, NOON) is Outcome.WRONG
    assert timedelta(minutes=15) == LIFETIME


def test_a_code_works_once(desk: CodeDesk, folder: Path) -> None:
    code = issue(folder, "manager", NOON)
    assert desk.redeem(code) is Outcome.ACCEPTED
    assert desk.redeem(code) is Outcome.WRONG


def test_a_code_that_is_too_old_is_told_from_a_wrong_one(desk: CodeDesk, folder: Path, clock: Clock) -> None:
    code = issue(folder, "manager", NOON)
    clock.now += LIFETIME
    assert desk.redeem(code) is Outcome.EXPIRED
    assert desk.redeem(code) is Outcome.WRONG


def test_a_new_code_takes_the_place_of_the_one_before(desk: CodeDesk, folder: Path) -> None:
    first, second = issue(folder, "manager", NOON), issue(folder, "manager", NOON)
    assert first != second
    assert desk.redeem(first) is Outcome.WRONG
    assert desk.redeem(second) is Outcome.ACCEPTED


def test_after_five_wrong_tries_the_right_code_is_withdrawn(desk: CodeDesk, folder: Path) -> None:
    code = issue(folder, "manager", NOON)
    assert [desk.redeem("guess") for _ in range(MAX_WRONG)] == [Outcome.WRONG] * 4 + [Outcome.WITHDRAWN]
    assert desk.redeem(code) is Outcome.WRONG
    assert desk.redeem(issue(folder, "manager", NOON)) is Outcome.ACCEPTED


def test_four_wrong_tries_do_no_harm(desk: CodeDesk, folder: Path) -> None:
    code = issue(folder, "manager", NOON)
    for _ in range(MAX_WRONG - 1):
        desk.redeem("guess")
    assert desk.redeem(code) is Outcome.ACCEPTED


def test_without_a_code_waiting_nothing_is_right(desk: CodeDesk) -> None:
    assert desk.redeem("") is Outcome.WRONG
    assert desk.redeem("anything \ud800") is Outcome.WRONG


def test_the_code_itself_is_not_kept_and_only_the_owner_reads_its_hash(folder: Path) -> None:
    code = issue(folder, "manager", NOON)
    (file,) = folder.iterdir()
    assert code not in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"digest": 1, "expires": "soon"}', "\x00"])
def test_a_damaged_file_is_no_code_and_a_new_one_replaces_it(
    desk: CodeDesk, folder: Path, content: str
) -> None:
    issue(folder, "manager", NOON)
    (file,) = folder.iterdir()
    file.write_text(content, encoding="utf-8")
    assert desk.redeem("x") is Outcome.WRONG
    assert desk.redeem(issue(folder, "manager", NOON)) is Outcome.ACCEPTED
