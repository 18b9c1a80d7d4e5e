"""`hearth people`, as it is typed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from adapters import main as wiring
from adapters.settings import SAMPLE
from bot import link_code, linking, officers, people, set_up
from bot.linking import Outcome
from bot.records.migrate import upgrade
from bot.records.store import Records
from bot.records.tables import Audit, Officer, Person
from bot.records.vault import Vault, new_key, read_keys
from tests.console import Console, Ran
from tests.records.conftest import NotedJobs

Hearth = Callable[..., Ran]

ACCOUNT, OTHER = "slack:T1/U2", "teams:19/29"
NEEDED = "a manager, a chair, a safeguarding lead, a deputy for the safeguarding lead, who is someone else"


@pytest.fixture(scope="module")
def key() -> str:
    return new_key()


@pytest.fixture
def hearth(tmp_path: Path, engine: Engine, database_url: str, key: str) -> Hearth:
    """`hearth people` of an organisation of its own, its database migrated and empty."""
    upgrade(engine)
    console = Console(tmp_path / "data")
    settings = {"HEARTH_DATABASE": database_url, "HEARTH_KEYS": key, "HEARTH_POLICY": str(SAMPLE)}
    return lambda *arguments: console("people", *arguments, **settings)


@pytest.fixture
def records(hearth: Hearth, engine: Engine, key: str) -> Records:
    """What the commands wrote; the organisation is made by the first of them."""
    hearth("list")
    organisation = wiring.organisation_id("Home-Start Herefordshire")
    return Records(engine, Vault(read_keys(key)), NotedJobs(), organisation, lambda: datetime.now(UTC))


def _id(ran: Ran) -> str:
    """Return the id of the officer that a command printed."""
    assert (ran.code, ran.err) == (0, "")
    found = re.search(r"id ([0-9a-f]{8})", ran.out)
    assert found
    return found[1]


def _add(hearth: Hearth, office: str = "manager", *more: str, phone: str = "01632 960001") -> Ran:
    return hearth("add", office, "--name", f"{office} (sample)", "--phone", phone, *more)


def _file(folder: Path, content: str) -> str:
    (folder / "officers.toml").write_text(content, encoding="utf-8")
    return str(folder / "officers.toml")


def test_a_new_installation_has_no_officers_and_is_told_whom_it_needs(hearth: Hearth) -> None:
    ran = hearth("list")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "There are no officers yet.",
        f"Still needed before a server may start: {NEEDED}.",
    ]


def test_the_list_tells_order_phones_other_names_and_accounts(hearth: Hearth) -> None:
    _add(hearth, "trustee", "--also-called", "the treasurer", "--also-called", "Annie")
    _add(hearth, "trustee", "--place", "1", "--account", ACCOUNT, phone="01632 960002")
    _add(hearth, "outside_contact", phone="01632 960003")
    lines = [line for line in hearth("list").out.splitlines() if not line.startswith("    id ")]
    assert lines[:-1] == [
        "trustee 1: trustee (sample), 01632 960002",
        f"    accounts: {ACCOUNT}",
        "trustee 2: trustee (sample), 01632 960001",
        "    also called the treasurer, Annie",
        "    accounts: none yet; `hearth people code trustee --place 2` binds one",
        "outside contact 1: outside_contact (sample), 01632 960003",
    ]


def test_an_office_that_ended_is_listed_no_more_and_no_file_brings_it_back(hearth: Hearth) -> None:
    added = _id(_add(hearth))
    ran = hearth("end", added)
    assert ran.out.startswith("Ended: manager.")
    assert "a manager" in ran.out
    assert hearth("list").out.startswith("There are no officers yet.")
    assert hearth("end", added).error == "That office has ended already."
    # A file is read once: it does not bring back whoever was ended since.
    assert "There are officers already" in hearth("set-up", str(set_up.SAMPLE)).error


def test_a_phone_is_changed_by_the_officers_id(hearth: Hearth) -> None:
    added = _id(_add(hearth))
    assert "01632 960999" in hearth("phone", added, "01632 960999").out
    assert "manager (sample), 01632 960999" in hearth("list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "boss", "--name", "A", "--phone", "999"), "'boss' is no office; one of manager"),
        (("add", "manager", "--name", "A", "--phone", "ring me"), "'ring me' is no phone number"),
        (("add", "manager", "--name", "", "--phone", "999"), "is no name"),
        (("add", "manager", "--name", "A", "--phone", "999", "--account", "U2"), "'U2' is no account"),
        (("add", "manager", "--name", "A", "--phone", "999", "--place", "0"), "'0' is no place"),
        (("add", "manager", "--name", "A"), "required: --phone"),
        (("link", ACCOUNT, "anna@example.org"), "'anna@example.org' is no account"),
    ],
)
def test_a_slip_on_the_command_line_is_named_before_anything_is_touched(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = Console(tmp_path / "data")("people", *arguments)
    assert ran.code == 2
    assert said in ran.error
    assert not (tmp_path / "data").exists()


def test_what_cannot_be_done_says_why(hearth: Hearth) -> None:
    assert "`hearth people list` shows them" in hearth("end", "00000000").error
    assert "no account" in _add(hearth, "outside_contact", "--account", ACCOUNT).error
    _add(hearth, "manager", "--account", ACCOUNT)
    assert "manager already" in _add(hearth, "manager", "--account", ACCOUNT).error
    assert "nobody has written to Hearth" in hearth("link", ACCOUNT, OTHER).error
    assert "Nobody holds the office chair" in hearth("code", "chair").error
    _add(hearth)
    assert "say which with --place" in hearth("code", "manager").error
    _add(hearth, "outside_contact")
    assert "nothing to bind" in hearth("code", "outside_contact").error


def test_a_code_binds_the_account_in_which_it_is_typed_to_the_officer(
    hearth: Hearth, records: Records
) -> None:
    _add(hearth)
    code, hint = hearth("code", "manager").out.splitlines()
    assert "within 10 minutes" in hint
    typed = link_code.find(code.lower())
    assert typed
    with records.changing() as change:
        assert linking.enter_code(change, ACCOUNT, typed) is Outcome.JOINED
    assert f"accounts: {ACCOUNT}" in hearth("list").out
    with records.reading() as session:
        assert officers.authority(session, session.scalars(select(Person)).one()) == {"manager"}


def test_a_command_joins_two_accounts(hearth: Hearth, records: Records) -> None:
    with records.changing() as change:
        people.known(change, ACCOUNT)
    _add(hearth, "manager", "--account", OTHER)
    assert hearth("link", ACCOUNT, OTHER).code == 0
    assert f"accounts: {ACCOUNT}, {OTHER}" in hearth("list").out


@pytest.mark.parametrize("by_id", [False, True])
def test_who_has_left_holds_no_office_and_is_known_again_when_she_is_back(
    hearth: Hearth, records: Records, *, by_id: bool
) -> None:
    _add(hearth, "manager", "--account", ACCOUNT)
    with records.changing() as change:
        person = people.known(change, ACCOUNT)
        given = person.id if by_id else ACCOUNT
    ran = hearth("left", given)
    assert ran.out.startswith("Noted: has left.")
    assert "Still needed before a server may start: a manager" in ran.out
    with records.reading() as session:
        (left,) = session.scalars(select(Person)).all()
        assert (left.left_at is not None, officers.authority(session, left)) == (True, frozenset())
        assert "person:scheme:left" in session.scalars(select(Audit.what)).all()


def test_nobody_leaves_by_an_account_that_nobody_has(hearth: Hearth, records: Records) -> None:
    ran = hearth("left", "slack:T1/U404")
    assert (ran.code, ran.out) == (1, "")
    assert "slack:T1/U404: nobody has this account or id." in ran.err
    with records.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_the_sample_officers_are_enough_for_a_server(hearth: Hearth, records: Records) -> None:
    ran = hearth("set-up", str(set_up.SAMPLE))
    assert (ran.code, ran.err) == (0, "")
    assert "Still needed" not in ran.out
    phones = re.findall(r"\d{5} \d{6}", ran.out)
    assert all("01632 960000" <= phone <= "01632 960999" for phone in phones)
    assert ran.out.count("(sample)") == len(phones) == 6
    with records.reading() as session:
        done = session.scalars(select(Audit.what).where(Audit.who == "command line")).all()
    assert sorted(done) == sorted(f"office:{office}:appointed" for office in _offices(records))


def _offices(records: Records) -> list[str]:
    with records.reading() as session:
        return list(session.scalars(select(Officer.office)))


def test_one_person_of_a_file_may_hold_several_offices(hearth: Hearth, tmp_path: Path) -> None:
    content = set_up.SAMPLE.read_text(encoding="utf-8")
    content = content.replace('["manager"]', f'["manager", "safeguarding_lead"]\naccount = "{ACCOUNT}"')
    ran = hearth("set-up", _file(tmp_path, content))
    assert ran.out.count(f"accounts: {ACCOUNT}") == 2


def _one(**changed: str) -> str:
    entry = {"name": '"A"', "phone": '"01632 960001"', "offices": '["manager"]'} | changed
    return "[[person]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items() if value)


FAULTS = {
    "no TOML, with its line": (
        "[[person]]\nname = \n",
        "this is no TOML: Invalid value (at line 2, column 8)",
    ),
    "nothing in it": ("", "person: Field required"),
    "a slip in a heading": ("[[persons]]\n", "person: Field required"),
    "another heading": (_one() + "[other]\n", "other: Extra inputs are not permitted"),
    "a slip in a key": (_one(also_caled='["B"]'), "person 1, also_caled: Extra inputs are not permitted"),
    "no phone": (_one() + _one(phone=""), "person 2, phone: Field required"),
    "a number as phone": (_one(phone="1632"), "person 1, phone: Input should be a valid string"),
    "what is no phone": (_one() + _one(phone='"x"'), "person 2, phone: 'x' is no phone number."),
    "no office": (_one(offices="[]"), "person 1, offices: Tuple should have at least 1 item"),
    "what is no office": (_one(offices='["boss"]'), "person 1, offices: Input should be 'manager'"),
    "an office twice": (_one(offices='["chair", "chair"]'), "person 1: the same office twice"),
    "what is no account": (_one(account='"U2"'), "person 1, account: 'U2' is no account."),
    "one account twice": (
        _one(account=f'"{ACCOUNT}"') + _one(account=f'"{ACCOUNT}"'),
        "person 2: has the account of person 1; put all in one entry",
    ),
    "an outside contact with an account": (
        _one(offices='["outside_contact"]', account=f'"{ACCOUNT}"'),
        "person 1: an outside contact has no other office and no account",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_file_is_named_before_anything_is_touched(tmp_path: Path, fault: str) -> None:
    content, said = FAULTS[fault]
    file = _file(tmp_path, content)
    ran = Console(tmp_path / "data")("people", "set-up", file)
    assert ran.code == 1
    assert ran.error.startswith(f"{file}: {said}")
    assert not (tmp_path / "data").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    hearth = Console(tmp_path / "data")
    assert (
        "no.toml: cannot be read (No such file or directory)" in hearth("people", "set-up", "no.toml").error
    )
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "Á"'.encode("latin-1"))
    assert "is not UTF-8" in hearth("people", "set-up", str(latin)).error


def test_a_file_that_leaves_an_office_empty_is_refused_whole(hearth: Hearth, tmp_path: Path) -> None:
    ran = hearth("set-up", _file(tmp_path, _one()))
    assert "still needed: a chair, a safeguarding lead, a deputy" in ran.error
    assert hearth("list").out.startswith("There are no officers yet.")
    assert hearth("set-up", str(set_up.SAMPLE)).code == 0
