"""The quarterly check: opened by the clock, done by the chair, its findings seen to by others."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.card import Quote, buttons_of
from bot.cases import casebook, clockwork, quarterly, stages
from bot.cases.quarterly_dates import Quarter, over_since, quarter_of
from bot.cases.rules import default_rules
from bot.contact import Office
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Audit, Case, CaseEntry, Handoff, Officer
from bot.working_days import Calendar
from tests.cases.forms import House, take_on, words
from tests.induction.conftest import Someone
from tests.records import stage
from tests.records.conftest import Clock
from tests.records.stage import Platform, all_of, appoint, end_office, person_of
from tests.records.together import at_once

FACEBOOK, WEBSITE = "Facebook page", "Website"
POINTS = [point.short for point in default_rules().quarterly.point]


def minute(records: Records, house: House) -> None:
    """Let the clock look, and what it says arrive."""
    quarterly.open_due(records, default_rules())
    house["other"].does("leave-it")


def checks(records: Records) -> dict[str, Case]:
    """Return the checks by occasion."""
    return {case.occasion or "": case for case in all_of(records, Case) if case.kind == "quarterly"}


def tasks(records: Records) -> list[Case]:
    """Return the tasks."""
    return [case for case in all_of(records, Case) if case.kind == "task"]


def begin(records: Records, house: House) -> Someone:
    """Have the checks opened; the chair takes the last of them on and goes through it."""
    minute(records, house)
    chair = house["chair"]
    take_on(chair)
    chair.presses("Go through the check")
    return chair


def finding(chair: Someone, officer: str, text: str = "The opening hours are last year's.") -> None:
    """Write a finding on the point that is asked, and give it to an officer."""
    chair.presses("No")
    chair.says(text)
    chair.presses(officer)


class TestOpening:
    """When, and how often."""

    def test_a_check_of_each_site_waits_for_the_chair_with_a_date(
        self, house: House, adopted: Records
    ) -> None:
        minute(adopted, house)
        assert set(checks(adopted)) == {f"2026-Q1:{FACEBOOK}", f"2026-Q1:{WEBSITE}"}
        for case in checks(adopted).values():
            assert case.due_at == datetime(2026, 3, 17, tzinfo=UTC)
            assert case.stage == "received"
        assert {row.to for row in all_of(adopted, Handoff)} == {person_of(adopted, "web:chair").id}
        assert len(house["chair"].cards) == 2
        assert not house["manager"].cards

    def test_looked_at_again_it_is_not_opened_again(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        for _ in range(3):
            minute(adopted, house)
            clock.passes(days=1)
        assert len(checks(adopted)) == 2
        assert len(house["chair"].cards) == 2

    def test_two_workers_at_the_same_minute_open_it_once(self, house: House, adopted: Records) -> None:
        at_once(*[lambda: quarterly.open_due(adopted, default_rules())] * 2)
        house["other"].does("leave-it")
        assert len(house["chair"].cards) == 2
        assert len(checks(adopted)) == 2
        assert len(all_of(adopted, Handoff)) == 2

    def test_the_next_quarters_opens_on_the_morning_of_its_first_working_day(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        minute(adopted, house)
        clock.time = datetime(2026, 12, 31, 12, tzinfo=UTC)
        minute(adopted, house)
        before = set(checks(adopted))
        for early in (datetime(2027, 1, 1, 12, tzinfo=UTC), datetime(2027, 1, 4, 8, 59, tzinfo=UTC)):
            clock.time = early
            minute(adopted, house)
            assert set(checks(adopted)) == before
        clock.time = datetime(2027, 1, 4, 9, tzinfo=UTC)
        minute(adopted, house)
        assert set(checks(adopted)) - before == {f"2027-Q1:{FACEBOOK}", f"2027-Q1:{WEBSITE}"}

    def test_off_on_that_day_it_opens_when_the_system_is_on_again(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        minute(adopted, house)
        clock.time = datetime(2026, 5, 20, 3, tzinfo=UTC)
        minute(adopted, house)
        assert f"2026-Q2:{WEBSITE}" in checks(adopted)
        assert "was missed" not in words(house["chair"].card)

    def test_a_quarter_that_went_by_without_one_is_told_of_once(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        minute(adopted, house)
        clock.time = datetime(2026, 11, 3, 10, tzinfo=UTC)
        minute(adopted, house)
        for name in ("chair", "vice"):
            told = [card for card in house[name].cards if "was missed" in card.title]
            assert len(told) == 1
            assert "second quarter of 2026, third quarter of 2026" in words(told[0])
        assert {case.partition(":")[0] for case in checks(adopted)} == {"2026-Q1", "2026-Q4"}
        clock.passes(days=1)
        minute(adopted, house)
        assert len([card for card in house["chair"].cards if "was missed" in card.title]) == 1
        assert not house["manager"].cards
        noted = [row.about for row in all_of(adopted, Audit) if row.what == "quarterly:quarter:missed"]
        assert noted == ["2026-Q2", "2026-Q3"]

    def test_nothing_is_missed_of_the_time_before_the_organisation(
        self, house: House, adopted: Records
    ) -> None:
        minute(adopted, house)
        assert not [row for row in all_of(adopted, Audit) if row.what == "quarterly:quarter:missed"]

    def test_old_cases_that_were_let_go_are_not_taken_for_missed(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        clock.time = datetime(2026, 4, 2, 9, tzinfo=UTC)
        minute(adopted, house)
        with adopted.changing() as change:
            for table in (CaseEntry, Handoff, Case):
                for row in change.session.scalars(select(table)):
                    change.session.delete(row)
                change.session.flush()
        clock.time = datetime(2026, 7, 20, 9, tzinfo=UTC)
        minute(adopted, house)
        assert not [card for card in house["chair"].cards if "was missed" in card.title]

    def test_without_a_trustee_nothing_opens_and_with_one_it_does(
        self, house: House, adopted: Records
    ) -> None:
        for officer in all_of(adopted, Officer):
            if officer.office in quarterly.TRUSTEES:
                end_office(adopted, officer.id)
        minute(adopted, house)
        assert not checks(adopted)
        appoint(adopted, "web:trustee", "trustee")
        minute(adopted, house)
        assert len(checks(adopted)) == 2

    def test_the_clocks_own_job_opens_it_and_tells_of_the_review(
        self, house: House, adopted: Records, platform: Platform
    ) -> None:
        stage.tasks(stage.desk(platform))["cases"](adopted, "2026-03-02T09:00")
        house["other"].does("leave-it")
        assert len(checks(adopted)) == 2
        assert [card for card in house["chair"].cards if card.title == "The policy is due for review"]

    def test_not_taken_on_and_late_are_told(self, house: House, adopted: Records, clock: Clock) -> None:
        minute(adopted, house)
        clock.passes(days=7)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert "still waits" in words(house["chair"].card)
        clock.passes(days=14)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert [card for card in house["chair"].cards if "is late" in card.title]
        assert all(case.late_at is not None for case in checks(adopted).values())


class TestTheCheck:
    """Four points, one after the other."""

    def test_all_right_it_closes_after_the_fourth_and_says_what_was_answered(
        self, house: House, adopted: Records
    ) -> None:
        chair = begin(adopted, house)
        for number in range(len(POINTS)):
            assert not chair.card.title.startswith("The quarterly check is done"), number
            chair.presses("Yes")
        assert "is done" in chair.card.title
        assert all(f"{point}: yes" in words(chair.card) for point in POINTS)
        assert sorted(case.stage for case in checks(adopted).values()) == ["closed", "received"]
        assert not tasks(adopted)

    def test_each_point_quotes_its_clause(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        quoted = []
        for _ in POINTS:
            quoted += [part.source.split(",")[0] for part in chair.card.elements if isinstance(part, Quote)]
            chair.presses("Yes")
        assert quoted == ["Clause 1.5", "Clause 1.5", "Clause 1.3", "Clause 1.6"]

    def test_a_finding_becomes_a_task_with_an_owner_and_a_date_and_its_owner_ends_it(
        self, house: House, adopted: Records
    ) -> None:
        chair, manager = begin(adopted, house), house["manager"]
        finding(chair, "Sample manager")
        (task,) = tasks(adopted)
        assert task.due_at == datetime(2026, 3, 30, 23, tzinfo=UTC)  # summer time by then
        assert task.parent in {case.id for case in checks(adopted).values()}
        assert "The opening hours" not in words(manager.card)
        assert "The opening hours are last year's." in words(manager.presses("Open it"))
        manager.presses("I'll take it on")
        count = len(chair.cards)
        assert "is done" in manager.presses("It is done").title
        assert task.number in words(chair.cards[count])
        assert tasks(adopted)[0].stage == "closed"
        assert "nothing waits" in words(manager.says("my cases"))

    def test_a_finding_counts_as_an_answer_and_is_listed_at_the_end(
        self, house: House, adopted: Records
    ) -> None:
        chair = begin(adopted, house)
        finding(chair, "Sample manager")
        for _ in POINTS[1:]:
            chair.presses("Yes")
        (task,) = tasks(adopted)
        assert "is done" in chair.card.title
        assert f"a finding, {task.number}, for Sample manager by 30 March 2026" in words(chair.card)
        assert task.stage == "received"  # the check is closed, what it found is not

    def test_the_chair_may_see_to_it_herself(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        finding(chair, "Sample chair")
        (task,) = tasks(adopted)
        assert task.owner == person_of(adopted, "web:chair").id
        assert "is done" in chair.does(f"case:done:{task.id}").title

    def test_left_in_the_middle_it_goes_on_there_with_what_was_written(
        self, house: House, adopted: Records
    ) -> None:
        chair = begin(adopted, house)
        chair.presses("Yes")
        chair.presses("No")
        chair.says("Two posts are from last summer.")
        chair.says("my cases")
        number = next(case.number for case in checks(adopted).values() if case.owner)
        chair.presses(number)
        assert "Two posts are from last summer." in words(chair.presses("Go through the check"))
        chair.presses("It is right after all")
        assert "privacy settings" in words(chair.card)

    def test_pressed_twice_a_finding_is_one_task_and_a_point_is_answered_once(
        self, house: House, adopted: Records
    ) -> None:
        chair = begin(adopted, house)
        first = chair.card
        chair.presses("No")
        chair.says("The opening hours are last year's.")
        whom = chair.card
        chair.presses("Sample manager", whom)
        assert "already" in words(chair.presses("Sample manager", whom))
        assert "answered already" in words(chair.presses("Yes", first))
        assert len(tasks(adopted)) == 1

    def test_a_yes_is_taken_back_and_asked_again_and_a_finding_that_somebody_has_is_not(
        self, house: House, adopted: Records
    ) -> None:
        chair = begin(adopted, house)
        chair.presses("Yes")
        finding(chair, "Sample manager")
        offered = [one.label for one in buttons_of(chair.card) if one.label.startswith("Change")]
        assert len(offered) == 1
        asked, was = chair.card, words(chair.card)
        assert words(chair.presses("Change", asked)) != was
        chair.presses("No")
        chair.says("The picture from last summer is still there.")
        chair.presses("Sample manager")
        assert words(chair.card) == was.replace(f"\n{offered[0]}", "")
        assert "cannot be taken back" in words(chair.presses("Change", asked))
        assert len(tasks(adopted)) == 2
        assert [row.what for row in all_of(adopted, Audit)].count("quarterly:point:taken_back") == 1

    def test_nobody_else_answers_it(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        for button in buttons_of(chair.card):
            assert "not open to you" in words(house["manager"].does(button.action))
        assert not [row for row in all_of(adopted, CaseEntry) if row.kind.startswith("point:")]

    def test_a_check_is_no_task_and_a_task_no_check(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        finding(chair, "Sample chair")
        (task,), (check,) = tasks(adopted), [one for one in checks(adopted).values() if one.owner]
        for action in (f"case:done:{check.id}", f"case:points:{task.id}", f"case:point:{task.id}:content"):
            assert "not open to you" in words(chair.does(action))
        assert (tasks(adopted)[0].stage, checks(adopted)[check.occasion or ""].stage) == (
            "accepted",
            "accepted",
        )

    def test_it_is_not_closed_past_its_points(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        (case,) = [case for case in checks(adopted).values() if case.owner]
        for what in ("lessons", "answer", "decision"):
            chair.does(f"case:write:{case.id}:{what}")
            assert casebook.cannot(case) in str(chair.card)
            chair.says("Everything is fine.")
        assert checks(adopted)[case.occasion or ""].stage == "accepted"
        assert not [row for row in all_of(adopted, CaseEntry) if row.kind in ("lessons", "answer")]

    def test_passed_on_it_goes_on_where_it_was(self, house: House, adopted: Records) -> None:
        chair, vice = begin(adopted, house), house["vice"]
        chair.presses("Yes")
        chair.presses("Pause")
        chair.presses("Pass it on")
        chair.says("I am away.")
        chair.presses("Pass on to Sample deputy_chair")
        take_on(vice)
        vice.presses("Go through the check")
        for _ in POINTS[1:]:
            vice.presses("Yes")
        assert "is done" in vice.card.title

    def test_a_task_whose_owner_leaves_goes_to_the_next(self, house: House, adopted: Records) -> None:
        chair = begin(adopted, house)
        finding(chair, "Sample safeguarding_lead")
        (lead,) = [one for one in all_of(adopted, Officer) if one.office == "safeguarding_lead"]
        end_office(adopted, lead.id)
        clockwork.look(adopted, default_rules())
        house["other"].does("leave-it")
        assert "The opening hours" in words(house["manager"].presses("Open it"))


# What is done at random: a button of one of someone's newest cards, a look at her cases, time, a leaving.
WHO = st.sampled_from(["chair", "chair", "vice", "manager"])
PRESS = st.tuples(WHO, st.integers(0, 60))
LOOK = st.tuples(WHO, st.just("my cases"))
TIME = st.tuples(st.just("clock"), st.integers(1, 4))
LEAVE = st.tuples(st.just("leaves"), st.sampled_from(["manager", "chair"]))
STEP = st.one_of(PRESS, PRESS, PRESS, PRESS, LOOK, TIME, LEAVE)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=12, max_size=30))
def test_whatever_is_pressed_no_check_or_task_is_without_owner_date_and_audit_and_none_closes_unanswered(
    house: House, adopted: Records, clock: Clock, steps: list[tuple[str, int | str]]
) -> None:
    clock.passes(days=40)
    _appointed(adopted)
    minute(adopted, house)
    _opens_and_finds(house["chair"])
    for who, what in steps:
        if who == "clock":
            clock.passes(days=int(what))
            minute(adopted, house)
            clockwork.look(adopted, default_rules())
            house["other"].does("leave-it")
        elif who == "leaves":
            _leaves(adopted, str(what))
            clockwork.look(adopted, default_rules())
        elif isinstance(what, str):
            house[who].says(what)
        else:
            _press(house[who], what)
        _all_is_held(adopted)
    assert tasks(adopted)


def _appointed(records: Records) -> None:
    """Have a manager and a chair in office again, where one has left."""
    held = {one.office for one in all_of(records, Officer) if one.until is None}
    offices: tuple[Office, ...] = ("manager", "chair")
    for office in offices:
        if office not in held:
            appoint(records, f"web:{office}", office)


def _opens_and_finds(chair: Someone) -> None:
    """Take on the check that came last, and write what is not right, up to whom to give it to."""
    opens = [card for card in chair.cards if card.title.startswith("The quarterly check, ")]
    card = next(
        card for card in reversed(opens) if [one for one in buttons_of(card) if one.label == "Open it"]
    )
    card = chair.presses("Open it", card)
    for label in ("I'll take it on", "Go through the check"):
        if label in [button.label for button in buttons_of(card)]:
            card = chair.presses(label, card)
    if "No: write what you found" in [button.label for button in buttons_of(card)]:
        chair.presses("No", card)
        chair.says("The opening hours are last year's.")
        chair.presses("Sample manager")


def _press(someone: Someone, number: int) -> None:
    """Press one of the buttons of her newest cards; where it asks for words, write some."""
    buttons = [button for card in someone.cards[-4:] for button in buttons_of(card)]
    if not buttons:
        someone.says("my cases")
        return
    action = buttons[number % len(buttons)].action
    someone.does(action)
    if action.startswith(("case:finding", "case:write")):
        someone.says("The picture from last summer is still there.")


def _leaves(records: Records, office: str) -> None:
    held = [one for one in all_of(records, Officer) if one.until is None]
    for officer in held:
        if officer.office == office:
            end_office(records, officer.id)


def _all_is_held(records: Records) -> None:
    with records.reading() as session:
        noted = set(session.scalars(select(Audit.about)))
        held = set(session.scalars(select(Officer.person).where(Officer.until.is_(None))))
        for case in session.scalars(select(Case).where(Case.kind.in_(("quarterly", "task")))):
            assert case.id in noted
            kinds = session.scalars(select(CaseEntry.kind).where(CaseEntry.case_ == case.id)).all()
            answered = {kind for kind in kinds if kind.startswith("point:")}
            if case.kind == "quarterly":
                assert (case.stage == "closed") == (len(answered) == len(POINTS))
            if case.stage in stages.OVER:
                continue
            assert case.due_at is not None
            open_ones = session.scalars(
                select(Handoff).where(Handoff.case_ == case.id, Handoff.ended_at.is_(None))
            ).all()
            assert case.owner in held or any(one.to in held for one in open_ones)
        assert audit.verify(session, records) is None


class TestQuarters:
    """Which one a day lies in."""

    @given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
    def test_a_moment_lies_in_its_quarter_and_before_the_next(self, moment: datetime) -> None:
        calendar = Calendar()
        quarter = quarter_of(calendar, moment)
        local = moment.astimezone(ZoneInfo("Europe/London"))
        assert (quarter.year, quarter.number) == (local.year, (local.month + 2) // 3)
        assert not quarter.next().has_begun(calendar, moment)
        assert quarter < quarter.next()

    @pytest.mark.parametrize(
        ("founded", "expected"),
        [
            (datetime(2026, 1, 2, 12, tzinfo=UTC), ["2026-Q1", "2026-Q2"]),
            (datetime(2026, 1, 5, 12, tzinfo=UTC), ["2026-Q2"]),
            (datetime(2026, 7, 15, 12, tzinfo=UTC), []),
        ],
    )
    def test_what_is_over_counts_from_the_first_whole_quarter(
        self, founded: datetime, expected: list[str]
    ) -> None:
        over = over_since(Calendar(), founded, datetime(2026, 8, 1, 12, tzinfo=UTC))
        assert [quarter.id for quarter in over] == expected

    def test_they_are_said_in_words(self) -> None:
        assert Quarter(2026, 4).words == "fourth quarter of 2026"
