"""Every line that Hearth logs has a static name and ids: no words can come in, whoever calls."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.logs import KEYS, NAME

ROOT = Path(__file__).parent.parent
FILES = sorted(path for folder in ("adapters", "bot") for path in (ROOT / folder).rglob("*.py"))
# This file works on the loggers of others, and shows errors by their class and place.
WIRING = ROOT / "adapters" / "logs.py"

METHODS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"}
# An error's `fault` is static by the contract of `bot.channel`. Else its class alone may be said, or an id.
STATIC_PARTS = {"fault", "id"}


def faults(source: str, *, wires: bool = False) -> list[str]:
    """Return what is wrong with the log lines of a module, each with its line."""
    tree = ast.parse(source)
    found = [fault for call in _log_calls(tree) for fault in _faults_of(call, tree)]
    return found if wires else found + _ways_round(tree)


def _log_calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _logs(node)]


def _caught_around(call: ast.Call, tree: ast.Module) -> set[str]:
    """Return the names of the errors in whose handling a line is logged."""
    handlers = (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
    return {found.name for found in handlers if found.name and call in ast.walk(found)}


def _faults_of(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    at = f"line {call.lineno}"
    if len(call.args) != 1 or not _is_name(call.args[0]):
        yield f"{at}: the first and only argument is to be a name such as 'event.accepted'"
    errors = _caught_around(call, tree)
    for keyword in call.keywords:
        written = _written(keyword.value, tree)
        if keyword.arg == "extra" and written:
            yield from (f"{at}: {fault}" for extra in written for fault in _extra_faults(extra, errors))
        elif keyword.arg != "exc_info":
            yield f"{at}: {keyword.arg} is to be left out, or extra={{…}} with its keys written there"


def _written(value: ast.expr, tree: ast.Module) -> list[ast.Dict]:
    """Return the dictionary that stands there, or those that a name may stand for; none for anything else."""
    if isinstance(value, ast.Dict):
        return [value]
    bound = [
        node
        for node in ast.walk(tree)
        if isinstance(value, ast.Name)
        and isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.arg)
        and value.id in _bound(node)
    ]
    given = [node.value for node in bound if isinstance(node, ast.Assign | ast.AnnAssign)]
    found = [written for written in given if isinstance(written, ast.Dict)]
    return found if len(found) == len(bound) else []


def _bound(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.arg) -> set[str]:
    if isinstance(node, ast.arg):
        return {node.arg}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def _logs(call: ast.Call) -> bool:
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in METHODS:
        return False
    logger = ast.unparse(method.value)
    return logger.endswith("log") or "logg" in logger.lower()


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(NAME.fullmatch(node.value))


def _extra_faults(extra: ast.Dict, errors: set[str]) -> Iterator[str]:
    for key, value in zip(extra.keys, extra.values, strict=True):
        if key is None:
            if not (isinstance(value, ast.Call) and ast.unparse(value.func) == "told"):
                yield f"**{ast.unparse(value)} may be anything; only **told(error) may stand there"
        elif not (isinstance(key, ast.Constant) and key.value in KEYS):
            yield f"{ast.unparse(key)} is none of adapters.logs.KEYS"
        elif isinstance(value, ast.JoinedStr):
            yield f"{key.value} is put together from words; give an id"
        elif not _says_no_words(value, errors):
            yield f"{key.value} holds an error's words; give type(error).__name__, or **told(error)"


def _says_no_words(value: ast.expr, errors: set[str]) -> bool:
    """Say whether an error that was caught is used for its class or its static parts alone."""
    safe: set[ast.expr] = set()
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "type":
            safe.update(node.args)
        if isinstance(node, ast.Attribute) and node.attr in STATIC_PARTS:
            safe.update(part for part in ast.walk(node.value) if isinstance(part, ast.expr))
    names = (node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id in errors)
    return all(node in safe for node in names)


def _ways_round(tree: ast.Module) -> list[str]:
    """Return what could log in another way than `log = logging.getLogger(__name__)`."""
    usual = "log = logging.getLogger(__name__)"
    own = {
        id(node.value) for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node) == usual
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "getLogger" in ast.unparse(node.func) and id(node) not in own:
            found.append(f"line {node.lineno}: a logger is to be made by `{usual}`")
        if isinstance(node, ast.Import):
            names = {alias.asname or alias.name for alias in node.names}
            modules = {alias.name for alias in node.names}
            if modules & {"structlog", "traceback", "warnings"} or ("logging" in modules - names):
                found.append(f"line {node.lineno}: only adapters/logs.py needs that")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("logging", "structlog"):
            found.append(f"line {node.lineno}: only adapters/logs.py needs that")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_line_that_is_logged_has_a_static_name_and_ids_alone(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), wires=path == WIRING) == []


def in_handling(line: str) -> str:
    """Return a module that logs a line while it handles an error."""
    return f"try:\n    pass\nexcept OSError as error:\n    {line}"


@pytest.mark.parametrize(
    "line",
    [
        'log.info("event.accepted")',
        'log.info("event.accepted", extra={"event": message.id, "seconds": 3})',
        'log.error("event.not_handled", exc_info=True)',
        in_handling('log.error("a.b", extra={"error": type(error).__name__})'),
        in_handling('log.error("a.b", extra={"fault": error.fault})'),
        in_handling('log.error("a.b", extra={"event": error.message.id})'),
        in_handling('log.error("a.b", extra={"card": i, **told(error)})'),
        'left = {"worker": i}\nlog.warning("a.b", extra=left)',
        "log = logging.getLogger(__name__)",
        "parser.error(message)",
    ],
)
def test_a_line_with_a_static_name_and_ids_is_let_through(line: str) -> None:
    assert faults(line) == []


@pytest.mark.parametrize(
    "line",
    [
        'log.info("A message was accepted")',
        'log.info(f"event.{what}")',
        "log.info(what)",
        'log.info("event.%s", what)',
        'log.info("event.accepted" + what)',
        'log.log(20, "event.accepted")',
        'log.exception("It failed")',
        'self._log.info("It failed")',
        'logging.warning("It failed")',
        'logging.getLogger("x").warning("It failed")',
        'logger = logging.getLogger("x")',
        'log.info("event.accepted", extra={"text": message.text})',
        'log.info("event.accepted", extra={"event": f"{message.text}"})',
        'log.info("event.accepted", extra={**message})',
        'log.info("event.accepted", extra=extra)',
        'def note(extra):\n    log.info("event.accepted", extra=extra)',
        'left = {"text": i}\nlog.warning("a.b", extra=left)',
        'left = {"worker": i}\nleft |= said\nlog.warning("a.b", extra=left)',
        'left = {"worker": i}\nleft["text"] = said\nlog.warning("a.b", extra=left)',
        'log.info("event.accepted", stack_info=True)',
        'log.info("event.accepted", **given)',
        in_handling('log.error("a.b", extra={"error": str(error)})'),
        in_handling('log.error("a.b", extra={"event": error.message.text})'),
        in_handling('log.error("a.b", extra={"error": error.args[0]})'),
        "import traceback",
        "import structlog",
        "import logging as l",
        "from logging import getLogger",
    ],
)
def test_a_line_that_could_hold_words_is_found(line: str) -> None:
    assert faults(line) != []
