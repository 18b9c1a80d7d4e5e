"""Installations: in which workspaces the app is, and the token by which it speaks in each."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from adapters.slack.settings import SlackSettings
from bot.records.store import Change, Records
from bot.records.tables import SlackInstallation, new_id

# How long another process goes on with a token that was exchanged or taken away.
_REMEMBERED = 30.0  # seconds
_TOLD_IN = timedelta(seconds=1)  # Slack tells the moments of events in whole seconds


@dataclass(frozen=True, slots=True)
class Installed:
    """What a workspace's installation gives."""

    team: str
    token: str
    bot_user: str


class Installations:
    """Finds tokens: the one that is set, or those of the workspaces that installed the app."""

    def __init__(self, records: Records, settings: SlackSettings) -> None:
        self._records = records
        self._settings = settings
        self._known: dict[str, tuple[float, Installed | None]] = {}
        self._lock = threading.Lock()

    def find(self, team: str) -> Installed | None:
        """Return a workspace's installation; raise RecordsUnavailable.

        None where there is none, or where the workspace may not use it any more.
        """
        if not self._settings.admits(team):
            return None
        if self._settings.token:
            return Installed(team, self._settings.token, "")
        with self._lock:
            at, known = self._known.get(team, (-_REMEMBERED, None))
        if time.monotonic() - at < _REMEMBERED and known is not None:
            return known
        found = self._read(team)
        with self._lock:
            self._known[team] = (time.monotonic(), found)
        return found

    def save(self, given: Installed, scopes: str, enterprise: str | None) -> None:
        """Keep an installation; a later one of the same workspace takes its place."""
        with self._records.changing() as change:
            row = change.session.scalars(_named(change, given.team).with_for_update()).first()
            if row is None:
                row = SlackInstallation(
                    id=new_id(), organisation=self._records.organisation, team=given.team, scopes=""
                )
                row.bot_user, row.installed_at = given.bot_user, self._records.now()
                change.add(row)
            row.enterprise, row.bot_user, row.scopes = enterprise, given.bot_user, scopes
            row.token = self._records.seal(SlackInstallation.token, row, given.token)
            row.installed_at, row.removed_at = self._records.now(), None
            change.audit("slack:installation:made", row.id)
        self._forget(given.team)

    def remove(self, team: str, at: datetime) -> None:
        """Forget the token of a workspace that took the app away, unless it was installed again since."""
        with self._records.changing() as change:
            row = change.session.scalars(_named(change, team).with_for_update()).first()
            if row is not None and row.removed_at is None and row.installed_at < at + _TOLD_IN:
                row.token, row.removed_at = None, self._records.now()
                change.audit("slack:installation:removed", row.id)
        self._forget(team)

    def _read(self, team: str) -> Installed | None:
        with self._records.reading() as session:
            row = session.scalars(_of(self._records, team)).first()
            if row is None or row.token is None:
                return None
            return Installed(team, self._records.open(SlackInstallation.token, row), row.bot_user)

    def _forget(self, team: str) -> None:
        with self._lock:
            self._known.pop(team, None)


def installed(records: Records) -> Sequence[Installed]:
    """Return the workspaces that have the app by OAuth, the longest first; raise RecordsUnavailable."""
    theirs = select(SlackInstallation).where(
        SlackInstallation.organisation == records.organisation, SlackInstallation.token.is_not(None)
    )
    with records.reading() as session:
        rows = session.scalars(theirs.order_by(SlackInstallation.installed_at)).all()
        return [Installed(row.team, records.open(SlackInstallation.token, row), row.bot_user) for row in rows]


def _named(change: Change, team: str) -> Select[SlackInstallation]:
    return _of(change.records, team)


def _of(records: Records, team: str) -> Select[SlackInstallation]:
    return select(SlackInstallation).where(
        SlackInstallation.organisation == records.organisation, SlackInstallation.team == team
    )
