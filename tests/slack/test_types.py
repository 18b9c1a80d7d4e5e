"""Every card of the gallery, and every manifest, is valid by Slack's own types and their compiler."""

import json
import subprocess
from pathlib import Path

import pytest

from adapters.slack.blocks import render_pages
from adapters.slack.manifest import manifest
from tests.gallery import GALLERY
from tests.npm import installed, node

FOLDER = Path(__file__).parent
MESSAGES = 'import type { KnownBlock } from "@slack/types";\ntype Told = KnownBlock[][];'
MANIFESTS = (
    'import type { AppsManifestCreateArguments } from "@slack/web-api";\n'
    'type Told = AppsManifestCreateArguments["manifest"][];'
)

pytestmark = pytest.mark.needs("slack client")


def test_every_card_is_valid_by_slacks_types(tmp_path: Path) -> None:
    assert _compiled(tmp_path, MESSAGES, [page for card in GALLERY for page in render_pages(card)]) == ""


def test_a_block_that_slack_does_not_know_is_found(tmp_path: Path) -> None:
    wrong = [[{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]]
    assert "error TS" in _compiled(tmp_path, MESSAGES, wrong)


def test_every_manifest_is_valid_by_slacks_types(tmp_path: Path) -> None:
    base = "https://hearth.example.org"
    made = [manifest("", socket=True), manifest(base, oauth=True, inducts=True, pane=True)]
    made[1]["oauth_config"]["scopes"]["bot"].remove("assistant:write")  # these types have not learned it yet
    assert _compiled(tmp_path, MANIFESTS, made) == ""


def test_an_event_that_slack_does_not_know_is_found(tmp_path: Path) -> None:
    made = manifest("", socket=True)
    made["settings"]["event_subscriptions"]["bot_events"].append("team_left")
    assert "error TS" in _compiled(tmp_path, MANIFESTS, [made])


def _compiled(folder: Path, types: str, told: object) -> str:
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    (folder / "node_modules").symlink_to(modules)
    source = f"{types}\nexport const told: Told = {json.dumps(told)};\n"
    (folder / "told.ts").write_text(source, encoding="utf-8")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "told.ts"]
    command = [program, str(modules / "typescript" / "bin" / "tsc"), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
    return done.stdout
