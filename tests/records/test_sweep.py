"""What the clock brings: lost work is found, and nothing is let go while the clock cannot be trusted."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from bot import inbox, outbox, sweep
from bot.card import Card
from bot.channel import TryLater
from bot.kept import DEFAULTS
from bot.outbox import PAUSES
from bot.records.store import Records
from bot.records.tables import Event, Organisation, Sending
from bot.steady import SETTLED_SECONDS, Steadiness
from bot.sweep import LEFT_LYING_SECONDS
from tests.records.conftest import ORGANISATION, Clock, NotedJobs
from tests.records.stage import Platform, accept, desk, said


def _named(jobs: NotedJobs) -> list[str]:
    names = [job.name for job in jobs.noted]
    jobs.noted.clear()
    return names


def _lying(records: Records, jobs: NotedJobs) -> list[str]:
    """Return the conversations that a sweep has seen to."""
    jobs.noted.clear()
    sweep.left_lying(records, "now")
    assert {job.name for job in jobs.noted} <= {"handle"}
    return sorted(job.about for job in jobs.noted)


def _put(records: Records, card_id: str = "1") -> None:
    with records.changing() as change:
        outbox.put(change, "web:a", [Card(card_id, "A card")])


class TestLeftLying:
    """What waits and has lost the job that was to see to it."""

    def test_a_message_that_has_waited_too_long_is_seen_to(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        accept(records, "1", "2", conversation="web:a")
        accept(records, "3", conversation="web:b")
        clock.passes(seconds=LEFT_LYING_SECONDS + 1)
        accept(records, "4", conversation="web:c")
        assert _lying(records, jobs) == ["web:a", "web:b"]

    def test_a_card_that_has_waited_too_long_is_seen_to(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records)
        assert _lying(records, jobs) == []
        clock.passes(seconds=LEFT_LYING_SECONDS + 1)
        assert _lying(records, jobs) == ["web:a"]

    @pytest.mark.parametrize("done", ["handled", "given up"])
    def test_a_message_that_is_done_with_is_left(
        self, records: Records, jobs: NotedJobs, clock: Clock, done: str
    ) -> None:
        accept(records, "1")
        with records.changing() as change:
            (inbox.handled if done == "handled" else inbox.failed)(change, said("1"))
        clock.passes(days=1)
        assert _lying(records, jobs) == []

    def test_a_card_that_was_sent_or_is_stuck_is_left(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records)
        outbox.deliver(records, "web:a", Platform())
        _put(records, "2")
        with records.changing() as change:
            change.session.execute(update(Sending).where(Sending.id == "2").values(stuck_at=records.now()))
        clock.passes(days=1)
        assert _lying(records, jobs) == []

    def test_a_card_that_was_put_off_is_left_until_it_is_due(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records)
        outbox.deliver(records, "web:a", _away(3600))
        clock.passes(seconds=3600)
        assert _lying(records, jobs) == []
        clock.passes(seconds=LEFT_LYING_SECONDS + 1)
        assert _lying(records, jobs) == ["web:a"]

    def test_a_card_that_was_put_off_by_a_clock_that_was_ahead_is_seen_to(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records)
        clock.passes(days=1)
        outbox.deliver(records, "web:a", _away(PAUSES[0]))
        clock.passes(days=-1)
        assert _lying(records, jobs) == ["web:a"]

    def test_another_organisations_is_left_to_its_own_sweep(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        with records.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        accept(records.of("another"), "1")
        clock.passes(minutes=1)
        assert _lying(records, jobs) == []
        assert _lying(records.of("another"), jobs) == ["web:a"]

    def test_in_one_minute_a_conversation_is_seen_to_once(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        accept(records, "1")
        clock.passes(minutes=1)
        jobs.noted.clear()
        for minute in ("10:00", "10:00", "10:01"):
            sweep.left_lying(records, minute)
        assert len({job.id for job in jobs.noted}) == 2


class TestDue:
    """What is enqueued by the clock."""

    def test_each_minute_hour_and_day_has_one_job_however_often_it_is_asked_for(
        self, records: Records, jobs: NotedJobs, clock: Clock
    ) -> None:
        for time in ({}, {}, {"minutes": 1}, {"hours": 1}, {"days": 1}):
            clock.passes(**time)
            sweep.due(records, [ORGANISATION], housekeeping=True)
        done = Counter(name for name, _ in {(job.name, job.id) for job in jobs.noted})
        assert (done["left lying"], done["hourly"], done["daily"]) == (4, 3, 2)

    def test_while_the_clock_cannot_be_trusted_only_lost_work_is_looked_for(
        self, records: Records, jobs: NotedJobs
    ) -> None:
        sweep.due(records, [ORGANISATION], housekeeping=False)
        assert _named(jobs) == ["left lying"]

    def test_every_organisation_that_is_served_has_its_own(self, records: Records, jobs: NotedJobs) -> None:
        sweep.due(records, [ORGANISATION, "another"], housekeeping=True)
        assert sorted(_named(jobs)) == sorted(2 * ["cases", "daily", "hourly", "left lying", "mornings"])


class TestHousekeeping:
    """Letting go of what is kept no longer."""

    @pytest.mark.parametrize(
        ("housekeeping", "current"), [(sweep.hourly, "2026-03-03T10"), (sweep.daily, "2026-03-03")]
    )
    def test_it_is_done_in_its_own_time_alone(
        self, records: Records, clock: Clock, housekeeping: Callable[..., None], current: str
    ) -> None:
        """A job of yesterday, kept waiting as the messages were, would let them go unhandled."""
        accept(records, "1")
        clock.passes(days=1, hours=1)
        housekeeping(records, DEFAULTS, "2026-03-02T10" if "T" in current else "2026-03-02")
        assert inbox.next_waiting(records, "web:a") is not None
        housekeeping(records, DEFAULTS, current)
        with records.reading() as session:
            assert session.scalars(select(Event.payload)).all() == [None]

    def test_what_it_lets_go_unhandled_is_not_handled_afterwards(
        self, records: Records, clock: Clock
    ) -> None:
        platform = Platform()
        accept(records, "1")
        clock.passes(days=1, hours=1)
        sweep.hourly(records, DEFAULTS, f"{clock():%Y-%m-%dT%H}")
        desk(platform).handle(records, "web:a")
        assert platform.sent == []


class TestSteadiness:
    """Whether the clock can be trusted."""

    def _watched(self, clock: Clock) -> tuple[Steadiness, list[float]]:
        ticks = [1000.0]
        return Steadiness(clock, lambda: ticks[0]), ticks

    def _pass(self, clock: Clock, ticks: list[float], seconds: float, jump: float = 0) -> None:
        clock.passes(seconds=seconds + jump)
        ticks[0] += seconds

    def test_it_can_once_it_has_gone_on_evenly_for_a_while(self, clock: Clock) -> None:
        steadiness, ticks = self._watched(clock)
        assert not steadiness.is_settled()
        self._pass(clock, ticks, SETTLED_SECONDS - 1)
        assert not steadiness.is_settled()
        self._pass(clock, ticks, 1)
        assert steadiness.is_settled()

    @pytest.mark.parametrize("jump", [86_400, -86_400, 3_600])
    def test_after_a_jump_it_has_to_settle_again(self, clock: Clock, jump: float) -> None:
        steadiness, ticks = self._watched(clock)
        steadiness.is_settled()
        self._pass(clock, ticks, SETTLED_SECONDS)
        assert steadiness.is_settled()
        self._pass(clock, ticks, 5, jump)
        assert not steadiness.is_settled()
        self._pass(clock, ticks, SETTLED_SECONDS)
        assert steadiness.is_settled()

    def test_being_put_right_by_a_second_does_not_matter(self, clock: Clock) -> None:
        steadiness, ticks = self._watched(clock)
        steadiness.is_settled()
        self._pass(clock, ticks, SETTLED_SECONDS, jump=1)
        assert steadiness.is_settled()


def _away(seconds: float) -> Platform:
    platform = Platform()
    platform.faults.append(TryLater("the platform is away", after=seconds))
    return platform
