"""`hearth policy add` with a language model: what is sent, what is proposed, that nothing of it counts."""

import json
from pathlib import Path

import pytest

from adapters.cli import main
from knowledge.pack import Pack, load_pack
from knowledge.pack_edits import PackFile, approved, marked
from knowledge.reader import read_policy
from tests.documents.test_policy_add import GIVEN, POLICY
from tests.model.stub_provider import KEY, Provider

PROPOSED = {
    "clauses": [
        {"clause": "1.1", "examples": ["What do I get for petrol?", "  "], "cues": ["petrol money"]},
        {
            "clause": "1.2",
            "examples": ["x" * 500, 7, "Can I claim my commute?"],
            "cues": ["commute\nto work"],
        },
        {"clause": "9.9", "examples": ["Invented?"], "cues": []},
    ]
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: Provider) -> Path:
    """A policy that is handed over where a model is configured."""
    for name, value in {
        "HEARTH_DATA": str(tmp_path / "data"),
        "HEARTH_MODEL": "openai:stub",
        "HEARTH_MODEL_URL": provider.url,
        "HEARTH_MODEL_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "Expenses.md"
    words = "2.1 Everyone must keep receipts for Zebedee Quimby, zebedee@example.org."
    path.write_text(POLICY.replace("2.1 Everyone must keep receipts.", words), encoding="utf-8")
    return path


def pack_of(file: Path) -> Path:
    return file.parent / "data" / "policies" / "acorn-trust" / "expenses.pack.toml"


def topic(pack: Pack, clause: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return pack.topics[f"clause-{clause}"].examples, pack.topics[f"clause-{clause}"].cues


def test_examples_and_cues_are_proposed_marked_and_count_for_nothing(
    file: Path, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.labels(PROPOSED)
    assert main(["policy", "add", str(file), *GIVEN]) == 0
    said = capsys.readouterr().out
    assert "openai:stub at" in said
    assert "4 proposals for 2 clauses" in said
    written = pack_of(file).read_text(encoding="utf-8")
    assert "# proposed by a language model" in written
    assert 'proposed_examples = ["What do I get for petrol?"]' in written
    assert 'proposed_cues = ["commute to work"]' in written
    assert "Invented" not in written
    assert topic(load_pack(pack_of(file)), "1.1") == ((), ())


def test_what_is_sent_are_the_clauses_with_names_masked_and_no_sign_off(
    file: Path, provider: Provider
) -> None:
    provider.labels(PROPOSED)
    main(["policy", "add", str(file), *GIVEN])
    sent = json.dumps(provider.sent)
    assert len(provider.sent) == 1
    assert "Volunteers may claim 45p" in sent
    assert "Quimby" not in sent
    assert "zebedee@" not in sent
    assert "Date adopted" not in sent


def test_a_reviewer_takes_proposals_over_or_drops_them(file: Path, provider: Provider) -> None:
    provider.labels(PROPOSED)
    main(["policy", "add", str(file), *GIVEN])
    path = pack_of(file)
    policy = read_policy(path.with_name("expenses.txt"), organisation="Acorn Trust", title="Expenses")
    work = PackFile(policy, path.read_text(encoding="utf-8"))
    proposals = {item.id: item for item in work.review().items if item.words}
    assert [item.words for item in proposals.values()] == [
        "What do I get for petrol?", "petrol money", "Can I claim my commute?", "commute to work"
    ]  # fmt: skip
    for item_id, verdict in (("example:clause-1.1:0", "right"), ("cue:clause-1.1:0", "no")):
        work = PackFile(policy, marked(work, {item_id: proposals[item_id].seen}, verdict))
    path.write_text(work.text, encoding="utf-8")
    assert topic(load_pack(path), "1.1") == (("What do I get for petrol?",), ())
    left = {item.id: item.seen for item in work.review().items if item.state == "left"}
    path.write_text(approved(PackFile(policy, marked(work, left, "right"))), encoding="utf-8")
    assert topic(load_pack(path), "1.2") == (("Can I claim my commute?",), ("commute to work",))


@pytest.mark.parametrize("fault", ["refuses", "declines", "garbles"])
def test_without_a_usable_reply_the_draft_is_written_all_the_same(
    file: Path, provider: Provider, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    {"refuses": lambda: provider.refuses(500), "declines": lambda: provider.declines("No."),
     "garbles": lambda: provider.garbles("{")}[fault]()  # fmt: skip
    assert main(["policy", "add", str(file), *GIVEN]) == 0
    assert "nothing was proposed" in capsys.readouterr().out
    assert "proposed_examples" not in pack_of(file).read_text(encoding="utf-8")
    assert KEY not in pack_of(file).read_text(encoding="utf-8")


def test_nothing_is_sent_where_it_is_not_wanted_or_only_shown(file: Path, provider: Provider) -> None:
    assert main(["policy", "add", str(file), "--show"]) == 0
    assert main(["policy", "add", str(file), *GIVEN, "--without-model"]) == 0
    assert provider.sent == []
