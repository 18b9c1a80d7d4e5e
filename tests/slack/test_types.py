"""Every card of the gallery is what Slack's own types say that a message may hold, by their compiler."""

import json
import subprocess
from pathlib import Path

import pytest

from adapters.slack.blocks import render_pages
from tests.gallery import GALLERY
from tests.npm import installed, node

FOLDER = Path(__file__).parent

pytestmark = pytest.mark.needs("slack client")


def test_every_card_is_valid_by_slacks_types(tmp_path: Path) -> None:
    assert _compiled(tmp_path, [page for card in GALLERY for page in render_pages(card)]) == ""


def test_a_block_that_slack_does_not_know_is_found(tmp_path: Path) -> None:
    assert "error TS" in _compiled(tmp_path, [[{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]])


def _compiled(folder: Path, pages: object) -> str:
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    (folder / "node_modules").symlink_to(modules)
    types = 'import type { KnownBlock } from "@slack/types";'
    source = f"{types}\nexport const pages: KnownBlock[][] = {json.dumps(pages)};\n"
    (folder / "pages.ts").write_text(source, encoding="utf-8")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "pages.ts"]
    command = [program, str(modules / "typescript" / "bin" / "tsc"), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
    return done.stdout
