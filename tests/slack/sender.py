"""Slack's side of an HTTP request: events and presses as Slack sends and signs them."""

import json
import time
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from tests.slack.client import BOT, SECRET, TEAM

Headers = dict[str, str]
USER, DIRECT = "U0VOLUNTEER", "D0VOLUNTEER"


def signed(body: bytes, kind: str, *, secret: str = SECRET, at: float | None = None) -> Headers:
    """Return the headers of a request."""
    moment = str(int(at if at is not None else time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body)
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": signature or "",
    }


def event(**event: Any) -> bytes:
    """Return an envelope with an event."""
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": "Ev1",
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": event,
        }
    ).encode()


def direct(text: str = "hello", ts: str = "1712.000100", **more: Any) -> bytes:
    """Return the event of a direct message."""
    said = {"type": "message", "channel": DIRECT, "channel_type": "im", "user": USER, "text": text, "ts": ts}
    return event(**{**said, **more})


def press(
    action: str = "induction:mine", response_url: str = "", moment: str = "1712.5", **more: Any
) -> bytes:
    """Return the form of a pressed button."""
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": USER},
        "channel": {"id": DIRECT},
        "container": {"type": "message", "message_ts": "1712.000200", "channel_id": DIRECT},
        "message": {"ts": "1712.000200", "text": "a card", "blocks": []},
        "response_url": response_url,
        "actions": [
            {
                "action_id": "press-0",
                "block_id": "1",
                "value": action,
                "action_ts": moment,
                "type": "button",
            }
        ],
    }
    return urlencode({"payload": json.dumps({**payload, **more})}).encode()


def form(**fields: str) -> bytes:
    """Return a form."""
    return urlencode(fields).encode()


JSON, FORM = "application/json", "application/x-www-form-urlencoded"
