"""Install the clients from npm that the tests of Slack and Teams use, before a run that has no internet.

Usage: python -m scripts.clients. It says which could not be had; the tests say so again, and fail in CI.
"""

import sys
from pathlib import Path

from tests.npm import installed

TESTS = Path(__file__).parent.parent / "tests"


def main() -> int:
    """Install them where they are not there; return the exit status."""
    lacking = [name for name in ("slack", "teams") if installed(TESTS / name) is None]
    for name in lacking:
        print(f"The npm clients of {name} could not be installed.", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
