"""The chat in a terminal: type a question, or the number of a button."""

import asyncio
import sys
from collections.abc import Sequence
from itertools import count

from adapters.output import say
from adapters.text import render_text
from bot.card import Card, buttons_of
from bot.message import Message
from bot.short_memory import ShortMemory


def talk(door: ShortMemory, conversation: str) -> None:
    """Answer each line of the input until it ends; a bare number presses that button of the last cards.

    Lines are read in the main thread, so that Ctrl-C ends the chat at once.
    """
    actions: dict[str, str] = {}
    with asyncio.Runner() as runner:
        runner.get_loop()  # made before anyone can press Ctrl-C: half made, it complains when thrown away
        say("Ask about the policy. A number presses a button; Ctrl-D ends.")
        for number in count():
            line = _line()
            if line is None:
                return
            typed = line.strip().strip("[]")  # "[2]" is how a button is shown
            if not typed:
                continue
            if typed.isdecimal() and typed not in actions:
                say(f"\nThere is no button {typed} here. Type a number that you see, or a question.\n")
                continue
            action = actions.get(typed)
            message = Message(f"{conversation}/{number}", conversation, "" if action else line, action)
            cards = runner.run(door.handle(message))
            buttons = [button for card in cards for button in buttons_of(card)]
            actions = {str(at): button.action for at, button in enumerate(buttons, 1)}
            say(f"\n{shown(cards)}\n")


def shown(cards: Sequence[Card]) -> str:
    """Return the cards as text, their buttons numbered through."""
    texts, first = [], 1
    for card in cards:
        texts.append(render_text(card, first))
        first += len(buttons_of(card))
    return "\n\n".join(texts)


def _line() -> str | None:
    at_terminal = sys.stdin.isatty()
    try:
        return input("> " if at_terminal else "")
    except EOFError:
        if at_terminal:
            say("")  # the prompt of the shell goes on a line of its own
        return None
