"""Slips of the thumb: mended where only one word can have been meant, and nothing else touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spelling import Speller

WORDS = (
    "going", "doing", "started", "asked", "colleague", "supported", "family", "facebook", "volunteer", "dont",
    "they've", "college", "down", "start", "hitting", "hinting", "carers",
)  # fmt: skip
SPELLER = Speller(WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("im doin a visit", "im doing a visit"),
        ("we startd last week", "we started last week"),
        ("Collegue is off sick", "Colleague is off sick"),
        ("shes on facebok", "shes on facebook"),
        ("are they supprotde", "are they supported"),
        ("is she suported", "is she supported"),
        ("a voluneter", "a volunteer"),
        ("theyve finished", "they've finished"),
    ],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert SPELLER.corrected(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Does the policy cover a collie?",  # a word, though near another
        "a vol and her fam",  # too short to tell
        "I met Dowen and Familia",  # names within a text
        "dont",  # as people type it
        "shurt",  # nothing near enough
        "hiting",  # hitting or hiding
        "unsupportd and exvolunteer",  # the opposite of what stands near
        "the carer's phone",
        "",
    ],
)
def test_what_may_be_meant_as_it_stands_is_left_alone(typed: str) -> None:
    assert SPELLER.corrected(typed) == typed


@given(st.text())
def test_a_second_look_changes_nothing_more(text: str) -> None:
    once = SPELLER.corrected(text)
    assert SPELLER.corrected(once) == once


@given(st.lists(st.sampled_from(WORDS), min_size=1).map(" ".join))
def test_words_that_the_reader_learned_stay(text: str) -> None:
    assert SPELLER.corrected(text) == text
