"""`hearth answer`: one answer line a case, in order; nothing half done, nothing guessed."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters import commands
from adapters import main as wiring
from adapters.gold import answer_cases
from bot.conversation import Conversation, Outcome
from bot.message import Message
from bot.short_memory import ShortMemory
from knowledge.answers import Answerer
from knowledge.reading import Role
from tests.console import Console, Ran, not_to_be_called
from tests.policies import home_start_policy

QUESTION: dict[str, Any] = {"id": "q1", "role": "volunteer", "question": "can I friend this family?"}
DIALOGUE: dict[str, Any] = {
    "id": "d1",
    "role": "volunteer",
    "turns": [{"say": "can I friend this family?"}, {"say": "yes, they are still being supported"}],
}
DANGER: dict[str, Any] = {"id": "i1", "text": "she told me she wants to kill herself"}


@pytest.fixture(scope="module")
def hearth(tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(tmp_path_factory.mktemp("data"))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return tmp_path / "cases.jsonl"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def today() -> date:
    return date(2026, 11, 23)


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def answers(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestAnswers:
    """What is written for each kind of case."""

    def test_each_case_gets_one_line_in_order_by_its_kind(
        self, hearth: Console, cases: Path, out: Path
    ) -> None:
        write(cases, DIALOGUE, DANGER, QUESTION)
        assert hearth("answer", str(cases), "--out", str(out)) == Ran(0, "", "")
        dialogue, danger, question = answers(out)
        assert dialogue["id"] == "d1"
        assert [sorted(turn) for turn in dialogue["turns"]] == [["citations", "verdict"]] * 2
        assert danger == {"id": "i1", "intent": "safeguarding"}
        assert question == {
            "id": "q1",
            "verdict": "depends",
            "citations": ["4.3", "4.4"],
            "question": "can I friend this family?",
        }

    def test_the_turns_of_a_dialogue_are_one_conversation_and_cases_are_not(self, answerer: Answerer) -> None:
        door = Recorder(answerer, today)
        list(answer_cases(door, [DIALOGUE, QUESTION]))
        first, second, other = door.messages
        assert [first.text, second.text] == [turn["say"] for turn in DIALOGUE["turns"]]
        assert first.conversation == second.conversation != other.conversation
        assert len({first.id, second.id, other.id}) == 3
        assert door.begun == [first.conversation, other.conversation]

    def test_the_role_is_the_senders(self, answerer: Answerer) -> None:
        asked = [
            {**QUESTION, "id": role, "role": role} for role in ("volunteer", "staff", "trustee+volunteer")
        ]
        assert [answer["verdict"] for answer in answered(answerer, *asked)] == [
            "depends",
            "not_allowed",
            "not_allowed",
        ]

    def test_no_role_is_an_unknown_one(self, answerer: Answerer) -> None:
        bare = {"id": "bare", "question": "can I friend this family?"}
        unknown = {**bare, "id": "unknown", "role": "unknown"}
        first, second = answered(answerer, bare, unknown)
        assert first == {**second, "id": "bare"}

    def test_who_is_told_nothing_of_the_policy_has_a_silent_one(self, answerer: Answerer) -> None:
        (alarm,) = answered(answerer, {"id": 1, "question": DANGER["text"]})
        assert alarm == {"id": 1, "verdict": "silent", "citations": [], "question": DANGER["text"]}

    @pytest.mark.parametrize(
        "question", ["", "👍", "\ud83d", "a\u2028b\u0085c", "can I \ud800friend\x00 them?"]
    )
    def test_a_question_of_any_characters_comes_back_as_it_was(
        self, hearth: Console, cases: Path, out: Path, question: str
    ) -> None:
        write(cases, {"id": "odd", "question": question})
        assert hearth("answer", str(cases), "--out", str(out)).code == 0
        (answer,) = answers(out)
        assert answer["question"] == question

    def test_every_citation_is_a_clause_of_the_policy(self, answerer: Answerer) -> None:
        clauses = {clause.id for clause in home_start_policy().clauses}
        (answer,) = answered(answerer, {"id": 1, "question": "when was the policy adopted?"})
        assert set(answer["citations"]) <= clauses


class Recorder(ShortMemory):
    """Answers like the real one, and remembers what it was asked."""

    def __init__(self, answerer: Answerer, today: Callable[[], date]) -> None:
        super().__init__(Conversation(answerer, today))
        self.begun: list[str] = []
        self.messages: list[Message] = []

    def begin(self, conversation: str, roles: tuple[Role, ...]) -> None:
        self.begun.append(conversation)
        super().begin(conversation, roles)

    async def respond(self, message: Message) -> Outcome:
        self.messages.append(message)
        return await super().respond(message)


def answered(answerer: Answerer, *given_cases: dict[str, Any]) -> list[dict[str, Any]]:
    return list(answer_cases(ShortMemory(Conversation(answerer, today)), given_cases))


class TestTheFileOfAnswers:
    """It appears whole or not at all, and that it cannot is said before the work."""

    def test_an_earlier_file_is_replaced(self, hearth: Console, cases: Path, out: Path) -> None:
        out.write_text("of yesterday\n" * 50, encoding="utf-8")
        assert hearth("answer", str(write(cases, DANGER)), "--out", str(out)).code == 0
        assert answers(out) == [{"id": "i1", "intent": "safeguarding"}]
        assert sorted(out.parent.iterdir()) == [out, cases]

    @pytest.mark.parametrize(
        "name", ["missing/answers.jsonl", ".", "cases.jsonl/answers.jsonl", "a" * 300, "cases.jsonl"]
    )
    def test_where_it_cannot_be_written_nothing_is_answered(
        self, hearth: Console, cases: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wiring, "build", not_to_be_called)
        write(cases, QUESTION)
        ran = hearth("answer", str(cases), "--out", str(cases.parent / name))
        assert ran.code == 4
        assert ran.error.startswith(f"{cases.parent / name}: ")
        assert "Name a" in ran.error
        assert list(cases.parent.iterdir()) == [cases]
        assert answers(cases) == [QUESTION]

    @pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
    def test_stopped_half_way_it_leaves_the_earlier_file_as_it_was(
        self,
        hearth: Console,
        cases: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        failure: type[BaseException],
    ) -> None:
        def stopped(_door: object, _cases: object) -> Iterator[dict[str, Any]]:
            yield {"id": "q1"}
            raise failure

        monkeypatch.setattr(commands, "answer_cases", stopped)
        out.write_text("of yesterday", encoding="utf-8")
        if failure is KeyboardInterrupt:
            assert hearth("answer", str(write(cases, QUESTION)), "--out", str(out)) == Ran(130, "", "")
        else:
            with pytest.raises(failure):
                hearth("answer", str(write(cases, QUESTION)), "--out", str(out))
        assert out.read_text(encoding="utf-8") == "of yesterday"
        assert sorted(out.parent.iterdir()) == [out, cases]

    def test_a_link_stays_a_link(self, hearth: Console, cases: Path, out: Path, tmp_path: Path) -> None:
        real = tmp_path / "real.jsonl"
        real.touch()
        out.symlink_to(real)
        assert hearth("answer", str(write(cases, DANGER)), "--out", str(out)).code == 0
        assert out.is_symlink()
        assert answers(real) == [{"id": "i1", "intent": "safeguarding"}]

    def test_a_pipe_is_written_to_and_stays_a_pipe(self, hearth: Console, cases: Path, out: Path) -> None:
        os.mkfifo(out)
        read: list[list[dict[str, Any]]] = []
        reader = threading.Thread(target=lambda: read.append(answers(out)))
        reader.start()
        assert hearth("answer", str(write(cases, DANGER)), "--out", str(out)).code == 0
        reader.join()
        assert read == [[{"id": "i1", "intent": "safeguarding"}]]
        assert out.is_fifo()
