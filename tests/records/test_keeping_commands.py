"""`hearth keys`, `hearth backup` and `hearth restore`, as whoever runs them meets them."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters import main as wiring
from adapters.settings import from_environment
from bot.records import keys
from bot.records.store import Records
from bot.records.tables import Organisation, Person, new_id
from bot.records.vault import read_keys
from tests.console import SCRIPT, Console

PEOPLE = 300


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "data"


@pytest.fixture
def hearth(data: Path) -> Console:
    """The commands, on a migrated database."""
    console = Console(data)
    console.out("migrate")
    return console


@pytest.fixture
def records(hearth: Console, data: Path) -> Records:
    """The records that the commands work on, with people in them."""
    del hearth
    records = wiring.open_records(from_environment({"HEARTH_DATA": str(data)}))
    keys.check_keys(records.engine, records.vault)
    with records.changing() as change:
        change.add(Organisation(id=records.organisation, name="Home-Start", created_at=records.now()))
        change.session.flush()
        for _ in range(PEOPLE):
            person = Person(id=new_id(), organisation=records.organisation, created_at=records.now())
            person.name = records.seal(Person.name, person, "A. Person")
            change.add(person)
    return records


@pytest.fixture
def old(records: Records) -> str:
    """The name of the key that sealed everything."""
    return records.vault.sealing.hex()


def _renew(hearth: Console, data: Path) -> str:
    """Put a new key before the old one and return its name."""
    new = hearth.out("keys", "new").strip()
    (data / "keys").write_text(f"{new}\n{(data / 'keys').read_text()}")
    return read_keys(new)[0].name.hex()


def test_a_new_key_is_printed_alone_and_is_another_each_time(hearth: Console) -> None:
    first, second = hearth.out("keys", "new"), hearth.out("keys", "new")
    assert re.fullmatch(r"[\w-]{43}\n", first)
    assert first != second


def test_the_keys_are_listed_with_what_they_seal_and_never_shown(
    hearth: Console, data: Path, old: str
) -> None:
    new = _renew(hearth, data)
    listed = hearth.out("keys", "list")
    assert listed == f"{new}  0 values  seals\n{old}  300 values  opens\n"
    assert not [key for key in (data / "keys").read_text().split() if key in listed]


def test_a_key_that_is_missing_is_listed_too(hearth: Console, data: Path, old: str) -> None:
    _renew(hearth, data)
    (data / "keys").write_text((data / "keys").read_text().splitlines()[0])
    assert hearth.out("keys", "list").endswith(f"\n{old}  300 values  is not in HEARTH_KEYS\n")


def test_a_rotation_says_which_key_nothing_needs_any_more(hearth: Console, data: Path, old: str) -> None:
    new = _renew(hearth, data)
    said = hearth.out("keys", "rotate").splitlines()
    assert said[0] == f"300 values sealed again with {new}."
    assert said[1].startswith(f"Nothing in the database needs {old} any more: take it out of HEARTH_KEYS.")
    (data / "keys").write_text((data / "keys").read_text().splitlines()[0])
    assert hearth.out("keys", "list") == f"{new}  300 values  seals\n"
    assert hearth.out("keys", "rotate") == f"0 values sealed again with {new}.\n"


def test_a_rotation_without_the_old_key_is_refused(hearth: Console, data: Path, old: str) -> None:
    _renew(hearth, data)
    (data / "keys").write_text((data / "keys").read_text().splitlines()[0])
    ran = hearth("keys", "rotate")
    assert ran.code == 1
    assert old in ran.error


def test_what_cannot_be_sealed_again_is_named_and_fails_the_command(
    hearth: Console, data: Path, records: Records, old: str
) -> None:
    with records.changing() as change:
        change.session.execute(update(Person).values(name=records.vault.seal("elsewhere", "x", "y")))
    _renew(hearth, data)
    ran = hearth("keys", "rotate")
    assert ran.code == 1
    assert ran.out.count("was changed or moved: it does not open") == 10
    assert "and 290 more" in ran.out
    assert "300 values still sealed with another key" in ran.error
    assert f"needs {old}" not in ran.out


def test_a_rotation_that_is_killed_is_ended_by_the_next(
    hearth: Console, data: Path, records: Records, old: str
) -> None:
    new = _renew(hearth, data)
    left = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    with subprocess.Popen(  # noqa: S603 - our own script
        [SCRIPT, "keys", "rotate"], env={**left, "HEARTH_DATA": str(data)}, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not keys.values_by_key(records.engine)[new]:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    counts = keys.values_by_key(records.engine)
    assert counts[new]
    assert counts[new] + counts[old] == PEOPLE
    said = hearth.out("keys", "rotate")
    assert f"{counts[old]} value" in said
    assert keys.values_by_key(records.engine) == {new: PEOPLE}


def test_a_backup_goes_to_the_data_folder_unless_a_folder_is_named(
    hearth: Console, data: Path, tmp_path: Path, old: str
) -> None:
    del old
    said = hearth.out("backup")
    (file,) = (data / "backups").iterdir()
    assert said.startswith(f"{file}: 302 rows of ")
    hearth.out("backup", str(tmp_path / "elsewhere"))
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_a_backup_of_what_is_not_whole_is_made_and_fails_the_command(
    hearth: Console, data: Path, records: Records
) -> None:
    with records.changing() as change:
        change.session.execute(update(Person).values(name=records.vault.seal("elsewhere", "x", "y")))
    ran = hearth("backup")
    assert ran.code == 1
    assert ran.error == "The backup was made, but what it holds was not whole before. See above."
    assert "and 290 more" in ran.out
    assert len(list((data / "backups").iterdir())) == 1


def test_a_restore_says_what_it_set_aside(hearth: Console, data: Path, records: Records) -> None:
    hearth.out("backup")
    (file,) = (data / "backups").iterdir()
    ran = hearth("restore", str(file))
    assert (ran.code, ran.error) == (1, "The database holds records already. `--replace` sets them aside.")
    records.engine.dispose()
    said = hearth.out("restore", str(file), "--replace")
    assert re.search(rf"What was there before is in {data}/hearth.db.hearth_until_\d+_\d+\.", said)
    assert records.engine.url.database == f"{data}/hearth.db"
    assert sum(keys.values_by_key(records.engine).values()) == PEOPLE
    records.engine.dispose()


def test_a_restore_elsewhere_reminds_of_erasures(
    hearth: Console, data: Path, records: Records, tmp_path: Path
) -> None:
    hearth.out("backup")
    (file,) = (data / "backups").iterdir()
    other = Console(tmp_path / "elsewhere")
    secrets = {"HEARTH_KEYS": (data / "keys").read_text()}
    assert "restore again with --erasures" in other.out("restore", str(file), **secrets)
    assert "--erasures" not in other.out(
        "restore", str(file), "--replace", "--erasures", str(file), **secrets
    )
    del records
