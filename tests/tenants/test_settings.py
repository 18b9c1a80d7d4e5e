"""The file of organisations: what it says of each, and what is wrong with it, named with what to do."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.organisations import chosen, organisations_from
from adapters.settings import SettingsError
from tests.teams.caller import APP
from tests.tenants.house import ACORN, BRAMLEY, OF_BRAMLEY, TENANTS, write_tables

HOME = "dddddddd-0000-0000-0000-000000000004"
TEAMS = {"HEARTH_TEAMS_APP_ID": APP, "HEARTH_TEAMS_PASSWORD": "right", "HEARTH_TEAMS_TENANTS": HOME}
SLACK = {
    "HEARTH_SLACK_SIGNING_SECRET": "sssh",
    "HEARTH_SLACK_CLIENT_ID": "1.2",
    "HEARTH_SLACK_CLIENT_SECRET": "sssh",
}
OWN = {
    ACORN: {"HEARTH_POLICY": "acorn.txt", "HEARTH_PORT": "8081"},
    BRAMLEY: {"HEARTH_POLICY": "bramley.txt", "HEARTH_PORT": "8082"},
}
Tables = Mapping[str, Mapping[str, str]]


def read(folder: Path, tables: Tables = OWN, **environment: str) -> object:
    """Return what is understood, or the error."""
    file = write_tables(folder / "organisations.toml", tables)
    return organisations_from({"HEARTH_ORGANISATIONS": str(file), **environment})


def with_more(**more: str) -> Tables:
    """Return the tables, with more in Bramley's."""
    return {**OWN, BRAMLEY: {**OWN[BRAMLEY], **more}}


def test_without_the_file_there_is_one_organisation_as_before() -> None:
    (one,) = organisations_from({"HEARTH_TEAMS_TENANTS": f"{HOME},{OF_BRAMLEY}", **TEAMS})
    assert one.organisation == ""
    assert chosen([one], None) is one
    with pytest.raises(SettingsError, match="HEARTH_ORGANISATIONS is not set"):
        chosen([one], ACORN)


def test_what_stands_outside_holds_for_all_and_a_table_has_the_last_word(tmp_path: Path) -> None:
    tables = with_more(HEARTH_KEEP_FORMS="7", HEARTH_NATION="GB-WLS", HEARTH_MODEL="")
    common = {"HEARTH_KEEP_FORMS": "14", "HEARTH_MODEL": "openai:a-model", "HEARTH_DATA": str(tmp_path)}
    acorn, bramley = organisations_from(
        {"HEARTH_ORGANISATIONS": str(write_tables(tmp_path / "o.toml", tables)), **common}
    )
    assert (acorn.organisation, bramley.organisation) == (ACORN, BRAMLEY)
    assert (acorn.retention.keep["forms"], bramley.retention.keep["forms"]) == (14, 7)
    assert (acorn.calendar.nation, bramley.calendar.nation) == ("GB-ENG", "GB-WLS")
    assert acorn.model is not None
    assert bramley.model is None
    assert acorn.data_folder == bramley.data_folder == tmp_path
    assert bramley.policy == tmp_path / "bramley.txt"


def test_an_organisation_is_on_a_platform_where_it_names_a_tenant_or_workspace_of_its_own(
    tmp_path: Path,
) -> None:
    tables = {
        ACORN: {**OWN[ACORN], "HEARTH_TEAMS_TENANTS": TENANTS[ACORN]},
        BRAMLEY: {**OWN[BRAMLEY], "HEARTH_SLACK_WORKSPACES": "T01TEST"},
    }
    file = write_tables(tmp_path / "o.toml", tables)
    acorn, bramley = organisations_from({"HEARTH_ORGANISATIONS": str(file), **TEAMS, **SLACK})
    assert acorn.slack is None
    assert acorn.teams is not None
    assert (acorn.teams.tenants, acorn.teams.home) == ((TENANTS[ACORN],), HOME)
    assert bramley.teams is None
    assert bramley.slack is not None
    assert bramley.slack.workspaces == ("T01TEST",)


@pytest.mark.parametrize(
    ("tables", "environment", "said"),
    [
        ({}, {}, "has no table"),
        ({"Home-Start_Acorn": OWN[ACORN]}, {}, r"Home-Start_Acorn.*an id is small letters"),
        ({ACORN: {"HEARTH_PORT": "8081"}}, {}, r"\[home-start-acorn\]: HEARTH_POLICY is missing"),
        (with_more(HEARTH_KEYS="k"), {}, "HEARTH_KEYS is no setting of one organisation's"),
        (with_more(HEARTH_NATOIN="x"), {}, "HEARTH_NATOIN is no setting"),
        (with_more(HEARTH_NATION="x"), {}, r"\[home-start-bramley\]: HEARTH_NATION: 'x' is none"),
        (with_more(HEARTH_PORT="8081"), {}, r"address .*127\.0\.0\.1:8081 is home-start-acorn's and home"),
        (OWN, {"HEARTH_POLICY": "x.txt"}, "HEARTH_POLICY: each organisation has its own"),
        (OWN, {"HEARTH_SLACK_WORKSPACES": "T01TEST"}, "HEARTH_SLACK_WORKSPACES: each organisation"),
        (OWN, TEAMS, "HEARTH_TEAMS_TENANTS: no table of .* so nobody is heard"),
        (OWN, SLACK, "HEARTH_SLACK_WORKSPACES: no table of .* so nobody is heard"),
        (
            with_more(HEARTH_TEAMS_TENANTS=OF_BRAMLEY),
            {**TEAMS, "HEARTH_TEAMS_TENANTS": f"{HOME},{OF_BRAMLEY}"},
            "give only the tenant in which the app is registered",
        ),
        (
            with_more(HEARTH_TEAMS_TENANTS=OF_BRAMLEY),
            {**TEAMS, "HEARTH_TEAMS_TENANTS": ""},
            "HEARTH_TEAMS_TENANTS: give the id",
        ),
        (
            {name: {**OWN[name], "HEARTH_TEAMS_TENANTS": OF_BRAMLEY.upper()} for name in OWN},
            TEAMS,
            f"tenant {OF_BRAMLEY} is home-start-acorn's and home-start-bramley's",
        ),
        (
            {name: {**OWN[name], "HEARTH_SLACK_WORKSPACES": "T01TEST"} for name in OWN},
            SLACK,
            "workspace T01TEST is home-start-acorn's and home-start-bramley's",
        ),
        (
            {
                name: {**OWN[name], "HEARTH_SLACK_WORKSPACES": team}
                for name, team in zip(OWN, ("T01TEST", "T02OTHER"), strict=True)
            },
            {"HEARTH_SLACK_SIGNING_SECRET": "s", "HEARTH_SLACK_TOKEN": "xoxb-1"},
            "HEARTH_SLACK_TOKEN is of one workspace",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    tables: Tables, environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=said):
        read(tmp_path, tables, **environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"HEARTH_PORT = 1", "stands outside every table"),
        (b"[home-start-acorn", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b'[a]\nHEARTH_POLICY = ["x"]', "is no text"),
        (b"[a]\nHEARTH_POLICY = true", "is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "organisations.toml"
    with pytest.raises(SettingsError, match=r"HEARTH_ORGANISATIONS: .* cannot be read"):
        organisations_from({"HEARTH_ORGANISATIONS": str(file)})
    file.write_bytes(text)
    with pytest.raises(SettingsError, match=said):
        organisations_from({"HEARTH_ORGANISATIONS": str(file)})


def test_a_port_may_be_written_as_a_number(tmp_path: Path) -> None:
    file = tmp_path / "organisations.toml"
    file.write_text('[a]\nHEARTH_POLICY = "a.txt"\nHEARTH_PORT = 8085\n', encoding="utf-8")
    (one,) = organisations_from({"HEARTH_ORGANISATIONS": str(file)})
    assert one.port == 8085
