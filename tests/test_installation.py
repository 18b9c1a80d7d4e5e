"""What an installation lacks is named with what to do, by `hearth check` and by every command."""

from pathlib import Path
from shutil import copyfile

import pytest

from adapters import main as wiring
from knowledge.reader import read_policy
from tests.console import Console
from tests.policies import TEXT, home_start_policy

PACK = TEXT.with_suffix(".pack.toml")


@pytest.fixture(scope="module")
def hearth(tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(tmp_path_factory.mktemp("data"))


@pytest.fixture
def own_policy(tmp_path: Path) -> Path:
    """A policy of one's own: the sample under another name, with its pack beside it."""
    own = tmp_path / "own.txt"
    copyfile(TEXT, own)
    copyfile(PACK, own.with_suffix(".pack.toml"))
    return own


class TestPolicy:
    """`hearth policy`"""

    def test_show_prints_every_clause_with_its_id_the_dates_and_the_version(self, hearth: Console) -> None:
        out = hearth.out("policy", "show")
        policy = home_start_policy()
        shown = " ".join(out.split())
        for clause in policy.clauses:
            assert f" {clause.id} {' '.join(clause.text.split())}" in shown
        for section in policy.sections:
            assert section.heading in out
        assert f"version {policy.version[:8]}" in out
        assert "adopted 2013-11-01, review due 2019-11-01" in out

    def test_show_keeps_a_long_id_apart_from_the_clause(self, hearth: Console, tmp_path: Path) -> None:
        own = tmp_path / "own.txt"
        own.write_text("Introduction and background\n\nWe keep people safe.\n\nWe do so kindly.\n", "utf-8")
        copyfile(PACK, own.with_suffix(".pack.toml"))
        policy = read_policy(own, organisation="", title="")
        assert any(len(clause.id) > 14 for clause in policy.clauses)
        words = hearth.out("policy", "show", HEARTH_POLICY=str(own)).split()
        assert {clause.id for clause in policy.clauses} <= set(words)

    def test_show_norms_prints_what_each_clause_makes_of_whom(self, hearth: Console) -> None:
        assert "1.2/1 obliges manager: " in hearth.out("policy", "show", "--norms")

    def test_check_proves_the_sample(self, hearth: Console) -> None:
        assert hearth.out("policy", "check").startswith("The pack holds together: ")

    def test_check_lists_every_fault(self, hearth: Console, own_policy: Path) -> None:
        pack = own_policy.with_suffix(".pack.toml")
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text.replace('"4.4"', '"9.1"').replace('"1.5"', '"9.2"'), encoding="utf-8")
        ran = hearth("policy", "check", HEARTH_POLICY=str(own_policy))
        assert ran.code == 1
        faults = ran.out.splitlines()
        assert "clause 9.1 is cited but not in the policy" in faults
        assert "clause 9.2 is cited but not in the policy" in faults
        assert ran.error.startswith(f"{len(faults)} faults in the pack")


class TestAPolicyThatCannotBeUsed:
    """Whatever is wrong with HEARTH_POLICY is told with the file's name, by each command alike."""

    @pytest.mark.parametrize(
        "command", [("policy", "show"), ("ask", "may I?"), ("serve",), ("policy", "check")]
    )
    def test_a_missing_one_is_told_before_its_missing_pack(
        self, hearth: Console, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        run = hearth.ended if command == ("serve",) else hearth
        ran = run(*command, HEARTH_POLICY=str(tmp_path / "none.txt"))
        assert ran.code == 1
        assert ran.error == (
            f"{tmp_path / 'none.txt'}: there is no such file. Check the name, or put the policy there."
        )

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "the document is empty"),
            (b" \n\n", "the document is empty"),
            (b"\x00\x01\x02\xff\xfe", "plain text"),
            (b"%PDF-1.7\n\x8f\x90", "not text in UTF-8"),
        ],
    )
    def test_an_empty_or_binary_one_is_told(
        self, hearth: Console, own_policy: Path, content: bytes, told: str
    ) -> None:
        own_policy.write_bytes(content)
        ran = hearth("policy", "show", HEARTH_POLICY=str(own_policy))
        assert ran.code == 1
        assert ran.error.startswith(f"{own_policy}: ")
        assert told in ran.error

    def test_a_folder_is_told(self, hearth: Console, tmp_path: Path) -> None:
        folder = tmp_path / "folder.txt"
        folder.mkdir()
        ran = hearth("policy", "show", HEARTH_POLICY=str(folder))
        assert ran.code == 1
        assert "Is a directory" in ran.error

    def test_one_without_a_pack_is_told_what_is_missing(self, hearth: Console, own_policy: Path) -> None:
        own_policy.with_suffix(".pack.toml").unlink()
        ran = hearth("policy", "show", HEARTH_POLICY=str(own_policy))
        assert (ran.code, ran.error) == (
            1,
            "own.pack.toml: no such pack. Put it beside the policy's text.",
        )

    def test_a_pack_that_cannot_be_read_is_told(self, hearth: Console, own_policy: Path) -> None:
        pack = own_policy.with_suffix(".pack.toml")
        pack.unlink()
        pack.mkdir()
        ran = hearth("policy", "show", HEARTH_POLICY=str(own_policy))
        assert ran.code == 1
        assert "Is a directory" in ran.error

    def test_a_name_with_control_characters_does_not_reach_the_terminal(
        self, hearth: Console, tmp_path: Path
    ) -> None:
        ran = hearth("policy", "show", HEARTH_POLICY=str(tmp_path / "\x1b[31m\u202enone\n.txt"))
        assert ran.code == 1
        assert not {"\x1b", "\u202e"} & set(ran.error)


class TestTheDataFolder:
    """Where HEARTH_DATA cannot be used, it is named."""

    @pytest.mark.parametrize("command", [("ask", "may I?"), ("chat",), ("serve",)])
    @pytest.mark.parametrize("below", [".", "below"])
    def test_a_file_in_its_place_is_told(
        self, hearth: Console, tmp_path: Path, command: tuple[str, ...], below: str
    ) -> None:
        (tmp_path / "file").touch()
        ran = hearth(*command, HEARTH_DATA=str(tmp_path / "file" / below))
        assert ran.code == 1
        assert ran.error.startswith(f"{tmp_path / 'file' / below}: cannot be written (")
        assert "HEARTH_DATA" in ran.error

    def test_so_is_a_file_in_the_place_of_the_models(self, hearth: Console, tmp_path: Path) -> None:
        (tmp_path / "models").touch()
        ran = hearth("ask", "may I?", HEARTH_DATA=str(tmp_path))
        assert ran.code == 1
        assert ran.error.startswith(f"{tmp_path}: cannot be written (")

    def test_so_is_a_file_in_the_place_of_the_index(self, hearth: Console, tmp_path: Path) -> None:
        (tmp_path / "index").touch()
        ran = hearth("ask", "may I?", HEARTH_DATA=str(tmp_path))
        assert ran.code == 1
        assert ran.error.startswith(f"{tmp_path / 'index'} cannot hold the index")


class TestCheck:
    """`hearth check`"""

    def test_says_what_is_configured_and_that_it_works(self, hearth: Console) -> None:
        ran = hearth("check")
        assert (ran.code, ran.err) == (0, "")
        assert {line.split()[0] for line in ran.out.splitlines()} == {"ok"}
        assert "the sample; HEARTH_POLICY sets your own" in ran.out
        assert "http://127.0.0.1:8080/" in ran.out

    def test_tells_an_own_policy_from_the_sample(self, hearth: Console, own_policy: Path) -> None:
        ran = hearth("check", HEARTH_POLICY=str(own_policy))
        assert "(your own)" in ran.out
        assert ran.error.startswith("Not in order: records, officers. ")
        assert "HEARTH_KEYS is not set" in ran.out

    def test_names_everything_that_is_missing_at_once(
        self, hearth: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wiring, "MODELS", tmp_path)
        (tmp_path / "file").touch()
        ran = hearth(
            "check", HEARTH_DATA=str(tmp_path / "file"), HEARTH_HOST="192.0.2.1", HEARTH_POLCY="own.txt"
        )
        assert ran.code == 1
        assert ran.error.startswith("Not in order: settings, data folder, model, reader, answers, records, ")
        failed = [line for line in ran.out.splitlines() if line.startswith("FAILED")]
        assert len(failed) == 8
        assert "There is no setting HEARTH_POLCY." in failed[0]
        assert str(tmp_path / "file") in failed[1]
        assert "reader.json: No such file" in failed[3]
        assert "192.0.2.1 can be reached from other machines" in failed[7]

    def test_says_a_reason_once(self, hearth: Console, tmp_path: Path) -> None:
        ran = hearth("check", HEARTH_POLICY=str(tmp_path / "none.txt"))
        assert ran.code == 1
        assert ran.out.count("there is no such file") == 1
        assert ran.out.count("waits for what is missing above") >= 2

    def test_finds_a_pack_that_does_not_hold_together(self, hearth: Console, own_policy: Path) -> None:
        pack = own_policy.with_suffix(".pack.toml")
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text.replace('"1.5"', '"9.2"'), encoding="utf-8")
        ran = hearth("check", HEARTH_POLICY=str(own_policy))
        assert ran.code == 1
        assert "`hearth policy check` lists them" in ran.out

    def test_a_wrong_setting_is_told_as_by_every_command(self, hearth: Console) -> None:
        ran = hearth("check", HEARTH_PORT="http")
        assert ran.code == 2
        assert ran.error == "HEARTH_PORT: 'http' is no port. Give a number from 1 to 65535."
