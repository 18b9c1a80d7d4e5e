"""The log shows events and ids, and no words that a person may have said."""

import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.settings import SettingsError, from_environment, unknown_names
from bot.faults import told
from tests.log_lines import Written, logged

MARKED = "Xyzzy"
OURS = logging.getLogger("bot.inbox")
LIBRARY = logging.getLogger("dbos")


def fails() -> None:
    """Fail as a library does that puts values into its errors."""
    try:
        {}[MARKED]  # type: ignore[index]  # the mistake
    except KeyError as error:
        raise ValueError(f"cannot read {MARKED}") from error


def caught(function: Callable[[], object]) -> Exception:
    try:
        function()
    except Exception as error:  # noqa: BLE001 - that is what is asked for
        return error
    raise AssertionError("it was to fail")


def test_a_line_is_json_with_its_time_level_event_logger_and_ids() -> None:
    with logged() as written:
        OURS.info("event.accepted", extra={"event": "slack:Ev1", "seconds": 2})
    (line,) = written.lines
    at = datetime.fromisoformat(line.pop("time"))
    assert at.utcoffset() == timedelta(0)
    assert list(line.items()) == [
        ("level", "info"),
        ("event", "event.accepted"),
        ("logger", "bot.inbox"),
        ("event_id", "slack:Ev1"),
        ("seconds", 2),
    ]


def test_on_a_terminal_a_line_is_readable_and_nothing_in_it_is_obeyed() -> None:
    with logged(terminal=True) as written:
        OURS.info("event.accepted", extra={"event": "Ev1\x1b[2J\nnext"})
    text = re.sub("\x1b\\[[0-9;]*m", "", written.getvalue())
    assert "event.accepted" in text
    assert "Ev1" in text
    assert "\x1b" not in text
    assert text.count("\n") == 1


@pytest.fixture(autouse=True)
def library_heard() -> Iterator[None]:
    """Have the library's logger as it is before the work engine sets its level."""
    before = LIBRARY.level
    LIBRARY.setLevel(logging.NOTSET)
    yield
    LIBRARY.setLevel(before)


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["a.debug", "an.info", "a.warning", "an.error"]),
        ("info", ["an.info", "a.warning", "an.error"]),
        ("warning", ["a.warning", "an.error"]),
        ("error", ["an.error"]),
    ],
)
def test_the_level_says_how_much_is_logged(level: str, events: list[str]) -> None:
    with logged(from_environment({"HEARTH_LOG_LEVEL": level}).log_level) as written:
        OURS.debug("a.debug")
        OURS.info("an.info")
        OURS.warning("a.warning")
        OURS.error("an.error")
    assert written.events == events


def test_without_a_setting_the_level_is_info() -> None:
    assert from_environment({}).log_level == from_environment({"HEARTH_LOG_LEVEL": ""}).log_level == "info"


def test_a_level_that_is_none_is_named_with_what_to_do() -> None:
    said = r"^HEARTH_LOG_LEVEL: 'loud' is no level\. Give one of debug, info, warning, error\.$"
    with pytest.raises(SettingsError, match=said):
        from_environment({"HEARTH_LOG_LEVEL": "loud"})
    assert not unknown_names({"HEARTH_LOG_LEVEL": "info"})


@pytest.mark.parametrize(
    "log",
    [
        lambda: OURS.warning(f"could not read {MARKED}"),
        lambda: OURS.warning("could not read %s", MARKED),
        lambda: OURS.warning("event.%s", MARKED),
        lambda: OURS.warning(MARKED),
        lambda: OURS.warning(ValueError("secret")),
        lambda: OURS.warning("event.accepted", extra={"text": MARKED}),
        lambda: OURS.warning("event.accepted", extra={"error": ValueError(MARKED)}),
        lambda: OURS.warning("event.accepted", extra={"count": {"of": [ValueError(MARKED)]}}),
        lambda: OURS.error("event.not_handled", exc_info=caught(fails)),
        lambda: OURS.error("event.not_handled", stack_info=True, exc_info=caught(fails)),
        lambda: LIBRARY.warning("failed: %s", MARKED),
        lambda: LIBRARY.warning(f"failed: {MARKED}"),
        lambda: LIBRARY.warning("secret"),
        lambda: LIBRARY.error("failed", exc_info=caught(fails)),
        lambda: logging.getLogger("asyncio").error("Task %r", MARKED, extra={"event": MARKED}),
    ],
)
def test_no_words_are_logged_however_they_came_there(log: Callable[[], None]) -> None:
    for terminal in (False, True):
        with logged(terminal=terminal) as written:
            log()
        assert written.getvalue().count("\n") == 1
        assert MARKED.lower() not in written.getvalue().lower()
        assert "secret" not in written.getvalue()


def test_a_text_that_is_withheld_leads_to_the_line_of_source_that_wrote_it() -> None:
    with logged() as written:
        LIBRARY.warning("failed: %s", MARKED)
    (line,) = written.lines
    assert (line["event"], line["logger"]) == ("text.withheld", "dbos")
    assert re.fullmatch(r"test_logs\.py:\d+:test_a_text_that_is_withheld_leads_to_the_line.*", line["place"])


def test_an_error_is_logged_by_its_class_and_where_it_happened() -> None:
    with logged() as written:
        OURS.error("event.not_handled", exc_info=caught(lambda: from_environment({"HEARTH_PORT": MARKED})))
    (line,) = written.lines
    assert line["error"] == "adapters.settings.SettingsError"
    functions = [re.fullmatch(r"adapters/settings\.py:\d+:(\w+)", place) for place in line["places"]]
    assert [found and found[1] for found in functions] == ["from_environment", "_read"]
    (cause,) = line["causes"]
    assert cause["error"] == "ValueError"
    assert cause["places"][-1].endswith(":port_given")


def test_an_error_raised_by_a_library_is_told_with_the_librarys_line() -> None:
    error = caught(lambda: re.compile("("))
    assert re.fullmatch(r"_?parser\.py:\d+:.*", told(error)["places"][-1])  # type: ignore[index]  # a list


def test_an_endless_recursion_is_told_in_a_few_places() -> None:
    def deeper() -> None:
        deeper()

    assert len(told(caught(deeper))["places"]) < 10  # type: ignore[arg-type]  # a list


def test_what_libraries_say_below_warning_is_left_out_whatever_level_they_set() -> None:
    LIBRARY.setLevel(logging.DEBUG)
    try:
        with logged("debug") as written:
            LIBRARY.info("step 1")
    finally:
        LIBRARY.setLevel(logging.NOTSET)
    assert written.lines == []


def test_the_work_engine_does_not_print_beside_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    from dbos._logger import init_logger

    with logged():  # puts the engine's logger back at the end
        for engine_is_first in (True, False):
            LIBRARY.handlers.clear()
            if engine_is_first:
                init_logger()
            with logged() as written:
                init_logger()
                LIBRARY.warning("said once")
            assert len(written.lines) == 1
    assert capsys.readouterr().err == ""


def test_a_line_that_cannot_be_written_is_not_printed_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    class Full(Written):
        def write(self, text: str) -> int:
            if "lost" in text:
                return super().write(text)
            raise OSError(28, "No space left on device")

    with logged():
        full = Full(terminal=False)
        logging.root.handlers[0].setStream(full)  # type: ignore[attr-defined]  # a stream's handler
        OURS.info("event.accepted", extra={"event": MARKED})
    assert full.events == ["log.line.lost"]
    assert capsys.readouterr().err == ""


PROCESS = f"""
import threading, warnings
from adapters import logs

logs.configure("info")

class Leaves:
    def __del__(self):
        raise ValueError("{MARKED}")

def fails():
    raise ValueError("{MARKED}")

warnings.warn("{MARKED}")
del_me = Leaves()
del del_me
thread = threading.Thread(target=fails, name="{MARKED}")
thread.start()
thread.join()
fails()
"""


def test_what_python_prints_in_its_own_words_is_logged_without_them() -> None:
    ran = subprocess.run(  # noqa: S603 - our own process
        [sys.executable, "-c", PROCESS],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    written = Written(terminal=False)
    written.write(ran.stderr)
    assert written.events == ["python.warned", "error.not_raised", "thread.failed", "process.failed"]
    assert [line["error"] for line in written.lines] == ["UserWarning", *["ValueError"] * 3]
    assert MARKED not in ran.stderr
