"""What Bot Framework is answered, and what of it was accepted."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.door import PATH
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Event, TeamsReference
from bot.stored import load_message
from tests.records.stage import all_of
from tests.teams.caller import TENANT, VOLUNTEER, Tokens
from tests.teams.conftest import Client

HERS = f"teams:{TENANT}/{VOLUNTEER}"
THREAD = f"teams:{TENANT}/19:abc@thread.tacv2;messageid=1712"


async def sent(client: Client, tokens: Tokens, *activities: dict[str, Any]) -> list[tuple[int, Any]]:
    """Send activities; return the status and body of each answer."""
    found = []
    for one in activities:
        answer = await client.post(PATH, json=one, headers=tokens.header())
        text = await answer.text()
        found.append((answer.status, json.loads(text) if text else None))
    return found


async def messages(records: Records) -> Sequence[Message]:
    """Return the messages that wait, in order."""

    def read() -> Sequence[Message]:
        rows = sorted(all_of(records, Event), key=lambda row: row.seq)
        return [load_message(records.open(Event.payload, row)) for row in rows]

    return await asyncio.to_thread(read)


async def references(records: Records) -> Mapping[str, Any]:
    """Return how each conversation is spoken to."""

    def read() -> Mapping[str, Any]:
        rows = all_of(records, TeamsReference)
        return {row.conversation: json.loads(records.open(TeamsReference.reference, row)) for row in rows}

    return await asyncio.to_thread(read)
