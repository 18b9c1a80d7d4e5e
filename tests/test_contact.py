"""Words that ask for no name."""

import pytest

from bot.contact import asks_for_no_name


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to give my name",
        "I don\u2019t want to give my name, please.",
        "Anonymous, please",
        "no name",
        "leave my name out of it",
        "I would rather not be named",
    ],
)
def test_words_that_only_ask_for_no_name_are_taken_for_that(text: str) -> None:
    assert asks_for_no_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to be",
        "I want to give my name",
        "anonymous, he hits me",
        "No name, or he will kill me",
        "anonymous, он меня бьёт",
        "no name 999",
        "Sample Complainant",
        "",
    ],
)
def test_words_that_say_anything_else_are_not(text: str) -> None:
    assert not asks_for_no_name(text)
