"""`hearth answer`: one answer line for each measuring case, through the same door as a chat message."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from adapters.given import roles_named, whole
from bot.conversation import Outcome
from bot.message import Message
from bot.short_memory import ShortMemory

KINDS = ("question", "turns", "text")


class CasesError(Exception):
    """A file of cases cannot be used; the message names the line, what is wrong and what to do."""


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Return the cases of a JSON-lines file, at least one; raise CasesError where there is anything else."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise CasesError(f"{path}: cannot be read ({error.strerror}). Check its name.") from error
    except UnicodeDecodeError as error:
        raise CasesError(f"{path}: not text in UTF-8 (byte {error.start:,}). Save it as UTF-8.") from error
    cases: dict[str | int, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                case = _case(line)
            except ValueError as error:
                raise CasesError(f"{path}, line {number}: {error}.") from error
            if case["id"] in cases:
                raise CasesError(
                    f"{path}, line {number}: the id {case['id']!r} stands on an earlier line too."
                )
            cases[case["id"]] = case
    if not cases:
        raise CasesError(f"{path}: there are no cases in it. Give one case a line, as JSON.")
    return list(cases.values())


def answer_cases(door: ShortMemory, cases: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one answer for each case, in order; each case is its own conversation."""
    with asyncio.Runner() as runner:
        for case in cases:
            conversation = f"answer:{case['id']}"
            door.begin(conversation, roles_named(case.get("role", "unknown")))
            outcomes = [
                runner.run(door.respond(Message(f"{conversation}/{turn}", conversation, whole(text))))
                for turn, text in enumerate(_said(case))
            ]
            yield {"id": case["id"], **_measured(case, outcomes)}


def _case(line: str) -> dict[str, Any]:
    """Return the case on a line; raise ValueError for what is none of the three kinds."""
    try:
        case = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, character {error.colno})") from error
    except RecursionError:
        raise ValueError("nested too deeply to be a case") from None
    if not isinstance(case, dict) or sum(kind in case for kind in KINDS) != 1:
        raise ValueError(f"a case is an object with an id and one of {', '.join(KINDS)}")
    if type(case.get("id")) not in (str, int):
        raise ValueError("a case needs an id, a text or a whole number")
    roles_named(case.get("role", "unknown"))
    _said(case)
    return case


def _said(case: dict[str, Any]) -> list[str]:
    """Return what the sender says, in order; raise ValueError where it is no text, or nothing."""
    match case:
        case {"question": str(text)} | {"text": str(text)}:
            return [text]
        case {"turns": [_, *_] as turns}:
            says = [turn["say"] for turn in turns if isinstance(turn, dict) and "say" in turn]
            if len(says) == len(turns) and all(isinstance(text, str) for text in says):
                return says
    raise ValueError("a question or text is a text; turns is a list of objects, each with a text to say")


def _measured(case: dict[str, Any], outcomes: list[Outcome]) -> dict[str, Any]:
    if "turns" in case:
        return {"turns": [_judged(outcome) for outcome in outcomes]}
    if "text" in case:
        return {"intent": outcomes[0].intent}
    return {**_judged(outcomes[0]), "question": case["question"]}


def _judged(outcome: Outcome) -> dict[str, Any]:
    """Return what the person was told of the policy; where that is nothing, the policy was silent to her."""
    if outcome.answer is None:
        return {"verdict": "silent", "citations": []}
    citations = [citation.clause.id for citation in outcome.answer.citations]
    return {"verdict": outcome.answer.verdict, "citations": citations}
