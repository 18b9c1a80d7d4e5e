"""The real policy and its pack, read once for all tests."""

from functools import cache
from pathlib import Path

from knowledge.clauses import Policy
from knowledge.pack import Pack, load_pack
from knowledge.reader import read_policy

TEXT = (
    Path(__file__).parent.parent
    / "knowledge"
    / "policies"
    / "home-start-herefordshire-ict-and-social-networking.txt"
)


@cache
def home_start_pack() -> Pack:
    """Return the Home-Start pack."""
    return load_pack(TEXT.with_suffix(".pack.toml"))


@cache
def home_start_policy() -> Policy:
    """Return the Home-Start policy."""
    pack = home_start_pack()
    return read_policy(TEXT, organisation=pack.organisation, title=pack.title)
