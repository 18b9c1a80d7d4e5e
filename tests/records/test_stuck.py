"""`hearth stuck`, as whoever runs it meets it."""

from dataclasses import replace
from pathlib import Path

from adapters import main as wiring
from adapters.settings import from_environment
from bot import inbox, outbox
from bot.channel import TryLater, Undeliverable
from bot.conversation import Outcome, State
from bot.message import Message
from tests.console import Console
from tests.gallery import ANSWER, ASK_BACK
from tests.records.conftest import NotedJobs
from tests.records.stage import Platform, Talk, desk, said


def test_what_waits_for_someone_and_what_was_given_up_is_told_by_id(tmp_path: Path) -> None:
    hearth = Console(tmp_path / "data")
    hearth.out("migrate")
    assert hearth.out("stuck") == "Nothing is stuck.\n"
    opened = wiring.open_records(from_environment({"HEARTH_DATA": str(tmp_path / "data")}))
    records = replace(opened, jobs=NotedJobs())
    with records.changing() as change:
        outbox.put(change, "teams:t/a", (ANSWER,))
        outbox.put(change, "teams:t/b", (ASK_BACK,))
    platform = Platform()
    for conversation, fault in (
        ("teams:t/a", TryLater("the app is not installed for this person", after=600)),
        ("teams:t/b", Undeliverable("the conversation is gone")),
    ):
        platform.faults.append(fault)
        outbox.deliver(records, conversation, platform)
    records.engine.dispose()
    waits, stuck = hearth.out("stuck").splitlines()
    assert waits.startswith(f"waits  {ANSWER.id} ")
    assert waits.endswith("the app is not installed for this person")
    assert stuck.startswith(f"card   {ASK_BACK.id} ")
    assert stuck.endswith("the conversation is gone")
    assert ANSWER.title not in waits


def test_what_could_not_be_handled_is_told_with_its_reason_and_tried_again_from_the_start(
    tmp_path: Path,
) -> None:
    hearth = Console(tmp_path / "data")
    for command in ("migrate", "stuck"):
        hearth.out(command)
    records = wiring.open_records(from_environment({"HEARTH_DATA": str(tmp_path / "data")}))
    inbox.accept(records, said("fails", "web:a", "fail"))
    inbox.accept(records, said("ends processes", "web:b"))
    inbox.cut_off(records, "web:b")
    while inbox.begun(records, said("ends processes", "web:b")) < inbox.MAX_CUT_OFF:
        pass
    for conversation in ("web:a", "web:b"):
        desk(Platform()).handle(records, conversation)
    fails, ends = hearth.out("stuck").splitlines()
    assert fails.startswith("event  fails ")
    assert fails.endswith("handling it failed")
    assert ends.startswith("event  ends processes ")
    assert ends.endswith(f"{inbox.MAX_CUT_OFF} processes ended while it was handled")
    assert hearth.out("stuck", "--again").splitlines() == [fails, ends, "They are being tried again."]
    assert hearth.out("stuck") == "Nothing is stuck.\n"
    mended = Platform()
    desk(mended, Mended()).handle(records, "web:a")
    desk(mended, Mended()).handle(records, "web:b")
    assert mended.ids() == ["fails.1", "ends processes.1"]
    records.engine.dispose()


class Mended(Talk):
    """A release that can answer what the one before it could not."""

    def respond(self, message: Message, state: State) -> Outcome:
        """Answer as if something else had been said."""
        return super().respond(replace(message, text="hello"), state)
