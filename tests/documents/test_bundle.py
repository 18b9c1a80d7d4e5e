"""A policy given on as one file: what another organisation gets of it, and what is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from knowledge.documents.bundle import bundled, unbundled
from knowledge.pack import load_pack
from knowledge.reader import PolicyError
from tests.console import Console
from tests.documents.test_policy_add import GIVEN
from tests.policies import TEXT, home_start_pack

MOST = 2_000_001
HEAD = 'organisation = "x"\ntitle = "x"\nreviewed = false\nmanager = "x"\nsilent = []\n'
EMPTY = f"{HEAD}fact = []\ntopic = []\n"
FACT = '[[fact]]\nid = "f{}"\nask = ""\nyes = ""\nno = ""\nstrict = "y"\n'
ROW = '[[topic]]\nid = "t"\nname = "t"\n[[topic.row]]\nverdict = "info"\nsay = "x"\ncite = ["1"]\n'
STATES = "".join(f'f{number} = "y"\n' for number in range(40))
MANY = HEAD + "".join(FACT.format(number) for number in range(40)) + ROW + "[topic.row.facts]\n" + STATES


def test_another_organisation_starts_from_it_with_nothing_reviewed(tmp_path: Path) -> None:
    console, file = Console(tmp_path / "data"), tmp_path / "ict.zip"
    console.out("policy", "export", str(file))
    assert "is there already" in console("policy", "export", str(file)).error
    console.out("policy", "add", str(file), *GIVEN)
    text = tmp_path / "data" / "policies" / "acorn-trust" / "ict.txt"
    pack = load_pack(text.with_suffix(".pack.toml"))
    assert (pack.organisation, pack.title, pack.reviewed) == ("Acorn Trust", "Expenses", False)
    assert pack.topics == home_start_pack().topics
    assert "No clause differs." in console.out("policy", "diff", str(TEXT), str(text))


def good() -> dict[str, bytes]:
    """Return the parts of a bundle as it should be."""
    pack = TEXT.with_suffix(".pack.toml").read_text(encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(bundled(TEXT.read_text(encoding="utf-8"), pack, "outline"))) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "damaged zip file"),
        (b"PK\x03\x04 and no more", "damaged zip file"),
        (b"x" * 10_000_001, "no exported policy is that large"),
        (zipped({}), "holds other files"),
        (zipped({**good(), "../../evil": b""}), "holds other files"),
        (zipped({**good(), "policy.txt": b"\0" * MOST}), "unpacks to more than"),
        (zipped({**good(), "policy.txt": b"1. Staff may do anything."}), "was changed after"),
        (zipped({**good(), "manifest.json": b"[" * 100_000}), "manifest is not readable"),
        (zipped({**good(), "manifest.json": b"{}"}), "manifest is not readable"),
        (bundled("1. Staff must ask.", "x = [", ""), "its pack cannot be used"),
        (bundled("1. Staff must ask.", "fact = 1", ""), "its pack cannot be used"),
        (bundled("1. Staff must ask.", good()["pack.toml"].decode(), ""), "its pack cannot be used"),
        (bundled("1. Staff must ask.", EMPTY, ""), "does not hold together"),
        (bundled("1. Staff must ask.", MANY, ""), "more than 12 facts"),
        (bundled("", EMPTY, ""), "empty"),
    ],
)
def test_a_bad_or_hostile_file_is_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        unbundled(data)


def test_a_file_damaged_anywhere_is_refused_or_gives_the_same(tmp_path: Path) -> None:
    parts = good()
    whole = bundled(parts["policy.txt"].decode(), parts["pack.toml"].decode(), "outline")
    first = unbundled(whole)
    for place in range(0, len(whole), len(whole) // 60):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            assert unbundled(broken) == first
        except PolicyError:
            continue
    file = tmp_path / "cut.zip"
    file.write_bytes(whole[: len(whole) // 2])
    assert "damaged zip file" in Console(tmp_path / "data")("policy", "add", str(file), *GIVEN).error
