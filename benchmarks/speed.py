"""Measure Hearth's speed and memory beside the plain chain's, in the same run.

    python -m benchmarks.speed

Hearth's answer is the whole answer as in the chat, message in and card out; the chain only retrieves. Every
figure is taken in a process of its own that may use one thread (see `speed_of_one.py`).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTS = 3  # the fastest counts: what the program needs, not what else the machine did
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
ROWS = (
    ("warm answer, p50 (ms)", "answer_p50", 2),
    ("warm answer, p95 (ms)", "answer_p95", 2),
    ("finding the clauses alone, p50 (ms)", "search_p50", 2),
    ("first start to first answer (s)", "first_start", 2),
    ("later start to first answer (s)", "start", 2),
    ("resident memory after it, peak (MB)", "memory", 0),
    ("large index: build (s)", "build", 1),
    ("large index: open again (s)", "open", 2),
    ("large index: search, p50 (ms)", "large_p50", 2),
    ("large index: search, p95 (ms)", "large_p95", 2),
    ("large index: memory, peak (MB)", "large_memory", 0),
)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Measure speed and memory beside the plain chain's.")
    parser.add_argument("--clauses", type=int, default=10_000, help="size of the large index (default 10000)")
    clauses = parser.parse_args().clauses
    with tempfile.TemporaryDirectory() as folder:
        ways = [_figures(way, Path(folder) / way, clauses) for way in ("hearth", "chain")]
    print(f"{f'large index: {clauses:,} clauses':40}{'Hearth':>10}{'chain':>10}")
    for label, name, digits in ROWS:
        print(f"{label:40}" + "".join(f"{figures[name]:10.{digits}f}" for figures in ways))


def _figures(way: str, folder: Path, clauses: int) -> dict[str, float]:
    first, *later = [_measured("start", way, folder) for _ in range(1 + STARTS)]
    answer = _measured("answer", way, folder)
    search = _measured("search", way, folder)
    build = _measured("large", way, folder / "large", clauses)
    again = _measured("large", way, folder / "large", clauses)
    return {
        "first_start": first["seconds"],
        "start": min(one["seconds"] for one in later),
        "memory": max(one["memory"] for one in later),
        "answer_p50": answer["p50"],
        "answer_p95": answer["p95"],
        "search_p50": search["p50"],
        "build": build["open"],
        "open": again["open"],
        "large_p50": again["p50"],
        "large_p95": again["p95"],
        "large_memory": again["memory"],
    }


def _measured(measure: str, way: str, folder: Path, clauses: int = 0) -> dict[str, float]:
    """Return what a process of its own measured, and the seconds from its start to its result."""
    print(f"measuring {measure}, {way} ...", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.speed_of_one", measure, way, str(folder), str(clauses)]
    begin = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  # a module of ours
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        seconds = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"Measuring {measure} of {way} failed; its error stands above.")
    return {**json.loads(line), "seconds": seconds}


if __name__ == "__main__":
    main()
