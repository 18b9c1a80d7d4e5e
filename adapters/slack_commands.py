"""`hearth slack`: what setting up the Slack app needs."""

import argparse
import json
import re

from adapters.output import say
from adapters.settings import Settings

_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[\w./~-]*)?", re.ASCII)


def define(parser: argparse.ArgumentParser) -> None:
    """Define the parts of the command."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    shown = parts.add_parser("manifest", help="print the app's manifest, to paste at api.slack.com/apps")
    how = shown.add_mutually_exclusive_group(required=True)
    how.add_argument("--address", type=_address, help="where Slack reaches this server: https://…")
    how.add_argument("--socket", action="store_true", help="for Socket Mode, which needs no address")
    shown.add_argument(
        "--many", action="store_true", help="for several workspaces, which install it by OAuth"
    )
    shown.set_defaults(command=manifest)
    scopes = parts.add_parser("scopes", help="print what the app may do, and what for")
    scopes.set_defaults(command=explain)


def manifest(settings: Settings, given: argparse.Namespace) -> None:
    """Print the manifest as JSON."""
    from adapters.slack.manifest import manifest as made

    how = {"inducts": settings.public.induct_on_join, "pane": settings.slack_pane}
    wanted = made(given.address or "", socket=given.socket, oauth=given.many, **how)
    say(json.dumps(wanted, indent=2, ensure_ascii=False))


def explain(settings: Settings, _given: argparse.Namespace) -> None:
    """Print each scope with what it is for."""
    from adapters.slack.manifest import scopes

    for scope, why in scopes(inducts=settings.public.induct_on_join, pane=settings.slack_pane).items():
        say(f"{scope:<20} {why}")


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise argparse.ArgumentTypeError(
            f"{value!r} is no address. Give one such as https://hearth.example.org"
        )
    return value.rstrip("/")
