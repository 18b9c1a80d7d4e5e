"""Durable work: what was promised is done, also after a crash. The only file that knows the work engine.

The engine (DBOS) keeps its own tables in the records' database. They hold names and ids alone, never words,
and none is the truth about anything: every job looks at our own tables for what there is to do, so that a job
done twice, late or by another worker changes nothing.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy import Connection, Engine

from bot import sweep
from bot.cases import clockwork, quarterly, review
from bot.desk import Desk
from bot.faults import told
from bot.induction import asking, reminders
from bot.kept import Keep
from bot.records.store import Job, Records
from bot.slots import Slot
from bot.steady import Steadiness
from bot.turns import Turns
from bot.working_days import Calendar

log = logging.getLogger(__name__)

# Names in the engine's tables. The version is pinned: work of an earlier release goes on under a later one.
_ENGINE_NAME = "hearth"
_ENGINE_VERSION = "1"
_QUEUE = "work"
# How long a job waits at most before a worker sees it. Measured on SQLite, idle: 7 % of one core.
_POLLING_SECONDS = 0.04
# The same where the worker is alone and its process accepts: what is for now is begun without the queue.
_POLLING_SELDOM_SECONDS = 0.5
# Jobs that one worker does side by side; each holds a thread and at most one connection.
_SIDE_BY_SIDE = 8
BEAT_SECONDS = 5.0
STOP_SECONDS = 8  # before a supervisor loses patience: many give ten
# Seconds between the tries of a job whose database is away; after the last one the sweep finds it.
_PAUSES = (1, 2, 4, 8, 16)
# How long the engine's notes of what is done stay, and how many are deleted at once. A repeat of an event is
# told by our own table, of a sweep by its minute, so a day would do.
_KEPT = timedelta(days=2)
_AT_ONCE = 500

Task = Callable[[Records, str], None]


def tasks(desk: Desk, keep: Keep, calendar: Calendar) -> Mapping[str, Task]:
    """Return what each job does. Names stay: work of an earlier release is waiting under them."""
    return {
        "handle": desk.handle,
        "deliver": desk.deliver,
        "left lying": sweep.left_lying,
        "abandoned": sweep.abandoned,
        "hourly": lambda records, hour: sweep.hourly(records, keep, hour),
        "daily": lambda records, day: sweep.daily(records, keep, day),
        "mornings": lambda records, _: reminders.send_due(records, calendar),
        "cases": lambda records, _: _see_to_cases(records, desk),
        "ask about changes": lambda records, version: asking.ask(records, desk.induction(), version),
        "end inductions": asking.withdrawn,
    }


def _see_to_cases(records: Records, desk: Desk) -> None:
    """See to cases for which something is due, and to what the policy asks for once a quarter."""
    clockwork.look(records, desk.rules)
    quarterly.open_due(records, desk.rules)
    review.tell_due(records, desk.induction(), desk.rules)


class EnqueuedWork:
    """Puts jobs into the engine's queue, in the transaction of the change that causes them.

    `here` is what begins a job in this process: set while its worker is the only one there is, so that what
    is found anyway needs neither the engine's notes nor its polling.
    """

    def __init__(self, engine: Engine) -> None:
        self.here: Callable[[str, Job], None] | None = None
        url = engine.url.render_as_string(hide_password=False)
        self._client = DBOSClient(
            system_database_url=url, system_database_engine=engine, application_name=_ENGINE_NAME, lazy=True
        )

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> Callable[[], None] | None:
        """Enqueue a job; one whose id was enqueued before is left as it is."""
        if job.is_found and (here := self.here) is not None:
            return lambda: here(organisation, job)
        options: EnqueueOptions = {
            "workflow_name": "job",
            "queue_name": _QUEUE,
            "workflow_id": f"{organisation}/{job.id}",
            "queue_partition_key": f"{organisation}/{job.key}",
            "application_name": _ENGINE_NAME,
        }
        if job.after > 0:
            options["delay_seconds"] = job.after
        self._client.enqueue_in_transaction(connection, options, organisation, job.name, job.about)
        return None


class JobFailed(Exception):  # noqa: N818 - what happened
    """A job failed. Says the class of the error alone: the engine keeps errors with their words, in clear."""


@dataclass
class Worker:
    """Does the jobs. One process has one; each needs a slot of its own, whose name outlives the process.

    `tasks` are what each job does, for each organisation that is served. A job of any other is not done: its
    message or card lies until a worker that serves it finds it. `accepts` where the same process accepts
    messages, and no other does.
    """

    records: Records
    tasks: Mapping[str, Mapping[str, Task]]
    slot: Slot
    accepts: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _beats: threading.Thread | None = None
    _tidied: date | None = None
    _at_work: dict[str, None] = field(default_factory=dict)
    _idle: Set[str] = frozenset()
    _others: Set[str] | None = None
    _polling: float | None = None
    _turns: Turns = field(default_factory=lambda: Turns(_SIDE_BY_SIDE))
    _clock: Steadiness = field(init=False)

    def __post_init__(self) -> None:
        self._clock = Steadiness(self.records.now)

    def start(self) -> None:
        """Begin to work, first with what this slot's last process left; raise SlotTaken."""
        self.slot.take()
        self.slot.beat()  # before the first job: others take over from whoever is not known to live
        config: DBOSConfig = {
            "name": _ENGINE_NAME,
            "system_database_url": self.records.engine.url.render_as_string(hide_password=False),
            "application_version": _ENGINE_VERSION,
            "executor_id": self.slot.name,
            "run_migrations": False,
            "use_listen_notify": False,
            "log_level": "ERROR",
            "db_engine_kwargs": {"hide_parameters": True},
        }
        DBOS(config=config)

        @DBOS.workflow(name="job")
        def job(organisation: str, name: str, about: str) -> None:
            with self._under_way(str(DBOS.workflow_id)):
                lane = f"{organisation}/{about}"
                self._turns.take(lane, lambda: self._do(organisation, name, about, time.sleep))

        DBOS.launch()
        self._beat()
        self._beats = threading.Thread(target=self._beat_on, name="hearth-beats", daemon=True)
        self._beats.start()

    def stop(self) -> None:
        """Stop once what is under way has ended, if it does so soon; else another process does it again."""
        self._stop.set()
        if self._beats is not None:
            self._beats.join()
        self._begin_here(alone=False)
        self._turns.close()
        until = time.monotonic() + STOP_SECONDS
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=STOP_SECONDS)
        while self._at_work and time.monotonic() < until:
            time.sleep(0.05)
        self.slot.give_back()

    def _set_pace(self, *, alone: bool) -> None:
        """Look for jobs as often as is needed."""
        self._begin_here(alone=alone)
        seconds = _POLLING_SELDOM_SECONDS if alone and self.accepts else _POLLING_SECONDS
        if seconds != self._polling:
            DBOS.register_queue(
                _QUEUE,
                partition_concurrency=1,
                worker_concurrency=_SIDE_BY_SIDE,
                polling_interval_sec=seconds,
            )
            self._polling = seconds

    def _begin_here(self, *, alone: bool) -> None:
        """Have the jobs that are found anyway begun in this process, if it is the only one that works."""
        if isinstance(jobs := self.records.jobs, EnqueuedWork):
            jobs.here = self._begin if alone else None

    def _begin(self, organisation: str, job: Job) -> None:
        """Begin a job without the engine; where it fails, `sweep.left_lying` finds what is left to do."""

        def act() -> None:
            with self._under_way(job.id), suppress(JobFailed):
                self._do(organisation, job.name, job.about, self._stop.wait)

        self._turns.begin(f"{organisation}/{job.about}", job.name, act)

    @contextmanager
    def _under_way(self, job: str) -> Iterator[None]:
        self._at_work[job] = None
        try:
            yield
        finally:
            self._at_work.pop(job, None)

    def _take_over(self, living: Set[str]) -> None:
        """Have the jobs done anew that nobody is at any more; until then those behind them would wait.

        Their worker is dead, or is this one and could not note their end, as on a full disk.
        """
        notes = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        begun = {note.workflow_id: note.executor_id for note in notes}
        own = {job for job, worker in begun.items() if worker == self.slot.name}
        idle = own - set(self._at_work)
        for job, worker in begun.items():
            if worker not in living or job in idle & self._idle:
                DBOS.resume_workflow(job, queue_name=_QUEUE)
                log.warning("worker.job.taken_over", extra={"worker": worker, "job": job})
        self._idle = idle  # one that is idle twice in a row is not just about to begin or to end

    def _do(self, organisation: str, name: str, about: str, rest: Callable[[float], object]) -> None:
        """Do a job, again after a rest of some seconds where it fails; raise JobFailed.

        No step of the engine's: what was done stands in our own tables, and its note would be one more write.
        """
        if organisation not in self.tasks:
            log.error("job.organisation.not_served", extra={"job": name, "organisation": organisation})
            raise JobFailed("not served")
        for pause in (*_PAUSES, None):
            try:
                self.tasks[organisation][name](self.records.of(organisation), about)
            except Exception as error:  # noqa: BLE001 - whatever it was, its words must not be kept
                log.warning("job.failed", extra={"job": name, "about": about, **told(error)})
                if pause is None:
                    raise JobFailed(type(error).__name__) from None
                rest(pause)
            else:
                return

    def _beat_on(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001 - the next beat tries again, whatever it was
                log.warning("worker.beat.missed", extra={"error": type(error).__name__})

    def _beat(self) -> None:
        """Say that this worker lives, take over from the dead, and see to what is due by the clock."""
        living = self.slot.beat()
        self._take_over(living)
        others = living - {self.slot.name}
        abandoned = self._others is None or bool(self._others - others)
        self._set_pace(alone=not others)
        sweep.due(self.records, self.tasks, housekeeping=self._clock.is_settled(), abandoned=abandoned)
        self._others = others
        if (today := self.records.now().date()) != self._tidied:
            _forget_done(self.records.now() - _KEPT)
            self._tidied = today


def _forget_done(before: datetime) -> None:
    """Delete the engine's notes of jobs that ended before a moment."""
    ended = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
    while done := DBOS.list_workflows(
        status=ended,
        completed_before=before.isoformat(),
        load_input=False,
        load_output=False,
        limit=_AT_ONCE,
    ):
        DBOS.delete_workflows([workflow.workflow_id for workflow in done])
