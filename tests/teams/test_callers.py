"""Who may call: real keys in another process; whatever is wrong with a call, it is a 401 or a 403."""

import asyncio
import io
from typing import Any

import jwt
import pytest

from adapters.teams.door import PATH
from adapters.teams.keys import KEPT_SECONDS, PAUSE_SECONDS, SigningKeys
from adapters.teams.web import new_pool
from bot.records.store import Records
from tests.teams.caller import OTHER_TENANT, TENANT, Settings, Tokens, activity, public_half
from tests.teams.conftest import Open, accepted
from tests.teams.services import Services

LONG_AGO = 4_000
JSON = {"Content-Type": "application/json"}


async def test_a_call_of_bot_framework_is_taken(open_door: Open, tokens: Tokens, records: Records) -> None:
    client = await open_door()
    said = activity(tokens.service, text="hello")
    answer = await client.post(PATH, json=said, headers=tokens.header())
    assert (answer.status, await answer.text()) == (200, "")
    assert await accepted(records) == [f"teams:{TENANT}/{said['conversation']['id']}/{said['id']}"]


def _bad_tokens(tokens: Tokens) -> dict[str, str | None]:
    """Return Authorization headers, each wrong in one way."""
    now = int(tokens.now)
    right = tokens.token()
    head, body, signature = right.split(".")
    hmac = jwt.encode(tokens.claims(), "a secret of thirty-two characters", "HS256", {"kid": "k1"})
    return {
        "none": None,
        "empty": "",
        "no word": "Bearer",
        "another scheme": f"Basic {right}",
        "no token at all": "Bearer nonsense",
        "three words that are none": "Bearer a.b.c",
        "ran out": f"Bearer {tokens.token(exp=now - LONG_AGO)}",
        "not valid yet": f"Bearer {tokens.token(nbf=now + LONG_AGO)}",
        "without an end": f"Bearer {tokens.token(exp=None)}",
        "another issuer": f"Bearer {tokens.token(iss='https://sts.windows.net/x/')}",
        "without an issuer": f"Bearer {tokens.token(iss=None)}",
        "for another app": f"Bearer {tokens.token(aud='99999999-2222-3333-4444-555555555555')}",
        "for several apps, not ours": f"Bearer {tokens.token(aud=['a', 'b'])}",
        "for nobody": f"Bearer {tokens.token(aud=None)}",
        "signed by someone else": f"Bearer {tokens.token(key='stranger')}",
        "with an unknown key": f"Bearer {tokens.token(key='stranger', named='stranger')}",
        "without the key's name": f"Bearer {tokens.token(named='')}",
        "unsigned": f"Bearer {jwt.encode(tokens.claims(), '', 'none', {'kid': 'k1'})}",
        "signed with a secret": f"Bearer {hmac}",
        "signed in another way": f"Bearer {tokens.token(algorithm='PS256')}",
        "changed": f"Bearer {head}.{body[:-4]}AAAA.{signature}",
        "cut off": f"Bearer {right[:-9]}",
    }


async def test_whoever_is_not_bot_framework_gets_401(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    bad = _bad_tokens(tokens)
    assert len(bad) >= 14
    for name, header in bad.items():
        headers = {} if header is None else {"Authorization": header}
        answer = await client.post(PATH, json=activity(tokens.service, text="hello"), headers=headers)
        assert (name, answer.status, await answer.text()) == (name, 401, "")
    assert await accepted(records) == []


@pytest.mark.parametrize(
    ("what", "claims", "more"),
    [
        ("a key for another channel", {"key": "skype", "named": "skype"}, {}),
        ("another channel", {}, {"channelId": "skype"}),
        ("no channel", {}, {"channelId": None}),
        ("another service address", {"serviceurl": "https://elsewhere.example/"}, {}),
        ("no service address in the token", {"serviceurl": None}, {}),
        ("a service address that is none", {"serviceurl": ["a"]}, {}),
        ("another organisation", {}, {"channelData": {"tenant": {"id": OTHER_TENANT}}}),
        ("no organisation", {}, {"channelData": {}, "conversation": {"id": "a:1"}}),
    ],
)
async def test_bot_framework_may_not_say_everything(
    what: str, claims: dict[str, Any], more: dict[str, Any], open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    said = activity(tokens.service, text="hello", **more)
    answer = await client.post(PATH, json=said, headers=tokens.header(**claims))
    assert (what, answer.status) == (what, 403)
    assert await accepted(records) == []


async def test_another_organisation_may_use_the_app_where_it_is_named(
    open_door: Open, tokens: Tokens, settings: Settings
) -> None:
    client = await open_door(settings=settings.teams(OTHER_TENANT))
    hers = {"id": "a:1", "tenantId": OTHER_TENANT, "conversationType": "personal"}
    said = activity(tokens.service, text="hello", conversation=hers, channelData={})
    assert (await client.post(PATH, json=said, headers=tokens.header())).status == 200


async def test_a_body_that_is_no_activity_is_refused_after_the_token_was_checked(
    open_door: Open, tokens: Tokens
) -> None:
    client = await open_door()
    right = {**tokens.header(), "Content-Type": "application/json"}
    wrong_type = {**tokens.header(), "Content-Type": "text/plain"}
    deep = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", deep):
        assert (await client.post(PATH, data=body, headers=right)).status in (400, 403)
        assert (
            await client.post(PATH, data=body, headers={"Content-Type": "application/json"})
        ).status == 401
    assert (await client.post(PATH, data=b"{}", headers=wrong_type)).status == 415
    large = await client.post(PATH, data=io.BytesIO(b"x" * 1_100_000), headers=right)
    assert large.status == 413
    for more in (
        {"from": "x"},
        {"timestamp": "soon"},
        {"id": None},
        {"id": "x" * 400},
        {"type": None},
    ):
        said = activity(tokens.service, text="hello", **more)
        assert (await client.post(PATH, json=said, headers=tokens.header())).status == 400, more


async def test_keys_are_fetched_once_and_again_where_a_new_one_signs(
    open_door: Open, tokens: Tokens, microsoft: Services
) -> None:
    before = microsoft.fetched
    client = await open_door()
    calls = [
        client.post(PATH, json=activity(tokens.service, text="hello"), headers=tokens.header())
        for _ in range(8)
    ]
    assert {answer.status for answer in await asyncio.gather(*calls)} == {200}
    assert microsoft.fetched == before + 1


async def test_without_keys_nobody_is_let_in_and_the_call_is_to_be_sent_again(
    open_door: Open, tokens: Tokens, microsoft: Services
) -> None:
    microsoft.set("keys", [])
    client = await open_door()
    said = activity(tokens.service, text="hello")
    assert (await client.post(PATH, json=said, headers=tokens.header())).status == 503


async def test_a_published_key_that_is_not_whole_keeps_nobody_out(
    open_door: Open, tokens: Tokens, microsoft: Services
) -> None:
    broken = {"kty": "RSA", "kid": "broken", "endorsements": ["msteams"]}
    microsoft.set("keys", [broken, public_half("k1")])
    client = await open_door()
    said = activity(tokens.service, text="hello")
    assert (await client.post(PATH, json=said, headers=tokens.header())).status == 200
    of_broken = tokens.header(named="broken")
    assert (await client.post(PATH, json=said, headers=of_broken)).status == 401


async def test_keys_are_kept_while_new_ones_cannot_be_had(settings: Settings, microsoft: Services) -> None:
    now = 0.0
    keys = SigningKeys(new_pool(), settings.teams().services.keys, lambda: now)
    assert await keys.find("k1") is not None
    microsoft.set("keys", [])
    now = KEPT_SECONDS + 1.0
    assert await keys.find("k1") is not None
    microsoft.set("keys", [public_half("k2")])
    now += PAUSE_SECONDS + 1
    assert await keys.find("k2") is not None
    assert await keys.find("k1") is None
