"""Inviting to the induction: who may, whom, and what the one who is invited gets."""

from collections.abc import Callable

from bot import people
from bot.card import Card, buttons_of
from bot.induction.course import Course
from bot.records.store import Records
from bot.records.tables import Induction, Person
from tests.induction.conftest import Someone
from tests.induction.standing import acknowledged, invited, known, walked
from tests.induction.test_walk import step_of, words_of
from tests.records.conftest import Clock
from tests.records.stage import Platform, all_of, appoint, end_office

Meet = Callable[[str], Someone]
ALL = "Invite the"


def test_a_manager_invites_someone_whom_hearth_knows(
    volunteer: Someone, meet: Meet, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    manager = meet("web:manager")
    assert manager.says("induction web:volunteer as volunteer").title == "Invited"
    assert volunteer.card.title == "Your induction"


def test_the_command_of_anyone_else_opens_their_own(meet: Meet, records: Records) -> None:
    someone = meet("web:other")
    someone.does("role:staff")
    someone.says("induction web:volunteer as volunteer")
    (row,) = all_of(records, Induction)
    (account_owner,) = [one.id for one in all_of(records, Person) if one.said_roles == "staff"]
    assert row.person == account_owner


def test_on_slack_someone_who_has_never_written_is_invited_too(
    meet: Meet, records: Records, platform: Platform
) -> None:
    appoint(records, "web:manager", "manager")
    assert meet("web:manager").says("induction slack:T1/U9 as a volunteer").title == "Invited"
    assert platform.words("slack:T1/U9")[0].startswith("This is your induction")
    newcomer = meet("slack:T1/U9")
    assert step_of(newcomer.presses("Start")) == 1


def test_elsewhere_someone_who_has_never_written_cannot_be(meet: Meet, records: Records) -> None:
    appoint(records, "web:manager", "manager")
    told = meet("web:manager").says("induction teams:t/u9 as a volunteer")
    assert "Once they have written to me" in words_of(told)
    assert all_of(records, Induction) == []


def test_who_is_in_the_middle_of_another_goes_on_with_that_and_the_manager_is_told(
    volunteer: Someone, meet: Meet, records: Records
) -> None:
    appoint(records, "web:manager", "manager")
    volunteer.says("induction")
    told = meet("web:manager").says("induction web:volunteer as a trustee")
    assert "in the middle of an induction as a volunteer" in words_of(told)
    assert [row.roles for row in all_of(records, Induction)] == ["volunteer"]


def test_invited_twice_she_gets_one_card_and_one_more_when_she_is_back(
    meet: Meet, adopted: Records, clock: Clock
) -> None:
    appoint(adopted, "web:manager", "manager")
    volunteer = meet("web:volunteer")
    volunteer.does("role:volunteer")
    manager, before = meet("web:manager"), len(volunteer.cards)
    manager.says("induction web:volunteer as a volunteer")
    manager.says("induction web:volunteer as a volunteer")
    assert len(volunteer.cards) == before + 1
    with adopted.changing() as change:
        people.left(change, people.known(change, "web:volunteer"), who="test")
    clock.passes(days=30)
    manager.says("induction web:volunteer as a volunteer")
    assert len(volunteer.cards) == before + 2


def test_a_button_of_the_register_invites_all_who_have_not_begun(
    meet: Meet, adopted: Records, course: Course, platform: Platform
) -> None:
    office = appoint(adopted, "web:manager", "manager")
    known(adopted, "web:new")
    known(adopted, "web:other", ("staff",))
    invited(adopted, course, "web:begun")
    walked(adopted, course, "web:begun", 1)
    acknowledged(adopted, course, "web:done")
    manager = meet("web:manager")
    register = manager.says("who hasn't finished?")
    assert "3 people are invited." in words_of(_last(manager, manager.presses(ALL, register)))
    assert "as a member of staff" in platform.words("web:other")[0]
    assert platform.words("web:begun") == platform.words("web:done") == []
    assert len(platform.words("web:new")) == 1
    assert "0 people are invited." in words_of(manager.presses(ALL, register))
    assert len(platform.words("web:new")) == 1
    end_office(adopted, office)
    known(adopted, "web:late")
    manager.presses(ALL, register)
    assert platform.words("web:late") == []


def test_whom_nobody_can_reach_is_named(meet: Meet, adopted: Records) -> None:
    appoint(adopted, "web:manager", "manager")
    with adopted.changing() as change:
        person = people.named(change, "Officer Without Account", None)
        people.say_roles(change, person, ("trustee",))
    manager = meet("web:manager")
    manager.presses(ALL, manager.says("who hasn't finished?"))
    assert "no place to write to Officer Without Account" in " ".join(map(words_of, manager.cards))


def test_where_everyone_has_begun_there_is_no_such_button(
    meet: Meet, adopted: Records, course: Course
) -> None:
    appoint(adopted, "web:manager", "manager")
    acknowledged(adopted, course, "web:manager", roles=("manager",))
    assert buttons_of(meet("web:manager").says("who hasn't finished?")) == ()


def _last(manager: Someone, _: Card) -> Card:
    """Return the answer to her press: she may be among those who are invited."""
    return next(card for card in reversed(manager.cards) if card.title == "Invited")
