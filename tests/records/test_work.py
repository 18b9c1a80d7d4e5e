"""The work engine itself: what is enqueued is done, in order, once, whoever died meanwhile."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos._sys_db import SystemDatabase
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from bot import inbox, work
from bot.message import Message
from bot.records import migrate
from bot.records.database import RecordsUnavailable, connect
from bot.records.store import Job, Records
from bot.records.tables import Event, Organisation, Worker
from bot.records.vault import Vault, new_key, read_keys
from bot.slots import DEAD_SECONDS, Slot, SlotTaken
from bot.work import EnqueuedWork, Task
from tests import postgres
from tests.records.conftest import ORGANISATION, NotedJobs
from tests.records.prepared import copy_of
from tests.records.stage import Platform, Talk, accept, all_of, desk, mark, said, tasks

Start = Callable[..., None]
_BY_THE_CLOCK = ("left lying", "abandoned", "hourly", "daily")


class RealClock:
    """The real clock, which a test can set ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def jumps(self, **time: float) -> None:
        """Set the clock ahead: `jumps(days=1)`."""
        self._ahead += timedelta(**time)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated database on which a worker has run before; nobody is connected to it."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('prepared') / 'hearth.db'}"
        else:
            url = stack.enter_context(postgres.new_database(request.getfixturevalue("postgres_server")))
        engine = connect(url)
        migrate.upgrade(engine)
        records = _records(engine, RealClock())
        worker = work.Worker(records, {}, Slot(records, "first"))
        worker.start()
        worker.stop()
        engine.dispose()
        yield url


@pytest.fixture
def database_url(prepared: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a copy of that database."""
    on_sqlite = prepared.startswith("sqlite")
    with copy_of(
        prepared, tmp_path, None if on_sqlite else request.getfixturevalue("postgres_server")
    ) as url:
        yield url


@pytest.fixture
def clock() -> RealClock:
    """The real clock."""
    return RealClock()


@pytest.fixture
def records(engine: Engine, clock: RealClock) -> Records:
    """The records of one organisation, their jobs in the engine's queue."""
    records = _records(engine, clock)
    with records.changing() as change:
        change.add(Organisation(id=ORGANISATION, name="Home-Start Herefordshire", created_at=clock()))
    return records


def _records(engine: Engine, clock: RealClock) -> Records:
    return Records(engine, Vault(read_keys(new_key())), EnqueuedWork(engine), ORGANISATION, clock)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def start(records: Records, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start a worker that does these tasks, and the sweep's."""
    monkeypatch.setattr(work, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(work, "STOP_SECONDS", 0)  # the engine looks once a second whether all have ended
    with ExitStack() as running:

        def start(tasks: Mapping[str, Task], name: str = "one") -> None:
            idle: Mapping[str, Task] = dict.fromkeys(_BY_THE_CLOCK, _nothing)
            running.enter_context(_working(records, {**idle, **tasks}, name))

        yield start


@contextmanager
def _working(records: Records, tasks: Mapping[str, Task], name: str) -> Iterator[None]:
    worker = work.Worker(records, {records.organisation: tasks}, Slot(records, name))
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _nothing(_records: Records, _about: str) -> None:
    """Do nothing."""


def _tasks(platform: Platform, talk: Talk | None = None) -> Mapping[str, Task]:
    return tasks(desk(platform, talk))


def _until(done: Callable[[], bool]) -> None:
    """Wait until something has been done; if it never is, the test fails."""
    for _ in range(3000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it was never done")


def _enqueue(records: Records, *jobs: Job) -> None:
    with records.changing() as change:
        for job in jobs:
            change.enqueue(job)


def _status_table(records: Records) -> str:
    return "dbos.workflow_status" if records.engine.dialect.name == "postgresql" else "workflow_status"


def _begun_by(records: Records, worker: str, *ids: str) -> None:
    """Make the engine's notes say that a worker has begun these jobs and not ended them."""
    begun = text(
        f"UPDATE {_status_table(records)} "  # noqa: S608 - a fixed name
        "SET status = 'PENDING', executor_id = :worker, application_version = '1' WHERE workflow_uuid = :id"
    )
    with records.changing() as change:
        for job_id in ids:
            change.session.execute(begun, {"worker": worker, "id": f"{ORGANISATION}/{job_id}"})


def _accept_without_job(records: Records, *ids: str) -> None:
    """Accept messages as a process does that is killed in that moment."""
    accept(replace(records, jobs=NotedJobs()), *ids)


def _is_there(records: Records, worker: str) -> None:
    """Let another worker be known to live."""
    with records.changing() as change:
        change.add(Worker(id=worker, started_at=records.now(), seen_at=records.now()))


def test_a_message_is_answered_and_a_repeat_is_not(
    records: Records, platform: Platform, start: Start
) -> None:
    start(_tasks(platform))
    accept(records, "1")
    _until(lambda: platform.ids() == ["1.1"])
    assert not inbox.accept(records, said("1"))
    accept(records, "2")
    _until(lambda: platform.ids() == ["1.1", "2.1"])


def test_messages_of_one_conversation_are_handled_one_at_a_time_and_different_ones_side_by_side(
    records: Records, platform: Platform, start: Start
) -> None:
    at_work: Counter[str] = Counter()
    most: Counter[str] = Counter()
    together = threading.Barrier(2)

    def meanwhile(message: Message) -> None:
        at_work[message.conversation] += 1
        most[message.conversation] = max(most[message.conversation], at_work[message.conversation])
        together.wait(timeout=30)  # for the other conversation, else this fails
        at_work[message.conversation] -= 1

    ids = [str(number) for number in range(6)]
    for number in ids:
        for conversation in ("web:a", "web:b"):
            accept(records, f"{conversation}{number}", conversation=conversation)
    start(_tasks(platform, Talk(meanwhile)))
    _until(lambda: len(platform.sent) == 12)
    assert most == {"web:a": 1, "web:b": 1}
    for conversation in ("web:a", "web:b"):
        assert platform.words(conversation)[-1] == mark([f"{conversation}{number}" for number in ids])


def test_there_is_no_job_without_its_event_and_no_event_without_its_job(
    records: Records, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fails(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        inbox.accept(records, said("1", conversation="web:lost"), beside=fails)
    with monkeypatch.context() as patch:
        patch.setattr(EnqueuedWork, "enqueue", fails)
        with pytest.raises(KeyError):
            accept(records, "2")
    assert all_of(records, Event) == []
    start({"handle": lambda _, about: done.append(about)})
    accept(records, "3")
    _until(lambda: bool(done))
    assert done == ["web:a"]


def test_a_job_of_one_id_is_done_once_and_one_that_fails_is_tried_again(
    records: Records, start: Start
) -> None:
    done: list[str] = []

    def fails_once(_: Records, about: str) -> None:
        done.append(about)
        if done.count(about) == 1:
            raise RecordsUnavailable

    start({"count": lambda _, about: done.append(about), "fail": fails_once})
    for _ in range(3):
        _enqueue(records, Job("count", "once", key="a", id="same"))
    _enqueue(records, Job("fail", "twice", key="b"), Job("count", "later", key="c", after=1))
    _until(lambda: sorted(done) == ["later", "once", "twice", "twice"])


def test_a_job_that_nobody_knows_keeps_nobody_waiting(
    records: Records, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_PAUSES", ())
    done: list[str] = []
    _enqueue(records, Job("never heard of", "", key="a"))
    start({"count": lambda _, about: done.append(about)})
    _enqueue(records, Job("count", "behind it", key="a"))
    _until(lambda: done == ["behind it"])


@pytest.mark.parametrize("dead", ["one", "two"])
def test_what_a_dead_worker_had_begun_is_done_by_its_next_process_or_by_another_worker(
    records: Records, platform: Platform, start: Start, dead: str
) -> None:
    """Until then those behind it wait, since a conversation has one job at a time."""
    accept(records, "1", "2")
    _begun_by(records, dead, "event:1")
    start(_tasks(platform), name="one")
    _until(lambda: platform.ids() == ["1.1", "2.1"])
    accept(records, "3")
    _until(lambda: platform.ids() == ["1.1", "2.1", "3.1"])


def test_what_a_living_worker_has_begun_is_left_to_it_until_it_is_silent_for_too_long(
    records: Records, platform: Platform, start: Start, clock: RealClock
) -> None:
    accept(records, "1")
    accept(records, "2", conversation="web:b")
    with records.changing() as change:
        change.add(Worker(id="two", started_at=clock(), seen_at=clock() + timedelta(seconds=10)))
    _begun_by(records, "two", "event:1")
    start(_tasks(platform))
    _until(lambda: platform.ids() == ["2.1"])
    time.sleep(1)  # several beats
    assert platform.ids() == ["2.1"]
    clock.jumps(seconds=DEAD_SECONDS + 15)
    _until(lambda: platform.ids() == ["2.1", "1.1"])


def test_a_job_whose_end_could_not_be_noted_keeps_nobody_waiting_for_ever(
    records: Records, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is enough: the engine gives up its note, and the job seems to be under way from then on."""
    noted = SystemDatabase.update_workflow_outcome
    faults = [OperationalError("", {}, Exception("database or disk is full"))]

    def fails_once(*given: object, **named: object) -> object:
        if faults and f"{ORGANISATION}/one" in given:
            raise faults.pop()
        return noted(*given, **named)  # type: ignore[arg-type]  # whatever the engine gives

    monkeypatch.setattr(SystemDatabase, "update_workflow_outcome", fails_once)
    done: list[str] = []
    start({"count": lambda _, about: done.append(about)})
    _enqueue(records, Job("count", "one", key="a", id="one"))
    _until(lambda: not faults)
    _enqueue(records, Job("count", "behind it", key="a"))
    _until(lambda: "behind it" in done)


def test_a_worker_that_is_alone_begins_at_once_what_its_process_accepts(
    records: Records, platform: Platform, start: Start
) -> None:
    start(_tasks(platform))
    accept(records, "1")
    _until(lambda: platform.ids() == ["1.1"])
    assert f"{ORGANISATION}/event:1" not in _statuses(records)  # the engine was not needed


def test_where_there_are_several_workers_the_engine_shares_out_what_is_accepted(
    records: Records, platform: Platform, start: Start
) -> None:
    _is_there(records, "two")
    start(_tasks(platform))
    accept(records, "1")
    _until(lambda: platform.ids() == ["1.1"])
    assert f"{ORGANISATION}/event:1" in _statuses(records)


def test_what_a_worker_had_at_hand_when_it_was_killed_is_done_at_its_next_start(
    records: Records, platform: Platform, start: Start
) -> None:
    _accept_without_job(records, "1", "2")
    start(_tasks(platform))
    _until(lambda: platform.ids() == ["1.1", "2.1"])


def test_what_a_worker_had_at_hand_when_it_was_killed_for_good_is_done_by_another(
    records: Records, platform: Platform, start: Start, clock: RealClock
) -> None:
    _is_there(records, "two")
    start(_tasks(platform))
    time.sleep(1)  # several beats
    _accept_without_job(records, "1")
    clock.jumps(seconds=DEAD_SECONDS)  # and less than a message may be left lying
    _until(lambda: platform.ids() == ["1.1"])


def test_of_one_conversation_one_job_is_done_at_a_time_whoever_began_it(
    records: Records, start: Start
) -> None:
    at_work: list[str] = []
    together, done = threading.Event(), threading.Semaphore(0)

    def alone(_: Records, about: str) -> None:
        at_work.append(about)
        if at_work.count(about) > 1:
            together.set()
        time.sleep(0.3)
        at_work.remove(about)
        done.release()

    start({"handle": alone})
    _enqueue(records, *(Job("handle", "web:a", key=f"web:{key}") for key in "abc"))
    _enqueue(records, Job("handle", "web:a", key="web:a", is_found=True))
    for _ in range(4):
        assert done.acquire(timeout=30)
    assert not together.is_set()


def test_what_lost_its_job_is_found(
    records: Records, platform: Platform, start: Start, clock: RealClock
) -> None:
    start(_tasks(platform))
    _accept_without_job(records, "1")
    clock.jumps(minutes=1)
    _until(lambda: platform.ids() == ["1.1"])


def test_when_the_clock_jumps_a_day_what_waits_is_handled_and_not_let_go(
    records: Records, platform: Platform, start: Start, clock: RealClock
) -> None:
    start(_tasks(platform, Talk(lambda _: time.sleep(0.5))))  # as long as the housekeeping would need at most
    _accept_without_job(records, "1")
    clock.jumps(days=1, hours=1)
    _until(lambda: platform.ids() == ["1.1"])


def test_an_organisations_work_is_done_as_its_own_and_that_of_one_not_served_is_left(
    records: Records, platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(work, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(work, "STOP_SECONDS", 0)
    with records.changing() as change:
        for name in ("another", "not-served"):
            change.add(Organisation(id=name, name=name, created_at=records.now()))
    elsewhere = Platform()
    served = {ORGANISATION: _tasks(platform), "another": _tasks(elsewhere)}
    for name in ("not-served", "another", ORGANISATION):
        accept(records.of(name), "1", conversation=f"web:{name}")
    worker = work.Worker(records, served, Slot(records, "one"))
    worker.start()
    try:
        _until(lambda: bool(platform.sent and elsewhere.sent and "not_served" in caplog.text))
    finally:
        worker.stop()
    assert {at for at, _ in platform.sent} == {f"web:{ORGANISATION}"}
    assert {at for at, _ in elsewhere.sent} == {"web:another"}
    assert inbox.next_waiting(records.of("not-served"), "web:not-served") is not None


def test_a_second_worker_of_the_same_name_is_refused_and_the_first_works_on(
    records: Records, platform: Platform, start: Start
) -> None:
    start(_tasks(platform))
    with pytest.raises(SlotTaken):
        work.Worker(records, {}, Slot(records, "one")).start()
    accept(records, "1")
    _until(lambda: platform.ids() == ["1.1"])


def test_stopped_it_leaves_no_thread_and_its_slot_and_started_again_it_works(
    records: Records, platform: Platform
) -> None:
    before = set(threading.enumerate())
    for number in ("1", "2"):
        with _working(records, _tasks(platform), "one"):
            accept(records, number)
            _until(lambda: platform.ids()[-1:] == [f"{number}.1"])  # noqa: B023 - called at once
        _until(lambda: set(threading.enumerate()) <= before)
    assert all_of(records, Worker) == []


def test_stopped_in_the_midst_of_a_job_it_lets_the_job_end(records: Records) -> None:
    begun, done = threading.Event(), threading.Event()

    def slow(_: Records, __: str) -> None:
        begun.set()
        time.sleep(1.5)
        done.set()

    idle = dict.fromkeys(_BY_THE_CLOCK, _nothing)
    with _working(records, {**idle, "slow": slow}, "one"):
        _enqueue(records, Job("slow", "", key="a", id="slow"))
        begun.wait(timeout=30)
    assert done.is_set()
    assert _statuses(records)[f"{ORGANISATION}/slow"] == "SUCCESS"


def test_the_engines_notes_of_old_jobs_are_let_go_and_what_waits_stays(
    records: Records, start: Start, clock: RealClock
) -> None:
    done: list[str] = []
    tasks: Mapping[str, Task] = {"count": lambda _, about: done.append(about)}
    start(tasks)
    _enqueue(
        records,
        Job("count", "old", key="a", id="old"),
        Job("count", "waits", key="a", id="waits", after=3600),
    )
    _until(lambda: done == ["old"])
    _until(lambda: "SUCCESS" in _statuses(records).values())
    clock.jumps(days=3)
    _until(lambda: f"{ORGANISATION}/old" not in _statuses(records))
    assert _statuses(records)[f"{ORGANISATION}/waits"] == "DELAYED"


def _statuses(records: Records) -> Mapping[str, str]:
    found = text(f"SELECT workflow_uuid, status FROM {_status_table(records)}")  # noqa: S608 - a fixed name
    with records.reading() as session:
        return {row[0]: row[1] for row in session.execute(found)}
