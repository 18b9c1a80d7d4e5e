"""What a file of cases may hold: any other line is named, before anything is answered."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import main as wiring
from adapters.gold import CasesError, read_cases
from tests.console import Console, not_to_be_called

QUESTION = {"id": "q1", "role": "volunteer", "question": "can I friend this family?"}
TEXT = {"id": "i1", "text": "hello"}
KEYS = st.sampled_from(["id", "question", "turns", "text", "role", "say"])


@pytest.fixture
def hearth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console that must not come to answering."""
    monkeypatch.setattr(wiring, "build", not_to_be_called)
    return Console(tmp_path / "data")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return tmp_path / "cases.jsonl"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "case.jsonl"


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_blank_lines_windows_line_ends_and_a_byte_order_mark_are_passed_over(cases: Path, start: str) -> None:
    cases.write_bytes(f"{start}\r\n{json.dumps(QUESTION)}\r\n\r\n{json.dumps(TEXT)}".encode())
    assert read_cases(cases) == [QUESTION, TEXT]


def test_only_a_line_feed_ends_a_line(cases: Path) -> None:
    line = {"id": 1, "question": "one\u2028two\u0085three"}
    cases.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    assert read_cases(cases) == [line]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{not json}", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "an object with an id"),
        ('{"id": 1}', "one of question, turns, text"),
        ('{"id": 1, "question": "a", "text": "b"}', "one of question, turns, text"),
        ('{"question": "a"}', "needs an id"),
        ('{"id": ["x"], "question": "a"}', "needs an id"),
        ('{"id": 1, "question": null}', "a question or text is a text"),
        ('{"id": 1, "turns": []}', "turns is a list"),
        ('{"id": 1, "turns": [{"say": "a"}, {"said": "b"}]}', "turns is a list"),
        ('{"id": 1, "turns": [{"say": 5}]}', "turns is a list"),
        ('{"id": 1, "question": "a", "role": "chief"}', "'chief' is no role; one of volunteer"),
        ('{"id": 1, "question": "a", "role": "staff+"}', "'' is no role"),
        ('{"id": 1, "question": "a", "role": "staff+unknown"}', "both known and unknown"),
        ('{"id": 1, "question": "a", "role": null}', "None is no role"),
        ('{"id": "q1", "question": "a"}', "the id 'q1' stands on an earlier line"),
    ],
)
def test_a_line_that_is_no_case_is_named_before_anything_is_answered(
    hearth: Console, cases: Path, out: Path, line: str, wrong: str
) -> None:
    cases.write_text(f"{json.dumps(QUESTION)}\n\n{line}\n", encoding="utf-8")
    ran = hearth("answer", str(cases), "--out", str(out))
    assert ran.code == 3
    assert ran.error.startswith(f"{cases}, line 3: ")
    assert wrong in ran.error
    assert not out.exists()


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_cases_is_told(hearth: Console, cases: Path, out: Path, content: bytes) -> None:
    cases.write_bytes(content)
    ran = hearth("answer", str(cases), "--out", str(out))
    assert (ran.code, ran.error) == (
        3,
        f"{cases}: there are no cases in it. Give one case a line, as JSON.",
    )


def test_a_file_that_is_missing_a_folder_or_no_text_is_told(hearth: Console, cases: Path, out: Path) -> None:
    missing = hearth("answer", str(cases), "--out", str(out))
    assert (missing.code, missing.error) == (
        3,
        f"{cases}: cannot be read (No such file or directory). Check its name.",
    )
    folder = hearth("answer", str(cases.parent), "--out", str(out))
    assert folder.code == 3
    assert "Is a directory" in folder.error
    cases.write_bytes(b'{"id": 1, "question": "\xff"}')
    binary = hearth("answer", str(cases), "--out", str(out))
    assert (binary.code, binary.error) == (
        3,
        f"{cases}: not text in UTF-8 (byte 23). Save it as UTF-8.",
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    )
)
def test_any_json_is_a_case_or_refused_with_its_line(scratch: Path, line: object) -> None:
    scratch.write_text(json.dumps(line), encoding="utf-8")
    try:
        (case,) = read_cases(scratch)
    except CasesError as error:
        message = str(error)
    else:
        message = f"{scratch}, line 1: " if case == line else ""
    assert message.startswith(f"{scratch}, line 1: ")
