"""Several policies in force at once, through the door that the command line and every platform share."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.main import answerer_builder, build, load_policy
from adapters.settings import from_environment
from bot.card import Button, Card, Quote, buttons_of
from bot.conversation import Outcome
from bot.message import Message
from bot.short_memory import ShortMemory
from knowledge.clauses import Clause
from knowledge.disagreement import difference, figures
from knowledge.draft_pack import About, draft_pack
from knowledge.library import Library
from knowledge.pack import pack_of
from knowledge.reader import parse
from tests.console import Console

EXPENSES = """# Expenses

## 1. Mileage

1.1 Volunteers may claim 45p for each mile that they drive in their own car for the charity.

1.2 Staff must hand in receipts for every purchase within 30 days.
"""
HANDBOOK = """# Volunteer handbook

## 1. Driving

1.1 Volunteers may claim 55p for each mile that they drive in their own car for us.

1.2 Volunteers must not carry children in their own car without a car seat.

## 2. Gifts

2.1 Volunteers must not accept a gift of money from a family.
"""
KITCHEN = """# Kitchen

1. Volunteers must wash the cups in the kitchen after every group session.
"""
HALL = """# Hall hire

1. Volunteers must clean the kitchen and wash the plates after every group session.
"""
GIVEN = ("--organisation", "Home-Start Herefordshire", "--manager", "the manager", "--adopted", "unknown")
ROLES = ("--binds", "volunteer", "--acknowledged-by", "volunteer")
Hearth = Callable[..., str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which four more policies are in force beside the sample's."""
    folder = tmp_path_factory.mktemp("several") / "data"
    console = Console(folder)
    console.out("migrate")
    for title, text in (
        ("Expenses", EXPENSES), ("Handbook", HANDBOOK), ("Kitchen", KITCHEN), ("Hall hire", HALL)
    ):  # fmt: skip
        file = folder / f"{title}.md"
        file.write_text(text, encoding="utf-8")
        console.out("policy", "add", str(file), "--title", title, *GIVEN, *ROLES)
        console.out("policy", "adopt", str(kept(folder, title)))
    return folder


def kept(data: Path, title: str) -> Path:
    """Return the text that is kept of a policy."""
    return data / "policies" / "home-start-herefordshire" / f"{title.lower().replace(' ', '-')}.txt"


@pytest.fixture(scope="module")
def door(data: Path) -> ShortMemory:
    """What the platforms ask."""
    return build(from_environment({"HEARTH_DATA": str(data)}))


def say(door: ShortMemory, text: str = "", action: str | None = None, talk: str = "t") -> Outcome:
    """Say or press something as a volunteer."""
    if action is None and text.endswith("?"):
        door.begin(talk, ("volunteer",))
    return asyncio.run(door.respond(Message(f"{talk}/1", talk, text, action)))


def sources(card: Card) -> list[str]:
    """Return what is quoted, by policy and clause."""
    return [part.source.partition(" (version")[0] for part in card.elements if isinstance(part, Quote)]


def labels(card: Card) -> list[str]:
    return [button.label for button in buttons_of(card)]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("May I friend a family on Facebook?", "ICT and Social Networking Policy"),
        ("When must staff hand in receipts for a purchase?", "Clause 1.2, Expenses"),
        ("May I accept a gift of money from a family?", "Clause 2.1, Handbook"),
        ("Can I carry children in my own car?", "Clause 1.2, Handbook"),
    ],
)
def test_a_question_goes_to_the_policy_that_speaks_of_it(
    door: ShortMemory, question: str, source: str
) -> None:
    card = say(door, question).cards[0]
    assert source in sources(card)[0]
    assert "Ask a person" in labels(card)


def test_two_policies_that_disagree_are_both_quoted_and_nothing_is_decided(door: ShortMemory) -> None:
    outcome = say(door, "How much can I claim for each mile I drive in my own car?")
    assert outcome.answer is not None
    assert outcome.answer.verdict == "info"
    assert {citation.policy for citation in outcome.answer.citations} == {"Expenses", "Handbook"}
    assert "Expenses says 45p" in outcome.answer.say
    assert "Handbook says 55p" in outcome.answer.say
    assert "Ask a person" in labels(outcome.cards[0])


def test_a_press_heeds_a_policy_that_came_into_force_after_the_question(tmp_path: Path) -> None:
    settings = from_environment({"HEARTH_DATA": str(tmp_path)})
    builder, (main, main_pack) = answerer_builder(settings), load_policy(settings)
    text = main.clause("4.4").text.replace("may", "must not")
    other = parse(f"# Friends\n\n1.1 {text}\n", "friends", main.organisation, "Friends")
    about = About(main.organisation, "Friends", "the manager")
    shelf = [builder(main, main_pack)]
    library = Library(shelf[0], lambda: shelf)
    asked = library.ask("can I friend this family?", ("volunteer",))
    assert asked.ask is not None
    assert library.settled(asked.thread, asked.roles, "n").verdict != "info"
    shelf.append(builder(other, pack_of(tomllib.loads(draft_pack(other, about)), "Friends")))
    settled = library.settled(asked.thread, asked.roles, "n")
    assert settled.verdict == "info"
    assert settled.say.endswith("Until you know, keep to the stricter one.")
    assert {citation.policy for citation in settled.citations} == {main.title, "Friends"}


def test_measuring_answers_from_the_file_whatever_is_in_force(tmp_path: Path) -> None:
    console = Console(tmp_path / "data")
    console.out("migrate")
    console.out("policy", "adopt")
    console.out("policy", "withdraw")
    question = "can I friend this family?"
    (tmp_path / "cases.jsonl").write_text(
        json.dumps({"id": "1", "role": "volunteer", "question": question}), encoding="utf-8"
    )
    assert "No policy is in force" in console.out("ask", question)
    console.out("answer", str(tmp_path / "cases.jsonl"), "--out", str(tmp_path / "out.jsonl"))
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["verdict"] == "depends"


def test_where_two_are_as_near_the_asker_chooses_by_button_or_by_name(door: ShortMemory) -> None:
    asked = "Who washes up in the kitchen after a group session?"
    card = say(door, asked).cards[0]
    assert sources(card) == []
    offered = [button for button in buttons_of(card) if button.label in ("Kitchen", "Hall hire")]
    assert len(offered) == 2
    chosen = say(door, action=pressed(offered, "Hall hire")).cards[0]
    assert "Hall hire" in sources(chosen)[0]
    again = say(door, action=pressed(offered, "Kitchen")).cards[0]
    assert (again.title, "answered already" in str(again)) == ("Already done", True)
    say(door, asked)
    assert "Kitchen" in sources(say(door, "the kitchen one").cards[0])[0]


def pressed(offered: list[Button], label: str) -> str:
    return next(button.action for button in offered if button.label == label)


def test_only_the_version_in_force_on_the_day_answers(data: Path) -> None:
    console, main = Console(data), build(from_environment({"HEARTH_DATA": str(data)}))
    asked = "When must staff hand in receipts for a purchase?"
    file = data / "Expenses.md"
    file.write_text(EXPENSES.replace("30 days", "10 days"), encoding="utf-8")
    console.out("policy", "add", str(file), "--title", "Expenses", *GIVEN, *ROLES, "--replace")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    console.out("policy", "adopt", str(kept(data, "Expenses")), "--from", str(tomorrow))
    assert "within 30 days" in quoted(main, asked)
    assert "within 30 days" in console.out("ask", asked)
    console.out("policy", "adopt", str(kept(data, "Expenses")))
    assert "within 10 days" in quoted(main, asked)
    assert "within 30 days" not in console.out("ask", asked)
    console.out("policy", "withdraw", str(kept(data, "Expenses")))
    assert "Expenses" not in quoted(main, asked)


def quoted(door: ShortMemory, asked: str) -> str:
    return repr(say(door, asked).cards)


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("Claim 45p a mile driven.", "Claim £0.55 a mile driven.", ("45p", "£0.55")),
        ("Claim 45p a mile driven.", "Claim 45 pence a mile driven.", None),
        ("Claim within 3 months of driving.", "Drive within 30 miles of the office.", None),
        ("Hand in receipts within 30 days.", "Hand in receipts within 10 days.", ("30 days", "10 days")),
    ],
)
def test_figures_disagree_only_where_the_words_are_alike(
    one: str, other: str, says: tuple[str, str] | None
) -> None:
    assert difference(Clause("1", one, ()), Clause("1", other, ()), (), ()) == says


def test_a_duty_disagrees_with_a_ban() -> None:
    one, other = Clause("1", "Staff must not lock the gate.", ()), Clause("1", "Staff may lock the gate.", ())
    assert difference(one, other, ("forbid",), ("permit",)) == ("forbids it", "permits it")
    assert difference(one, other, ("forbid",), ("forbid",)) is None
    assert figures("45p, £0.45 or 1,000 pounds") == {"45p": "45p", "100000p": "1,000 pounds"}
