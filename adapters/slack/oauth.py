"""Installing the app in a workspace by a browser (OAuth), with Bolt's own flow and our records."""

import asyncio
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from secrets import token_urlsafe

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.installations import Installations, Installed
from adapters.slack.settings import SLACK_API, WORKSPACES, SlackSettings
from bot.faults import told

log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
_LIFETIME = 600  # seconds in which an installation is to be finished
_STATE = re.compile(r"(?P<until>[0-9]{1,12})\.[\w-]{20,60}\.[0-9a-f]{64}")


class NotAdmitted(Exception):  # noqa: N818 - what was decided
    """An installation was refused, and nothing of it kept; the message says why, to whoever installs it."""


class States(AsyncOAuthStateStore):
    """Signed states: nothing is kept, so that any process may finish what another began.

    That a state comes back from the browser to which it was given is the cookie's affair, which Bolt checks;
    Slack's code works once.
    """

    def __init__(self, secret: str) -> None:
        self._secret = f"hearth install {secret}".encode()

    async def async_issue(self, *_: object, **__: object) -> str:
        """Return a new state."""
        state = f"{int(time.time()) + _LIFETIME}.{token_urlsafe(24)}"
        return f"{state}.{self._mark(state)}"

    async def async_consume(self, state: str) -> bool:
        """Say whether a state is one of ours and still good."""
        found = _STATE.fullmatch(state)
        if found is None or int(found["until"]) < time.time():
            return False
        signed, _, mark = state.rpartition(".")
        return hmac.compare_digest(mark, self._mark(signed))

    def _mark(self, state: str) -> str:
        return hmac.new(self._secret, state.encode(), sha256).hexdigest()


class Kept(AsyncInstallationStore):
    """Keeps installations, the token sealed, in the records of a workspace's organisation, found by `of`."""

    def __init__(self, of: Callable[[str], Installations | None], client: AsyncWebClient) -> None:
        self._of = of
        self._client = client

    @property
    def logger(self) -> logging.Logger:
        """Where the flow logs."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation; raise NotAdmitted, its token revoked, where it is not to be kept."""
        if not installation.team_id or not installation.bot_token:
            await self._give_back(installation.bot_token)
            raise NotAdmitted("Hearth cannot be installed in a whole organisation. Choose a workspace of it.")
        installations = self._of(installation.team_id)
        if installations is None:
            log.warning("slack.install.refused", extra={"team": installation.team_id})
            await self._give_back(installation.bot_token)
            raise NotAdmitted(
                "This workspace is not among those that this Hearth serves, so it was not installed and "
                f"nothing was kept. Whoever runs Hearth can add {installation.team_id} to {WORKSPACES}."
            )
        given = Installed(installation.team_id, installation.bot_token, installation.bot_user_id or "")
        granted = ",".join(installation.bot_scopes or ())
        await asyncio.to_thread(installations.save, given, granted, installation.enterprise_id)

    async def _give_back(self, token: str | None) -> None:
        """Have Slack revoke a token; where it does not, the token is forgotten here all the same."""
        if not token:
            return
        try:
            await self._client.auth_revoke(token=token)
        except (SlackClientError, ClientError, TimeoutError) as error:
            log.warning("slack.install.not_revoked", extra={**told(error)})


class OAuth:
    """The pages on which the app is installed; `installations` finds those of a workspace's organisation."""

    def __init__(
        self,
        installations: Callable[[str], Installations | None],
        settings: SlackSettings,
        scopes: Iterable[str],
    ) -> None:
        client = AsyncWebClient(base_url=settings.api, logger=log)
        asked = AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=sorted(scopes),
            installation_store=Kept(installations, client),
            state_store=States(settings.client_secret),
            state_expiration_seconds=_LIFETIME,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            logger=log,
            authorization_url=None if settings.api == SLACK_API else f"{settings.api}authorize",
        )
        self._flow = AsyncOAuthFlow(client=client, logger=log, settings=asked)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the pages' routes."""
        return (web.get(INSTALL, self._install), web.get(REDIRECT, self._finish))

    async def _install(self, request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await self._flow.handle_installation(await to_bolt_request(request)))

    async def _finish(self, request: web.Request) -> web.StreamResponse:
        try:
            answer = await self._flow.handle_callback(await to_bolt_request(request))
        except NotAdmitted as refusal:
            return web.Response(status=403, text=str(refusal))
        return await to_aiohttp_response(answer)
