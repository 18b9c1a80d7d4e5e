"""The embedded reader: its files are checked, and no message can break it."""

import json
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.main import MODELS
from knowledge.embedding import load_tokenizer
from knowledge.message_reader import ReaderError, TrainedReader, plain, reworded
from tests.policies import home_start_pack


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    return TrainedReader.load(MODELS, load_tokenizer(), home_start_pack())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(MODELS, tmp_path / "models")
    return tmp_path / "models"


def test_it_reads_without_a_network(reader: TrainedReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_args: object, **_keywords: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    assert reader.read("can I friend this family?").topic == "friend_request"


def test_changed_weights_are_refused(folder: Path) -> None:
    with (folder / "reader.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ReaderError, match="not the file that was released"):
        TrainedReader.load(folder, load_tokenizer(), home_start_pack())


@pytest.mark.parametrize("name", ["reader.onnx", "reader.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ReaderError, match=rf"{name}: No such file"):
        TrainedReader.load(folder, load_tokenizer(), home_start_pack())


@pytest.mark.parametrize("card", ["", "{", '{"sha256": ""}'])
def test_a_damaged_card_is_named(folder: Path, card: str) -> None:
    (folder / "reader.json").write_text(card, encoding="utf-8")
    with pytest.raises(ReaderError, match=r"reader\.json is damaged"):
        TrainedReader.load(folder, load_tokenizer(), home_start_pack())


@pytest.mark.parametrize("column", ["topic", "fact"])
def test_a_reader_for_another_pack_is_refused_with_what_to_do(folder: Path, column: str) -> None:
    card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    card["labels"][column].append("unheard_of")
    (folder / "reader.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ReaderError, match=r"unheard_of\. Keep the pack's"):
        TrainedReader.load(folder, load_tokenizer(), home_start_pack())


@given(st.text(max_size=300), st.text(max_size=100))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_gets_a_reading(reader: TrainedReader, text: str, before: str) -> None:
    reading = reader.read(text, before)
    assert reading.topics[0].topic in home_start_pack().topics


def test_half_a_surrogate_pair_is_read(reader: TrainedReader) -> None:
    assert reader.read("can I friend \ud83d this family?").topic == "friend_request"


def test_a_story_keeps_its_beginning_and_its_end(reader: TrainedReader) -> None:
    story = "We had a lovely morning at the group with cake and singing and all of it. " * 30
    assert reader.read(f"{story} Anyway, can I add this family on Facebook?").topic == "friend_request"


def test_hidden_characters_are_not_read() -> None:
    assert plain("can\u202e I\u200b  friend\u0007\nthem") == "can I friend them"


def test_a_topic_that_was_not_learned_is_named(reader: TrainedReader) -> None:
    pack = home_start_pack()
    assert reader.untaught(pack) == ()
    added = replace(pack, topics={**pack.topics, "parking": pack.topics["x_premises"]})
    assert reader.untaught(added) == ("parking",)


def test_reworded_a_message_keeps_what_it_says_of_the_support_and_leaves_out_the_senders_own_past() -> None:
    assert reworded("Can I add a mum I used to visit?") == "can i add a mum i visit"
    assert reworded("Her support's ended, we're told.") == "her supports ended were told"
    assert reworded("We used to support her; I'm used to it.") == "we used to support her im used to it"
