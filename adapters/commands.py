"""What each command does; imports what it needs when it runs, so that the rest starts fast."""

import argparse
import asyncio
import json
import sys

from adapters import main as wiring
from adapters.gold import answer_cases, read_cases
from adapters.output import OutputError, say, whole_file
from adapters.settings import Settings
from adapters.terminal import shown, talk
from bot.conversation import Outcome
from bot.message import Message
from bot.short_memory import ShortMemory
from knowledge.pack import PackError


def _door(settings: Settings) -> ShortMemory:
    return wiring.build(settings, progress=sys.stderr.isatty())


def ask(settings: Settings, given: argparse.Namespace) -> None:
    """Answer one question and print the cards, or the answer as JSON."""
    door = _door(settings)
    door.begin("ask", given.role)
    outcome = asyncio.run(door.respond(Message("ask/1", "ask", given.question)))
    if given.json:
        said = _as_json(outcome)
        say(json.dumps({**said, "why": _why(door, given.question, outcome)} if given.why else said, indent=1))
        return
    say(shown(outcome.cards))
    if outcome.answer and outcome.answer.ask:
        say("\nTo answer that, say it within the question, or talk in `hearth chat`.")
    if given.why:
        say("\n".join(["\nWhy:", *(f"  {line}" for line in _why(door, given.question, outcome))]))


def _as_json(outcome: Outcome) -> dict[str, object]:
    """Return the same keys whatever came of it; the verdict is null where the policy was not asked."""
    said: dict[str, object] = {
        "intent": outcome.intent,
        "verdict": None,
        "say": None,
        "citations": [],
        "ask": None,
        "change": None,
        "notes": [],
        "text": shown(outcome.cards),
    }
    answer = outcome.answer
    if answer is None:
        return said
    return said | {
        "verdict": answer.verdict,
        "say": answer.say,
        "citations": [
            {"clause": c.clause.id, "text": c.clause.text, "policy": c.policy} for c in answer.citations
        ],
        "ask": answer.ask.words if answer.ask else None,
        "change": answer.change or None,
        "notes": list(answer.notes),
    }


def _why(door: ShortMemory, question: str, outcome: Outcome) -> list[str]:
    """Return how the answer came about: what it was taken for, the words behind its facts, the rows."""
    lines = [f"taken for {outcome.intent}"]
    if outcome.answer is None:
        return lines
    words = door.words_behind(question)
    rests = [f'{fact} rests on "{behind}"' for fact, behind in words.items()]
    return [*lines, *rests, *outcome.answer.trace]


def chat(settings: Settings, given: argparse.Namespace) -> None:
    """Talk in the terminal until the input ends."""
    door = _door(settings)
    door.begin("terminal", given.role)
    talk(door, "terminal")


def answer(settings: Settings, given: argparse.Namespace) -> None:
    """Answer every case of a file, one line each, in order; the file appears only when all are answered."""
    from tqdm import tqdm  # type: ignore[import-untyped]  # ships no types

    cases = read_cases(given.cases)
    if given.out.resolve() == given.cases.resolve():
        raise OutputError(f"{given.out}: the file of cases itself. Name another.")
    with whole_file(given.out) as put:
        door = wiring.build_on_file(settings, progress=sys.stderr.isatty())
        bar = tqdm(answer_cases(door, cases), total=len(cases), unit="case", disable=not sys.stderr.isatty())
        put("".join(json.dumps(line) + "\n" for line in bar))


def policy_show(settings: Settings, given: argparse.Namespace) -> None:
    """Print the policy as it was understood."""
    from adapters.outline import norms, outline

    policy, pack = wiring.load_policy(settings)
    say(norms(policy, pack) if given.norms else outline(policy))


def policy_check(settings: Settings, _given: argparse.Namespace) -> None:
    """Prove that pack and induction hold together; print where they do not, and raise PackError."""
    from knowledge.pack_check import faults
    from knowledge.situation_check import situation_faults
    from knowledge.situations import load_situations

    policy, pack = wiring.load_policy(settings)
    situations = load_situations(settings.policy.with_suffix(".induction.toml"))
    found = [*faults(policy, pack), *situation_faults(policy, pack, situations)]
    for fault in found:
        say(fault)
    if found:
        raise PackError(f"{len(found)} faults in the pack or the induction: correct them and check again.")
    rows = sum(len(topic.rows) for topic in pack.topics.values())
    say(f"The pack holds together: {len(pack.topics)} topics, {rows} rows, {len(pack.facts)} facts.")
    say(f"The induction holds together: {len(situations) or 'no'} situations.")
