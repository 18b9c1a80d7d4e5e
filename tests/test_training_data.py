"""The labelled messages that the reader learned from, and the reader that came of them."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.reading import (
    ACTS,
    BEARERS,
    FORMS,
    INTENTS,
    ROLES,
    TARGETS,
    Reading,
    Role,
    Scored,
    Settled,
)
from knowledge.verdicts import decide
from tests.policies import home_start_pack

ROOT = Path(__file__).parent.parent
COLUMNS: Mapping[str, tuple[str, ...]] = {"f": FORMS, "w": BEARERS, "m": TARGETS, "i": INTENTS, "d": ACTS}


@cache
def messages() -> tuple[dict[str, Any], ...]:
    files = sorted((ROOT / "training" / "data").glob("**/*.jsonl"))
    return tuple(json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines())


def test_every_label_is_known_to_the_pack_or_the_reading() -> None:
    pack = home_start_pack()
    for message in messages():
        assert message.get("k") is None or message["k"] in pack.topics, message
        assert set(message.get("x", {})) <= set(pack.facts), message
        assert set(message.get("x", {}).values()) <= {"y", "n"}, message
        assert set(filter(None, message.get("s", "").split("+"))) <= set(ROLES), message
        for column, known in COLUMNS.items():
            assert column not in message or message[column] in known, message


def test_no_message_stands_under_two_topics() -> None:
    topics: dict[tuple[str, str, str], str] = {}
    for message in messages():
        said = (message.get("c", ""), message.get("q", ""), " ".join(message["t"].lower().split()))
        if topic := message.get("k"):
            assert topics.setdefault(said, topic) == topic, message


def test_the_tables_give_what_whoever_wrote_a_message_expected_of_its_labels() -> None:
    for message in messages():
        if "v" in message:
            decision = decide(home_start_pack(), read_from(message), roles_of(message))
            assert decision.verdict == message["v"], message


def read_from(message: dict[str, Any]) -> Reading:
    return Reading(
        topics=(Scored(message["k"], 1.0),),
        form=message.get("f", "may"),
        who=message.get("w", "self"),
        whom=message.get("m", "none"),
        facts={fact: Settled(value) for fact, value in message.get("x", {}).items()},
    )


def roles_of(message: dict[str, Any]) -> tuple[Role, ...]:
    named = message.get("r", "").split("+") + message.get("s", "").split("+")
    return tuple(dict.fromkeys(role for role in ROLES if role in named))


def test_every_topic_and_every_fact_has_examples() -> None:
    pack = home_start_pack()
    seen = {message.get("k") for message in messages()}
    facts = {(fact, value) for message in messages() for fact, value in message.get("x", {}).items()}
    assert set(pack.topics) <= seen
    assert {(fact, value) for fact in pack.facts for value in ("y", "n")} <= facts


def test_the_reader_is_the_one_that_its_card_names() -> None:
    models = ROOT / "knowledge" / "models"
    card = json.loads((models / "reader.json").read_text(encoding="utf-8"))
    assert hashlib.sha256((models / "reader.onnx").read_bytes()).hexdigest() == card["sha256"]
    assert set(card["labels"]["topic"]) == set(home_start_pack().topics)


def test_no_training_message_has_the_words_of_an_unseen_case() -> None:
    def even(text: str) -> str:
        return " ".join("".join(c for c in text.lower() if c.isalnum() or c == " ").split())

    learned = {even(message["t"]) for message in messages()}
    for file in sorted((ROOT / "benchmarks" / "unseen").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            said = [case.get("question"), case.get("text"), *(turn["say"] for turn in case.get("turns", []))]
            for text in filter(None, said):
                # Up to three words ("and on Instagram?") anyone says.
                assert len(text.split()) <= 3 or even(text) not in learned, text
