"""The assistant in Microsoft's own stand-in for Teams: private chat, group, channel, handoff."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.door import PATH
from adapters.teams.platform import teams_channel
from bot import policies
from bot.conversation import Conversation
from bot.desk import Desk
from bot.induction.course import Course
from bot.records.store import Records
from knowledge.answers import Answerer
from knowledge.situations import load_situations
from tests.policies import TEXT, home_start_pack, home_start_policy
from tests.records.stage import appoint
from tests.scripts import play
from tests.teams.conftest import Services
from tests.teams.playground import Playground, free_port, playground
from tests.teams.shown import buttons
from tests.teams.stage import TeamsStage, Working, platform, served, settings_of
from tests.web.desk import make_database, records_at

pytestmark = pytest.mark.needs("teams client")
Begin = Callable[..., TeamsStage]
QUESTION = "as a volunteer, can I friend a family I support on facebook?"


@pytest.fixture(scope="module")
def bot_port() -> int:
    """The port at which the playground looks for the bot."""
    return free_port()


@pytest.fixture(scope="module")
def client(bot_port: int) -> Iterator[Playground]:
    """A playground, for all tests of this file."""
    with playground(f"http://127.0.0.1:{bot_port}{PATH}") as running:
        yield running


@pytest.fixture
def stage(
    client: Playground, bot_port: int, microsoft: Services, answerer: Answerer, tmp_path: Path
) -> Iterator[Begin]:
    """Begin: the real desk, with a manager and a chair who have the app."""
    with ExitStack() as stack:

        def begin(**how: Any) -> TeamsStage:
            return stack.enter_context(_begun(client, bot_port, microsoft, answerer, tmp_path, **how))

        yield begin


@contextmanager
def _begun(
    client: Playground, port: int, microsoft: Services, answerer: Answerer, folder: Path, **how: Any
) -> Iterator[TeamsStage]:
    make_database(folder / "hearth.db")
    work = Working()
    settings = settings_of(client, microsoft.base)
    with records_at(folder / "hearth.db", work) as records:
        teams = platform(records, settings, **how)
        channel = teams_channel(records, settings)
        desk = Desk(Conversation(answerer, lambda: date(2026, 3, 2)), lambda _: channel, _course())
        _adopt(records)
        with served(teams.routes(), port, teams.stop), work.working(records, desk):
            begun = TeamsStage(records, client)
            for office in ("manager", "chair"):
                appoint(records, begun.account(office), office)
            yield begun


def _course() -> Course:
    situations = load_situations(TEXT.with_suffix(".induction.toml"))
    return Course(home_start_policy(), home_start_pack(), situations)


def _adopt(records: Records) -> None:
    policy, text = home_start_policy(), TEXT.read_text(encoding="utf-8")
    with records.changing() as change:
        policies.adopt(change, policy.title, policy.version, text, who="test")


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_on_teams(script: str, stage: Begin) -> None:
    play.play(stage(), script)


def test_a_question_in_private_is_answered_and_its_buttons_are_replaced(
    stage: Begin, client: Playground
) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    answer = client.execute(answered, "user-id-0", "Ask a person")
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    client.wait_for("You can reach a person here", begun.chats["volunteer"], begun.began)
    replaced = client.wait_for("Chosen: Ask a person", begun.chats["volunteer"], begun.began)
    assert replaced.id == answered.id
    assert list(buttons(replaced.card)) == []
    assert "Clause 4.3" in replaced.text


def test_a_client_that_only_submits_gets_the_same(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    client.submit(answered, "user-id-0", "Ask a person")
    client.wait_for("You can reach a person here", begun.chats["volunteer"], begun.began)


@pytest.mark.parametrize("where", ["group", "channel"])
def test_a_mention_is_answered_where_it_was_made_and_nothing_else_is(
    where: str, stage: Begin, client: Playground
) -> None:
    begun = stage()
    place = begun.config["groupChats"][0] if where == "group" else begun.config["teams"][0]["channels"][1]
    client.say(place["id"], "user-id-0", "shall we have lunch?")
    said = client.say(place["id"], "user-id-0", QUESTION, bot=begun.config["bot"]["id"])
    answered = client.wait_for("Clause 4.3", after=begun.began)
    assert answered.conversation == said.get("postConversationId", place["id"])
    shown = [one for one in client.shown[begun.began :] if one.conversation not in begun.chats.values()]
    assert len(shown) == 1


def test_what_is_confidential_is_answered_in_private_though_it_was_said_in_a_channel(
    stage: Begin, client: Playground
) -> None:
    begun = stage()
    place = begun.config["teams"][0]["channels"][1]["id"]
    client.say(place, "user-id-0", "a child told me she is being hit", bot=begun.config["bot"]["id"])
    told = client.wait_for("If someone may be at risk", after=begun.began)
    assert told.conversation == begun.chats["volunteer"]
    assert told.content.get("summary") in (None, "You have a private item.")
    assert not [one for one in client.shown[begun.began :] if one.conversation not in begun.chats.values()]


def test_a_question_passed_on_reaches_the_manager_in_her_own_chat(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    begun.press("volunteer", "Ask a person")
    begun.press("volunteer", "Pass it on")
    told = client.wait_for(QUESTION, begun.chats["manager"], begun.began)
    assert list(buttons(told.card))


def test_no_press_or_answer_carries_words_of_the_card_in_clear(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    carried = json.dumps(
        [action["data"] for block in answered.card["body"] for action in block.get("actions", ())]
    )
    assert "Home-Start" not in carried
    assert "friend" not in carried
