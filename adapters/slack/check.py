"""What `hearth check` says of Slack: whether the tokens are good and may do what Hearth does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.installations import Installed
from adapters.slack.settings import WORKSPACES, SlackSettings

_SECONDS = 10
_ANEW = "Copy it anew from “OAuth & Permissions” of the app."
_APP_ANEW = "Generate one with the scope connections:write under “Basic Information” of the app."


class NotInOrder(Exception):  # noqa: N818 - what was found
    """Slack cannot be used so; the message says why and what to do."""


def say_how_it_is(
    settings: SlackSettings | None, scopes: Iterable[str], installed: Callable[[], Sequence[Installed]]
) -> str:
    """Return how Slack is set up, in one line; raise NotInOrder.

    `scopes` are those that are needed; `installed` finds the workspaces that installed the app themselves.
    """
    if settings is None:
        return "not set up"
    return asyncio.run(_asked(settings, set(scopes), installed))


async def _asked(
    settings: SlackSettings, scopes: set[str], installed: Callable[[], Sequence[Installed]]
) -> str:
    how = "HTTP at /slack/events"
    if settings.app_token:
        opened = _client(settings, "").apps_connections_open(app_token=settings.app_token)
        await _answer(opened, "HEARTH_SLACK_APP_TOKEN", _APP_ANEW)
        how = "Socket Mode"
    if not settings.by_oauth:
        answer = await _try(settings, settings.token, "HEARTH_SLACK_TOKEN", scopes, _ANEW)
        if not settings.admits(str(answer.get("team_id"))):
            raise NotInOrder(f"{WORKSPACES} leaves out the token's own workspace: {answer.get('team_id')}.")
        return f"the token is good for a workspace; events come by {how}"
    if not settings.workspaces:
        raise NotInOrder(
            f"{WORKSPACES} is not set: no workspace can install the app, and none is heard. Give the ids of "
            "those that may, separated by commas."
        )
    found = [one for one in await asyncio.to_thread(installed) if settings.admits(one.team)]
    for one in found:
        again = "Have it installed again at /slack/install."
        await _try(settings, one.token, f"the token of the workspace {one.team}", scopes, again)
    return (
        f"{len(found)} of {len(settings.workspaces)} workspaces installed the app, their tokens are good; "
        "the others can at /slack/install"
    )


async def _try(
    settings: SlackSettings, token: str, name: str, scopes: set[str], mend: str
) -> AsyncSlackResponse:
    answer = await _answer(_client(settings, token).auth_test(), name, mend)
    granted = str(answer.headers.get("x-oauth-scopes") or "")
    lacking = sorted(scopes - set(granted.replace(" ", "").split(",")))
    if granted and lacking:
        raise NotInOrder(
            f"The app may not do all that it must, by {name}: {', '.join(lacking)} is missing. Paste the "
            "manifest of `hearth slack manifest` anew, and install the app again."
        )
    return answer


async def _answer(call: Awaitable[AsyncSlackResponse], name: str, mend: str) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        raise NotInOrder(f"Slack does not take {name} ({error.response.get('error')}). {mend}") from error
    except Exception as error:
        raise NotInOrder("Slack cannot be reached from this machine.") from error


def _client(settings: SlackSettings, token: str) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=settings.api, timeout=_SECONDS, retry_handlers=[])
