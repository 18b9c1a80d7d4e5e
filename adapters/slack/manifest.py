"""The app's manifest: what Hearth asks a workspace for, and why; the code, it and the README go together."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.incoming import CHECK, RAISE
from adapters.slack.pane import prompts

# Each scope with what it is for; `hearth slack manifest` gives just these.
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hear when someone mentions Hearth in a channel",
    "channels:history": "go on with a conversation in a thread of a public channel in which Hearth answered",
    "chat:write": "answer",
    "commands": "offer /policy, /induction, /complaint, /hearth and the two message shortcuts",
    "files:read": "take in a file that someone sends to Hearth, such as evidence",
    "files:write": "give someone her certificate as a file",
    "groups:history": "the same as channels:history, in private channels to which Hearth was invited",
    "im:history": "read what someone writes to Hearth directly",
    "im:write": "open the direct conversation with someone to whom something is handed",
}
# Asked for only where whoever joins is inducted (HEARTH_INDUCT_ON_JOIN=yes).
ON_JOIN: Mapping[str, str] = {"users:read": "hear when someone joins the workspace"}
# Asked for only where the app is one for the assistant pane (HEARTH_SLACK_ASSISTANT=yes).
IN_PANE: Mapping[str, str] = {
    "assistant:write": "suggest questions in the assistant pane, and show there that an answer is being made"
}

EVENTS: Sequence[str] = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)
# Slack asks that both be heard. Which channel someone has open, which the second tells, is dropped at once.
_PANE_EVENTS = ("assistant_thread_started", "assistant_thread_context_changed")
COMMANDS: Mapping[str, tuple[str, str]] = {
    "/policy": ("Ask what the policy says; only you see the answer", "may I …?"),
    "/induction": ("Begin your induction, or go on with it", ""),
    "/complaint": ("Raise a complaint or a concern, in private", ""),
    "/hearth": ("What Hearth can do", ""),
}
_SHORTCUTS = (
    (CHECK, "Check against policy", "Ask what the policy says about this message"),
    (RAISE, "Raise in private", "Begin a complaint about this message; nobody here sees it"),
)
_ABOUT = "Answers questions on the policy, walks you through the induction, takes complaints in private."


def scopes(*, inducts: bool, pane: bool = False) -> Mapping[str, str]:
    """Return the scopes that Hearth uses, each with what it is for."""
    return {**SCOPES, **(ON_JOIN if inducts else {}), **(IN_PANE if pane else {})}


def manifest(
    base: str, *, socket: bool = False, oauth: bool = False, inducts: bool = False, pane: bool = False
) -> dict[str, Any]:
    """Return the manifest of the app; `base` is the address at which Slack reaches this server.

    With `socket` no address is needed. With `pane` it is an app for the assistant pane.
    """
    url = {} if socket else {"url": f"{base}/slack/events"}
    request = {} if socket else {"request_url": f"{base}/slack/events"}
    redirect = {"redirect_urls": [f"{base}/slack/oauth_redirect"]} if oauth else {}
    events = [*EVENTS, *(["team_join"] if inducts else []), *(_PANE_EVENTS if pane else ())]
    assistant = {"assistant_view": {"assistant_description": _ABOUT, "suggested_prompts": prompts()}}
    return {
        "display_information": {"name": "Hearth", "description": _ABOUT, "background_color": "#26435c"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            **(assistant if pane else {}),
            "bot_user": {"display_name": "Hearth", "always_online": True},
            "slash_commands": [
                {"command": name, "description": about, "should_escape": True, **hint(example), **url}
                for name, (about, example) in COMMANDS.items()
            ],
            "shortcuts": [
                {"callback_id": name, "name": shown, "description": about, "type": "message"}
                for name, shown, about in _SHORTCUTS
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes(inducts=inducts, pane=pane))}, **redirect},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(events), **request},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def hint(example: str) -> Mapping[str, str]:
    """Return the usage hint of a command, where it has one."""
    return {"usage_hint": example} if example else {}
