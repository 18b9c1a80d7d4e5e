"""`hearth induction`, as it is typed."""

import csv
import io
import stat
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from adapters import main as wiring
from adapters.register_files import COLUMNS, as_csv, as_workbook, harmless
from adapters.settings import SAMPLE
from bot import people, policies
from bot.induction import inductions
from bot.induction.course import Course
from bot.induction.register import Row
from bot.records.migrate import upgrade
from bot.records.store import Records
from bot.records.tables import (
    Acknowledgement,
    Audit,
    Induction,
    Organisation,
    Person,
    PolicyVersion,
    Sending,
)
from bot.records.vault import Vault, new_key, read_keys
from bot.stored import load_card
from tests.console import Console, Ran
from tests.induction.standing import acknowledged, invited, known, walked
from tests.records.conftest import NotedJobs
from tests.records.stage import all_of, appoint, person_of

Hearth = Callable[..., Ran]

ACCOUNT, DAY = "slack:T1/U2", "2026-02-01"
SIGNED = ("--name", "Anna Paper", "--date", DAY, "--remark", "In the blue folder")


@pytest.fixture(scope="module")
def key() -> str:
    return new_key()


@pytest.fixture
def hearth(tmp_path: Path, records: Records, database_url: str, key: str) -> Hearth:
    """`hearth` of this organisation."""
    assert records
    console = Console(tmp_path / "data")
    given = {"HEARTH_DATABASE": database_url, "HEARTH_KEYS": key, "HEARTH_POLICY": str(SAMPLE)}
    return lambda *arguments: console(*arguments, **given)


@pytest.fixture
def records(engine: Engine, key: str, course: Course) -> Records:
    """What the commands read and wrote: an organisation whose policy is in force."""
    upgrade(engine)
    name, text = course.policy.organisation, SAMPLE.read_text(encoding="utf-8")
    vault, id_ = Vault(read_keys(key)), wiring.organisation_id(name)
    records = Records(engine, vault, NotedJobs(), id_, lambda: datetime.now(UTC))
    with records.changing() as change:
        change.add(Organisation(id=id_, name=name, created_at=records.now()))
        change.session.flush()
        policies.adopt(change, course.policy.title, course.policy.version, text, who="test")
    return records


@pytest.fixture
def manager(records: Records) -> Person:
    appoint(records, "web:manager", "manager")
    return person_of(records, "web:manager")


class TestList:
    """`hearth induction list`"""

    def test_tells_who_is_where(self, hearth: Hearth, records: Records, course: Course) -> None:
        made = acknowledged(records, course, "web:done", "Anna Done")
        invited(records, course, "web:begun")
        walked(records, course, "web:begun", 2)
        known(records, "web:new")
        known(records, "web:silent", ())
        today = made.at.date()
        ran = hearth("induction", "list")
        assert (ran.code, ran.err) == (0, "")
        rows = [line.split("  ") for line in ran.out.splitlines()]
        assert [[cell.strip() for cell in row if cell] for row in rows] == [
            ["name", "role", "state", "last step", "late since", "certificate"],
            ["web:begun", "volunteer", "at step 3 of 12", f"{today}"],
            ["web:new", "volunteer", "not begun"],
            ["Anna Done", "volunteer", "acknowledged", f"{today}", made.code],
            ["Not listed: 1 who wrote to Hearth without saying a role."],
        ]

    def test_says_where_there_is_nobody(self, hearth: Hearth) -> None:
        assert hearth("induction", "list").out == "Nobody has begun the induction or said a role.\n"

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_goes_into_a_file_that_nobody_else_can_read(
        self, hearth: Hearth, records: Records, course: Course, tmp_path: Path, kind: str
    ) -> None:
        acknowledged(records, course, name="Zoë Ünïcödé")
        file = tmp_path / f"register.{kind}"
        file.write_text("older")
        ran = hearth("induction", "list", f"--{kind}", str(file))
        assert (ran.code, ran.out) == (0, f"{file}: written, 1 in all.\n")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        told = _cells(file.read_bytes()) if kind == "csv" else _strings(file.read_bytes())
        assert "Zoë Ünïcödé" in str(told)
        assert not list(tmp_path.glob("*.part"))

    def test_a_file_that_cannot_be_written_is_told(self, hearth: Hearth, tmp_path: Path) -> None:
        ran = hearth("induction", "list", "--csv", str(tmp_path / "none" / "register.csv"))
        assert ran.code == 4
        assert "cannot be written (No such file or directory)" in ran.error

    def test_one_file_at_a_time(self, tmp_path: Path) -> None:
        ran = Console(tmp_path / "data")("induction", "list", "--csv", "a", "--xlsx", "b")
        assert ran.code == 2
        assert "not allowed with argument --csv" in ran.error


def _cells(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _strings(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/sharedStrings.xml").decode()


def _sheet(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


MADE = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\u00a0=1",
    "\uff1d1+1",
    "\u202e=1",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
]


def _named(name: str) -> Row:
    return Row("p" * 32, name, ("web:1",), ("volunteer",), "acknowledged", started=MADE, acknowledged=MADE)


class TestFiles:
    """What a spreadsheet makes of the register."""

    @pytest.mark.parametrize("name", FORMULAS)
    def test_nothing_that_was_typed_is_a_formula(self, name: str) -> None:
        cell = _cells(as_csv([_named(name)]))[1][0]
        assert cell.startswith("'")
        book = as_workbook([_named(name)], MADE)
        assert "<f>" not in _sheet(book)
        assert "hyperlink" not in _sheet(book).lower()
        assert 't="s"' in _sheet(book)
        assert _strings(book).count("<t>=") == 0

    @given(st.text())
    def test_no_text_whatever_begins_as_a_formula_does(self, text: str) -> None:
        assert harmless(text).lstrip()[:1] not in {*"=+-@\uff1d\uff0b\uff0d\uff20"}
        assert harmless(text)[:1] not in {*"\t\r\n"}

    @given(st.lists(st.text(max_size=20), max_size=5))
    def test_every_name_comes_back_from_the_csv(self, names: list[str]) -> None:
        found = [row[0] for row in _cells(as_csv([_named(name) for name in names]))[1:]]
        assert found == [harmless(name) for name in names]

    def test_a_field_stays_whole_where_a_semicolon_parts_fields(self) -> None:
        content = as_csv([_named("a;=1+1")]).decode("utf-8-sig")
        assert '"a;=1+1"' in content

    def test_an_ordinary_name_is_left_alone(self) -> None:
        for name in ("Anna O'Hara-Smith", "Łukasz", "slack:T1/U2", "陈美玲"):
            assert harmless(name) == name

    def test_days_are_days_and_counts_are_numbers(self) -> None:
        sheet = _sheet(as_workbook([_named("Anna")], MADE))
        assert "<v>46083</v>" in sheet  # 2 March 2026, counted from 30 December 1899
        assert _cells(as_csv([_named("Anna")]))[1][list(COLUMNS).index("Started")] == "2026-03-02"

    def test_the_same_register_gives_the_same_workbook(self) -> None:
        rows: Sequence[Row] = [_named("Anna"), _named("Bo")]
        assert as_workbook(rows, MADE) == as_workbook(rows, MADE)


class TestVerify:
    """`hearth induction verify`"""

    def test_says_what_the_record_holds(self, hearth: Hearth, records: Records, course: Course) -> None:
        made = acknowledged(records, course, name="Anna Done")
        assert made.code
        ran = hearth("induction", "verify", made.code.lower())
        assert (ran.code, ran.err) == (0, "")
        for told in (
            f"Code: {made.code}",
            f"Policy: {course.policy.title}, Home-Start Herefordshire",
            f"Version: {course.policy.version}",
            "Name: Anna Done",
            "Role: a volunteer",
            f"Date: {made.at.day} {made.at:%B %Y}, acknowledged in chat",
            "4.3",
            "their hashes fit the text that was adopted",
        ):
            assert told in ran.out

    @pytest.mark.parametrize("code", ["KFXN-TRWH-PMCD", "nonsense", "", "\x1b[2J"])
    def test_an_unknown_code_gets_one_plain_line(self, hearth: Hearth, code: str) -> None:
        ran = hearth("induction", "verify", code)
        assert (ran.code, ran.out) == (1, "")
        assert "there is no certificate with this code" in ran.error
        assert "\x1b" not in ran.error

    def test_a_record_that_was_tampered_with_fails(
        self, hearth: Hearth, records: Records, course: Course
    ) -> None:
        made = acknowledged(records, course)
        with records.changing() as change:
            row = change.session.scalars(select(PolicyVersion)).one()
            row.text = row.text.replace("do not add any Home-Start supported family", "may add any family")
        ran = hearth("induction", "verify", made.code)
        assert ran.code == 1
        assert "does not fit the adopted text" in ran.error
        assert "4.3" in ran.error
        assert "fit the text that was adopted" not in ran.out


class TestCertificate:
    """`hearth induction certificate`"""

    @pytest.mark.parametrize("by", ["code", "id"])
    def test_is_written_for_its_owner_alone(
        self, hearth: Hearth, records: Records, course: Course, tmp_path: Path, by: str
    ) -> None:
        made = acknowledged(records, course)
        file = tmp_path / "certificate.pdf"
        ran = hearth("induction", "certificate", getattr(made, by), "--out", str(file))
        assert ran.out == f"{file}: the certificate {made.code}.\n"
        assert file.read_bytes().startswith(b"%PDF-")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_there_is_none_for_an_unknown_code(self, hearth: Hearth, tmp_path: Path) -> None:
        ran = hearth("induction", "certificate", "KFXN-TRWH-PMCD", "--out", str(tmp_path / "c.pdf"))
        assert ran.code == 1
        assert "there is no certificate with this code" in ran.error
        assert not (tmp_path / "c.pdf").exists()


class TestInvite:
    """`hearth induction invite`"""

    def test_sends_the_first_card(self, hearth: Hearth, records: Records) -> None:
        known(records, ACCOUNT, ())
        assert (
            hearth("induction", "invite", ACCOUNT, "volunteer").out
            == f"{ACCOUNT} is invited as a volunteer.\n"
        )
        assert hearth("induction", "invite", ACCOUNT, "volunteer").code == 0
        (sent,) = all_of(records, Sending)
        assert sent.conversation == ACCOUNT
        assert load_card(records.open(Sending.card, sent)).title == "Your induction"
        (row,) = all_of(records, Induction)
        assert (row.roles, row.state) == ("volunteer", "walking")
        assert _audited(records)["induction:walk:begun"] == "command line"

    def test_what_cannot_be_done_says_why(self, hearth: Hearth, records: Records, course: Course) -> None:
        assert "I do not know web:nobody yet" in hearth("induction", "invite", "web:nobody", "staff").error
        acknowledged(records, course, ACCOUNT)
        ran = hearth("induction", "invite", ACCOUNT, "volunteer")
        assert (ran.code, ran.error) == (1, "They have done this induction already.")
        with records.changing() as change:
            policies.withdraw(change, change.session.scalars(select(PolicyVersion)).one(), who="test")
        assert "not in force" in hearth("induction", "invite", ACCOUNT, "trustee").error


class TestSignOff:
    """`hearth induction sign-off`"""

    def test_enters_what_was_signed_on_paper(
        self, hearth: Hearth, records: Records, course: Course, manager: Person
    ) -> None:
        known(records, ACCOUNT)
        ran = hearth("induction", "sign-off", ACCOUNT, "volunteer", *SIGNED)
        assert (ran.code, ran.err) == (0, "")
        (made,) = all_of(records, Acknowledgement)
        assert ran.out == f"Entered. The code of the certificate is {made.code}.\n"
        assert (made.person, made.role, made.channel) == (
            person_of(records, ACCOUNT).id,
            "volunteer",
            "paper",
        )
        assert (made.version, made.entered_by) == (course.policy.version, manager.id)
        assert made.at.date().isoformat() == DAY
        assert records.open(Acknowledgement.signed, made) == "Anna Paper"
        assert records.open(Acknowledgement.remark, made) == "In the blue folder"
        assert _audited(records)["induction:paper:entered"] == manager.audit_name
        verified = hearth("induction", "verify", made.code).out
        assert "Date: 1 February 2026, signed on paper" in verified
        assert "their hashes fit the text that was adopted" in verified
        assert "acknowledged  " in hearth("induction", "list").out

    @pytest.mark.usefixtures("manager")
    def test_finishes_the_induction_that_was_open(
        self, hearth: Hearth, records: Records, course: Course
    ) -> None:
        invited(records, course, ACCOUNT)
        walked(records, course, ACCOUNT, 3)
        assert hearth("induction", "sign-off", ACCOUNT, "volunteer", *SIGNED).code == 0
        (row,) = all_of(records, Induction)
        assert row.state == "acknowledged"
        with records.changing() as change, pytest.raises(inductions.InductionError):
            inductions.locked(change, people.known(change, ACCOUNT), course)

    @pytest.mark.usefixtures("manager")
    def test_ends_an_open_one_for_fewer_roles_and_leaves_one_for_more(
        self, hearth: Hearth, records: Records, course: Course
    ) -> None:
        invited(records, course, ACCOUNT, ("volunteer",))
        invited(records, course, "slack:T1/U3", ("volunteer", "trustee"))
        assert hearth("induction", "sign-off", ACCOUNT, "volunteer+trustee", *SIGNED).code == 0
        assert hearth("induction", "sign-off", "slack:T1/U3", "volunteer", *SIGNED).code == 0
        states = {
            (row.person == person_of(records, ACCOUNT).id, row.roles): row.state
            for row in all_of(records, Induction)
        }
        assert states == {
            (True, "volunteer"): "ended",
            (True, "volunteer+trustee"): "acknowledged",
            (False, "volunteer+trustee"): "walking",
            (False, "volunteer"): "acknowledged",
        }

    @pytest.mark.usefixtures("manager")
    def test_someone_on_no_platform_is_entered_under_her_name(self, hearth: Hearth, records: Records) -> None:
        ran = hearth("induction", "sign-off", "none", "volunteer", *SIGNED)
        assert "a person was made" in ran.out
        assert "Anna Paper" in hearth("induction", "list").out
        person = all_of(records, Acknowledgement)[0].person
        assert person in ran.out
        again = hearth("induction", "sign-off", person, "volunteer", *SIGNED)
        assert again.error == "That is acknowledged already, in this role and version."
        assert hearth("induction", "sign-off", person, "trustee", *SIGNED).code == 0

    @pytest.mark.usefixtures("manager")
    def test_an_account_that_has_not_written_yet_is_told(self, hearth: Hearth, records: Records) -> None:
        assert "a person was made" in hearth("induction", "sign-off", ACCOUNT, "volunteer", *SIGNED).out
        assert all_of(records, Acknowledgement)[0].person == person_of(records, ACCOUNT).id

    @pytest.mark.usefixtures("manager")
    def test_a_manager_does_not_enter_her_own(self, hearth: Hearth, records: Records) -> None:
        ran = hearth("induction", "sign-off", "web:manager", "manager", *SIGNED)
        assert "Nobody may enter it" in ran.error
        assert all_of(records, Acknowledgement) == []
        appoint(records, "web:chair", "chair")
        assert hearth("induction", "sign-off", "web:manager", "manager", *SIGNED).code == 0
        assert all_of(records, Acknowledgement)[0].entered_by == person_of(records, "web:chair").id

    @pytest.mark.usefixtures("manager")
    @pytest.mark.parametrize(
        ("day", "said"),
        [("2999-01-01", "is still to come"), ("2013-10-31", "On 2013-10-31 there was no such policy")],
    )
    def test_a_day_that_cannot_be_right_is_refused(
        self, hearth: Hearth, records: Records, day: str, said: str
    ) -> None:
        ran = hearth("induction", "sign-off", "none", "staff", "--name", "A", "--date", day, "--remark", "x")
        assert ran.code == 1
        assert said in ran.error
        assert [row for row in all_of(records, Person) if row.name is not None] == []

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            (("U2", "volunteer", *SIGNED), "'U2' is no account"),
            ((ACCOUNT, "boss", *SIGNED), "'boss' is no role; one of"),
            ((ACCOUNT, "unknown", *SIGNED), "an induction is walked in a role"),
            ((ACCOUNT, "staff", "--name", "", *SIGNED[2:]), "is no name"),
            ((ACCOUNT, "staff", "--name", "x" * 5000, *SIGNED[2:]), "a name has at most 100"),
            ((ACCOUNT, "staff", *SIGNED[:2], "--date", "1.2.2026", *SIGNED[4:]), "'1.2.2026' is no date"),
            ((ACCOUNT, "staff", *SIGNED[:4], "--remark", " "), "the remark is empty"),
            ((ACCOUNT, "staff", *SIGNED[:4]), "required: --remark"),
        ],
    )
    def test_a_slip_is_named_before_anything_is_touched(
        self, tmp_path: Path, changed: tuple[str, ...], said: str
    ) -> None:
        ran = Console(tmp_path / "data")("induction", "sign-off", *changed)
        assert ran.code == 2
        assert said in ran.error
        assert not (tmp_path / "data").exists()


def _audited(records: Records) -> dict[str, str]:
    return {row.what: row.who for row in all_of(records, Audit)}
