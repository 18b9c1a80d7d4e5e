"""The app package that an administrator uploads to Teams: the manifest and two icons, nothing else."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from adapters.teams.icons import icon

# Later versions add nothing that Hearth uses; each needs newer clients.
VERSION = "1.17"
SCHEMA = f"https://developer.microsoft.com/en-us/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
ACCENT = "#8C3B1F"

# What the app may do in Teams, and what for. It has no permission of Microsoft Graph.
PERMISSIONS: Mapping[str, str] = {
    "identity": "to know which account of the organisation writes, so that each person has her own records",
    "messageTeamMembers": "to write in private to someone who was met in a team: her answers, her handoffs",
}
# Asked for only where what is said there to others is checked (HEARTH_LISTEN_IN_CHANNELS=yes). Owners of a
# team or chat consent to it when they add the app.
LISTENING: Mapping[str, str] = {
    "ChannelMessage.Read.Group": "to check in memory what is said in channels; nothing of it is kept",
    "ChatMessage.Read.Chat": "the same, in group chats to which the app was added",
}
# What can be chosen beside the box in which one types: plain words, as typed.
PRIVATE_COMMANDS: Mapping[str, str] = {
    "Induction": "Begin your induction, or go on with it",
    "Complaint": "Raise a complaint or a concern, in confidence",
    "My cases": "See what you have raised and how it stands",
    "Who am I": "See what Hearth knows about you",
    "Help": "See what you can ask",
}
SHARED_COMMANDS: Mapping[str, str] = {"Help": "See what you can ask"}
# What can be chosen on a message of somebody: id, title, what it does.
ON_MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("check", "Check against policy", "Says in your private chat what the policy says of this message"),
    ("raise", "Raise in private", "Opens the complaint form in your private chat"),
)


def manifest(app_id: str, website: str, release: str, *, listens: bool = False) -> Mapping[str, Any]:
    """Return the manifest. `website` is the organisation's, with its privacy notice at `/privacy`.

    With `listens` it asks for what is said in channels and groups to others.
    """
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": release,
        "id": app_id,
        "developer": {
            "name": "Hearth",
            "websiteUrl": website,
            "privacyUrl": f"{website}/privacy",
            "termsOfUseUrl": f"{website}/terms",
        },
        "name": {"short": "Hearth", "full": "Hearth, the policy and induction assistant"},
        "description": {
            "short": "Answers from our policies, walks through the induction, takes complaints.",
            "full": (
                "Hearth answers questions on the organisation's policies from their own clauses, walks new "
                "volunteers, staff and trustees through the induction, and takes complaints and concerns "
                "into the formal procedure. What is confidential is said in the private chat alone."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": app_id,
                "scopes": ["personal", "team", "groupChat"],
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [
                    _commands(("personal",), PRIVATE_COMMANDS),
                    _commands(("team", "groupChat"), SHARED_COMMANDS),
                ],
            }
        ],
        "composeExtensions": [{"botId": app_id, "commands": [_on_message(*one) for one in ON_MESSAGES]}],
        "permissions": list(PERMISSIONS),
        "validDomains": [],
        **(_listening(app_id, website) if listens else {}),
    }


def package(app_id: str, website: str, release: str, *, listens: bool = False) -> bytes:
    """Return the app package as a ZIP file; the same for the same input."""
    made = json.dumps(manifest(app_id, website, release, listens=listens), indent=2).encode()
    icons = {"color.png": icon(192, outline=False), "outline.png": icon(32, outline=True)}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"manifest.json": made, **icons}.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return written.getvalue()


def _listening(app_id: str, website: str) -> Mapping[str, Any]:
    asked = [{"name": name, "type": "Application"} for name in LISTENING]
    return {
        "webApplicationInfo": {"id": app_id, "resource": website},
        "authorization": {"permissions": {"resourceSpecific": asked}},
    }


def _commands(scopes: tuple[str, ...], commands: Mapping[str, str]) -> Mapping[str, Any]:
    listed = [{"title": title, "description": what} for title, what in commands.items()]
    return {"scopes": list(scopes), "commands": listed}


def _on_message(name: str, title: str, what: str) -> Mapping[str, Any]:
    return {
        "id": name,
        "type": "action",
        "title": title,
        "description": what,
        "context": ["message"],
        "fetchTask": True,
    }
