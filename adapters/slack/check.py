"""What `hearth check` says of Slack: whether the token is good and may do what Hearth does."""

import asyncio

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import scopes
from adapters.slack.settings import SlackSettings

_SECONDS = 10


class NotInOrder(Exception):  # noqa: N818 - what was found
    """Slack cannot be used so; the message says why and what to do."""


def say_how_it_is(settings: SlackSettings | None, *, inducts: bool) -> str:
    """Return how Slack is set up, in one line; raise NotInOrder."""
    if settings is None:
        return "not set up"
    if settings.by_oauth:
        return "workspaces install the app at /slack/install; their tokens are kept in the records"
    return asyncio.run(_asked(settings, inducts=inducts))


async def _asked(settings: SlackSettings, *, inducts: bool) -> str:
    client = AsyncWebClient(settings.token, base_url=settings.api, timeout=_SECONDS, retry_handlers=[])
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise NotInOrder(
            f"Slack does not take HEARTH_SLACK_TOKEN ({error.response.get('error')}). "
            "Copy it anew from “OAuth & Permissions” of the app."
        ) from error
    except Exception as error:
        raise NotInOrder("Slack cannot be reached from this machine.") from error
    granted = str(answer.headers.get("x-oauth-scopes") or "")
    lacking = sorted(set(scopes(inducts=inducts)) - set(granted.replace(" ", "").split(",")))
    if granted and lacking:
        raise NotInOrder(
            f"The app may not do all that it must: {', '.join(lacking)} is missing. Paste the manifest of "
            "`hearth slack manifest` anew, and install the app again."
        )
    how = "Socket Mode" if settings.app_token else "HTTP at /slack/events"
    return f"the token is good for a workspace; events come by {how}"
