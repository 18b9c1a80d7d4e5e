"""What is one organisation's is never another's: not its policies, people, cases, officers or cards."""

import asyncio
from typing import TypeVar

import pytest
from sqlalchemy import select

from adapters.teams.door import PATH
from bot import officers
from bot.cases import alarm, clearing, content, officer, passing, quarterly_check, raiser, unanswered
from bot.channel import TryLater
from bot.records import audit
from bot.records.apart import NotTheirs
from bot.records.store import Records
from bot.records.tables import Case, Event, Handoff, Person, Table
from tests.records.stage import all_of, appoint, person_of
from tests.teams.caller import MANAGER, VOLUNTEER, activity
from tests.tenants.house import ACORN, BRAMLEY, NOBODYS, House, account, in_tenant

BOTH = (ACORN, BRAMLEY)
CUPS = "Must volunteers wash the cups after a group session?"
FRIEND = "Can I friend this family on Facebook?"
WORDS = "The notice for the meeting came two days late again."
_Row = TypeVar("_Row", bound=Table)


async def greeted(house: House) -> None:
    """Have everybody say hello, so that she is known."""
    for organisation in BOTH:
        for who in (MANAGER, VOLUNTEER):
            await house.says(organisation, who, "hello")


async def complained(house: House, organisation: str) -> None:
    """Have the volunteer complain, as far as to the receipt."""
    await house.says(organisation, VOLUNTEER, "I want to complain")
    await pressed(house, organisation, VOLUNTEER, "Raise it")
    await house.says(organisation, VOLUNTEER, WORDS)
    await pressed(house, organisation, VOLUNTEER, "Something else", "In person")
    await house.says(organisation, VOLUNTEER, "last Monday")
    await pressed(house, organisation, VOLUNTEER, "Nobody in particular", "Skip", "For myself")
    await pressed(house, organisation, VOLUNTEER, "Here is fine", "Anyone", "No files", "Send it")


async def pressed(house: House, organisation: str, who: str, *labels: str) -> None:
    """Have someone press the newest buttons with these labels, one after the other."""
    for label in labels:
        action = await asyncio.to_thread(house.button, organisation, who, label)
        await house.presses(organisation, who, action)


async def rows(house: House, organisation: str, table: type[_Row]) -> list[_Row]:
    """Return an organisation's rows of a table."""
    return await asyncio.to_thread(all_of, house.served[organisation].records, table)


async def test_each_organisation_answers_from_its_own_policies_alone(house: House) -> None:
    for organisation in BOTH:
        for question in (CUPS, FRIEND):
            await house.says(organisation, VOLUNTEER, question)
    acorn = await asyncio.to_thread(house.told, ACORN, VOLUNTEER)
    bramley = await asyncio.to_thread(house.told, BRAMLEY, VOLUNTEER)
    assert "ICT and Social Networking Policy" in acorn
    assert "wash the cups in the kitchen" in bramley
    assert "wash the cups in the kitchen" not in acorn
    assert "Social Networking" not in bramley


async def test_a_complaint_is_told_to_its_own_organisations_manager_alone(house: House) -> None:
    await greeted(house)
    await complained(house, ACORN)
    await house.says(BRAMLEY, MANAGER, "what is waiting for me?")
    await house.says(BRAMLEY, VOLUNTEER, "my cases")
    (case,) = await rows(house, ACORN, Case)
    sent = await asyncio.to_thread(house.everything_sent_to, BRAMLEY)
    assert "Something private for you" in await asyncio.to_thread(house.told, ACORN, MANAGER)
    assert "Something private" not in sent
    assert WORDS not in sent
    assert case.number not in sent
    assert not await rows(house, BRAMLEY, Case)
    assert not await rows(house, BRAMLEY, Handoff)


async def test_an_officer_can_do_nothing_with_another_organisations_case_though_she_knows_its_ids(
    house: House,
) -> None:
    await greeted(house)
    await complained(house, ACORN)
    (case,), (handoff,) = await rows(house, ACORN, Case), await rows(house, ACORN, Handoff)
    verbs = {
        verb
        for part in (officer, passing, raiser, clearing, alarm, content, quarterly_check, unanswered)
        for verb in part.PRESSES
    }
    for verb in sorted(verbs):
        for known in (case.id, handoff.id, case.number):
            await house.presses(BRAMLEY, MANAGER, f"case:{verb}:{known}")
    sent = await asyncio.to_thread(house.everything_sent_to, BRAMLEY)
    assert WORDS not in sent
    (left,), (waits,) = await rows(house, ACORN, Case), await rows(house, ACORN, Handoff)
    assert (left.stage, left.owner, left.closed_at) == (case.stage, case.owner, None)
    assert waits.accepted_at is None
    assert all(event.handled_at for event in await rows(house, BRAMLEY, Event))


async def test_one_microsoft_account_in_two_tenants_is_two_persons_and_an_office_in_one_is_none_in_the_other(
    house: House,
) -> None:
    await greeted(house)
    acorn, bramley = (house.served[name].records for name in BOTH)
    await asyncio.to_thread(appoint, acorn, account(ACORN, VOLUNTEER), "chair")

    def offices(records: Records, organisation: str) -> frozenset[str]:
        person = person_of(records, account(organisation, VOLUNTEER))
        with records.reading() as session:
            return frozenset(officers.authority(session, person))

    assert await asyncio.to_thread(offices, acorn, ACORN) == {"chair"}
    assert not await asyncio.to_thread(offices, bramley, BRAMLEY)


async def test_a_tenant_that_is_nobodys_is_refused_and_nothing_of_it_is_kept(house: House) -> None:
    said = in_tenant(NOBODYS, activity(house.tokens.service, text="hello"))
    answer = await house.client.post(PATH, json=said, headers=house.tokens.header())
    assert answer.status == 403
    assert not house.queue.waiting
    for organisation in BOTH:
        assert not await rows(house, organisation, Event)


async def test_no_card_goes_into_another_organisations_tenant_whoever_wrote_its_account_down(
    house: House,
) -> None:
    await greeted(house)
    before = await asyncio.to_thread(house.everything_sent_to, BRAMLEY)
    await asyncio.to_thread(appoint, house.served[ACORN].records, account(BRAMLEY, MANAGER), "deputy_manager")
    acorn = house.served[ACORN]

    def send() -> None:
        from adapters import running
        from adapters.web.bell import Bell
        from bot.card import Card

        channel = running.build_channels(acorn.settings, acorn.records, Bell())["teams"]
        channel.send(account(BRAMLEY, MANAGER), Card("c1", "For Acorn alone"))

    with pytest.raises(TryLater, match="not the organisation's"):
        await asyncio.to_thread(send)
    assert await asyncio.to_thread(house.everything_sent_to, BRAMLEY) == before


async def test_each_organisation_has_an_audit_of_its_own_that_is_whole(house: House) -> None:
    await greeted(house)
    await complained(house, ACORN)

    def checked(records: Records) -> tuple[int, object]:
        with records.reading() as session:
            return audit.length(session, records.organisation), audit.verify(session, records)

    (long, fault), (short, other) = [
        await asyncio.to_thread(checked, house.served[name].records) for name in BOTH
    ]
    assert (fault, other) == (None, None)
    assert long > short > 0


async def test_a_query_that_forgets_whose_rows_it_reads_fails(house: House) -> None:
    await greeted(house)
    (theirs, *_) = await rows(house, ACORN, Person)
    records = house.served[BRAMLEY].records

    def forgetting() -> None:
        with pytest.raises(NotTheirs, match="Person"), records.reading() as session:
            session.scalars(select(Person)).all()
        with pytest.raises(NotTheirs, match="Person"), records.changing() as change:
            change.session.get(Person, theirs.id)

    await asyncio.to_thread(forgetting)
