"""The index finds the clauses of the policy version that it was opened for, and survives what befalls it."""

import hashlib
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.clauses import Clause, Policy, Section, fingerprint
from knowledge.embedding import Embedder
from knowledge.index import BATCH, ClauseIndex, IndexFolderError, collection_name, open_index, wording
from knowledge.reader import read_policy

HOME_START = (
    Path(__file__).parent.parent / "knowledge/policies/home-start-herefordshire-ict-and-social-networking.txt"
)


class CountingEmbedder:
    """Gives every text a vector of its own, counts the texts, and may do something at one of them."""

    model = "counting"

    def __init__(self, at: int = -1, then: Callable[[], None] = lambda: None) -> None:
        self.texts: list[str] = []
        self._at = at
        self._then = then

    def embed(self, text: str) -> NDArray[np.float32]:
        self.texts.append(text)
        if len(self.texts) == self._at:
            self._then()
        if not text:
            return np.zeros(384, dtype=np.float32)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
        vector = np.random.default_rng(seed).normal(size=384).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))


def made_policy(texts: list[str], slug: str = "policy", organisation: str = "Sample") -> Policy:
    clauses = tuple(Clause(f"1.{number}", text, ("1. Rules",)) for number, text in enumerate(texts, 1))
    section = Section("1", "1. Rules", clauses)
    return Policy(slug, organisation, "Sample policy", fingerprint("\n".join(texts)), (section,), None, None)


LONG = made_policy([f"Rule {number} says what applies to case {number}." for number in range(3 * BATCH)])


def assert_whole(index: ClauseIndex, policy: Policy) -> None:
    """Every clause is found once, and by its own words."""
    hits = index.search("", len(policy.clauses) + 1)
    assert [hit.clause for hit in hits] == list(policy.clauses)
    for clause in policy.clauses[:: 1 + len(policy.clauses) // 20]:
        (hit,) = (hit for hit in index.search(wording(clause), len(hits)) if hit.clause == clause)
        assert hit.dense == pytest.approx(1, abs=1e-5)


@pytest.fixture(scope="module")
def home_start(tmp_path_factory: pytest.TempPathFactory) -> ClauseIndex:
    folder = tmp_path_factory.mktemp("data")
    policy = read_policy(
        HOME_START, organisation="Home-Start Herefordshire", title="ICT and Social Networking"
    )
    return open_index(policy, Embedder.load(folder / "models"), folder / "index")


def found(index: ClauseIndex, question: str, count: int, *roles: str) -> list[str]:
    return [hit.clause.id for hit in index.search(question, count, roles)]


def test_both_clauses_on_befriending_a_family_are_found_for_a_volunteer(home_start: ClauseIndex) -> None:
    assert set(found(home_start, "can I friend this family?", 2, "volunteer")) == {"4.3", "4.4"}


def test_the_role_brings_the_section_up_that_binds_it(home_start: ClauseIndex) -> None:
    logo = "may I put the logo on my own page?"
    assert found(home_start, logo, 1, "volunteer") == ["4.5"]
    assert found(home_start, logo, 1, "staff") == ["3.8"]


def test_shared_words_decide_where_the_model_tells_nothing_apart(tmp_path: Path) -> None:
    class Indifferent(CountingEmbedder):
        def embed(self, text: str) -> NDArray[np.float32]:
            return super().embed("always the same" if text else text)

    index = open_index(made_policy(["No music.", "No gambling.", "Be kind."]), Indifferent(), tmp_path)
    assert found(index, "what about gambling?", 1) == ["1.2"]


def test_dense_tells_what_the_policy_covers_from_what_it_does_not(home_start: ClauseIndex) -> None:
    covered = home_start.search("can I add a family on facebook?", 1)[0].dense
    assert covered > 0.5 > 0.3 > home_start.search("what time does the chip shop open", 1)[0].dense


@pytest.mark.parametrize("question", ["", " \n", "\u200b\u202e", "\x00"])
def test_a_question_without_words_finds_the_clauses_in_document_order(
    home_start: ClauseIndex, question: str
) -> None:
    hits = home_start.search(question, 3)
    assert [hit.clause.id for hit in hits] == ["statement.p1", "statement.p2", "1.1"]
    assert {(hit.dense, hit.score) for hit in hits} == {(0.0, 0.0)}


def test_a_very_long_question_is_searched_like_any_other(home_start: ClauseIndex) -> None:
    assert found(home_start, "may we put photographs of children online? " * 1000, 1) == ["1.4"]


def test_building_and_searching_need_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    policy = made_policy(["Photographs need consent.", "No gambling."])
    index = open_index(policy, Embedder.load(tmp_path / "models"), tmp_path / "index")
    assert found(index, "can we post pictures of the children?", 1) == ["1.1"]


def test_an_index_is_embedded_once_and_then_kept(tmp_path: Path) -> None:
    open_index(LONG, CountingEmbedder(), tmp_path)
    again = CountingEmbedder()
    index = open_index(LONG, again, tmp_path)
    assert again.texts == []
    assert_whole(index, LONG)


def die() -> None:
    os._exit(9)  # as a kill: nothing is closed or written


def build_and_die(folder: Path, at: int) -> None:
    open_index(LONG, CountingEmbedder(at, die), folder)


@pytest.mark.parametrize("at", [1, BATCH + 5, 3 * BATCH])
def test_a_build_that_was_killed_is_completed_with_nothing_twice(tmp_path: Path, at: int) -> None:
    process = multiprocessing.get_context("spawn").Process(target=build_and_die, args=(tmp_path, at))
    process.start()
    process.join()
    assert process.exitcode == 9
    embedder = CountingEmbedder()
    index = open_index(LONG, embedder, tmp_path)
    assert len(embedder.texts) == len(LONG.clauses) - (at - 1) // BATCH * BATCH
    assert_whole(index, LONG)


def test_a_build_that_was_interrupted_is_completed_in_the_same_process(tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_index(LONG, CountingEmbedder(BATCH + 1, interrupt), tmp_path)
    assert_whole(open_index(LONG, CountingEmbedder(), tmp_path), LONG)


def test_a_new_version_is_searched_by_its_own_clauses(tmp_path: Path) -> None:
    old = made_policy(["Ask the manager first.", "No gambling.", "No music."])
    new = made_policy(["Ask nobody.", "No gambling."])
    first = open_index(old, CountingEmbedder(), tmp_path)
    assert_whole(open_index(new, CountingEmbedder(), tmp_path), new)
    assert_whole(first, old)
    assert_whole(open_index(old, CountingEmbedder(), tmp_path), old)


def test_clauses_that_are_cut_otherwise_replace_the_kept_ones(tmp_path: Path) -> None:
    cut = made_policy(["Ask first. No gambling.", "No music.", "Be kind."])
    recut = replace(made_policy(["Ask first.", "No music.", "No gambling."]), version=cut.version)
    open_index(cut, CountingEmbedder(), tmp_path)
    embedder = CountingEmbedder()
    index = open_index(recut, embedder, tmp_path)
    assert len(embedder.texts) == 2  # only what changed
    assert_whole(index, recut)


def test_organisation_policy_version_and_model_each_have_their_own_collection() -> None:
    policy = made_policy(["No gambling."])
    others = [
        (replace(policy, organisation="Other"), "model"),
        (replace(policy, slug="other"), "model"),
        (replace(policy, version=fingerprint("other")), "model"),
        (policy, "other"),
    ]
    names = {collection_name(policy, "model")} | {collection_name(*other) for other in others}
    assert len(names) == 5


@pytest.mark.parametrize("slug", ["", "ü", "a" * 600, "-x-", "Safeguarding (2026) v.2"])
def test_any_file_name_makes_a_collection(tmp_path: Path, slug: str) -> None:
    policy = made_policy(["No gambling."], slug)
    assert_whole(open_index(policy, CountingEmbedder(), tmp_path), policy)


@pytest.mark.parametrize("damage", [b"this is no database" * 1000, None])
def test_a_damaged_store_is_built_again(tmp_path: Path, damage: bytes | None) -> None:
    open_index(LONG, CountingEmbedder(), tmp_path)
    store = tmp_path / "chroma/chroma.sqlite3"
    store.write_bytes(store.read_bytes()[: store.stat().st_size // 2] if damage is None else damage)
    assert_whole(open_index(LONG, CountingEmbedder(), tmp_path), LONG)


def open_and_search(folder: Path) -> None:
    assert_whole(open_index(LONG, CountingEmbedder(), folder), LONG)


def test_another_process_may_open_the_index_while_this_one_uses_it(tmp_path: Path) -> None:
    index = open_index(LONG, CountingEmbedder(), tmp_path)
    process = multiprocessing.get_context("spawn").Process(target=open_and_search, args=(tmp_path,))
    process.start()
    while process.is_alive():
        assert len(index.search("which rule is it?", 5)) == 5
        process.join(0.05)
    assert process.exitcode == 0
    assert_whole(index, LONG)


def test_of_two_that_open_at_once_one_builds_and_the_other_waits(tmp_path: Path) -> None:
    embedders = [CountingEmbedder(), CountingEmbedder()]
    threads = [threading.Thread(target=open_index, args=(LONG, each, tmp_path)) for each in embedders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(each.texts) for each in embedders) == [0, len(LONG.clauses)]


def test_a_folder_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file stands here")
    with pytest.raises(
        IndexFolderError, match=r"index cannot hold the index .* Check that you may write there"
    ):
        open_index(LONG, CountingEmbedder(), tmp_path / "index")


def test_building_shows_a_bar_only_when_asked_and_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_index(LONG, CountingEmbedder(), tmp_path / "quiet")
    assert capsys.readouterr().err == ""
    open_index(LONG, CountingEmbedder(), tmp_path / "shown", progress=True)
    assert f"{len(LONG.clauses)}/{len(LONG.clauses)}" in capsys.readouterr().err
    open_index(LONG, CountingEmbedder(), tmp_path / "shown", progress=True)
    assert capsys.readouterr().err == ""
