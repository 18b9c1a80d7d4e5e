"""The chat in a terminal: type, or press a button by its number."""

import io
import sys
from datetime import date

import pytest

from adapters.terminal import shown, talk
from bot.card import Button, Buttons, Card
from bot.conversation import Conversation
from bot.short_memory import ShortMemory
from knowledge.answers import Answerer

ASKED = "can I friend this family?"


class Terminal:
    """A volunteer's conversation: lines in, everything printed out."""

    def __init__(
        self, answerer: Answerer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._door = ShortMemory(Conversation(answerer, lambda: date(2026, 11, 23)))
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *lines: str) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        self._door.begin("terminal", ("volunteer",))
        talk(self._door, "terminal")
        printed = self._capsys.readouterr().out
        greeting, _, rest = printed.partition("\n")
        assert greeting == "Ask about the policy. A number presses a button; Ctrl-D ends."
        return rest


@pytest.fixture
def terminal(
    answerer: Answerer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(answerer, monkeypatch, capsys)


def test_a_typed_question_is_answered_with_the_clause(terminal: Terminal) -> None:
    said = terminal(ASKED)
    assert "It depends" in said
    assert "Clause 4.3, ICT and Social Networking Policy" in said
    assert "[1] Yes, still supported" in said


@pytest.mark.parametrize("typed", ["1", " 1 ", "[1]"])
def test_a_number_presses_the_button_that_shows_it(terminal: Terminal, typed: str) -> None:
    assert "The policy does not allow this" in terminal(ASKED, typed)


def test_the_numbers_are_those_of_the_last_answer(terminal: Terminal) -> None:
    said = terminal(ASKED, "2", "1")
    assert "[1] That is not so" in said
    assert said.count("It depends\n") == 2  # asked, and asked again once the fact was taken back


def test_a_number_without_a_button_is_told_and_the_buttons_stay(terminal: Terminal) -> None:
    said = terminal("2", ASKED, "77", "٣", "1")
    assert "There is no button 2 here." in said
    assert "There is no button 77 here." in said
    assert "There is no button ٣ here." in said
    assert "The policy does not allow this" in said


def test_an_empty_line_is_not_a_message(terminal: Terminal) -> None:
    assert terminal("", "   ", "\t") == ""
    assert terminal(ASKED, "", "1") == terminal(ASKED, "1")


def test_a_number_within_words_is_words(terminal: Terminal) -> None:
    assert "There is no button" not in terminal("what does clause 4.3 say?")


def test_the_end_of_the_input_ends_the_chat(terminal: Terminal) -> None:
    assert terminal() == ""


def test_danger_is_answered_first_here_too(terminal: Terminal) -> None:
    assert "ring 999" in terminal("she told me she wants to kill herself")


def test_buttons_are_numbered_through_all_cards_of_an_answer() -> None:
    first = Card("a", "First", (Buttons((Button("One", "x"), Button("Two", "x"))),))
    second = Card("b", "Second", (Buttons((Button("Three", "x"),)),))
    assert shown((first, second)) == "First\n\n  [1] One\n  [2] Two\n\nSecond\n\n  [3] Three"
