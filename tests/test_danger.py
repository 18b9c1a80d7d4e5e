"""How likely a text speaks of harm: by reviewed examples, by itself, sentence by sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.answers import Answerer
from knowledge.danger import NAME, Danger, Examples, pack, sentences
from knowledge.message_reader import ReaderError

MODELS = Path(__file__).parent.parent / "knowledge" / "models"
HARM = "The boy says his dad burns him with cigarettes."
LONG = f"We had a lovely day at the farm, thank you for the lift. {HARM} Shall I send you the pictures?"


class Counting:
    """An embedder that knows one dimension: how often a text says "harm"."""

    model = "counting"

    def inner(self, text: str) -> NDArray[np.float32]:
        """Return the count."""
        return np.array([text.count("harm")], dtype=np.float32)


def learned() -> Examples:
    """Return two examples: without the word, and with it."""
    vectors, pulls = np.array([[0.0], [1.0]], np.float32), np.array([-1.0, 1.0], np.float32)
    return Examples(vectors, pulls, 0.0, np.zeros(1, np.float32), np.ones(1, np.float32), 1.0)


def undecided(_: str) -> float:
    """Say that a text may be of harm or not, as a reader would that cannot tell."""
    return 0.08


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what `learned` returns."""
    pack(learned(), Counting.model, tmp_path / NAME)
    return tmp_path


def test_what_was_learned_is_read_as_it_was_written(folder: Path) -> None:
    danger = Danger.load(folder, Counting())
    assert danger.of("harm", undecided) > 0.5 > danger.of("tea", undecided)


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="Install Hearth again"):
        Danger.load(tmp_path, Counting())


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ReaderError, match="Install Hearth again"):
        Danger.load(tmp_path, Counting())


def test_what_was_learned_with_another_model_is_refused(folder: Path) -> None:
    other = Counting()
    other.model = "another"
    with pytest.raises(ReaderError, match=r"training/danger\.py"):
        Danger.load(folder, other)


def test_what_a_reader_takes_for_harm_counts_for_more_and_what_it_does_not_for_less(folder: Path) -> None:
    danger = Danger.load(folder, Counting())
    sure, calm = danger.of("harm", lambda _: 0.99), danger.of("harm", lambda _: 0.0)
    assert sure > danger.of("harm", undecided) > calm


def test_what_is_told_in_passing_is_found(answerer: Answerer) -> None:
    assert answerer.ask(LONG).reading.danger > 0.5
    assert answerer.ask(LONG.replace(HARM, "")).reading.danger < 0.5


def test_what_was_said_before_neither_hides_harm_nor_makes_it(answerer: Answerer) -> None:
    before = answerer.ask("can I add the mum I visit on facebook?").thread
    after = answerer.ask(HARM).thread
    alone = answerer.ask(HARM).reading.danger
    assert answerer.ask(HARM, (), before).reading.danger == alone > 0.5
    assert answerer.ask("yes", (), after).reading.danger < 0.5


def test_a_text_of_one_sentence_has_no_further_ones() -> None:
    assert sentences("She is fine.") == []
    assert sentences("Can you post it. By the way he hits her a lot.") == [
        "Can you post it.",
        "he hits her a lot.",
    ]


@given(text=st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_at_all_has_a_danger(answerer: Answerer, text: str) -> None:
    assert 0 <= answerer.ask(text).reading.danger <= 1
