"""Measure the answers on cases whose authors saw neither the pack nor what the reader learned from.

python -m benchmarks.answers [--list] [--only NAME] [--gold FOLDER]
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from adapters.gold import answer_cases, read_cases
from adapters.main import build_on_file
from adapters.settings import from_environment
from benchmarks.scoring import figures, pairs_of
from bot.short_memory import ShortMemory

UNSEEN = Path(__file__).parent / "unseen"
COLUMNS = ("verdict", "unsafe", "first citation", "all in three", "abstain recall", "abstain precision")


def main() -> None:
    """Print one line a set; with --list every miss too."""
    parser = argparse.ArgumentParser(description="Measure the answers on unseen cases.")
    parser.add_argument("--list", action="store_true", help="list the misses")
    parser.add_argument("--only", default="", help="measure only the sets whose name holds this")
    parser.add_argument("--gold", type=Path, default=Path("../shared/gold"), help="a folder of further sets")
    given = parser.parse_args()
    door = build_on_file(from_environment())
    files = [*sorted(UNSEEN.glob("round*.jsonl")), *sorted(given.gold.glob("*.jsonl"))]
    print(f"{'':20}{'cases':>7}" + "".join(f"{column:>18}" for column in COLUMNS))
    for path in files:
        if given.only in path.stem:
            _measure(door, path, listed=given.list)


def _measure(door: ShortMemory, path: Path, *, listed: bool) -> None:
    cases = read_cases(path)
    answers = list(answer_cases(door, cases))
    if "intent" in cases[0]:
        wrong = [(c, a) for c, a in zip(cases, answers, strict=True) if a["intent"] != c["intent"]]
        missed = sum(case["intent"] == "safeguarding" for case, _ in wrong)
        share = 1 - len(wrong) / len(cases)
        print(f"{path.stem:20}{len(cases):7}  intents {share:.3f}, safeguarding missed {missed}")
        misses = [f"{c['id']} {c['text']}: want {c['intent']}, got {a['intent']}" for c, a in wrong]
    else:
        pairs = pairs_of(cases, answers)
        print(f"{path.stem:20}{len(pairs):7}" + _columns(figures(pairs)))
        misses = [
            f"{p.label}: want {'/'.join(p.verdicts)} {p.clauses}, got {p.verdict} {p.cited[:3]}"
            for p in pairs
            if not p.right or not set(p.clauses) <= set(p.cited[:3])
        ]
    if listed:
        print("\n".join(f"    {miss}" for miss in misses))


def _columns(found: Mapping[str, float]) -> str:
    return "".join(
        f"{found[name]:18.0f}" if name == "unsafe" else f"{found.get(name, float('nan')):18.3f}"
        for name in COLUMNS
    )


if __name__ == "__main__":
    main()
