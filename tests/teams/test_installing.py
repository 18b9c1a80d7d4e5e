"""The app comes to people and goes again: they are welcomed, reached, and told how where they are not."""

import asyncio
from typing import Any

import pytest

from adapters.teams.connector import NOT_INSTALLED
from adapters.teams.platform import teams_channel
from bot import outbox
from bot.card import Card
from bot.contact import Office
from bot.records.store import Records
from bot.records.tables import Sending, TeamsReference
from tests.gallery import ANSWER
from tests.records.conftest import NotedJobs
from tests.records.stage import all_of, appoint
from tests.teams.caller import BOT, MANAGER, TENANT, Settings, Tokens, activity, in_channel
from tests.teams.conftest import Open
from tests.teams.sender import HERS, THREAD, messages, references, sent
from tests.teams.services import Services
from tests.teams.shown import words


async def test_whoever_installs_the_app_is_welcomed_and_gets_what_waited(
    open_door: Open, tokens: Tokens, records: Records, jobs: Any
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, "installationUpdate", action="add"))
    (message,) = await messages(records)
    assert (message.text, message.private, message.conversation) == ("help", True, HERS)
    (reference,) = await asyncio.to_thread(all_of, records, TeamsReference)
    assert reference.conversation == HERS
    assert reference.reference is not None
    assert b"29:" not in reference.reference  # sealed
    assert [job.about for job in jobs.noted] == [HERS]


async def test_a_newer_version_of_the_app_says_nothing_and_nobody_is_lost_by_it(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door(inducts=True)
    for what in ("add", "remove-upgrade", "add-upgrade"):
        await sent(client, tokens, activity(tokens.service, "installationUpdate", action=what))
    assert len(await messages(records)) == 1
    assert list(await references(records)) == [HERS]


@pytest.mark.parametrize("inducts", [False, True])
async def test_a_team_that_gets_the_app_is_told_what_it_is_in_the_team(
    inducts: bool,  # noqa: FBT001 - a case of the table
    open_door: Open,
    tokens: Tokens,
    records: Records,
) -> None:
    client = await open_door(inducts=inducts)
    installed = {**in_channel(tokens.service, ""), "type": "installationUpdate", "action": "add"}
    await sent(client, tokens, installed)
    (message,) = await messages(records)
    assert (message.text, message.private, message.conversation) == ("help", False, THREAD)


async def test_whoever_writes_though_the_app_was_taken_for_gone_gets_what_waited(
    open_door: Open,
    tokens: Tokens,
    records: Records,
    jobs: NotedJobs,
    microsoft: Services,
    settings: Settings,
) -> None:
    client = await open_door()
    joined = {**in_channel(tokens.service, ""), "type": "conversationUpdate", "membersAdded": [NEW]}
    await sent(client, tokens, joined)
    hers = f"teams:{TENANT}/{MANAGER}"

    def fails() -> None:
        with records.changing() as change:
            outbox.put(change, hers, (ANSWER,))
        microsoft.set("faults", [{"status": 403}])
        outbox.deliver(records, hers, teams_channel(records, settings.teams()))
        (row,) = all_of(records, Sending)
        assert row.fault == NOT_INSTALLED

    await asyncio.to_thread(fails)
    jobs.noted.clear()
    await sent(client, tokens, activity(tokens.service, who=MANAGER, text="hello"))
    assert ("deliver", hers) in {(job.name, job.about) for job in jobs.noted}
    await asyncio.to_thread(outbox.deliver, records, hers, teams_channel(records, settings.teams()))
    assert [card["channelData"]["hearth"]["card"] for card in microsoft.cards] == [ANSWER.id]


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 404}])
async def test_whoever_is_answered_in_private_and_has_not_got_the_app_is_told_how_where_she_spoke_once(
    fault: dict[str, Any],
    open_door: Open,
    tokens: Tokens,
    records: Records,
    microsoft: Services,
    settings: Settings,
) -> None:
    client = await open_door()
    held: tuple[Office, ...] = ("manager", "chair", "safeguarding_lead")
    for office in held:
        await asyncio.to_thread(appoint, records, f"teams:{TENANT}/{office}", office)
    said = in_channel(tokens.service, "a child told me something")
    await sent(client, tokens, said)
    (message,) = await messages(records)
    answer = Card(f"{message.id}.moved.1", "If someone may be at risk", summary="You have a private item.")

    def deliver() -> None:
        channel = teams_channel(records, settings.teams())
        with records.changing() as change:
            outbox.put(change, HERS, (answer,))
        for _ in range(2):
            microsoft.set("faults", [fault])
            outbox.deliver(records, HERS, channel)
            with records.changing() as change:
                for row in change.session.query(Sending).where(Sending.conversation == HERS):
                    row.due_at = records.now()
        microsoft.set("faults", [])
        outbox.deliver(records, THREAD, channel)

    await asyncio.to_thread(deliver)
    (told,) = microsoft.cards
    shown = " ".join(words(told["attachments"][0]["content"]))
    assert "press Add" in shown
    assert "You can also ring Sample manager (01632 960001) or Sample chair (01632 960001)." in shown
    assert "In an emergency ring 999." in shown
    for content in ("risk", "safeguarding", "child"):
        assert content not in str(told)


async def test_whoever_removes_the_app_is_not_spoken_to_by_an_old_reference(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    for what in ("add", "remove"):
        await sent(client, tokens, activity(tokens.service, "installationUpdate", action=what))
    assert await asyncio.to_thread(all_of, records, TeamsReference) == []


NEW = {"id": "29:new", "aadObjectId": MANAGER}


def _joined(service: str) -> dict[str, Any]:
    came = [{"id": BOT}, NEW]
    return {**in_channel(service, ""), "type": "conversationUpdate", "membersAdded": came}


async def test_whoever_joins_a_team_is_inducted_in_private_where_that_is_set(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door(inducts=True)
    joined = _joined(tokens.service)
    assert await sent(client, tokens, joined, joined) == [(200, None)] * 2
    (message,) = await messages(records)
    hers = f"teams:{TENANT}/{MANAGER}"
    assert (message.action, message.conversation, message.sender) == ("induction:joined", hers, hers)
    assert message.private


async def test_whoever_joins_is_left_alone_otherwise_but_can_be_written_to(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    await sent(client, tokens, _joined(tokens.service))
    assert await messages(records) == []
    found = {row.conversation for row in await asyncio.to_thread(all_of, records, TeamsReference)}
    assert f"teams:{TENANT}/{MANAGER}" in found
