"""The app package: valid for Microsoft's schema, and at one with the code and the guide."""

import io
import json
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import main
from adapters.teams import hand, manifest
from adapters.teams.door import PATH
from adapters.teams.settings import NAMES
from bot.commands import command
from bot.errands import Errand
from tests.npm import installed, node
from tests.teams.caller import APP, TENANT, Settings
from tests.teams.services import Services

FOLDER = Path(__file__).parent
GUIDE = FOLDER.parent.parent / "docs" / "teams.md"
MADE = manifest.manifest(APP, "https://example.org", "0.1.0")


def _errors(made: object) -> list[str]:
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    told = subprocess.run(  # noqa: S603 - our own script
        [program, str(FOLDER / "check_manifest.js")],
        input=json.dumps(made),
        env={"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(told.stdout)
    return found


@pytest.mark.needs("teams client")
def test_the_manifest_is_valid_for_microsofts_schema() -> None:
    assert _errors(MADE) == []
    assert _errors(manifest.manifest(APP, "https://example.org", "0.1.0", listens=True)) == []
    assert _errors({**MADE, "accentColor": "red"}) != []


def test_the_package_holds_the_manifest_and_icons_of_the_right_sizes() -> None:
    packed = manifest.package(APP, "https://example.org", "0.1.0")
    assert packed == manifest.package(APP, "https://example.org", "0.1.0")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(archive.read("manifest.json")) == MADE
        for name, size in (("color.png", 192), ("outline.png", 32)):
            assert struct.unpack(">II", archive.read(name)[16:24]) == (size, size)


def test_every_command_that_is_offered_is_understood() -> None:
    for title in manifest.PRIVATE_COMMANDS:
        assert title == "Help" or isinstance(command(title), Errand), title
    for shared in manifest.SHARED_COMMANDS:
        assert shared in manifest.PRIVATE_COMMANDS


def test_every_command_on_a_message_is_handled() -> None:
    assert {name for name, _, _ in manifest.ON_MESSAGES} == set(hand.COMMANDS)


def test_the_guide_names_every_setting_permission_command_and_the_address() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    named = (
        *NAMES[:3],
        *manifest.PERMISSIONS,
        *manifest.LISTENING,
        *(title for _, title, _ in manifest.ON_MESSAGES),
        PATH,
    )
    for name in named:
        assert name in guide, name


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An app that is set up."""
    settings: dict[str, Any] = {
        "HEARTH_DATA": tmp_path,
        "HEARTH_TEAMS_APP_ID": APP,
        "HEARTH_TEAMS_PASSWORD": "right",
        "HEARTH_TEAMS_TENANTS": TENANT,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_the_package_is_written_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "hearth.zip"
    assert main(["teams", "package", "--website", "https://example.org", "--out", str(out)]) == 0
    assert zipfile.is_zipfile(out)
    assert "upload it in the Teams admin centre" in capsys.readouterr().out
    assert main(["teams", "permissions"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in manifest.PERMISSIONS)
    assert not [name for name in manifest.LISTENING if name in told]


def test_where_it_is_set_the_package_asks_for_what_is_said_to_others(
    environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("HEARTH_LISTEN_IN_CHANNELS", "yes")
    out = tmp_path / "hearth.zip"
    assert main(["teams", "package", "--website", "https://example.org", "--out", str(out)]) == 0
    with zipfile.ZipFile(out) as archive:
        made = json.loads(archive.read("manifest.json"))
    asked = made["authorization"]["permissions"]["resourceSpecific"]
    assert {one["name"] for one in asked} == set(manifest.LISTENING)
    capsys.readouterr()
    assert main(["teams", "permissions"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in manifest.LISTENING)


def test_without_an_app_the_command_says_what_to_do_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teams", "package", "--website", "https://example.org"]) == 2
    assert "HEARTH_TEAMS_APP_ID is not set" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEARTH_TEAMS_APP_ID", "hearth"),
        ("HEARTH_TEAMS_PASSWORD", ""),
        ("HEARTH_TEAMS_TENANTS", ""),
        ("HEARTH_TEAMS_TENANTS", "example.org"),
        ("HEARTH_TEAMS_LOCAL", "http://10.0.0.5:3978"),
        ("HEARTH_TEAMS_LOCAL", "https://login.example"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(name, value)
    assert main(["teams", "permissions"]) == 2
    error = capsys.readouterr().err
    assert name in error
    assert "right" not in error


def test_the_check_says_whether_microsoft_knows_the_app(microsoft: Services, settings: Settings) -> None:
    from adapters.teams.check import NotInOrder, say_how_it_is

    assert microsoft.base
    assert say_how_it_is(None) == "not set up"
    assert say_how_it_is(settings.teams()).startswith("the app is known")
    with pytest.raises(NotInOrder, match="password is refused"):
        say_how_it_is(settings.teams(known=False))
