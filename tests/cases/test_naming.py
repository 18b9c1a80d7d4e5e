"""Whom a text may mean: rather one too many than one too few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.naming import Known, meant

# Function words and colours in place of names: nobody is called so.
MANAGER = Known("m", "manager", ("Violet Amberley", "Vi"))
CHAIR = Known("c", "chair", ("Dr. Scarlet Ochre-Teale", "the commodore"))
LEAD = Known("s", "safeguarding_lead", ("Safeguarding Lead (sample)",))
TRUSTEE = Known("t", "trustee", ("Björn Magenta",))
ALL = (MANAGER, CHAIR, LEAD, TRUSTEE)


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("Violet never rang back", "m"),
        ("violet's note was rude", "m"),
        ("VIOLETT was late", "m"),
        ("Mrs Amberly said no", "m"),
        ("Vi did not answer", "m"),
        ("it was scarlet", "c"),
        ("Scarlet Ochre Teale", "c"),
        ("The Commodore again", "c"),
        ("bjorn and violet", "tm"),
        ("the manager told me", "m"),
        ("your boss", "mc"),
        ("one of the trustees", "ct"),
        ("the board decided", "ct"),
        ("the co-ordinator", "m"),
        ("the safeguarding lead", "s"),
        ("the DSL", "s"),
        ("the weather was bad", ""),
        ("another volunteer", ""),
        ("your treasurer was there", "ct"),
        ("the lady in the office laughed", "ms"),
        ("someone from your office rang", "ms"),
        ("a member of staff saw it", "ms"),
        ("the office lady", "ms"),
        ("Violet, the lady in the office", "m"),
        ("a man on the bus", ""),
        ("I rang the office", ""),
        ("nothing in particular", ""),
    ],
)
def test_names_nicknames_misspellings_and_functions_point_to_officers(text: str, persons: str) -> None:
    assert meant(text, ALL) == frozenset(persons)


@pytest.mark.parametrize("text", ["the lady in the office", "a member of staff", "someone at reception"])
def test_asked_who_a_word_that_names_nobody_may_mean_anyone_on_the_staff(text: str) -> None:
    assert {"m", "s"} <= meant(text, ALL, asked_who=True)


@pytest.mark.parametrize("text", ["her", "that woman", "everyone", "?", ""])
def test_asked_who_words_that_say_nothing_may_mean_anyone_in_office(text: str) -> None:
    assert meant(text, ALL, asked_who=True) == frozenset("mcst")


def test_asked_who_a_name_beside_the_function_word_is_enough() -> None:
    assert meant("Violet, the lady in the office", ALL, asked_who=True) == frozenset("m")


def test_in_a_story_other_such_words_mean_nobody_in_particular() -> None:
    assert meant("a lady in the street saw us at the office party", ALL) == frozenset()


def test_in_a_wish_the_trustees_are_asked_to_act_and_are_not_meant() -> None:
    assert meant("I would like the trustees to look at it", ALL, is_wish=True) == frozenset()
    assert meant("Violet should say sorry to the board", ALL, is_wish=True) == frozenset("m")


@given(
    st.text(max_size=200), st.sampled_from(["Violet", "Amberley", "scarlet", "magenta", "manager", "chair"])
)
def test_whatever_stands_around_a_name_it_is_found(around: str, name: str) -> None:
    assert meant(f"{around} {name} {around[::-1]}", ALL)


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert meant(text, ALL) <= frozenset("mcst")
