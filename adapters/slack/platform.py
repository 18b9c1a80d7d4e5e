"""Slack as a platform: the events that it sends, by HTTP or Socket Mode, through Bolt."""

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack import incoming
from adapters.slack.branch import Branch
from adapters.slack.channel import SlackChannel
from adapters.slack.courier import Courier
from adapters.slack.incoming import Said
from adapters.slack.installations import Installations
from adapters.slack.manifest import scopes
from adapters.slack.oauth import OAuth
from adapters.slack.pane import Pane
from adapters.slack.presses import Presses
from adapters.slack.settings import SlackSettings
from adapters.slack.socket import Socket
from bot.faults import told
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

EVENTS = "/slack/events"
# Of what was not recorded in time it is not known whether it will be.
NOT_RECORDED = "That may not have been recorded. If no answer comes in a minute, please press again."
NOT_SENT = "That may not have been recorded. If no answer comes in a minute, please send it again."
_IN_PRIVATE = "I answer you in our direct messages."
_KINDS = ("application/json", "application/x-www-form-urlencoded")


def slack_channel(records: Records, settings: SlackSettings) -> SlackChannel:
    """Return what sends on Slack, for a process that works and does not listen."""
    return SlackChannel(Installations(records, settings), Courier(settings.api))


class Slack:
    """Takes what Slack sends: one app, by which each organisation is reached from its own workspaces alone.

    `pane` where workspaces that install the app are asked for the assistant pane.
    """

    def __init__(self, branches: Sequence[Branch], *, pane: bool = False) -> None:
        self._branches = branches
        self._settings = settings = branches[0].settings  # of the app, which all have in common
        wanted = scopes(inducts=any(one.inducts for one in branches), pane=pane)
        self._oauth = OAuth(self._installations, settings, wanted) if settings.by_oauth else None
        self._verifier = SignatureVerifier(settings.signing_secret or "none")
        self._app = self._bolt()
        self._socket: Socket | None = None
        self._presses = Presses()
        self._under_way: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Return the routes that Slack calls; none of them where it is listened to by Socket Mode alone."""
        if not self._settings.signing_secret:
            return ()
        install = self._oauth.routes() if self._oauth else ()
        return (web.post(EVENTS, self._posted), *install)

    async def start(self) -> None:
        """Begin Socket Mode, where it is set."""
        if self._settings.app_token:
            self._socket = Socket(self._app, self._settings.app_token)
            await self._socket.start()

    async def stop(self) -> None:
        """End Socket Mode, and what is under way."""
        if self._socket is not None:
            await self._socket.stop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=3)
        for branch in self._branches:
            await asyncio.to_thread(branch.close)

    def _branch(self, team: str) -> Branch | None:
        """Return the organisation whose workspace this is, None where it is nobody's."""
        return next((one for one in self._branches if one.settings.admits(team)), None)

    def _installations(self, team: str) -> Installations | None:
        branch = self._branch(team)
        return branch.installations if branch else None

    def _bolt(self) -> AsyncApp:
        """Return the Bolt app. It verifies nothing: `_posted` has done so before anything was parsed."""
        app = AsyncApp(
            signing_secret=self._settings.signing_secret or "none",
            authorize=_authorize,
            request_verification_enabled=False,
        )
        app.client.base_url = self._settings.api
        app.use(self._take)
        return app

    async def _posted(self, request: web.Request) -> web.StreamResponse:
        """Answer an HTTP request of Slack's: verify it, then parse it."""
        if request.content_type not in _KINDS:
            return web.Response(status=415)
        body = await request.read()
        if not self._is_signed(body, request.headers):
            return web.Response(status=401)
        try:
            if not _is_whole(body, request.content_type):
                return web.Response(status=400)
            asked = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=_plain(request))
        except (ValueError, TypeError, AttributeError, KeyError):  # Bolt takes the right shape for granted
            return web.Response(status=400)
        return await to_aiohttp_response(await self._app.async_dispatch(asked))

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        moment = headers.get("X-Slack-Request-Timestamp", "")
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            return False
        signature = headers.get("X-Slack-Signature", "")
        try:
            return signature.isascii() and self._verifier.is_valid(body, moment, signature)
        except UnicodeDecodeError:
            return False

    async def _take(self, req: AsyncBoltRequest) -> BoltResponse:
        """Take what came and return what Slack is told; as a middleware it lets nothing come after it."""
        try:
            return await self._taken(req.body)
        except Exception as error:  # noqa: BLE001 - whatever it was, Slack sends it again
            log.error("slack.not_taken", extra={**told(error)})  # noqa: TRY400 - no words of it
            return _again()

    async def _taken(self, body: Mapping[str, Any]) -> BoltResponse:
        # Heard from a workspace that is nobody's too: its token must go.
        if (gone := incoming.taken_away(body)) is not None:
            return await self._gone(gone)
        team = incoming.team_of(body)
        branch = self._branch(team)
        if branch is None:
            log.warning("slack.workspace.not_allowed", extra={"team": team})
            return BoltResponse(status=403, body="", headers={"X-Slack-No-Retry": "1"})
        match body.get("type"):
            case "event_callback":
                return await self._event(branch, body)
            case "block_actions":
                return await self._pressed(branch, body)
            case "message_action":
                return await self._shortcut(branch, body)
        if body.get("command"):
            return await self._command(branch, body)
        return _done()

    async def _event(self, branch: Branch, body: Mapping[str, Any]) -> BoltResponse:
        if (opened := incoming.home_opened(body)) is not None:
            self._later(branch.after.home(*opened))
            return _done()
        if (pane := incoming.pane_opened(body)) is not None:
            return await self._pane_opened(branch, pane)
        return await self._heard(branch, body)

    async def _heard(self, branch: Branch, body: Mapping[str, Any]) -> BoltResponse:
        if (new := incoming.joined(body)) is not None:
            said = Said(new) if branch.inducts else None
        else:
            said = incoming.event_said(body, _bot_user(body))
        if said is None:
            return _done()
        if not await branch.intake.takes(said):
            return _again()
        if said.pane is not None:
            self._later(branch.pane.status(said.pane))
        return _done()

    async def _pane_opened(self, branch: Branch, pane: Pane) -> BoltResponse:
        if not await branch.intake.takes(Said(pane.begun)):
            return _again()
        self._later(branch.pane.prompts(pane))
        return _done()

    async def _gone(self, gone: incoming.Gone) -> BoltResponse:
        """Forget the token of a workspace, in whichever organisation it was: it may be in none by now."""
        try:
            for branch in self._branches:
                await asyncio.to_thread(branch.installations.remove, gone.team, gone.at)
        except RecordsUnavailable:
            return _again()
        return _done()

    async def _pressed(self, branch: Branch, body: Mapping[str, Any]) -> BoltResponse:
        """Take a press; Slack does not send it again, so that whoever pressed is told where it was lost."""
        if (document := incoming.document_asked(body)) is not None:
            self._later(branch.after.document(body, document, incoming.pressed_at(body)))
            return _done()
        message, row = incoming.press_said(body), incoming.row_of(body)
        if message is None or not self._presses.is_new(row):
            return _done()
        if await branch.intake.takes(Said(message)):
            self._later(branch.after.pressed(body))
        else:
            self._presses.forget(row)
            self._later(branch.after.says(body, NOT_RECORDED))
        return _done()

    async def _shortcut(self, branch: Branch, body: Mapping[str, Any]) -> BoltResponse:
        message = incoming.shortcut_said(body)
        if message is None:
            return _done()
        recorded = await branch.intake.takes(Said(message))
        self._later(branch.after.says(body, _IN_PRIVATE if recorded else NOT_SENT))
        return _done()

    async def _command(self, branch: Branch, body: Mapping[str, Any]) -> BoltResponse:
        message = incoming.command_said(body)
        if message is None:
            return _done()
        if not await branch.intake.takes(Said(message)):
            return _says(NOT_SENT)
        in_private = str(body.get("channel_id") or "").startswith("D")
        return _done() if in_private else _says(_IN_PRIVATE)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done once Slack has its answer."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("slack.after.failed", extra={**told(error)})


def _is_whole(body: bytes, kind: str) -> bool:
    """Say whether a body is an object, and the event in it too; raise ValueError where it cannot be read."""
    if kind != _KINDS[0]:
        return True
    read = json.loads(body)
    return isinstance(read, dict) and isinstance(read.get("event", {}), dict)


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Let every event pass that Slack signed: its token is found when something is sent."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="")


def _bot_user(body: Mapping[str, Any]) -> str:
    """Return whom an event was sent to: the app's own user there."""
    given = next(iter(body.get("authorizations") or ()), None) or {}
    return str(given.get("user_id") or "") if given.get("is_bot", True) else ""


def _plain(request: web.Request) -> dict[str, str | Sequence[str]]:
    return {name: value for name, value in request.headers.items()}  # noqa: C416 - a type of its own


def _says(text: str) -> BoltResponse:
    return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})


def _done() -> BoltResponse:
    return BoltResponse(status=200, body="")


def _again() -> BoltResponse:
    return BoltResponse(status=503, body="")
