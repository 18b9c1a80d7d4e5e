"""`hearth teams`: what setting up the Teams app needs."""

import argparse
import re
from importlib.metadata import version
from pathlib import Path

from adapters.output import say
from adapters.settings import Settings, SettingsError

_WEBSITE = re.compile(r"https://[A-Za-z0-9.-]+(/[\w./~-]*)?", re.ASCII)


def define(parser: argparse.ArgumentParser) -> None:
    """Define the parts of the command."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    made = parts.add_parser("package", help="write the app package, to upload to Teams")
    made.add_argument("--website", type=_website, required=True, help="the organisation's website: https://…")
    made.add_argument("--out", type=Path, default=Path("hearth-teams.zip"), help="where it is written")
    made.set_defaults(command=package)
    told = parts.add_parser("permissions", help="print what the app may do, and what for")
    told.set_defaults(command=explain)


def package(settings: Settings, given: argparse.Namespace) -> None:
    """Write the app package; raise SettingsError where Teams is not set or the file cannot be written."""
    from adapters.teams.manifest import package as made

    if settings.teams is None:
        raise SettingsError("HEARTH_TEAMS_APP_ID is not set: register the app first (docs/teams.md, step 1).")
    try:
        made_so = made(
            settings.teams.app_id, given.website, version("hearth"), listens=settings.public.listens
        )
        given.out.write_bytes(made_so)
    except OSError as error:
        raise SettingsError(f"{given.out}: cannot be written ({error.strerror}).") from error
    say(f"{given.out}: upload it in the Teams admin centre, Teams apps, Manage apps, Upload new app.")


def explain(settings: Settings, _given: argparse.Namespace) -> None:
    """Print each permission with what it is for."""
    from adapters.teams.manifest import LISTENING, PERMISSIONS

    asked = {**PERMISSIONS, **(LISTENING if settings.public.listens else {})}
    for name, why in asked.items():
        say(f"{name:<25} {why}")


def _website(value: str) -> str:
    if not _WEBSITE.fullmatch(value):
        raise argparse.ArgumentTypeError(f"{value!r} is no address. Give one such as https://example.org")
    return value.rstrip("/")
