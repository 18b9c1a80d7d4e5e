"""What a server refuses to start without, as whoever runs it meets it: in a line, with what to do."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest

from adapters import logs, serving
from bot.records.vault import new_key
from bot.set_up import SAMPLE
from tests.console import Console
from tests.policies import TEXT

Hearth = Callable[..., str]


@pytest.fixture
def hearth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hearth:
    """Run a command of an installation with a policy of its own; return what it printed, or its error."""
    own = tmp_path / "own.txt"
    copyfile(TEXT, own)
    copyfile(TEXT.with_suffix(".pack.toml"), own.with_suffix(".pack.toml"))
    monkeypatch.setattr(logs, "configure", lambda _: None)  # the process is the tests' own
    monkeypatch.setattr(serving, "_working", _started)
    monkeypatch.setattr(serving, "_serve_web", _started)
    console, key = Console(tmp_path / "data"), new_key()

    def run(*command: str, **settings: str) -> str:
        ran = console(*command, **{"HEARTH_POLICY": str(own), "HEARTH_KEYS": key, **settings})
        return ran.error if ran.code else ran.out

    return run


def _started(*_: object, **__: object) -> None:
    raise AssertionError("it has started")


def test_a_server_starts_once_it_has_its_keys_its_tables_its_policy_and_its_officers(hearth: Hearth) -> None:
    assert "HEARTH_KEYS" in hearth("serve", HEARTH_KEYS="")
    assert "`hearth migrate`" in hearth("serve")
    hearth("migrate")
    assert "has not been adopted: `hearth policy adopt`" in hearth("serve")
    hearth("policy", "adopt")
    assert "`hearth people set-up FILE`" in hearth("serve")
    hearth("people", "set-up", str(SAMPLE))
    with pytest.raises(AssertionError, match="it has started"):
        hearth("serve")


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_no_server_starts_with_another_key_than_seals_the_records(hearth: Hearth, command: str) -> None:
    for step in (("migrate",), ("policy", "adopt"), ("people", "set-up", str(SAMPLE))):
        hearth(*step)
    assert "key" in hearth(command, HEARTH_KEYS=new_key())


@pytest.mark.parametrize(
    ("office", "named"),
    [
        ("manager", "a manager"),
        ("chair", "a chair"),
        ("safeguarding lead", "a safeguarding lead"),
        ("deputy safeguarding lead", "a deputy for the safeguarding lead, who is someone else"),
    ],
)
def test_an_officer_whom_it_must_have_is_named_when_she_has_gone(
    hearth: Hearth, office: str, named: str
) -> None:
    for step in (("migrate",), ("policy", "adopt"), ("people", "set-up", str(SAMPLE))):
        hearth(*step)
    found = re.search(rf"^{office} 1: .*\n(?:    .*\n)*?    id (\S+)", hearth("people", "list"), re.MULTILINE)
    assert found is not None
    hearth("people", "end", found[1])
    assert hearth("serve").startswith(f"A server needs {named}: ")
