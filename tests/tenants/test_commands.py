"""The command line where several organisations are served: whose, what is missing, and that nothing mixes."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot.records.vault import new_key
from bot.set_up import SAMPLE
from tests.console import Console, Ran
from tests.teams.caller import APP, MANAGER
from tests.teams.playground import free_port
from tests.tenants.house import ACORN, BRAMLEY, OF_BRAMLEY, TENANTS, account, write_policies, write_tables

Hearth = Callable[..., Ran]


@pytest.fixture
def ports() -> dict[str, int]:
    """A free port for the web chat of each organisation."""
    return {name: free_port() for name in TENANTS}


@pytest.fixture
def settings(tmp_path: Path, ports: dict[str, int]) -> dict[str, str]:
    """The settings of a server of two organisations."""
    texts = write_policies(tmp_path / "policies")
    tables = {
        name: {
            "HEARTH_POLICY": str(text),
            "HEARTH_PORT": str(ports[name]),
            "HEARTH_TEAMS_TENANTS": TENANTS[name],
        }
        for name, text in texts.items()
    }
    return {
        "HEARTH_ORGANISATIONS": str(write_tables(tmp_path / "organisations.toml", tables)),
        "HEARTH_KEYS": new_key(),
        "HEARTH_TEAMS_APP_ID": APP,
        "HEARTH_TEAMS_PASSWORD": "right",
        "HEARTH_TEAMS_TENANTS": OF_BRAMLEY,
        "HEARTH_TEAMS_LOCAL": "http://127.0.0.1:9",
        "HEARTH_PUBLIC_PORT": str(free_port()),
    }


@pytest.fixture
def hearth(tmp_path: Path, settings: dict[str, str]) -> Hearth:
    """The command line of two organisations, of which nothing is set up yet."""
    console = Console(tmp_path / "data")
    assert console("migrate", **settings).code == 0
    return lambda *arguments: console(*arguments, **settings)


def of(hearth: Hearth, organisation: str, *arguments: str) -> str:
    """Return what a command about one organisation prints; it must not fail."""
    ran = hearth("--organisation", organisation, *arguments)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def set_up(hearth: Hearth, organisation: str) -> None:
    """Adopt an organisation's policy and name its officers."""
    of(hearth, organisation, "policy", "adopt")
    of(hearth, organisation, "people", "set-up", str(SAMPLE))


def test_a_command_that_is_about_one_asks_whose_and_names_them(hearth: Hearth) -> None:
    ran = hearth("people", "list")
    assert ran.code == 2
    assert ran.error == (
        f"Whose? Say it before the command, `hearth --organisation ID …`: {ACORN}, {BRAMLEY}."
    )
    assert "is none of those that are served" in hearth("--organisation", "x", "people", "list").error
    assert "for all of them" in hearth("--organisation", ACORN, "backup").error
    assert hearth("keys", "list").code == 0


def test_people_policies_and_questions_are_one_organisations(hearth: Hearth) -> None:
    set_up(hearth, ACORN)
    assert "Scheme Manager (sample)" in of(hearth, ACORN, "people", "list")
    assert "There are no officers yet" in of(hearth, BRAMLEY, "people", "list")
    assert "ICT and Social Networking Policy" in of(hearth, ACORN, "policy", "list")
    assert "No policy has been adopted" in of(hearth, BRAMLEY, "policy", "list")
    assert "wash the cups" in of(hearth, BRAMLEY, "policy", "show")
    assert "wash the cups" not in of(hearth, ACORN, "policy", "show")


def test_a_server_says_what_each_organisation_lacks_and_does_not_start(hearth: Hearth) -> None:
    set_up(hearth, ACORN)
    ran = hearth("serve")
    assert ran.code == 2
    assert f"{BRAMLEY}: The text of Kitchen" in ran.error
    assert ACORN not in ran.error
    of(hearth, BRAMLEY, "policy", "adopt")
    for server in ("serve", "web", "worker"):
        assert f"{BRAMLEY}: A server needs a manager, a chair, a safeguarding lead" in hearth(server).error
    assert "HEARTH_PORT in its table" in hearth("serve", "--port", "8090").error


def test_one_server_gives_each_organisation_a_web_chat_of_its_own(
    hearth: Hearth, tmp_path: Path, settings: dict[str, str], ports: dict[str, int]
) -> None:
    for organisation in (ACORN, BRAMLEY):
        set_up(hearth, organisation)
    with Console(tmp_path / "data").started("serve", settings=settings) as process:
        assert process.stdout is not None
        ready = {process.stdout.readline(), process.stdout.readline()}
        pages = {name: urlopen(f"http://127.0.0.1:{port}/").read().decode() for name, port in ports.items()}
    assert {f"ready for {name}: open http://127.0.0.1:{port}/" for name, port in ports.items()} == {
        line.removeprefix("Hearth is ").partition(" in a browser")[0] for line in ready
    }
    assert "Home-Start Acorn" in pages[ACORN]
    assert "Home-Start Bramley" in pages[BRAMLEY]
    assert "Acorn" not in pages[BRAMLEY]


def test_the_check_says_for_each_organisation_what_is_missing(hearth: Hearth) -> None:
    set_up(hearth, ACORN)
    ran = hearth("check")
    of_acorn, _, of_bramley = ran.out.partition(f"{BRAMLEY}:\n")
    assert of_acorn.startswith(f"{ACORN}:\n")
    assert "manager, chair, safeguarding lead and deputy are named" in of_acorn
    assert "FAILED  officers" in of_bramley
    assert "manager, chair" not in of_bramley
    assert ran.code == 1
    assert f"{BRAMLEY} officers" in ran.error
    assert f"{ACORN} officers" not in ran.error
    assert BRAMLEY not in hearth("--organisation", ACORN, "check").out


def test_the_check_names_an_organisation_whose_records_are_kept_and_that_is_not_served(
    hearth: Hearth, tmp_path: Path
) -> None:
    for organisation in (ACORN, BRAMLEY):
        set_up(hearth, organisation)
    assert "is not served" not in hearth("check").out
    file = tmp_path / "organisations.toml"
    left, _, _ = file.read_text(encoding="utf-8").partition(f"[{BRAMLEY}]")
    file.write_text(left, encoding="utf-8")
    assert f"{BRAMLEY} is not served: nothing of it is sent, handled or let go" in hearth("check").out


def test_an_officer_may_have_no_account_in_another_organisations_tenant(hearth: Hearth) -> None:
    given = ("chair", "--name", "Sample Chair", "--phone", "01632 960001", "--account")
    refused = hearth("--organisation", ACORN, "people", "add", *given, account(BRAMLEY, MANAGER))
    assert refused.code == 2
    assert f"{OF_BRAMLEY} is no tenant or workspace of {ACORN}'s" in refused.error
    assert "Sample Chair" in of(hearth, ACORN, "people", "add", *given, account(ACORN, MANAGER))


def test_a_tenant_that_was_anothers_is_not_served(hearth: Hearth, tmp_path: Path) -> None:
    for organisation in (ACORN, BRAMLEY):
        set_up(hearth, organisation)
    given = ("chair", "--name", "Sample Chair", "--phone", "01632 960001", "--account")
    of(hearth, ACORN, "people", "add", *given, account(ACORN, MANAGER))
    file = tmp_path / "organisations.toml"
    written = file.read_text(encoding="utf-8")
    swapped = {TENANTS[ACORN]: TENANTS[BRAMLEY], TENANTS[BRAMLEY]: TENANTS[ACORN]}
    file.write_text("\n".join(_swapped(line, swapped) for line in written.splitlines()), encoding="utf-8")
    ran = hearth("serve")
    assert ran.code == 2
    assert f"{BRAMLEY}: teams:{TENANTS[ACORN]} is {ACORN}'s" in ran.error


def _swapped(line: str, pairs: dict[str, str]) -> str:
    return next((line.replace(old, new) for old, new in pairs.items() if old in line), line)


def test_a_policy_of_another_organisation_is_not_taken_for_its_own(hearth: Hearth, tmp_path: Path) -> None:
    file = tmp_path / "organisations.toml"
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace(f"[{ACORN}]", "[home-start-cherry]"), encoding="utf-8")
    ran = hearth("--organisation", "home-start-cherry", "people", "list")
    assert ran.code == 2
    assert f"{ACORN} is its organisation's id and not home-start-cherry" in ran.error


def test_the_first_policy_of_a_new_organisation_is_added_and_adopted(hearth: Hearth, tmp_path: Path) -> None:
    file = tmp_path / "organisations.toml"
    kept = tmp_path / "data" / "policies" / "home-start-cherry" / "garden.txt"
    table = f'[home-start-cherry]\nHEARTH_POLICY = "{kept}"\nHEARTH_PORT = "8083"\n'
    file.write_text(file.read_text(encoding="utf-8") + table, encoding="utf-8")
    document = tmp_path / "garden.md"
    document.write_text(
        "# Garden\n\n1. Volunteers must lock the shed after every session.\n", encoding="utf-8"
    )
    given = ("--title", "Garden", "--manager", "the manager", "--adopted", "unknown", "--binds", "volunteer")
    more = (*given, "--acknowledged-by", "volunteer", "--organisation")
    add = ("--organisation", "home-start-cherry", "policy", "add", str(document), *more)
    assert "is not home-start-cherry" in hearth(*add, "Home-Start Acorn").error
    assert hearth(*add, "Home-Start Cherry").code == 0
    set_up(hearth, "home-start-cherry")
    assert "Garden" in of(hearth, "home-start-cherry", "policy", "list")
    assert "Garden" not in of(hearth, ACORN, "policy", "list")
