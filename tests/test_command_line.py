"""The command line: what each command prints, and how it fails: one line, and an exit code of its own."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from urllib.request import urlopen

import pytest

from adapters import main as wiring
from tests.console import Console, not_to_be_called
from tests.policies import TEXT, home_start_policy

ASKED = "can I friend this family?"
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


@pytest.fixture
def port_in_use() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield str(server.getsockname()[1])


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be loaded: what is wrong is to be found before."""
    monkeypatch.setattr(wiring, "build", not_to_be_called)


class TestAsk:
    """`hearth ask`"""

    def test_answers_with_the_verdict_and_the_clause_word_for_word(self, hearth: Console) -> None:
        ran = hearth("ask", ASKED, "--role", "volunteer")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("It depends\n")
        quoted = " ".join(line.removeprefix("  | ") for line in ran.out.splitlines())
        assert home_start_policy().clause("4.3").text in quoted

    def test_says_how_to_answer_what_is_asked_back(self, hearth: Console) -> None:
        assert hearth.out("ask", ASKED, "--role", "volunteer").rstrip().endswith("`hearth chat`.")
        assert "`hearth chat`" not in hearth.out("ask", ASKED, "--role", "staff")

    def test_json_holds_the_answer_with_whole_clauses(self, hearth: Console) -> None:
        said = json.loads(hearth.out("ask", ASKED, "--role", "volunteer", "--json"))
        assert (said["intent"], said["verdict"]) == ("policy_question", "depends")
        policy = home_start_policy()
        cited = {"clause": "4.3", "text": policy.clause("4.3").text, "policy": policy.title}
        assert said["citations"][0] == cited
        assert said["ask"] == "Is Home-Start still supporting the family?"
        assert said["text"].startswith("It depends\n")
        assert "why" not in said

    def test_json_has_the_same_keys_where_the_policy_was_not_asked(self, hearth: Console) -> None:
        answered = json.loads(hearth.out("ask", ASKED, "--json"))
        alarmed = json.loads(hearth.out("ask", "she wants to kill herself", "--json"))
        assert list(alarmed) == list(answered)
        assert (alarmed["intent"], alarmed["verdict"], alarmed["citations"]) == ("safeguarding", None, [])
        assert "ring 999" in alarmed["text"]

    def test_json_is_read_on_any_terminal(self, hearth: Console) -> None:
        ran = hearth("ask", ASKED, "--role", "volunteer", "--json", encoding="ascii")
        assert json.loads(ran.out)["verdict"] == "depends"

    def test_why_tells_how_the_verdict_came_about(self, hearth: Console) -> None:
        out = hearth.out("ask", ASKED, "--role", "volunteer", "--why")
        why = out.partition("\nWhy:\n")[2].splitlines()
        assert why[0] == "  taken for policy_question"
        assert why[-1].endswith("fits: depends")

    def test_why_is_part_of_the_json(self, hearth: Console) -> None:
        said = json.loads(hearth.out("ask", ASKED, "--role", "volunteer", "--json", "--why"))
        assert said["why"][-1].endswith("fits: depends")

    def test_of_two_roles_the_stricter_rule_is_told(self, hearth: Console) -> None:
        out = hearth.out("ask", ASKED, "--role", "trustee+volunteer")
        assert out.startswith("The policy does not allow this\n")
        assert "the stricter" in out

    @pytest.mark.parametrize("role", ["chief", "", "volunteer,staff", "Staff", "volunteer+unknown"])
    def test_a_role_that_is_none_is_named(self, hearth: Console, role: str) -> None:
        ran = hearth("ask", ASKED, "--role", role)
        assert ran.code == 2
        assert ran.error.startswith(f"argument --role: {role!r} is ")

    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ("", "I see no words there"),
            ("👍", "I see no words there"),
            ("may I " * 7_000, "at most 4,000"),
            ("\udcff\udcfe", "I see no words there"),
        ],
    )
    def test_a_question_that_cannot_be_read_is_answered_kindly(
        self, hearth: Console, question: str, said: str
    ) -> None:
        ran = hearth("ask", question)
        assert (ran.code, ran.err) == (0, "")
        assert said in ran.out

    def test_bytes_that_are_no_text_do_not_hinder_an_answer(self, hearth: Console) -> None:
        said = json.loads(hearth.out("ask", f"{ASKED} \udcff", "--role", "volunteer", "--json"))
        assert said["verdict"] is not None

    def test_a_terminal_that_lacks_a_character_shows_the_rest(self, hearth: Console) -> None:
        ran = hearth("policy", "show", "--norms", encoding="ascii")
        assert (ran.code, ran.err) == (0, "")
        assert "“" in hearth.out("policy", "show", "--norms")


class TestChat:
    """`hearth chat`"""

    def test_goes_on_until_the_input_ends(self, hearth: Console) -> None:
        ran = hearth("chat", "--role", "volunteer", typed=f"{ASKED}\n1\n")
        assert (ran.code, ran.err) == (0, "")
        assert "The policy does not allow this" in ran.out

    def test_passes_over_bytes_that_are_no_text(self, hearth: Console) -> None:
        ran = hearth("chat", typed=f"\udcff\udcfe\n{ASKED}\n")
        assert (ran.code, ran.err) == (0, "")
        assert "Clause 3.6" in ran.out

    def test_ends_at_once_on_ctrl_c(self, hearth: Console) -> None:
        with hearth.started("chat") as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Ask about the policy.")
            process.send_signal(signal.SIGINT)
            ended = process.communicate(timeout=60)
        assert (process.returncode, *ended) == (130, "", "")


class TestServe:
    """`hearth serve`"""

    def test_prints_its_address_at_once_and_stops_on_ctrl_c(self, hearth: Console) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as found:
            port = found.getsockname()[1]
        with hearth.started("serve", "--port", str(port)) as process:
            assert process.stdout is not None
            assert f"open http://127.0.0.1:{port}/ in a browser" in process.stdout.readline()
            with urlopen(f"http://127.0.0.1:{port}/") as page:
                assert b"Home-Start Herefordshire" in page.read()
            process.send_signal(signal.SIGINT)
            ended = process.communicate(timeout=60)
        said, logged = ended
        assert (process.returncode, said) == (130, "")
        assert {json.loads(line)["level"] for line in logged.splitlines()} == {"info"}

    def test_a_port_in_use_is_told(self, hearth: Console, port_in_use: str) -> None:
        for ran in (
            hearth.ended("serve", "--port", port_in_use),
            hearth.ended("serve", HEARTH_PORT=port_in_use),
        ):
            assert ran.code == 1
            assert ran.error == (f"port {port_in_use} is in use: stop what uses it, or choose another port")

    @pytest.mark.usefixtures("no_work")
    @pytest.mark.parametrize("port", ["0", "70000", "-1", "http", ""])
    def test_a_port_that_is_none_is_refused(self, hearth: Console, port: str) -> None:
        ran = hearth("serve", f"--port={port}")
        assert ran.code == 2
        assert ran.error.startswith(f"argument --port: {port!r} is no port. Give a number from 1 to 65535")

    @pytest.mark.usefixtures("no_work")
    @pytest.mark.parametrize("host", ["", "a b", "..", "http://127.0.0.1"])
    def test_an_address_that_is_none_is_refused(self, hearth: Console, host: str) -> None:
        ran = hearth("serve", "--host", host, HEARTH_OTHER_ADDRESS="yes")
        assert ran.code == 2
        assert ran.error.startswith(f"argument --host: {host!r} is no address.")

    @pytest.mark.usefixtures("no_work")
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "chat.example.org"])  # noqa: S104 - refused
    def test_an_address_that_others_reach_is_refused_before_the_work(
        self, hearth: Console, host: str
    ) -> None:
        for ran in (hearth("serve", "--host", host), hearth("serve", HEARTH_HOST=host)):
            assert ran.code == 2
            assert ran.error.startswith(f"{host} can be reached from other machines")
            assert "HEARTH_OTHER_ADDRESS=yes" in ran.error


class TestTheCommandLineItself:
    """What is wrong with the command line is told on one line; where the output ends, so does the command."""

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("frob",),
            ("policy",),
            ("ask",),
            ("ask", "a", "b"),
            ("answer", "x"),
            ("code",),
            ("chat", "--x"),
        ],
    )
    def test_a_wrong_one_gets_one_line_and_the_way_to_help(
        self, hearth: Console, arguments: tuple[str, ...]
    ) -> None:
        ran = hearth(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "--help` says more" in ran.error

    def test_help_names_every_command(self, hearth: Console) -> None:
        with hearth.started("--help") as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        for command in ("ask", "chat", "serve", "answer", "policy", "check"):
            assert f"\n    {command} " in out

    @pytest.mark.parametrize("much_or_little", ["show", "check"])
    def test_a_reader_that_has_seen_enough_is_no_error(self, hearth: Console, much_or_little: str) -> None:
        with hearth.started("policy", much_or_little) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == ""
            assert process.wait(timeout=60) == 141

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
    def test_a_full_disk_is_told(self, hearth: Console) -> None:
        with (
            Path("/dev/full").open("w", encoding="utf-8") as full,
            hearth.started("policy", "check", stdout=full.fileno()) as process,
        ):
            _, err = process.communicate(timeout=60)
        assert process.returncode == 4
        assert err == "hearth: The output cannot be written (No space left on device).\n"
