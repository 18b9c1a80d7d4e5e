"""Retention: what is old is let go, what must stay stays, whatever is set and wherever it is cut off."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from adapters.retention_settings import NAMES, retention_settings_from
from bot import inbox, outbox, retention
from bot.card import Card
from bot.cases import casebook
from bot.kept import DEFAULTS, KINDS
from bot.message import Message
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import (
    Audit,
    Case,
    CaseEntry,
    CasePerson,
    Conversation,
    Event,
    Feedback,
    Handoff,
    LinkCode,
    Organisation,
    Sending,
    Table,
    Unanswered,
    WebEntry,
    WebFile,
)
from bot.retention import due, sweep
from tests.records.conftest import Clock
from tests.records.giving import Raised, Someone, entry, raise_case, rows, someone

TALK = "slack:T1/DXYZ1"


def _message(records: Records) -> None:
    inbox.accept(records, Message(f"m{len(rows(records, Event))}", TALK, "words", sender="slack:T1/UXYZ1"))


def _handled(records: Records) -> None:
    message = Message(f"m{len(rows(records, Event))}", TALK, "words", sender="slack:T1/UXYZ1")
    inbox.accept(records, message)
    with records.changing() as change:
        inbox.handled(change, message)


def _conversation(state: Mapping[str, Any]) -> Callable[[Records], None]:
    def write(records: Records) -> None:
        number = len(rows(records, Conversation))
        row = Conversation(
            id=f"slack:T1/D{number}", organisation=records.organisation, version=1, changed_at=records.now()
        )
        row.state = records.seal(Conversation.state, row, json.dumps(state))
        with records.changing() as change:
            change.add(row)

    return write


def _entry(records: Records) -> None:
    with records.changing() as change:
        change.add(entry(records, "web:1", "said", "words", records.now(), len(rows(records, WebEntry)) + 1))


def _web_file(records: Records) -> None:
    with records.changing() as change:
        change.add(WebFile(organisation=records.organisation, conversation="web:1", at=records.now()))


def _question(records: Records) -> None:
    with records.changing() as change:
        change.add(Unanswered(organisation=records.organisation, topic="parking", at=records.now()))


def _feedback(records: Records) -> None:
    number = len(rows(records, Feedback))
    row = Feedback(organisation=records.organisation, card=str(number), helpful=True, at=records.now())
    row.topic, row.verdict = "friending", "forbidden"
    with records.changing() as change:
        change.add(row)


def _card(*marks: str) -> Callable[[Records], None]:
    def write(records: Records) -> None:
        card = Card(f"c{len(rows(records, Sending))}", "Answer")
        with records.changing() as change:
            outbox.put(change, TALK, [card])
            row = change.session.query(Sending).filter_by(id=card.id).one()
            for mark in marks:
                setattr(row, mark, records.now())
            if "sent_at" in marks:
                row.card = None

    return write


def _code(records: Records) -> None:
    row = LinkCode(organisation=records.organisation, digest="d", expires_at=records.now())
    row.person = someone(records, "Officer Coded").person.id
    with records.changing() as change:
        change.add(row)


def _closed_case(records: Records) -> None:
    by = someone(records, "Raisa Raiser")
    handed = someone(records, "Olga Owner", 2)
    raise_case(
        records, Raised(by, handed, named=(handed,), closed_at=records.now(), handed="complaint received")
    )


def _draft(records: Records) -> None:
    by = someone(records, "Dora Drafter", 3)
    raise_case(records, Raised(by, stage="draft"))


OLD: dict[str, Callable[[Records], None]] = {
    "message_hours": _message,
    "web_files": _web_file,
    "message_ids": _handled,
    "forms": _draft,
    "conversations": _conversation({"card": "1"}),
    "transcripts": _entry,
    "questions": _question,
    "feedback": _feedback,
    "cards": _card("stuck_at"),
    "card_ids": _card("sent_at"),
    "codes": _code,
    "cases": _closed_case,
}
KINDS_BY_NAME = {kind.name: kind for kind in KINDS}


def _contents(records: Records, *left_out: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables but the audit's, in which a broken sweep counts its batches anew."""
    left_out = ("audit", "audit_head", *left_out)
    with records.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
            for table in Table.metadata.sorted_tables
            if table.name not in left_out
        }


def test_every_kind_is_tried_here() -> None:
    assert set(OLD) == set(KINDS_BY_NAME)


@pytest.mark.parametrize("name", OLD)
def test_a_record_is_kept_for_as_long_as_its_kind_says_and_not_longer(
    records: Records, clock: Clock, name: str
) -> None:
    OLD[name](records)
    kind = KINDS_BY_NAME[name]
    clock.time += kind.default * kind.unit
    before = _contents(records)
    if kind.is_set:
        assert sweep(records)[name] == 0
        assert _contents(records) == before
        clock.passes(seconds=1)
    assert due(records)[name] == 1
    assert sweep(records)[name] == 1
    assert due(records)[name] == 0
    assert _contents(records) != before


def test_what_is_set_counts_and_not_the_default(records: Records, clock: Clock) -> None:
    _feedback(records)
    clock.passes(days=3, seconds=1)
    assert sweep(records, {**DEFAULTS, "feedback": 4})["feedback"] == 0
    assert sweep(records, {**DEFAULTS, "feedback": 3})["feedback"] == 1


class TestMessages:
    """The words of messages go within a day; their ids stay for longer."""

    def test_a_message_that_nobody_handled_in_time_is_given_up_and_counted_in_the_log(
        self, records: Records, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        _message(records)
        clock.passes(hours=24, seconds=1)
        with caplog.at_level(logging.ERROR):
            assert retention.sweep_messages(records) == 1
        (row,) = rows(records, Event)
        assert (row.payload, row.failed_at) == (None, clock.time)
        assert [record.message for record in caplog.records] == ["event.lost_to_retention"]
        assert vars(caplog.records[0])["events"] == 1
        assert {"event:retention:lost", "retention:message_hours:swept"} == {
            entry.what for entry in rows(records, Audit)
        }

    def test_words_of_a_message_that_failed_go_without_a_loss_being_counted(
        self, records: Records, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = Message("m1", TALK, "words", sender="slack:T1/UXYZ1")
        inbox.accept(records, message)
        with records.changing() as change:
            inbox.failed(change, message)
        clock.passes(hours=25)
        with caplog.at_level(logging.ERROR):
            retention.sweep_messages(records)
        assert rows(records, Event)[0].payload is None
        assert not caplog.records

    def test_a_repeat_of_a_handled_message_finds_its_id_for_weeks(
        self, records: Records, clock: Clock
    ) -> None:
        _handled(records)
        clock.passes(days=20)
        sweep(records)
        assert not inbox.accept(records, Message("m0", TALK, "words", sender="slack:T1/UXYZ1"))


class TestConversations:
    """What a conversation remembers."""

    def test_an_unfinished_form_goes_thirty_days_after_the_last_answer(
        self, records: Records, clock: Clock
    ) -> None:
        _draft(records)
        clock.passes(days=29)
        with records.changing() as change:
            (draft,) = change.session.scalars(select(Case))
            casebook.note(change, draft, "form:what", "more", None)
        clock.passes(days=29)
        assert sweep(records)["forms"] == 0
        clock.passes(days=2)
        assert sweep(records)["forms"] == 1
        assert not rows(records, Case)


def test_a_card_that_never_arrived_is_still_seen_when_its_words_are_gone(
    records: Records, clock: Clock
) -> None:
    OLD["cards"](records)
    clock.passes(days=2_000)
    sweep(records)
    (row,) = rows(records, Sending)
    assert row.card is None
    assert row.stuck_at is not None


def test_a_card_that_still_waits_is_left_alone_however_old(records: Records, clock: Clock) -> None:
    _card()(records)
    clock.passes(days=2_000)
    sweep(records)
    assert rows(records, Sending)[0].card is not None


class TestCases:
    """Cases go long after their close, and some never."""

    def test_a_case_goes_whole(self, records: Records, clock: Clock) -> None:
        _closed_case(records)
        clock.passes(days=2_193)
        sweep(records)
        for table in (Case, CaseEntry, CasePerson, Handoff):
            assert rows(records, table) == []

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        kept=st.fixed_dictionaries(
            {kind.name: st.integers(0, kind.most).map(lambda days: min(days, 400)) for kind in KINDS}
        ),
        passed=st.integers(0, 40_000),
    )
    def test_open_cases_and_safeguarding_are_never_touched_whatever_is_set(
        self, records: Records, clock: Clock, kept: dict[str, int], passed: int
    ) -> None:
        began = clock.time
        by, owner = someone(records, "Raisa Raiser"), someone(records, "Olga Owner", 2)
        for raised in _that_stay(by, owner, closed=began):
            raise_case(records, raised)
        before = self._cases(records)
        clock.passes(days=passed)
        sweep(records, kept)
        assert self._cases(records) == before
        clock.time = began

    @staticmethod
    def _cases(records: Records) -> list[list[tuple[Any, ...]]]:
        contents = _contents(records)
        return [contents[name] for name in ("case_", "case_entry", "case_person", "handoff")]


def _that_stay(by: Someone, owner: Someone, closed: Any) -> list[Raised]:
    return [
        Raised(by, owner, named=(owner,), handed="complaint received"),
        Raised(by, owner, anonymous=True),
        Raised(by, owner, kind="safeguarding", closed_at=closed, handed="disclosure"),
        Raised(by, owner, stage="diverted to safeguarding", closed_at=closed),
        Raised(by, owner, closed_at=closed, handed="safeguarding"),
    ]


class TestCutOff:
    """A sweep that is killed in the middle."""

    def test_wherever_it_is_cut_off_the_next_one_ends_in_the_same_state(
        self, records: Records, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "_BATCH", 2)
        for write in OLD.values():
            for _ in range(3 if write not in (_code, _closed_case) else 1):
                write(records)
        clock.passes(days=2_300)
        kills = 0
        for cut_off in range(1, 200, 4):
            with _killed_at(records, cut_off) as killed:
                sweep(records)
            kills += len(killed)
            if not killed:
                break
        assert kills > 3
        done = _contents(records)
        assert not any(due(records).values())
        assert set(sweep(records).values()) == {0}
        assert _contents(records) == done
        assert {name for name, left in done.items() if left} == {
            "organisation",
            "person",
            "account",
            "event",
            "sending",
        }
        with records.reading() as session:
            assert audit.verify(session, records) is None

    def test_what_a_killed_sweep_counted_and_what_the_next_one_counts_is_all_there_was(
        self, records: Records, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "_BATCH", 2)
        for _ in range(5):
            _feedback(records)
        clock.passes(days=400)
        feedback = [kind.name for kind in KINDS].index("feedback") + 1
        with _killed_at(records, feedback + 1):
            sweep(records)
        assert 0 < len(rows(records, Feedback)) < 5
        sweep(records)
        counted = [entry for entry in rows(records, Audit) if entry.what == "retention:feedback:swept"]
        assert sum(int(audit.detail_of(records, entry)) for entry in counted) == 5


class _Killed(BaseException):
    """The process ends here."""


class _killed_at:  # noqa: N801 - reads as a context
    """Let the commit of this number never happen, as where the process is killed before it."""

    def __init__(self, records: Records, number: int) -> None:
        self._engine, self._left, self._killed = records.engine, number, list[bool]()

    def __enter__(self) -> list[bool]:
        event.listen(self._engine, "commit", self._commit)
        return self._killed

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        event.remove(self._engine, "commit", self._commit)
        return kind is _Killed

    def _commit(self, _connection: object) -> None:
        self._left -= 1
        if self._left == 0:
            self._killed.append(True)
            raise _Killed


def test_a_second_sweep_changes_nothing_and_notes_nothing(records: Records, clock: Clock) -> None:
    for write in OLD.values():
        write(records)
    clock.passes(days=2_300)
    sweep(records)
    noted = len(rows(records, Audit))
    assert set(sweep(records).values()) == {0}
    assert len(rows(records, Audit)) == noted


def test_another_organisation_is_left_alone(records: Records, clock: Clock) -> None:
    for write in OLD.values():
        write(records)
    clock.passes(days=2_300)
    with records.changing() as change:
        change.add(Organisation(id="another", name="Another", created_at=clock()))
    before = _contents(records)
    assert set(sweep(records.of("another")).values()) == {0}
    assert _contents(records) == before


def test_the_log_tells_no_number_of_cases(
    records: Records, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    _closed_case(records)
    clock.passes(days=2_300)
    with caplog.at_level(logging.INFO):
        sweep(records)
    (swept,) = [record for record in caplog.records if record.message == "retention.swept"]
    assert "cases" not in vars(swept)["counts"]


class TestSettings:
    """HEARTH_KEEP_…"""

    def test_without_settings_the_defaults_hold_and_none_is_chosen(self) -> None:
        read = retention_settings_from(dict.fromkeys(NAMES, ""))
        assert (read.keep, read.chosen) == (DEFAULTS, frozenset())

    def test_a_number_that_is_set_is_taken_and_counts_as_chosen_even_where_it_is_the_default(self) -> None:
        read = retention_settings_from({"HEARTH_KEEP_FORMS": "30", "HEARTH_KEEP_CASES": "3000"})
        assert read.keep == {**DEFAULTS, "cases": 3_000}
        assert read.chosen == {"forms", "cases"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HEARTH_KEEP_MESSAGE_HOURS", "25"),
            ("HEARTH_KEEP_MESSAGE_IDS", "1"),
            ("HEARTH_KEEP_FORMS", "0"),
            ("HEARTH_KEEP_FORMS", "-1"),
            ("HEARTH_KEEP_FORMS", "30 days"),
            ("HEARTH_KEEP_CASES", "9" * 40),
        ],
    )
    def test_a_wrong_number_is_named_with_what_to_give(self, name: str, value: str) -> None:
        with pytest.raises(ValueError, match=rf"^{name}: .* Give a whole number of (days|hours) from \d+ to"):
            retention_settings_from({name: value})

    def test_there_is_no_setting_that_lets_safeguarding_go(self) -> None:
        assert not [name for name in NAMES if "SAFEGUARD" in name]
