"""A policy whose pack was reviewed, asked through the same door as any: found by its examples."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.main import build_answerer, build_shelf
from adapters.settings import from_environment
from knowledge.answers import Answerer
from knowledge.draft_pack import About, draft_pack
from knowledge.example_answers import ExampleAnswerer
from knowledge.pack_edits import (
    PackFile,
    approved,
    fact_added,
    marked,
    row_copied,
    row_edited,
    topic_worded,
    wording,
)
from knowledge.reader import read_policy
from knowledge.unreviewed_answers import UnreviewedAnswerer
from tests.documents.test_unreviewed_policy import POLICY

TEXT = POLICY.decode()
ROW = {
    "verdict": "allowed", "say": "Yes, once the manager has checked your licence.", "change": None,
    "cite": ["1.2"], "near": None, "who": ["volunteer"], "whom": None, "form": None,
    "facts": {"has_the_manager_checked_your_licence": "y"}, "ask": None,
}  # fmt: skip
TURNS = {
    **ROW, "verdict": "depends", "say": "It turns on your licence.",
    "facts": {"has_the_manager_checked_your_licence": "?"}, "ask": "has_the_manager_checked_your_licence",
}  # fmt: skip


def reviewed(file: Path) -> None:
    """Write a pack, reviewed as an officer would do it: one topic is asked about in people's words."""
    policy = read_policy(file, organisation="Acorn", title="Vehicles")
    work = PackFile(policy, draft_pack(policy, About("Acorn", "Vehicles", "the manager")))

    def change(made: Callable[[PackFile], str]) -> PackFile:
        return PackFile(policy, made(work))

    asked = {"ask": "Has the manager checked your licence?", "yes": "Yes, checked", "no": "No", "strict": "n"}
    work = change(lambda pack: fact_added(pack, asked))
    for values in (TURNS, ROW):
        work = change(lambda pack: row_copied(pack, *first_of(pack, "row:clause-1.2:0")))
        work = PackFile(policy, row_edited(work, *first_of(work, "row:clause-1.2:0"), values))
    topic = next(one for one in work.data["topic"] if one["id"] == "clause-1.2")
    words = {
        "name": "using the minibus",
        "examples": ["Can I take the minibus?", "May I use the minibus for a trip?"],
        "cues": ["the bus"],
    }
    work = change(lambda pack: topic_worded(pack, "clause-1.2", wording(topic), words))
    everything = {item.id: item.seen for item in work.review().items if item.state == "left"}
    work = change(lambda pack: marked(pack, everything, "right"))
    file.with_suffix(".pack.toml").write_text(approved(work), encoding="utf-8")


def first_of(pack: PackFile, item_id: str) -> tuple[str, str]:
    item = pack.review().item(item_id)
    assert item is not None
    return item.id, item.seen


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy with its reviewed pack beside it."""
    path = tmp_path_factory.mktemp("reviewed") / "vehicles.txt"
    path.write_text(TEXT, encoding="utf-8")
    reviewed(path)
    return path


@pytest.fixture(scope="module")
def vehicles(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """The real reader and index over a reviewed policy with topics that the reader never learned."""
    data = str(tmp_path_factory.mktemp("data"))
    return build_answerer(from_environment({"HEARTH_POLICY": str(file), "HEARTH_DATA": data}))


def test_a_question_like_an_example_is_answered_by_the_rows(vehicles: Answerer) -> None:
    assert isinstance(vehicles, ExampleAnswerer)
    answer = vehicles.ask("Can I use the minibus for a trip?", ("volunteer",))
    assert (answer.verdict, answer.say) == ("depends", "It turns on your licence.")
    assert answer.ask is not None
    assert answer.ask.options == ("Yes, checked", "No", "I don't know")


@pytest.mark.parametrize(
    ("reply", "verdict"), [("Yes, checked", "allowed"), ("no", "info"), ("I don't know", "depends")]
)
def test_a_fact_is_what_is_said_when_it_is_asked_back(vehicles: Answerer, reply: str, verdict: str) -> None:
    asked = vehicles.ask("Can I use the minibus for a trip?", ("volunteer",))
    assert vehicles.ask(reply, ("volunteer",), asked.thread).verdict == verdict


def test_no_permission_rests_on_a_message_that_is_only_somewhat_like_an_example(vehicles: Answerer) -> None:
    answer = vehicles.ask("Can I go on a trip with the old bus?", ("volunteer",))
    assert answer.thread.asked == "has_the_manager_checked_your_licence"
    assert vehicles.settled(answer.thread, ("volunteer",), "y").verdict != "allowed"


def test_what_is_like_no_example_is_quoted_and_never_allowed(vehicles: Answerer) -> None:
    assert vehicles.ask("May I borrow the projector?", ("volunteer",)).verdict == "silent"
    answer = vehicles.ask("Can I carry children in my own car?", ("volunteer",))
    assert (answer.verdict, [one.clause.id for one in answer.citations]) == ("not_allowed", ["1.1"])


def test_a_running_server_answers_from_a_pack_as_soon_as_it_is_reviewed(file: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "vehicles.txt"
    fresh.write_text(TEXT, encoding="utf-8")
    policy = read_policy(fresh, organisation="Acorn", title="Vehicles")
    pack = fresh.with_suffix(".pack.toml")
    pack.write_text(draft_pack(policy, About("Acorn", "Vehicles", "the manager")), encoding="utf-8")
    settings = from_environment({"HEARTH_POLICY": str(fresh), "HEARTH_DATA": str(tmp_path / "data")})
    shelf = build_shelf(settings)
    assert type(shelf.in_force()[0]) is UnreviewedAnswerer
    made = file.with_suffix(".pack.toml").read_text(encoding="utf-8")
    pack.write_text(made, encoding="utf-8")
    assert type(shelf.in_force()[0]) is ExampleAnswerer
    assert tomllib.loads(made)["reviewed"] is True
