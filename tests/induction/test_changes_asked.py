"""A new version of the policy: who is asked, for what, and what becomes of those in the middle."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot import people, policies
from bot.card import Card, Quote, Text, buttons_of
from bot.induction import asking
from bot.induction.course import Course
from bot.induction.proof import find, proof_of
from bot.records.store import Records
from bot.records.tables import Account, Acknowledgement, Audit, Induction, InductionStep, Sending
from bot.stored import load_card
from knowledge.changes import changed_for
from knowledge.norms import CorrectionError
from knowledge.reader import parse
from knowledge.reading import Role
from tests.induction.conftest import Someone
from tests.induction.standing import acknowledged, invited, known
from tests.policies import TEXT
from tests.records.conftest import Clock, NotedJobs
from tests.records.stage import all_of

OLD = TEXT.read_text(encoding="utf-8")
# 4.3 binds volunteers, 3.5 staff.
VOLUNTEERS_CHANGED = OLD.replace(
    "Volunteers do not add any Home-Start", "Volunteers never add any Home-Start"
)
STAFF_CHANGED = OLD.replace("do not add any current volunteer", "never add any current volunteer")
Renew = Callable[..., Course]
Enter = Callable[[str, Course], Someone]


@pytest.fixture
def renew(adopted: Records, course: Course, clock: Clock, jobs: NotedJobs) -> Renew:
    """Adopt a text and do the work that this brings; return the course on it."""

    def renewed(text: str, *, minor: bool = False, work: bool = True) -> Course:
        clock.passes(days=1)
        jobs.noted.clear()
        old = course.policy
        policy = parse(text, old.slug, old.organisation, old.title)
        assert policy.version != old.version or text == OLD
        with adopted.changing() as change:
            policies.adopt(change, policy.title, policy.version, text, who="test", minor=minor)
        new = replace(course, policy=policy)
        for job in [one for one in jobs.noted if one.name == "ask about changes" and work]:
            asking.ask(adopted, new, job.about)
        return new

    return renewed


@pytest.fixture
def enter(meet: Callable[[str], Someone]) -> Enter:
    """Let someone go on with another course, as after a restart."""

    def entered(name: str, course: Course) -> Someone:
        someone = meet(name)
        someone.goes_on_with(course)
        return someone

    return entered


def asked(records: Records, conversation: str = "web:volunteer") -> list[Card]:
    """Return the cards on changes that wait to be sent to a conversation."""
    rows = [row for row in all_of(records, Sending) if row.conversation == conversation and row.card]
    cards = [load_card(records.open(Sending.card, row)) for row in sorted(rows, key=lambda row: row.seq)]
    return [card for card in cards if card.title == "What changed"]


def open_rows(records: Records) -> list[Induction]:
    """Return the inductions that are not finished."""
    return [row for row in all_of(records, Induction) if row.state in ("walking", "paused", "declined")]


def test_whom_a_changed_clause_binds_is_asked_for_it_before_and_after(
    adopted: Records, course: Course, renew: Renew
) -> None:
    acknowledged(adopted, course)
    new = renew(VOLUNTEERS_CHANGED)
    (card,) = asked(adopted)
    before, after = [part.text for part in card.elements if isinstance(part, Quote)]
    assert before.startswith("Volunteers do not add any")
    assert after.startswith("Volunteers never add any")
    (row,) = open_rows(adopted)
    assert (row.before, row.version) == (course.policy.version, new.policy.version)


def test_nobody_else_is_asked(adopted: Records, course: Course, renew: Renew) -> None:
    acknowledged(adopted, course)
    acknowledged(adopted, course, "web:staff", roles=("staff",))
    known(adopted, "web:new")
    renew(STAFF_CHANGED)
    assert asked(adopted) == asked(adopted, "web:new") == []
    assert len(asked(adopted, "web:staff")) == 1


def test_a_minor_edit_asks_nobody_and_is_not_asked_for_later(
    adopted: Records, course: Course, renew: Renew
) -> None:
    acknowledged(adopted, course)
    acknowledged(adopted, course, "web:staff", roles=("staff",))
    renew(VOLUNTEERS_CHANGED, minor=True)
    assert open_rows(adopted) == []
    renew(VOLUNTEERS_CHANGED.replace("do not add any current volunteer", "never add any current volunteer"))
    assert asked(adopted) == []
    assert len(asked(adopted, "web:staff")) == 1


def test_a_minor_edit_that_comes_before_anyone_was_asked_swallows_nothing(
    adopted: Records, course: Course, renew: Renew
) -> None:
    acknowledged(adopted, course)
    with adopted.reading() as session:
        first = policies.in_force(session, adopted.organisation, course.policy.title, adopted.now())
    assert first is not None
    renew(VOLUNTEERS_CHANGED, work=False)
    new = renew(VOLUNTEERS_CHANGED.replace("Staff do not engage", "Staff never engage"), minor=True)
    asking.ask(adopted, new, first.id)
    assert len(asked(adopted)) == 1


def test_white_space_alone_asks_nobody(adopted: Records, course: Course, renew: Renew) -> None:
    acknowledged(adopted, course)
    renew(VOLUNTEERS_CHANGED)
    number = len(all_of(adopted, Induction))
    renew(VOLUNTEERS_CHANGED.replace("never add any", "never  add\nany") + "\n")
    assert len(all_of(adopted, Induction)) == number


def test_asked_twice_or_by_two_workers_it_is_once(adopted: Records, course: Course, renew: Renew) -> None:
    acknowledged(adopted, course)
    new = renew(VOLUNTEERS_CHANGED, work=False)
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        asking.ask(adopted, new, "any")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    asking.ask(adopted, new, "any")
    assert len(asked(adopted)) == len(open_rows(adopted)) == 1


def test_reading_and_signing_it_is_recorded_with_the_changed_clauses_alone(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    new = renew(VOLUNTEERS_CHANGED)
    volunteer = enter("web:volunteer", new)
    (card,) = asked(adopted)
    assert volunteer.presses("I have read this", card).title == "Your acknowledgement"
    volunteer.says("A. Volunteer")
    assert volunteer.presses("I acknowledge").title == "Done"
    made = max(all_of(adopted, Acknowledgement), key=lambda one: one.at)
    assert json.loads(made.clauses) == {"4.3": new.policy.clause("4.3").hash}
    assert made.version == new.policy.version
    assert open_rows(adopted) == []
    with adopted.reading() as session:
        given = find(session, adopted.organisation, made.code or "")
        assert given is not None
        assert proof_of(adopted, session, given).faults == ()


def test_nobody_signs_what_changed_before_reading_it(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    volunteer = enter("web:volunteer", renew(VOLUNTEERS_CHANGED))
    (row,) = open_rows(adopted)
    volunteer.does(f"induction:sign:{row.id}")
    assert len(all_of(adopted, Acknowledgement)) == 1
    assert volunteer.says("induction").title == "What changed"


def test_the_button_of_another_difference_marks_nothing_as_read(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    volunteer = enter("web:volunteer", renew(VOLUNTEERS_CHANGED))
    assert volunteer.does("induction:read:another").title == "What changed"


def test_a_clause_that_is_gone_is_shown_and_acknowledged_as_taken_out(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    gone = course.policy.clause("4.5")
    new = renew(_without(OLD, gone.text))
    volunteer = enter("web:volunteer", new)
    (card,) = asked(adopted)
    volunteer.presses("I have read this", card)
    volunteer.says("A. Volunteer")
    volunteer.presses("I acknowledge")
    made = max(all_of(adopted, Acknowledgement), key=lambda one: one.at)
    assert json.loads(made.clauses) == {"4.5 (taken out)": gone.hash}
    with adopted.reading() as session:
        given = find(session, adopted.organisation, made.code or "")
        assert given is not None
        assert proof_of(adopted, session, given).faults == ()


def test_who_is_in_the_middle_finishes_the_version_begun_and_gets_the_difference_then(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    row = invited(adopted, course, "web:volunteer")
    new = renew(VOLUNTEERS_CHANGED)
    assert asked(adopted) == []
    volunteer = enter("web:volunteer", new)
    volunteer.says("induction")
    _walk_to_the_end(volunteer, course)
    volunteer.says("A. Volunteer")
    confirm = volunteer.card
    assert volunteer.presses("I acknowledge").title == "What changed"
    assert [card.title for card in volunteer.cards[-2:]] == ["Done", "What changed"]
    (given,) = all_of(adopted, Acknowledgement)
    assert given.version == course.policy.version
    (left,) = open_rows(adopted)
    assert (left.before, left.version) == (course.policy.version, new.policy.version)
    assert volunteer.presses("I acknowledge", confirm).title == "Done"
    assert left.id != row


def test_without_a_direct_conversation_it_waits_until_she_says_induction(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    with adopted.changing() as change:
        account = people.known(change, "web:volunteer")
        change.session.query(Account).filter_by(person=account.id).update({"direct": None})
    new = renew(VOLUNTEERS_CHANGED)
    assert asked(adopted) == []
    assert enter("web:volunteer", new).says("induction").title == "What changed"


def test_who_says_induction_before_the_work_is_done_is_shown_the_difference_alone(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    new = renew(VOLUNTEERS_CHANGED, work=False)
    assert enter("web:volunteer", new).says("induction").title == "What changed"
    asking.ask(adopted, new, "any")
    assert len(open_rows(adopted)) == 1


def test_whose_acknowledgement_stands_under_the_new_version_is_told_so(
    adopted: Records, course: Course, renew: Renew, enter: Enter
) -> None:
    acknowledged(adopted, course)
    volunteer = enter("web:volunteer", renew(STAFF_CHANGED))
    volunteer.says("induction")
    assert open_rows(adopted) == []


def test_a_text_that_comes_back_is_not_asked_for_again(
    adopted: Records, course: Course, renew: Renew
) -> None:
    acknowledged(adopted, course)
    renew(VOLUNTEERS_CHANGED, work=False)
    renew(OLD)
    assert open_rows(adopted) == []


def test_a_worker_with_the_older_text_leaves_the_asking_to_one_with_the_new(
    adopted: Records, course: Course, renew: Renew, jobs: NotedJobs
) -> None:
    acknowledged(adopted, course)
    renew(VOLUNTEERS_CHANGED, work=False)
    jobs.noted.clear()
    asking.ask(adopted, course, "the id")
    assert open_rows(adopted) == []
    (job,) = jobs.noted
    assert (job.name, job.about, job.after) == ("ask about changes", "the id", 60)


def test_who_has_left_or_is_something_else_now_is_not_asked(
    adopted: Records, course: Course, renew: Renew
) -> None:
    acknowledged(adopted, course)
    acknowledged(adopted, course, "web:other")
    with adopted.changing() as change:
        people.left(change, people.known(change, "web:volunteer"), who="test")
        people.say_roles(change, people.known(change, "web:other"), ("trustee",))
    renew(VOLUNTEERS_CHANGED)
    assert open_rows(adopted) == []


def test_corrections_of_the_pack_hold_for_the_same_words_of_a_version_that_it_was_not_made_for(
    adopted: Records, course: Course
) -> None:
    """The pack corrects 1.4 so that it binds everyone: under another number it does so too."""
    renumbered = OLD.replace("- 1.4 ", "- 1.9 ")
    with adopted.changing() as change:
        policies.adopt(change, course.policy.title, "renumbered", renumbered, who="test")
    versions = ("renumbered", course.policy.version)
    roles: tuple[Role, ...] = ("volunteer",)
    with adopted.reading() as session:
        old = course.version(session, adopted.organisation, "renumbered")
        with pytest.raises(CorrectionError):
            changed_for((old, course.pack), (course.policy, course.pack), roles)
        assert course.between(session, adopted.organisation, versions, roles) == ()


def test_withdrawing_the_policy_ends_open_inductions_with_a_word(
    adopted: Records, course: Course, jobs: NotedJobs
) -> None:
    invited(adopted, course, "web:volunteer")
    acknowledged(adopted, course, "web:done")
    with adopted.changing() as change:
        row = policies.in_force(change.session, adopted.organisation, course.policy.title, adopted.now())
        assert row is not None
        policies.withdraw(change, row, who="test")
    (job,) = [one for one in jobs.noted if one.name == "end inductions"]
    for _ in range(2):
        asking.withdrawn(adopted, job.about)
    assert sorted(row.state for row in all_of(adopted, Induction)) == ["acknowledged", "ended"]
    sent = [row.conversation for row in all_of(adopted, Sending)]
    assert sent == ["web:volunteer"]
    assert [one.what for one in all_of(adopted, Audit)].count("induction:walk:ended") == 1


def test_half_way_through_a_policy_that_was_withdrawn_an_old_button_moves_nothing(
    volunteer: Someone, adopted: Records, course: Course, jobs: NotedJobs
) -> None:
    volunteer.says("induction")
    volunteer.presses("Start")
    where = volunteer.presses("Next")
    with adopted.changing() as change:
        row = policies.in_force(change.session, adopted.organisation, course.policy.title, adopted.now())
        assert row is not None
        policies.withdraw(change, row, who="test")
    (job,) = [one for one in jobs.noted if one.name == "end inductions"]
    asking.withdrawn(adopted, job.about)
    steps = len(all_of(adopted, InductionStep))
    assert volunteer.presses("Next", where).elements[0] == Text(
        "You have no induction open. Say “induction” to begin one."
    )
    assert volunteer.says("induction").elements[0] == Text(
        "The policy is not in force at the moment, so there is no induction on it."
    )
    assert len(all_of(adopted, InductionStep)) == steps


def test_a_withdrawal_that_was_taken_back_ends_nothing(adopted: Records, course: Course) -> None:
    invited(adopted, course, "web:volunteer")
    with adopted.changing() as change:
        row = policies.in_force(change.session, adopted.organisation, course.policy.title, adopted.now())
        assert row is not None
        policies.withdraw(change, row, who="test")
        policies.adopt(change, course.policy.title, course.policy.version, OLD, who="test")
    asking.withdrawn(adopted, row.id)
    assert [one.state for one in all_of(adopted, Induction)] == ["walking"]


def _without(text: str, clause: str) -> str:
    start = text.index(clause)
    line = text.rindex("\n", 0, start)
    return text[:line] + text[start + len(clause) :]


def _walk_to_the_end(someone: Someone, course: Course) -> None:
    right = {option.label for situation in course.situations for option in situation.options if option.right}
    while "I do not agree" not in (labels := [button.label for button in buttons_of(someone.card)]):
        someone.presses(next(label for label in labels if label in {"Start", "Next"} | right))
