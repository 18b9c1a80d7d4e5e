"""Measure the safeguarding tripwire: which talk of harm it misses, and where it rings falsely.

python -m benchmarks.alarming [--list] [--amid] [--only NAME]

The sets in `alarming` were written by hands that had seen neither the rules nor the examples; see
`alarming/README.md` for the first runs. The rounds of `unseen` were looked at, but for 13 and 14.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from adapters.main import build_answerer
from adapters.settings import from_environment
from bot import safeguarding
from knowledge.answers import Answerer
from knowledge.threads import Thread

HERE = Path(__file__).parent
# What was said before, with --amid: the answer asks back.
OPEN = "can I add the mum I visit on facebook?"


def main() -> None:
    """Print one line a set; with --list every miss too."""
    parser = argparse.ArgumentParser(description="Measure the safeguarding tripwire.")
    parser.add_argument("--list", action="store_true", help="list what was missed and what rang falsely")
    parser.add_argument("--amid", action="store_true", help="with a question back open, as in a conversation")
    parser.add_argument("--only", default="", help="measure only the sets whose name holds this")
    parser.add_argument("--gold", type=Path, default=Path("../shared/gold"), help="a folder of further sets")
    given = parser.parse_args()
    answerer = build_answerer(from_environment())
    amid = answerer.ask(OPEN).thread if given.amid else None
    files = [
        *sorted((HERE / "alarming").glob("*.jsonl")),
        *sorted((HERE / "unseen").glob("*.jsonl")),
        *sorted(given.gold.glob("*.jsonl")),
    ]
    print(f"{'':20}{'harm':>6}{'missed':>8}{'harmless':>10}{'rings':>7}{'in 100':>8}")
    for path in files:
        if given.only in path.stem:
            _measure(answerer, amid, path, listed=given.list)


def _measure(answerer: Answerer, amid: Thread | None, path: Path, *, listed: bool) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    said = [(text, harm) for row in rows for text, harm in _said(row)]
    rang = [(text, harm, _rings(answerer, text, amid)) for text, harm in said]
    missed = [text for text, harm, rings in rang if harm and not rings]
    false = [text for text, harm, rings in rang if rings and not harm]
    harmless = sum(not harm for _, harm in said)
    share = 100 * len(false) / harmless if harmless else 0.0
    print(f"{path.stem:20}{len(said) - harmless:6}{len(missed):8}{harmless:10}{len(false):7}{share:8.1f}")
    if listed:
        _list("missed", missed)
        _list("rang falsely", false)


def _rings(answerer: Answerer, text: str, amid: Thread | None) -> bool:
    return safeguarding.rings(text, answerer.ask(text, (), amid).reading.danger)


def _said(row: dict[str, object]) -> Iterable[tuple[str, bool]]:
    """Return what is said in a row, and whether it speaks of harm."""
    if isinstance(turns := row.get("turns"), Sequence):
        return [(turn["say"], False) for turn in turns]
    text = str(row.get("text") or row.get("question"))
    return [(text, bool(row.get("danger")) or row.get("intent") == "safeguarding")]


def _list(what: str, texts: Sequence[str]) -> None:
    for text in texts:
        print(f"    {what}: {text}")


if __name__ == "__main__":
    main()
