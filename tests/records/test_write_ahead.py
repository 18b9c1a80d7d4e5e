"""What was committed to SQLite is on the disk before anyone is told so, several changes at once."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot import inbox
from bot.records import write_ahead
from bot.records.database import RecordsUnavailable, connect
from bot.records.store import Records
from bot.records.tables import Event
from tests.records.stage import accept, said


@pytest.fixture(params=["sqlite"])
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty SQLite file: PostgreSQL keeps its own log."""
    engine = connect(f"sqlite:///{tmp_path / 'hearth.db'}")
    yield engine
    engine.dispose()


class SlowDisk:
    """A disk that takes until it is let go, and fails where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.may_end = threading.Semaphore(0), threading.Semaphore(0)
        self.files: list[int] = []
        self.fails = False
        monkeypatch.setattr(os, "fsync", self._sync)

    def _sync(self, file: int) -> None:
        self.files.append(os.fstat(file).st_ino)
        self.asked.release()
        assert self.may_end.acquire(timeout=30)
        if self.fails:
            raise OSError(5, "Input/output error")


@pytest.fixture
def disk(records: Records, monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    """A slow disk under records that are there already."""
    accept(records, "before")
    return SlowDisk(monkeypatch)


def _accepting(records: Records, message_id: str) -> threading.Thread:
    thread = threading.Thread(target=accept, args=(records, message_id))
    thread.start()
    return thread


def test_a_message_is_accepted_once_it_is_on_the_disk(
    records: Records, disk: SlowDisk, tmp_path: Path
) -> None:
    accepting = _accepting(records, "1")
    assert disk.asked.acquire(timeout=30)
    accepting.join(0.2)
    assert accepting.is_alive()
    disk.may_end.release()
    accepting.join(30)
    assert not accepting.is_alive()
    assert disk.files == [(tmp_path / "hearth.db-wal").stat().st_ino]


def test_those_that_come_meanwhile_are_written_and_brought_onto_the_disk_together(
    records: Records, disk: SlowDisk
) -> None:
    first = _accepting(records, "1")
    assert disk.asked.acquire(timeout=30)
    others = [_accepting(records, str(number)) for number in range(2, 8)]
    while not all(_is_written(records, str(number)) for number in range(2, 8)):
        pass
    disk.may_end.release()
    first.join(30)
    assert disk.asked.acquire(timeout=30)
    assert all(other.is_alive() for other in others)  # the first one's was begun before they were written
    disk.may_end.release()
    for other in others:
        other.join(30)
    assert len(disk.files) == 2


def test_where_the_disk_fails_nothing_is_promised(records: Records, disk: SlowDisk) -> None:
    disk.fails = True
    disk.may_end.release()
    with pytest.raises(RecordsUnavailable, match="disk"):
        inbox.accept(records, said("1"))


def test_a_new_log_is_entered_in_its_folder_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its name may not be there after a power cut, and what is in it is lost."""
    disk = SlowDisk(monkeypatch)
    disk.may_end.release(100)
    log = write_ahead.Log(str(tmp_path / "a.db"))
    log.keep(log.wrote())  # none is there: all is in the file
    (file := tmp_path / "a.db-wal").touch()
    for _ in range(2):
        log.keep(log.wrote())
    assert disk.files == [path.stat().st_ino for path in (file, tmp_path, file)]


def _is_written(records: Records, message_id: str) -> bool:
    with records.reading() as session:
        return session.scalars(select(Event).where(Event.id == message_id)).first() is not None
