"""Installing the app: the manifest, the settings, by OAuth, and uninstalling it."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse

from adapters.settings import SettingsError, from_environment
from adapters.slack import manifest
from adapters.slack.check import NotInOrder, say_how_it_is
from adapters.slack.incoming import CHECK, RAISE
from adapters.slack.installations import Installations, Installed, installed
from adapters.slack.platform import EVENTS
from adapters.slack.settings import SlackSettings
from bot.records.store import Records
from bot.records.tables import SlackInstallation
from tests.console import Console
from tests.records.stage import all_of
from tests.slack.client import SECRET, TOKEN
from tests.slack.conftest import Client, Open, SlackStub, accepted, noted
from tests.slack.sender import FORM, JSON, direct, event, form, press, signed

ROOT = Path(__file__).parent.parent.parent
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "adapters" / "slack").glob("*.py"))
INCOMING = (ROOT / "adapters" / "slack" / "incoming.py").read_text(encoding="utf-8")
# What each scope is for, as the code has it: a method that it calls, or an event that it takes.
USES = {
    "app_mentions:read": "app_mention",
    "channels:history": "conversations.replies",
    "chat:write": "chat.postMessage",
    "commands": '"/policy"',
    "files:read": "files.info",
    "files:write": "files.completeUploadExternal",
    "groups:history": "conversations.replies",
    "im:history": "conversations.history",
    "im:write": "conversations.open",
    "users:read": "team_join",
    "assistant:write": "assistant.threads",
}


@pytest.fixture
def by_oauth(slack: SlackStub) -> SlackSettings:
    """The settings of an app that workspaces install themselves."""
    theirs = ("T01TEST", "T02OTHER")
    return SlackSettings(
        SECRET,
        client_id="1.2",
        client_secret="of the tests",  # noqa: S106 - none
        workspaces=theirs,
        api=slack.api,
    )


def test_the_manifest_asks_for_the_scopes_that_the_code_uses_and_no_others() -> None:
    asked = manifest.scopes(inducts=True, pane=True)
    assert set(asked) == set(USES)
    assert all(use in CODE for use in USES.values())
    made = manifest.manifest("https://hearth.example.org")
    assert made["oauth_config"]["scopes"]["bot"] == sorted(manifest.SCOPES)


def test_the_manual_explains_every_scope_command_and_shortcut() -> None:
    manual = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    made = manifest.manifest("https://hearth.example.org", inducts=True, pane=True)
    words = [
        *manifest.scopes(inducts=True, pane=True),
        *(one["command"] for one in made["features"]["slash_commands"]),
        *(one["name"] for one in made["features"]["shortcuts"]),
    ]
    assert [word for word in words if word not in manual] == []


def test_the_manual_has_the_manifest_as_it_is_printed(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    shown = manual.partition("```json\n")[2].partition("```")[0]
    assert shown == Console(tmp_path).out("slack", "manifest", "--socket")


def test_every_picture_of_the_manual_is_there() -> None:
    manual = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", manual)
    assert pictures
    assert [name for name in pictures if not (ROOT / "docs" / name).is_file()] == []


def test_the_manifest_names_what_the_code_understands() -> None:
    made = manifest.manifest("", socket=True)
    assert {one["callback_id"] for one in made["features"]["shortcuts"]} == {CHECK, RAISE}
    assert all("url" not in one for one in made["features"]["slash_commands"])
    assert made["settings"]["socket_mode_enabled"]
    assert "team_join" not in made["settings"]["event_subscriptions"]["bot_events"]


def test_the_manifest_asks_for_no_event_that_the_code_does_not_know() -> None:
    made = manifest.manifest("", socket=True, inducts=True, pane=True)
    heard = made["settings"]["event_subscriptions"]["bot_events"]
    dropped = "assistant_thread_context_changed"  # Slack wants it asked for
    kinds = {name.partition(".")[0] for name in heard if name != dropped}
    assert [kind for kind in kinds if f'"{kind}"' not in INCOMING] == []


def test_the_pane_is_asked_for_only_where_it_is_wanted(tmp_path: Path) -> None:
    console = Console(tmp_path)
    without = json.loads(console.out("slack", "manifest", "--socket"))
    wanted = json.loads(console.out("slack", "manifest", "--socket", HEARTH_SLACK_ASSISTANT="yes"))
    assert "assistant_view" not in without["features"]
    assert wanted["features"]["assistant_view"]["suggested_prompts"]
    assert "assistant:write" in wanted["oauth_config"]["scopes"]["bot"]
    assert "assistant_thread_started" in wanted["settings"]["event_subscriptions"]["bot_events"]
    assert "assistant:write" in console.out("slack", "scopes", HEARTH_SLACK_ASSISTANT="yes")


def test_the_manifest_keeps_to_slacks_limits() -> None:
    made = manifest.manifest("https://hearth.example.org", oauth=True, inducts=True)
    assert len(made["display_information"]["description"]) <= 140
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    for command in made["features"]["slash_commands"]:
        assert len(command["description"]) <= 2000


def test_the_manifest_is_printed(tmp_path: Path) -> None:
    console = Console(tmp_path)
    shown = console.out("slack", "manifest", "--address", "https://hearth.example.org")
    assert '"https://hearth.example.org/slack/events"' in shown
    assert console("slack", "manifest", "--address", "http://hearth.example.org").code == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TOKEN": "xoxp-1", "SIGNING_SECRET": "s"}, "xoxb-"),
        ({"TOKEN": "xoxb-1"}, "SIGNING_SECRET"),
        ({"SIGNING_SECRET": "s"}, "HEARTH_SLACK_TOKEN"),
        ({"TOKEN": "xoxb-1", "CLIENT_ID": "1", "CLIENT_SECRET": "2", "SIGNING_SECRET": "s"}, "either"),
        ({"CLIENT_ID": "1", "SIGNING_SECRET": "s"}, "belong together"),
        ({"CLIENT_ID": "1", "CLIENT_SECRET": "2", "APP_TOKEN": "xapp-1"}, "SIGNING_SECRET"),
        (
            {"TOKEN": "xoxb-1", "SIGNING_SECRET": "s", "API": "https://slack.com.example.org/"},
            "HEARTH_SLACK_API",
        ),
        ({"TOKEN": "xoxb-1", "SIGNING_SECRET": "s", "API": "http://slack.com/api/"}, "HEARTH_SLACK_API"),
        ({"TOKEN": "xoxb-1", "SIGNING_SECRET": "s", "WORKSPACES": "T01TEST, x"}, "HEARTH_SLACK_WORKSPACES"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_shown(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        from_environment({f"HEARTH_SLACK_{name}": value for name, value in given.items()})
    assert "xoxp-1" not in str(raised.value)


def test_slack_is_off_unless_it_is_set_and_its_secrets_are_shown_nowhere() -> None:
    assert from_environment({}).slack is None
    given = {"HEARTH_SLACK_TOKEN": "xoxb-1", "HEARTH_SLACK_SIGNING_SECRET": "sssh"}
    found = from_environment(given).slack
    assert found is not None
    assert "xoxb" not in repr(found)
    assert "sssh" not in repr(found)


def check(settings: SlackSettings | None, *installed: Installed, **extra: bool) -> str:
    """Return what the check says."""
    return say_how_it_is(settings, manifest.scopes(**{"inducts": False, **extra}), lambda: installed)


def test_the_check_says_how_slack_is_reached(settings: SlackSettings, slack: SlackStub) -> None:
    slack.granted = ",".join(manifest.SCOPES)
    assert "HTTP" in check(settings)
    assert "Socket Mode" in check(replace(settings, app_token="xapp-1"))  # noqa: S106 - none
    assert noted(slack, "apps.connections.open")


@pytest.mark.parametrize(("extra", "lacking"), [("inducts", "users:read"), ("pane", "assistant:write")])
def test_the_check_names_the_scopes_that_are_missing(
    extra: str, lacking: str, settings: SlackSettings, slack: SlackStub
) -> None:
    slack.granted = ",".join(scope for scope in manifest.SCOPES if scope != "commands")
    with pytest.raises(NotInOrder, match="commands is missing"):
        check(settings)
    slack.granted = ",".join(manifest.SCOPES)
    with pytest.raises(NotInOrder, match=f"{lacking} is missing"):
        check(settings, **{extra: True})


def test_the_check_says_that_nobody_answers() -> None:
    gone = SlackSettings(SECRET, TOKEN, api="http://127.0.0.1:9/api/")
    with pytest.raises(NotInOrder, match="cannot be reached"):
        check(gone)


@pytest.mark.parametrize(
    ("method", "name"), [("auth.test", "HEARTH_SLACK_TOKEN"), ("apps.connections.open", "APP_TOKEN")]
)
def test_the_check_names_the_token_that_slack_does_not_take(
    method: str, name: str, settings: SlackSettings, slack: SlackStub
) -> None:
    slack.granted = ",".join(manifest.SCOPES)
    slack.refused = {method: "invalid_auth"}
    with pytest.raises(NotInOrder, match=name) as raised:
        check(replace(settings, app_token="xapp-1"))  # noqa: S106 - none
    assert "xapp-1" not in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_the_check_tries_the_token_of_every_workspace(by_oauth: SlackSettings, slack: SlackStub) -> None:
    slack.granted = ",".join(manifest.SCOPES)
    theirs = Installed("T01TEST", "xoxb-1", "U1"), Installed("T02OTHER", "xoxb-2", "U2")
    assert check(by_oauth).startswith("0 of 2 workspaces")
    assert check(by_oauth, *theirs, Installed("T03GONE", "xoxb-3", "U3")).startswith("2 of 2 workspaces")
    slack.refused = {"auth.test": "account_inactive"}
    with pytest.raises(NotInOrder, match="workspace T01TEST"):
        check(by_oauth, *theirs)


def test_the_check_says_where_the_workspaces_that_may_install_it_are_not_named(
    by_oauth: SlackSettings,
) -> None:
    with pytest.raises(NotInOrder, match="HEARTH_SLACK_WORKSPACES is not set"):
        check(replace(by_oauth, workspaces=()))


def test_the_check_says_where_the_list_leaves_out_the_tokens_own_workspace(
    settings: SlackSettings, slack: SlackStub
) -> None:
    slack.granted = ",".join(manifest.SCOPES)
    assert "good" in check(replace(settings, workspaces=("T01TEST",)))
    with pytest.raises(NotInOrder, match="leaves out the token's own workspace: T01TEST"):
        check(replace(settings, workspaces=("T02OTHER",)))


def test_the_workspaces_with_a_token_are_those_that_did_not_take_it_away(
    by_oauth: SlackSettings, records: Records
) -> None:
    kept = Installations(records, by_oauth)
    for team in ("T01TEST", "T02OTHER"):
        kept.save(Installed(team, f"xoxb-{team}", "U1"), "chat:write", None)
    kept.remove("T01TEST", records.now())
    assert installed(records) == [Installed("T02OTHER", "xoxb-T02OTHER", "U1")]


# The SDK speaks to aiohttp in a way that the next major version of it will not know.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_a_workspace_installs_the_app_by_a_browser(
    open_door: Open, by_oauth: SlackSettings, records: Records, slack: SlackStub
) -> None:
    done = await install(await open_door(using=by_oauth))
    assert done.status == 200, await done.text()
    found = await asyncio.to_thread(Installations(records, by_oauth).find, "T02OTHER")
    assert found == Installed("T02OTHER", "xoxb-new", "U0HEARTH")
    assert noted(slack, "oauth.v2.access")[0]["code"] == "c"
    assert noted(slack, "auth.revoke") == []


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
@pytest.mark.parametrize("listed", [("T01TEST",), ()])
@pytest.mark.parametrize("away", [False, True])
async def test_a_workspace_that_is_not_on_the_list_is_refused_and_its_token_given_back(
    listed: tuple[str, ...],
    open_door: Open,
    by_oauth: SlackSettings,
    records: Records,
    slack: SlackStub,
    *,
    away: bool,
) -> None:
    slack.refused = {"auth.revoke": "fatal_error"} if away else {}
    done = await install(await open_door(using=replace(by_oauth, workspaces=listed)))
    assert done.status == 403
    said = await done.text()
    assert "nothing was kept" in said
    assert "T02OTHER" in said
    assert "xoxb" not in said
    assert await asyncio.to_thread(all_of, records, SlackInstallation) == []
    assert len(noted(slack, "auth.revoke")) == 1


async def install(client: Client) -> ClientResponse:
    """Install the app by a browser, and return the page that ends it."""
    page = await client.get("/slack/install")
    link = re.search(r'href="([^"]+authorize[^"]*)"', await page.text())
    assert link is not None
    state = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)["state"][0]
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    given = {"code": "c", "state": state}
    return await client.get("/slack/oauth_redirect", params=given, headers={"Cookie": cookie})


@pytest.mark.parametrize("how", ["no cookie", "forged", "none"])
async def test_an_installation_that_was_not_begun_in_this_browser_is_refused(
    how: str, open_door: Open, by_oauth: SlackSettings, slack: SlackStub
) -> None:
    client = await open_door(using=by_oauth)
    page = await client.get("/slack/install")
    cookie: dict[str, str] = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    state = cookie["Cookie"].partition("=")[2]
    given: dict[str, dict[str, Any]] = {
        "no cookie": {"params": {"code": "c", "state": state}},
        "forged": {
            "params": {"code": "c", "state": "9" * 10 + "." + "a" * 32 + "." + "0" * 64},
            "headers": cookie,
        },
        "none": {"params": {"code": "c"}, "headers": cookie},
    }
    client.session.cookie_jar.clear()
    answer = await client.get("/slack/oauth_redirect", **given[how])
    assert answer.status >= 400
    assert noted(slack, "oauth.v2.access") == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (direct(), JSON),
        (press(), FORM),
        (form(team_id="T01TEST", user_id="U1", command="/policy", text="may I?", trigger_id="1"), FORM),
        (press(type="message_action", callback_id=CHECK), FORM),
        (event(type="app_home_opened", tab="home", user="U0VOLUNTEER"), JSON),
    ],
)
async def test_what_comes_from_a_workspace_that_is_not_on_the_list_is_refused_and_slack_does_not_repeat_it(
    body: bytes, kind: str, open_door: Open, settings: SlackSettings, records: Records, slack: SlackStub
) -> None:
    client = await open_door(using=replace(settings, workspaces=("T02OTHER",)))
    answer = await client.post(EVENTS, data=body, headers=signed(body, kind))
    assert answer.status == 403
    assert answer.headers["X-Slack-No-Retry"] == "1"
    assert await accepted(records) == []
    assert slack.calls == []


async def test_what_comes_from_a_workspace_on_the_list_is_taken(
    open_door: Open, settings: SlackSettings, records: Records
) -> None:
    client = await open_door(using=replace(settings, workspaces=("T02OTHER", "T01TEST")))
    body = direct()
    assert (await client.post(EVENTS, data=body, headers=signed(body, JSON))).status == 200
    assert len(await accepted(records)) == 1


async def test_a_workspace_that_is_not_on_the_list_any_more_is_not_written_to_and_can_take_the_app_away(
    open_door: Open, by_oauth: SlackSettings, records: Records
) -> None:
    await asyncio.to_thread(
        Installations(records, by_oauth).save, Installed("T01TEST", "xoxb-1", "U0HEARTH"), "chat:write", None
    )
    fewer = replace(by_oauth, workspaces=("T02OTHER",))
    assert await asyncio.to_thread(Installations(records, fewer).find, "T01TEST") is None
    client = await open_door(using=fewer)
    body = event(type="app_uninstalled")
    assert (await client.post(EVENTS, data=body, headers=signed(body, JSON))).status == 200
    assert await asyncio.to_thread(Installations(records, by_oauth).find, "T01TEST") is None


async def test_a_workspace_that_takes_the_app_away_takes_its_token_with_it(
    open_door: Open, by_oauth: SlackSettings, records: Records
) -> None:
    client = await open_door(using=by_oauth)
    kept = Installations(records, by_oauth)
    await asyncio.to_thread(kept.save, Installed("T01TEST", "xoxb-1", "U0HEARTH"), "chat:write", None)
    body = event(type="app_uninstalled")
    assert (await client.post(EVENTS, data=body, headers=signed(body, JSON))).status == 200
    assert await asyncio.to_thread(Installations(records, by_oauth).find, "T01TEST") is None


@pytest.mark.parametrize("late", [-60, 60])
async def test_an_event_that_it_was_taken_away_which_comes_after_it_was_installed_again_takes_nothing(
    late: int, open_door: Open, by_oauth: SlackSettings, records: Records
) -> None:
    client = await open_door(using=by_oauth)
    kept = Installations(records, by_oauth)
    await asyncio.to_thread(kept.save, Installed("T01TEST", "xoxb-1", "U0HEARTH"), "chat:write", None)
    moment = int(records.now().timestamp()) + late
    told = json.loads(event(type="tokens_revoked", tokens={"bot": ["U0HEARTH"]}))
    body = json.dumps({**told, "event_time": moment}).encode()
    assert (await client.post(EVENTS, data=body, headers=signed(body, JSON))).status == 200
    found = await asyncio.to_thread(Installations(records, by_oauth).find, "T01TEST")
    assert (found is not None) == (late < 0)


async def test_a_workspace_that_takes_away_what_is_no_token_of_the_app_keeps_it(
    open_door: Open, by_oauth: SlackSettings, records: Records
) -> None:
    client = await open_door(using=by_oauth)
    kept = Installations(records, by_oauth)
    await asyncio.to_thread(kept.save, Installed("T01TEST", "xoxb-1", "U0HEARTH"), "chat:write", None)
    body = event(type="tokens_revoked", tokens={"oauth": ["U1"]})
    assert (await client.post(EVENTS, data=body, headers=signed(body, JSON))).status == 200
    assert await asyncio.to_thread(Installations(records, by_oauth).find, "T01TEST") is not None
