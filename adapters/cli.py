"""The command line: reads the arguments, runs one command, says errors on one line.

Exit codes:
    0    done
    1    something is missing or unusable: policy, pack, model, data folder, index, port
    2    the command line or a setting is wrong
    3    a file of cases cannot be used
    4    the output cannot be written
    130  stopped by the person (Ctrl-C)
    141  the output's reader went away (`| head`)
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from adapters import (
    checkup,
    commands,
    giving_commands,
    induction_commands,
    keeping_commands,
    people_commands,
    policy_add_commands,
    policy_commands,
    policy_diff_commands,
    policy_export_commands,
    records_commands,
    serving,
    slack_commands,
    teams_commands,
    upkeep_commands,
)
from adapters.given import roles_named, whole
from adapters.gold import CasesError
from adapters.main import problems
from adapters.organisations import chosen, organisations_from
from adapters.output import OutputError, ReaderGone, one_line
from adapters.settings import Settings, SettingsError, host_given, port_given
from knowledge.reading import ROLES

DONE, CANNOT, USAGE, CASES, OUTPUT, STOPPED, READER_GONE = 0, 1, 2, 3, 4, 130, 141

_Value = TypeVar("_Value")

# Commands that see to every organisation at once, and those that are about none: about the app as it is
# registered, or about the database as a whole.
_SERVERS = frozenset({serving.serve, serving.web, serving.work})
_FOR_NONE = frozenset(
    {
        *(records_commands.migrate, teams_commands.package, teams_commands.explain),
        *(slack_commands.manifest, slack_commands.explain),
        *(keeping_commands.new_key, keeping_commands.list_keys, keeping_commands.rotate_keys),
        *(keeping_commands.back_up, keeping_commands.put_back),
    }
)


class UsageError(Exception):
    """The command line is wrong; the message says where and how to get help."""


class _Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print its usage over several lines and exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (`{self.prog} --help` says more)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `--help` prints and raises SystemExit, as argparse does."""
    try:
        _take_any_bytes()
        given = _parser().parse_args(arguments)
        _run(given, organisations_from())
    except KeyboardInterrupt:
        return STOPPED
    except ReaderGone:
        return READER_GONE
    except (UsageError, SettingsError) as error:
        return _failed(error, USAGE)
    except CasesError as error:
        return _failed(error, CASES)
    except OutputError as error:
        return _failed(error, OUTPUT)
    except checkup.Incomplete as error:
        return _failed(error, CANNOT)
    except problems() as error:
        return _failed(error, CANNOT)
    return DONE


def _run(given: argparse.Namespace, served: Sequence[Settings]) -> None:
    """Run a command for the organisation that it is about, or for all of them."""
    if given.of is not None and given.command in _SERVERS | _FOR_NONE:
        raise UsageError("--organisation: this command is for all of them. Leave it away.")
    if given.command in _SERVERS or given.command is checkup.check:
        given.command(served if given.of is None else [chosen(served, given.of)], given)
    else:
        given.command(served[0] if given.command in _FOR_NONE else chosen(served, given.of), given)


def _failed(error: Exception, code: int) -> int:
    sys.stderr.write(f"hearth: {one_line(str(error))}\n")
    return code


def _take_any_bytes() -> None:
    """Replace what cannot be read from, or shown on, this terminal: it is no reason to stop."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="hearth", description="Answers from the policy's own clauses.")
    parser.add_argument(
        "--organisation", dest="of", metavar="ID", help="which of those in the file HEARTH_ORGANISATIONS"
    )
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    _ask(parts.add_parser("ask", help="answer one question"))
    _chat(parts.add_parser("chat", help="talk in the terminal"))
    _serve(parts.add_parser("serve", help="serve the web chat and do the work, in one process"))
    _web(parts.add_parser("web", help="serve the web chat alone; `hearth worker` does the work"))
    worker = parts.add_parser("worker", help="do the work alone, under the name HEARTH_WORKER")
    worker.set_defaults(command=serving.work)
    _answer(parts.add_parser("answer", help="answer a file of measuring cases"))
    _policy(parts.add_parser("policy", help="look at the policy as it was understood"))
    check = parts.add_parser("check", help="say what is configured and what is missing")
    check.set_defaults(command=checkup.check)
    giving_commands.retention(parts.add_parser("retention", help="show how long records are kept"))
    giving_commands.export(parts.add_parser("export", help="give a person what is held about her"))
    giving_commands.erase(parts.add_parser("erase", help="take away what the law lets go of a person"))
    keeping_commands.keys(parts.add_parser("keys", help="make, count and exchange the records' keys"))
    keeping_commands.backup(parts.add_parser("backup", help="copy the records to a file, while servers run"))
    keeping_commands.restore(parts.add_parser("restore", help="put a backup into an empty database"))
    induction = parts.add_parser("induction", help="see who has finished, and check certificates")
    induction_commands.define(induction, _argument)
    people_commands.define(parts.add_parser("people", help="say who holds which office"), _argument)
    teams_commands.define(parts.add_parser("teams", help="set up the Teams app"))
    slack_commands.define(parts.add_parser("slack", help="set up the Slack app"))
    upkeep_commands.define_audit(parts.add_parser("audit", help="look at the audit"))
    upkeep_commands.define_stuck(parts.add_parser("stuck", help="print what could not be sent or handled"))
    migrate = parts.add_parser("migrate", help="bring the database up to this version of Hearth")
    migrate.set_defaults(command=records_commands.migrate)
    return parser


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", type=whole, help="in quotation marks")
    _role(parser)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--why", action="store_true", help="print how the verdict came about")
    parser.set_defaults(command=commands.ask)


def _chat(parser: argparse.ArgumentParser) -> None:
    _role(parser)
    parser.set_defaults(command=commands.chat)


def _role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        type=_argument(roles_named),
        default=(),
        help=f"who is asking: {', '.join(ROLES)}, unknown; several joined with +",
    )


def _serve(parser: argparse.ArgumentParser) -> None:
    _address(parser)
    parser.set_defaults(command=serving.serve)


def _web(parser: argparse.ArgumentParser) -> None:
    _address(parser)
    parser.set_defaults(command=serving.web)


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", type=_argument(host_given), help="address to listen on (HEARTH_HOST)")
    parser.add_argument("--port", type=_argument(port_given), help="port to listen on (HEARTH_PORT)")


def _answer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", type=Path, help="JSON lines: questions, dialogues or intents")
    parser.add_argument("--out", type=Path, required=True, help="where the answers go, one line a case")
    parser.set_defaults(command=commands.answer)


def _policy(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    add = parts.add_parser("add", help="read a document, show it, write its text and a draft pack")
    policy_add_commands.define(add)
    policy_diff_commands.define(parts.add_parser("diff", help="compare two versions clause by clause"))
    export = parts.add_parser("export", help="write text, pack and outline as one file to start from")
    policy_export_commands.define(export)
    show = parts.add_parser("show", help="print sections, clauses, numbers and dates")
    show.add_argument("--norms", action="store_true", help="print what each clause makes of whom")
    show.set_defaults(command=commands.policy_show)
    check = parts.add_parser("check", help="prove that the pack holds together")
    check.set_defaults(command=commands.policy_check)
    policy_commands.define(parts, _argument)


def _argument(understood: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """Let argparse tell the words of a ValueError, which it would replace by its own."""

    def read(value: str) -> _Value:
        try:
            return understood(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read
