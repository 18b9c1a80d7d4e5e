"""Sending cards: each once, in order, tried again with growing pauses, never given up in silence."""

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from bot import outbox
from bot.card import Card, Text
from bot.channel import TryLater, Undeliverable
from bot.outbox import CLAIM_SECONDS, PAUSES
from bot.records.database import RecordsUnavailable
from bot.records.store import Job, Records
from bot.records.tables import Audit, Organisation, Sending
from tests.records.conftest import Clock, NotedJobs
from tests.records.stage import Platform
from tests.records.together import at_once

AWAY = TryLater("the platform is away")


@pytest.fixture
def platform() -> Platform:
    return Platform()


def _card(card_id: str, text: str = "hello") -> Card:
    return Card(card_id, "A card", (Text(text),))


def _put(records: Records, *ids: str, conversation: str = "web:a") -> None:
    with records.changing() as change:
        outbox.put(change, conversation, [_card(card_id) for card_id in ids])


def _row(records: Records, card_id: str) -> Sending:
    with records.reading() as session:
        return session.scalars(select(Sending).where(Sending.id == card_id)).one()


def _waits(jobs: NotedJobs) -> list[float]:
    """Return the pauses that were asked for since the last look."""
    waits = [job.after for job in jobs.noted]
    jobs.noted.clear()
    return waits


class CutOff(BaseException):
    """The process ends here."""


class Cuts(Platform):
    """A platform whose worker dies right after it took a card, before anyone could note that."""

    def send(self, conversation: str, card: Card) -> str:
        """Take a card, and end."""
        super().send(conversation, card)
        raise CutOff


def _cut_off(records: Records, platform: Platform) -> None:
    """Deliver with a worker that dies right after the platform's yes."""
    cuts = Cuts(sent=platform.sent)
    with pytest.raises(CutOff):
        outbox.deliver(records, "web:a", cuts)


class TestOrder:
    """Cards of one conversation."""

    def test_they_are_sent_in_the_order_in_which_they_were_put(
        self, records: Records, platform: Platform
    ) -> None:
        _put(records, "2", "1", "3")
        _put(records, "0")
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["2", "1", "3", "0"]

    def test_one_that_was_put_before_is_not_sent_again(self, records: Records, platform: Platform) -> None:
        _put(records, "1")
        outbox.deliver(records, "web:a", platform)
        _put(records, "1", "2")
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1", "2"]

    def test_of_two_with_one_id_in_one_go_the_first_is_sent(
        self, records: Records, platform: Platform
    ) -> None:
        with records.changing() as change:
            outbox.put(change, "web:a", [_card("1", "first"), _card("1", "second")])
        outbox.deliver(records, "web:a", platform)
        assert platform.words("web:a") == ["first"]

    def test_another_organisation_may_have_a_card_of_the_same_id(
        self, records: Records, platform: Platform
    ) -> None:
        with records.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        for organisation in (records, records.of("another")):
            _put(organisation, "1")
            outbox.deliver(organisation, "web:a", platform)
        assert platform.ids() == ["1", "1"]

    def test_only_those_of_one_conversation_are_sent(self, records: Records, platform: Platform) -> None:
        _put(records, "1", conversation="web:b")
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == []

    def test_one_for_another_conversation_brings_its_own_job(self, records: Records, jobs: NotedJobs) -> None:
        with records.changing() as change:
            outbox.put_elsewhere(change, "web:b", [_card("1")])
        (job,) = jobs.noted
        assert (job.name, job.about, job.key, job.after) == ("deliver", "web:b", "web:b", 0)

    def test_what_was_sent_is_emptied_and_known_by_the_platforms_name_for_it(
        self, records: Records, platform: Platform
    ) -> None:
        _put(records, "1")
        outbox.deliver(records, "web:a", platform)
        row = _row(records, "1")
        assert (row.card, row.sent_as, row.sent_at, row.claimed_at) == (None, "m1", records.now(), None)

    def test_a_card_is_sent_as_it_was_put(self, records: Records, platform: Platform) -> None:
        _put(records, "1")
        outbox.deliver(records, "web:a", platform)
        assert platform.sent == [("web:a", _card("1"))]

    def test_its_words_are_sealed(self, records: Records) -> None:
        _put(records, "1")
        assert b"hello" not in (_row(records, "1").card or b"")


class TestLater:
    """A platform that cannot take a card now."""

    def test_it_is_tried_again_after_growing_pauses(
        self, records: Records, platform: Platform, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records, "1")
        platform.faults.extend([AWAY] * 5)
        waits: list[float] = []
        for _ in range(6):
            outbox.deliver(records, "web:a", platform)
            waits += (paused := _waits(jobs))
            clock.passes(seconds=sum(paused))
        assert waits == list(PAUSES[:5])
        assert platform.ids() == ["1"]
        assert sorted(PAUSES) == list(PAUSES)

    def test_before_its_time_it_is_not_tried_and_a_job_is_there_for_when_it_is(
        self, records: Records, platform: Platform, jobs: NotedJobs, clock: Clock
    ) -> None:
        _put(records, "1")
        platform.faults.append(TryLater("slow down", after=60))
        outbox.deliver(records, "web:a", platform)
        _waits(jobs)
        clock.passes(seconds=20)
        outbox.deliver(records, "web:a", platform)
        assert platform.sent == []
        assert _waits(jobs) == [40]

    def test_the_platforms_own_pause_is_kept_where_it_is_longer(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        platform.faults.append(TryLater("slow down", after=45.5))
        outbox.deliver(records, "web:a", platform)
        assert _waits(jobs) == [45.5]

    def test_the_platforms_own_pause_does_not_shorten_ours(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        with records.changing() as change:
            change.session.execute(update(Sending).values(tries=6))
        platform.faults.append(TryLater("slow down", after=0.1))
        outbox.deliver(records, "web:a", platform)
        assert _waits(jobs) == [PAUSES[6]]

    def test_those_behind_it_wait_so_that_the_order_holds(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1", "2")
        platform.faults.append(AWAY)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == []
        clock.passes(seconds=PAUSES[0])
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1", "2"]

    def test_a_channel_that_fails_in_a_way_nobody_thought_of_is_tried_later_too(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        platform.faults.append(KeyError("words of the card"))
        outbox.deliver(records, "web:a", platform)
        row = _row(records, "1")
        assert _waits(jobs) == [PAUSES[0]]
        assert row.fault is not None
        assert "words" not in row.fault

    def test_so_is_one_that_fails_when_it_is_asked(
        self, records: Records, platform: Platform, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: str) -> None:
            raise AWAY

        _put(records, "1")
        _cut_off(records, platform)
        clock.passes(seconds=CLAIM_SECONDS)
        with monkeypatch.context() as patch:
            patch.setattr(platform, "find", fails)
            outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]
        assert _row(records, "1").sent_at is None
        clock.passes(seconds=CLAIM_SECONDS + PAUSES[2])
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]
        assert _row(records, "1").sent_as == "m1"


class TestStuck:
    """A card that does not get through."""

    def _exhaust(self, records: Records, platform: Platform, clock: Clock) -> None:
        while _row(records, "1").stuck_at is None:
            platform.faults.append(AWAY)
            clock.passes(days=1)
            outbox.deliver(records, "web:a", platform)

    def test_after_the_last_try_it_is_stuck_with_its_reason_and_in_the_audit(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1")
        self._exhaust(records, platform, clock)
        row = _row(records, "1")
        assert (row.tries, row.fault, row.claimed_at) == (len(PAUSES) + 1, AWAY.fault, None)
        assert row.card is not None
        with records.reading() as session:
            assert session.execute(select(Audit.what, Audit.about)).all() == [("card:delivery:stuck", "1")]

    def test_those_behind_it_are_sent(self, records: Records, platform: Platform, clock: Clock) -> None:
        _put(records, "1", "2")
        self._exhaust(records, platform, clock)
        assert platform.ids() == ["2"]

    def test_one_that_will_never_get_through_is_stuck_at_once(
        self, records: Records, platform: Platform
    ) -> None:
        _put(records, "1", "2")
        platform.faults.append(Undeliverable("the account is gone"))
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["2"]
        assert _row(records, "1").fault == "the account is gone"

    def test_one_that_this_version_cannot_read_is_stuck_and_those_behind_it_are_sent(
        self, records: Records, platform: Platform
    ) -> None:
        _put(records, "1", "2")
        with records.changing() as change:
            row = change.session.scalars(select(Sending).where(Sending.id == "1")).one()
            stored = (
                '{"id": "1", "title": "", "summary": "", "elements": [{"is": "Hologram", "of": "marked"}]}'
            )
            row.card = records.seal(Sending.card, row, stored)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["2"]
        row = _row(records, "1")
        assert row.stuck_at is not None
        assert "marked" not in (row.fault or "")

    def test_tried_again_by_an_officer_it_is_sent(
        self, records: Records, platform: Platform, clock: Clock, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        self._exhaust(records, platform, clock)
        jobs.noted.clear()
        with records.changing() as change:
            outbox.try_again(change, change.session.scalars(select(Sending)).one())
        assert [(job.name, job.about) for job in jobs.noted] == [("deliver", "web:a")]
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]
        row = _row(records, "1")
        assert (row.stuck_at, row.tries) == (None, 1)


class TestCutOff:
    """A worker that dies between the platform's yes and our note."""

    def test_the_card_is_looked_for_and_not_sent_again(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1", "2")
        _cut_off(records, platform)
        clock.passes(seconds=CLAIM_SECONDS)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1", "2"]
        assert platform.asked == ["1"]
        assert _row(records, "1").sent_as == "m1"

    def test_where_the_platform_cannot_be_asked_the_same_card_is_sent_once_more(
        self, records: Records, clock: Clock
    ) -> None:
        platform = Platform(can_be_asked=False)
        _put(records, "1")
        _cut_off(records, platform)
        for _ in range(3):
            clock.passes(seconds=CLAIM_SECONDS)
            outbox.deliver(records, "web:a", platform)
        assert platform.sent == [("web:a", _card("1"))] * 2

    def test_where_the_answer_was_lost_the_card_is_looked_for_after_its_pause(
        self, records: Records, clock: Clock
    ) -> None:
        class Deaf(Platform):
            """A platform whose every answer is lost."""

            def send(self, conversation: str, card: Card) -> str:
                super().send(conversation, card)
                raise TryLater("no answer", perhaps_sent=True)

        platform = Deaf()
        _put(records, "1")
        outbox.deliver(records, "web:a", platform)
        clock.passes(seconds=PAUSES[0])
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]
        assert _row(records, "1").sent_as == "m1"

    def test_a_card_that_never_got_there_is_sent(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1")
        with records.changing() as change:
            change.session.execute(update(Sending).values(claimed_at=records.now()))
        clock.passes(seconds=CLAIM_SECONDS)
        outbox.deliver(records, "web:a", platform)
        assert (platform.asked, platform.ids()) == (["1"], ["1"])

    def test_until_its_time_is_up_nobody_else_touches_it_and_a_job_is_there_for_then(
        self, records: Records, platform: Platform, clock: Clock, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        _cut_off(records, platform)
        clock.passes(seconds=CLAIM_SECONDS - 5)
        outbox.deliver(records, "web:a", platform)
        assert (platform.asked, platform.ids()) == ([], ["1"])
        assert _waits(jobs) == [5]

    def test_one_over_which_every_process_ends_is_stuck_and_those_behind_it_are_sent(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        class Ends(Platform):
            """A platform over whose card the process ends before anything is sent."""

            def send(self, conversation: str, card: Card) -> str:
                if card.id == "1":
                    raise CutOff
                return platform.send(conversation, card)

        _put(records, "1", "2")
        for _ in range(len(PAUSES) + 1):
            with pytest.raises(CutOff):
                outbox.deliver(records, "web:a", Ends())
            clock.passes(seconds=CLAIM_SECONDS)
        outbox.deliver(records, "web:a", Ends())
        assert platform.ids() == ["2"]
        assert _row(records, "1").fault == "the process ended while it was sent"
        assert _row(records, "1").stuck_at is not None

    def test_what_could_not_be_noted_is_looked_for(
        self, records: Records, platform: Platform, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise RecordsUnavailable

        _put(records, "1")
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "_sent", away)
            with pytest.raises(RecordsUnavailable):
                outbox.deliver(records, "web:a", platform)
        clock.passes(seconds=CLAIM_SECONDS)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]


class TestTogether:
    """Several workers at one conversation."""

    def test_each_card_is_sent_once_and_in_order(self, records: Records, platform: Platform) -> None:
        ids = [str(number) for number in range(15)]
        _put(records, *ids)
        at_once(*[lambda: outbox.deliver(records, "web:a", platform)] * 4)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ids

    def test_while_one_sends_the_others_leave_it_alone(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        sending, go_on = threading.Event(), threading.Event()

        class Slow(Platform):
            def send(self, conversation: str, card: Card) -> str:
                sending.set()
                go_on.wait(timeout=30)
                return platform.send(conversation, card)

        _put(records, "1")
        slow = threading.Thread(target=lambda: outbox.deliver(records, "web:a", Slow()))
        slow.start()
        sending.wait(timeout=30)
        outbox.deliver(records, "web:a", platform)
        assert platform.sent == []
        assert _waits(jobs) == [CLAIM_SECONDS]
        go_on.set()
        slow.join()
        assert platform.ids() == ["1"]


class TestClock:
    """A clock that was wrong and is put right."""

    def _ahead(self, records: Records, clock: Clock, faults: Sequence[Exception], platform: Platform) -> None:
        """Deliver while the clock is a day ahead."""
        clock.passes(days=1)
        platform.faults.extend(faults)
        outbox.deliver(records, "web:a", platform)
        clock.passes(days=-1)

    def test_a_card_that_was_put_off_waits_no_day_longer(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1")
        self._ahead(records, clock, [AWAY], platform)
        clock.passes(seconds=PAUSES[0])
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]

    def test_a_card_that_was_cut_off_waits_no_day_longer(
        self, records: Records, platform: Platform, clock: Clock
    ) -> None:
        _put(records, "1")
        clock.passes(days=1)
        _cut_off(records, platform)
        clock.passes(days=-1, seconds=CLAIM_SECONDS)
        outbox.deliver(records, "web:a", platform)
        assert platform.ids() == ["1"]
        assert _row(records, "1").sent_at is not None

    def test_a_platform_that_asks_for_a_year_gets_the_longest_pause(
        self, records: Records, platform: Platform, jobs: NotedJobs
    ) -> None:
        _put(records, "1")
        platform.faults.append(TryLater("slow down", after=31_536_000))
        outbox.deliver(records, "web:a", platform)
        assert _waits(jobs) == [PAUSES[-1]]


def test_a_job_that_is_asked_for_twice_in_a_second_has_one_name(
    records: Records, platform: Platform, jobs: NotedJobs
) -> None:
    _put(records, "1")
    platform.faults.append(AWAY)
    for _ in range(3):
        outbox.deliver(records, "web:a", platform)
    names: set[str] = {job.id for job in jobs.noted if isinstance(job, Job)}
    assert len(names) == 1
