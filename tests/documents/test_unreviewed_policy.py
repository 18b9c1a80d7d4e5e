"""A policy without a reviewed pack, asked through the same door as any: quoted, never allowed."""

from pathlib import Path

import pytest

from adapters.main import build_answerer
from adapters.settings import from_environment
from knowledge.answers import Answerer
from knowledge.documents.reading import read_bytes
from knowledge.draft_pack import About, draft_pack
from knowledge.reader import parse
from knowledge.unreviewed_answers import UnreviewedAnswerer

POLICY = b"""# Vehicles

DRAFT for consultation

## 1. Driving

1. Volunteers must not carry children in their own cars.
2. Volunteers may use the minibus once the manager has checked their licence.
3. Staff must report every accident to the manager.
4. Volunteers must not drive the minibus at night unless the manager has agreed.
"""


@pytest.fixture(scope="module")
def vehicles(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """The real reader and index over a policy that nobody has reviewed."""
    folder = tmp_path_factory.mktemp("policy")
    text = read_bytes(POLICY, ".md").written.text
    file = folder / "vehicles.txt"
    file.write_text(text, encoding="utf-8")
    pack = draft_pack(parse(text, "vehicles", "Acorn", "Vehicles"), About("Acorn", "Vehicles", "the manager"))
    file.with_suffix(".pack.toml").write_text(pack, encoding="utf-8")
    data: Path = tmp_path_factory.mktemp("data")
    return build_answerer(from_environment({"HEARTH_POLICY": str(file), "HEARTH_DATA": str(data)}))


def test_a_policy_with_topics_that_the_reader_never_learned_is_answered(vehicles: Answerer) -> None:
    assert isinstance(vehicles, UnreviewedAnswerer)
    answer = vehicles.ask("Can I carry children in my own car?", ("volunteer",))
    assert answer.verdict == "not_allowed"
    assert [citation.clause.id for citation in answer.citations] == ["1.1"]


@pytest.mark.parametrize(
    "question",
    [
        "May I use the minibus?",
        "Can I use the minibus now that the manager has checked my licence?",
        "Can I drive the minibus to the seaside?",
        "Is it all right to drive at night?",
        "May I borrow the projector?",
    ],
)
def test_nothing_is_ever_allowed(vehicles: Answerer, question: str) -> None:
    answer = vehicles.ask(question, ("volunteer",))
    assert answer.verdict != "allowed"
    for value in ("y", "n", "?"):
        assert vehicles.settled(answer.thread, ("volunteer",), value).verdict != "allowed"
    assert vehicles.again(answer.thread, ("staff",)).verdict != "allowed"


def test_an_exception_is_asked_back_and_decides_only_where_it_does_not_hold(vehicles: Answerer) -> None:
    answer = vehicles.ask("Can I drive the minibus at night?", ("volunteer",))
    assert answer.verdict == "depends"
    assert answer.ask is not None
    assert "unless the manager has agreed" in answer.ask.words
    assert vehicles.settled(answer.thread, ("volunteer",), "n").verdict == "not_allowed"
    held = vehicles.settled(answer.thread, ("volunteer",), "y")
    assert (held.verdict, held.citations) == ("silent", ())
    assert "1.4" in [citation.clause.id for citation in held.near]


def test_a_draft_is_said_beside_every_answer(vehicles: Answerer) -> None:
    assert vehicles.ask("May I use the minibus?").notes == ("The document says of itself: “DRAFT”.",)


def test_what_the_policy_does_not_speak_of_is_left_to_a_person(vehicles: Answerer) -> None:
    answer = vehicles.ask("May I wear a hat in the office?", ("volunteer",))
    assert answer.verdict == "silent"
    assert "person" in answer.say
