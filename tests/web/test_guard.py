"""Only the page itself, in a browser on this machine, is answered."""

from dataclasses import replace

import pytest
from aiohttp import WSServerHandshakeError

from adapters.web import WebSettings
from adapters.web.guard import CONTENT_SECURITY_POLICY, is_loopback, is_ours
from tests.web.conftest import Client, Page

LOCAL = WebSettings("A scheme")
OPEN = replace(LOCAL, host="0.0.0.0", other_address=True)  # noqa: S104 - a setting under test, not listened on
PATHS = ("/", "/static/chat.js", "/chat", "/nothing-here")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_the_names_of_this_machine_are_answered(name: str) -> None:
    assert is_ours(f"{name}:8080", 8080, LOCAL)
    assert is_ours(name, 80, LOCAL)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8080",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1.evil.example:8080",
        "127.0.0.1:8080@evil.example",
        "evil@127.0.0.1:8080",
        "127.0.0.1:8080/x",
        "127.0.0.1:http",
        "[::1:8080",
        "localhost.:8080",
        "192.168.0.7:8080",
        "0.0.0.0:8080",
        "2130706433:8080",
        "127.0.0.1:08080",
        " 127.0.0.1:8080",
    ],
)
def test_any_other_host_is_not_ours(host: str) -> None:
    assert not is_ours(host, 8080, LOCAL)


def test_on_another_address_bare_ip_addresses_are_answered_but_no_names() -> None:
    assert is_ours("192.168.0.7:8080", 8080, OPEN)
    assert is_ours("[fd00::7]:8080", 8080, OPEN)
    assert is_ours("localhost:8080", 8080, OPEN)
    assert not is_ours("evil.example:8080", 8080, OPEN)
    assert is_ours("hearth.lan:8080", 8080, replace(OPEN, host="hearth.lan"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - compared, not listened on
        ("::", False),
        ("192.168.0.7", False),
        ("hearth.lan", False),
        ("", False),
    ],
)
def test_loopback_addresses_are_told_from_others(host: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_loopback(host) is expected


@pytest.mark.parametrize("path", PATHS)
async def test_a_name_that_was_pointed_at_this_machine_gets_nothing(client: Client, path: str) -> None:
    answer = await client.get(path, headers={"Host": f"evil.example:{client.port}"})
    assert answer.status == 403
    assert "does not answer to this address" in await answer.text()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
async def test_a_page_from_elsewhere_gets_nothing(client: Client, path: str, origin: str) -> None:
    answer = await client.get(path, headers={"Origin": origin.format(port=client.port)})
    assert answer.status == 403
    assert "only to its own page" in await answer.text()


async def test_another_name_of_this_machine_is_another_origin(client: Client) -> None:
    answer = await client.get("/", headers={"Origin": f"http://localhost:{client.port}"})
    assert answer.status == 403


async def test_a_conversation_is_not_started_without_an_origin(client: Client) -> None:
    answer = await client.post("/conversation")
    assert answer.status == 403
    assert not answer.cookies


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_a_websocket_needs_the_pages_own_origin(page: Page, origin: str | None) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.client.ws_connect("/chat", origin=origin)
    assert refused.value.status == 403


async def test_a_websocket_is_refused_under_another_host(page: Page) -> None:
    host = f"evil.example:{page.client.port}"
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.client.ws_connect("/chat", origin=f"http://{host}", headers={"Host": host})
    assert refused.value.status == 403


async def test_a_websocket_without_a_conversation_is_refused(client: Client) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect("/chat", origin=f"http://127.0.0.1:{client.port}")
    assert refused.value.status == 401


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_the_safety_headers(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


async def test_the_conversation_cookie_is_a_secret_that_scripts_and_other_sites_do_not_get(
    client: Client,
) -> None:
    answer = await client.post("/conversation", headers={"Origin": f"http://127.0.0.1:{client.port}"})
    cookie = answer.cookies[f"hearth-{client.port}"]
    assert len(cookie.value) == 43
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


async def test_opening_the_page_starts_no_conversation(client: Client) -> None:
    answer = await client.get("/")
    assert not answer.cookies


async def test_a_path_does_not_lead_out_of_the_static_files(client: Client) -> None:
    for path in (
        "/static/../chat.py",
        "/static/%2e%2e/chat.py",
        "/static/..%2fchat.py",
        "/static/",
        "/static//etc/passwd",
    ):
        answer = await client.get(path)
        assert answer.status in (403, 404), path


async def test_the_page_says_what_it_is_and_shows_names_as_text(client: Client) -> None:
    html = await (await client.get("/")).text()
    assert "For trying out." in html
    assert "It runs on this computer: nothing is sent anywhere." in html
    assert "A Scheme &amp; &lt;Sons&gt;" in html
    assert "<script>" not in html
    assert " style=" not in html
    assert "//" not in html.replace("http://www.w3.org/2000/svg", "")  # nothing from elsewhere
