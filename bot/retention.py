"""Retention: the sweep that lets go what is kept no longer. `bot.kept` says how long each kind is kept."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.kept import DEFAULTS, KINDS, MESSAGES, WEB_FILES, Keep, Kind
from bot.records.store import Records
from bot.retention_rules import RULES

log = logging.getLogger(__name__)

_BATCH = 200
# How long a batch lets others write, as a multiple of what it took: on SQLite one writes at a time.
_PAUSE = 4


def sweep(records: Records, keep: Keep = DEFAULTS) -> Mapping[str, int]:
    """Let go what is kept no longer; return how many of each kind.

    Each batch is one change, audited as a count. Stopped anywhere and called again, it ends in the same
    state. What is locked at this moment is left for the next time. Raises RecordsUnavailable.
    """
    counts = {kind.name: _swept(records, kind, keep[kind.name]) for kind in KINDS}
    told = {kind.name: counts[kind.name] for kind in KINDS if kind.is_told}
    log.info("retention.swept", extra={"counts": told})
    return counts


def sweep_messages(records: Records, keep: Keep = DEFAULTS) -> int:
    """As `sweep`, for the words of messages and files on their way: kept for hours, so call this hourly."""
    return sum(_swept(records, kind, keep[kind.name]) for kind in (MESSAGES, WEB_FILES))


def due(records: Records, keep: Keep = DEFAULTS) -> Mapping[str, int]:
    """Return how many of each kind a sweep would let go now; raise RecordsUnavailable."""
    with records.reading() as session:
        return {kind.name: _count(records, session, kind, keep[kind.name]) for kind in KINDS}


def _swept(records: Records, kind: Kind, kept: int) -> int:
    before = records.now() - kept * kind.unit
    rule, done, after = RULES[kind.name], 0, None
    while True:
        started = time.monotonic()
        with records.changing() as change:
            locked = _page(records, kind, before, after).with_for_update(skip_locked=True)
            keys = change.session.scalars(locked).all()
            if keys:
                rule.act(change, keys)
                change.audit(f"retention:{kind.name}:swept", kind.name, detail=str(len(keys)))
        if not keys:
            return done
        done, after = done + len(keys), keys[-1]
        time.sleep(_PAUSE * (time.monotonic() - started))


def _count(records: Records, session: Session, kind: Kind, kept: int) -> int:
    before = records.now() - kept * kind.unit
    count, after = 0, None
    while keys := session.scalars(_page(records, kind, before, after)).all():
        count, after = count + len(keys), keys[-1]
    return count


def _page(records: Records, kind: Kind, before: datetime, after: Any | None) -> Select[Any]:
    """Find the next batch of what is due, in the order of the primary key."""
    key = RULES[kind.name].key
    found = select(key).where(key.class_.organisation == records.organisation, RULES[kind.name].due(before))
    if after is not None:
        found = found.where(key > after)
    return found.order_by(key).limit(_BATCH)
