"""Listening: on this machine only, and a plain word when it is not possible."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port

from adapters.web import Bell, CannotServe, WebSettings, serve
from adapters.web.serve import address
from bot.records.store import Records

Started = Callable[[WebSettings], Awaitable[tuple[asyncio.Task[None], str]]]


@pytest.fixture
def started(records: Records, bell: Bell) -> Started:
    """Serve in the background; return the task and the printed address."""

    async def start(settings: WebSettings) -> tuple[asyncio.Task[None], str]:
        return await _started(records, settings, bell)

    return start


async def _started(records: Records, settings: WebSettings, bell: Bell) -> tuple[asyncio.Task[None], str]:
    printed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(records, settings, bell, printed.set_result))
    task.add_done_callback(lambda _task: printed.cancel())
    try:
        return task, await printed
    except asyncio.CancelledError:
        task.result()  # raises what kept it from starting
        raise


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_printed_address_opens_the_page(settings: WebSettings, started: Started) -> None:
    task, url = await started(replace(settings, port=unused_port()))
    async with ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        assert "For trying out." in await answer.text()
    await stopped(task)


async def test_a_port_in_use_is_told_in_one_line_with_what_to_do(
    settings: WebSettings, started: Started
) -> None:
    settings = replace(settings, port=unused_port())
    task, _ = await started(settings)
    with pytest.raises(CannotServe, match=rf"^port {settings.port} is in use: .*choose another port$"):
        await started(settings)
    await stopped(task)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "hearth.example"])  # noqa: S104 - refused
async def test_an_address_that_others_can_reach_is_refused_unless_asked_for(
    settings: WebSettings, started: Started, host: str
) -> None:
    with pytest.raises(CannotServe, match="can be reached from other machines") as refused:
        await started(replace(settings, host=host, port=unused_port()))
    assert "\n" not in str(refused.value)


async def test_an_address_that_others_can_reach_is_served_when_asked_for(
    settings: WebSettings, started: Started
) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - what is tested
    task, url = await started(replace(settings, host=everywhere, port=unused_port(), other_address=True))
    assert url.startswith("http://127.0.0.1:")
    async with ClientSession() as session, session.get(url) as answer:
        html = await answer.text()
    assert "goes to the computer that runs Hearth and nowhere else" in html
    assert "runs on this computer" not in html
    await stopped(task)


async def test_an_address_that_is_not_this_machines_is_told_in_one_line(
    settings: WebSettings, started: Started
) -> None:
    with pytest.raises(CannotServe, match=r"^cannot listen on 203\.0\.113\.1: ") as refused:
        await started(replace(settings, host="203.0.113.1", port=unused_port(), other_address=True))
    assert "\n" not in str(refused.value)


def test_an_ipv6_address_is_printed_as_a_browser_takes_it(settings: WebSettings) -> None:
    assert address(replace(settings, host="::1", port=8080)) == "http://[::1]:8080/"
    assert address(replace(settings, host="[::1]", port=8080)) == "http://[::1]:8080/"
