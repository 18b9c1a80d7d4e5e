"""Print every table of figures, one benchmark after the other.

    python -m benchmarks [--shared ../shared/benchmarks]

Each runs in a process of its own, so that none measures what another left in memory.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ON_OUTSIDE_DATA = ("retrieval", "outside_verdicts")
WITHOUT_DATA = ("answers", "matrix", "speed", "records_speed", "documents", "teams_speed")


def main() -> None:
    """Run the benchmarks; those on outside data only where it is there."""
    parser = argparse.ArgumentParser(description="Print every table of figures.")
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared/benchmarks"), help="folder of the outside data"
    )
    shared = parser.parse_args().shared
    for name in ON_OUTSIDE_DATA:
        if shared.is_dir():
            _run(name, "--shared", str(shared))
        else:
            print(f"{name}: left out, since there is no folder {shared}. Give it with --shared.")
    for name in WITHOUT_DATA:
        _run(name)


def _run(name: str, *arguments: str) -> None:
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    if subprocess.run(command, check=False).returncode:  # noqa: S603  # a module of ours
        raise SystemExit(f"benchmarks.{name} failed; its error stands above.")


if __name__ == "__main__":
    main()
