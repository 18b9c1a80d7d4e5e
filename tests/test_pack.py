"""The pack: loaded, refused where it is wrong, proved to hold together with the policy."""

import tomllib
from pathlib import Path

import pytest

from knowledge.pack import PackError, load_pack
from knowledge.pack_check import faults
from tests.policies import TEXT, home_start_pack, home_start_policy

WHOLE = TEXT.with_suffix(".pack.toml").read_text(encoding="utf-8")


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "changed.pack.toml"
    path.write_text(text, encoding="utf-8")
    return faults(home_start_policy(), load_pack(path))


def test_the_home_start_pack_holds_together() -> None:
    assert faults(home_start_policy(), home_start_pack()) == []


def test_a_missing_pack_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"none\.pack\.toml: no such pack\. Put it beside"):
        load_pack(tmp_path / "none.pack.toml")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("organisation = [", "not readable as TOML"),
        ("organisation = 'x'", "'fact' is missing"),
        (WHOLE.replace('whom = ["family"]', 'whom = ["famly"]', 1), "unknown whom 'famly'"),
        (WHOLE.replace('verdict = "allowed"', 'verdict = "fine"', 1), "unknown verdict 'fine'"),
        (
            WHOLE.replace('ask = "supported_now"', 'ask = "suported"', 1),
            "asks for an unknown fact 'suported'",
        ),
        (WHOLE.replace("facts = { supported_now", "facts = { suported", 1), "unknown fact or state suported"),
        (WHOLE.replace("near = [", "nearby = [", 1), "unknown column 'nearby'"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, wrong: str, words: str) -> None:
    path = tmp_path / "wrong.pack.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(PackError, match=words):
        load_pack(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('cite = ["4.7"]', 'cite = ["4.8"]', "clause 4.8 is cited but not in the policy"),
        ('cite = ["1.1"]', 'cite = ["1.2"]', "clause 1.1 is reached by no row"),
        (
            'say = "Yes, the Trustees are responsible for it."',
            f'say = "{"word " * 26}"',
            "more than 25 words",
        ),
    ],
)
def test_a_pack_that_does_not_fit_its_policy_is_found_out(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert any(words in fault for fault in faults_of(tmp_path, WHOLE.replace(old, new)))


def test_a_row_behind_one_that_always_fits_first_is_found_out(tmp_path: Path) -> None:
    everyone = '[[topic.row]]\nwho = ["any"]\nverdict = "info"\ncite = ["4.3"]\nsay = "Always."\n'
    changed = WHOLE.replace("[[topic.row]]", everyone + "\n[[topic.row]]", 1)
    assert any("friend_request, row 2: unreachable" in fault for fault in faults_of(tmp_path, changed))


def test_every_row_that_depends_asks_for_something_on_which_a_row_turns(tmp_path: Path) -> None:
    changed = WHOLE.replace('ask = "covering"', 'ask = "relevant"')
    assert any("asks for relevant, on which no row" in fault for fault in faults_of(tmp_path, changed))


def test_no_row_says_yes_without_the_policy_allowing_it_or_no_without_it_forbidding() -> None:
    for topic in home_start_pack().topics.values():
        for row in topic.rows:
            if row.say.startswith("Yes"):
                assert row.verdict in ("allowed", "required"), row.say
            if row.say.startswith("No"):
                assert row.verdict in ("not_allowed", "info"), row.say


def test_topics_have_each_one_id_in_the_file() -> None:
    data = tomllib.loads(WHOLE)
    ids = [topic["id"] for topic in data["topic"] + data["silent"]]
    assert len(ids) == len(set(ids))
