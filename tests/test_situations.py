"""The situations of an induction: loaded, refused where wrong, proved against the clauses they rest on."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from shutil import copyfile

import pytest
import textstat  # type: ignore[import-untyped]  # ships no types

from knowledge.pack import PackError
from knowledge.reading import ROLES
from knowledge.situation_check import MAX_LABEL, situation_faults
from knowledge.situations import load_situations
from tests.console import Console
from tests.policies import TEXT, home_start_pack, home_start_policy

FILE = TEXT.with_suffix(".induction.toml")
WHOLE = FILE.read_text(encoding="utf-8")
SITUATIONS = load_situations(FILE)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "changed.induction.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(tmp_path: Path, text: str) -> list[str]:
    return situation_faults(home_start_policy(), home_start_pack(), load_situations(written(tmp_path, text)))


def replaced(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


# Loading


def test_the_home_start_situations_hold_together_with_the_policy() -> None:
    assert situation_faults(home_start_policy(), home_start_pack(), SITUATIONS) == []


def test_a_policy_without_an_induction_file_has_no_situations_and_that_is_no_fault(tmp_path: Path) -> None:
    none = load_situations(tmp_path / "none.induction.toml")
    assert none == ()
    assert situation_faults(home_start_policy(), home_start_pack(), none) == []


def test_a_story_over_several_lines_is_one_paragraph() -> None:
    assert all("\n" not in one.story and "  " not in one.story for one in SITUATIONS)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("situation = [", "not readable as TOML"),
        ("", "'situation' is missing"),
        ("situation = 'x'", r"written as \[\[situation\]\]"),
        ("situation = ['x']", r"written as \[\[situation\]\]"),
        ("[[situatoin]]\nid = 'x'", "unknown column 'situatoin'"),
        ("[[situation]]\nid = 'x'", "situation 'x': 'roles' is missing"),
        ("[[situation]]\nroles = ['staff']", "situation 1: 'id' is missing"),
        (replaced('id = "most-agree"', 'id = "Most agree"'), "id 'Most agree' has more than small letters"),
        (replaced('roles = ["manager"]', 'roles = ["deputy"]'), r"roles = \['deputy'\] is no list of"),
        (replaced('roles = ["manager"]', "roles = []"), r"roles = \[\] is no list of"),
        (replaced('roles = ["manager"]', 'roles = "staff"'), "roles = 'staff' is no list of"),
        (replaced('{ "2.3" = "for whom they are relevant" }', '"2.3"'), "rests_on is no table of clauses"),
        (replaced('{ "2.3" = "for whom they are relevant" }', "{}"), "rests_on is no table of clauses"),
        (replaced('"for whom they are relevant"', "2"), "'copy-to-a-friend': 2.3 = 2 is no text"),
        (replaced('question = "May you?"', 'question = " "'), "question = ' ' is no text"),
        (replaced('question = "May you?"', 'question = "?"\nask = 1'), "unknown column 'ask'"),
        (replaced("right = true", 'right = "yes"'), "option 3: right = 'yes' is neither true nor false"),
        (replaced("right = true", "right = 1"), "right = 1 is neither true nor false"),
        (replaced("right = true\n", ""), "'photo-of-three-families', option 3: 'right' is missing"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, wrong: str, words: str) -> None:
    with pytest.raises(PackError, match=rf"changed\.induction\.toml: .*{words}"):
        load_situations(written(tmp_path, wrong))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        load_situations(tmp_path)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wrong.induction.toml"
    path.write_bytes(b"# \xff")
    with pytest.raises(PackError, match="not readable"):
        load_situations(path)


# Proof against the policy


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"4.3" = ', '"9.3" = ', "from-a-mum: rests on clause 9.3, which is not in the policy"),
        ('"4.3" = "during the', '"4.3" = "while the', "does not stand in 4.3"),
        ('"for whom they are relevant"', '"For whom they are relevant"', "does not stand in 2.3"),
        ('roles = ["manager"]', 'roles = ["staff"]', "post-by-a-co-ordinator: 1.2 does not bind staff"),
        ("right = true", "right = false", "0 options are right"),
        ("right = false", "right = true", "2 options are right"),
        ('id = "most-agree"', 'id = "third-mum"', "option third-mum is there more than once"),
        ('id = "complaint-under-a-post"', 'id = "photo-of-three-families"', "is there more than once"),
        ('"Not yet. All it', f'"{"x" * MAX_LABEL} All it', "a button shows 75"),
        ("It takes the “consent of all", "It takes the “consents of all", "quotes 'consents of all those"),
        ("It takes the “consent of all those pictured”, and", "It does not, as", "does not quote the words"),
        (
            '"“Please do. I will look at it tonight.”"',
            '"“Send it to me, please. I will check it and put it up.”"',
            "two options read",
        ),
    ],
)  # fmt: skip
def test_a_situation_that_does_not_hold_is_found_out(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(tmp_path, replaced(old, new)))


@pytest.mark.parametrize(
    ("situation", "fault"),
    [
        ("friend-of-many-years", "section 5: no situation for volunteer"),
        ("photo-of-three-families", "section statement: no situation for chair"),
        ("only-copy-of-a-report", "section 2: no situation for trustee"),
        ("holiday-in-the-lunch-break", "section 2: no situation for manager"),
    ],
)
def test_a_section_without_a_situation_for_someone_who_reads_it_is_found_out(
    situation: str, fault: str
) -> None:
    left = [one for one in SITUATIONS if one.id != situation]
    assert fault in situation_faults(home_start_policy(), home_start_pack(), left)


@pytest.mark.parametrize("count", [1, 5])
def test_two_to_four_options_are_given(tmp_path: Path, count: int) -> None:
    option = '[[situation.option]]\nid = "o{}"\nlabel = "L{}"\nright = {}\nsaid = "“consent”"\n'
    options = "".join(option.format(n, n, "false" if n else "true") for n in range(count))
    first = WHOLE[: WHOLE.index("[[situation.option]]")]
    assert any(f"{count} options: give 2 to 4" in fault for fault in faults_of(tmp_path, first + options))


def test_the_check_of_the_policy_checks_the_situations_too(tmp_path: Path) -> None:
    hearth = Console(tmp_path / "data")
    assert f"The induction holds together: {len(SITUATIONS)} situations." in hearth.out("policy", "check")
    own = tmp_path / "own.txt"
    copyfile(TEXT, own)
    copyfile(TEXT.with_suffix(".pack.toml"), own.with_suffix(".pack.toml"))
    assert "holds together: no situations." in hearth.out("policy", "check", HEARTH_POLICY=str(own))
    own.with_suffix(".induction.toml").write_text(replaced('"4.3" = ', '"9.3" = '), encoding="utf-8")
    ran = hearth("policy", "check", HEARTH_POLICY=str(own))
    assert ran.code == 1
    assert "rests on clause 9.3, which is not in the policy" in ran.out
    own.with_suffix(".induction.toml").write_text("situation = [", encoding="utf-8")
    assert (
        "own.induction.toml: not readable as TOML" in hearth("policy", "check", HEARTH_POLICY=str(own)).error
    )


# How they are written


def test_the_right_option_stands_now_here_now_there() -> None:
    places = Counter([option.right for option in one.options].index(True) for one in SITUATIONS)
    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) <= len(SITUATIONS) / 3


@pytest.mark.parametrize("role", ROLES[:3])
def test_the_right_option_does_not_stand_where_the_last_one_stood(role: str) -> None:
    places = [[option.right for option in one.options].index(True) for one in SITUATIONS if role in one.roles]
    assert all(place != after for place, after in pairwise(places))


def test_the_right_option_is_not_told_by_its_length() -> None:
    by_chance = sum(1 / len(one.options) for one in SITUATIONS)
    for extreme in (max, min):
        ends = [extreme(one.options, key=lambda option: len(option.label)) for one in SITUATIONS]
        assert sum(option.right for option in ends) <= by_chance + 1


def test_what_is_said_reads_easily() -> None:
    told = [
        part
        for one in SITUATIONS
        for part in (one.story, one.question, *(f"{o.label} {o.said}" for o in one.options))
    ]
    # The index gives a school year; five more is the age of a child in it.
    assert textstat.automated_readability_index(" ".join(told)) + 5 < 11


def test_nobody_is_shamed() -> None:
    said = " ".join(option.said for one in SITUATIONS for option in one.options).lower()
    assert not any(word in said for word in ("wrong", "incorrect", "mistake", "sorry", "fail to", "!"))


def test_every_story_is_short() -> None:
    assert all(len(one.story.split()) <= 45 for one in SITUATIONS)
