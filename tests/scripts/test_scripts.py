"""Every conversation script runs to its end on the real desk, without a platform."""

from collections.abc import Callable

import pytest

from bot.records.store import Records
from tests.induction.conftest import Someone
from tests.records.stage import Platform
from tests.scripts import play
from tests.scripts.in_process import InProcess


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_without_a_platform(
    script: str, adopted: Records, platform: Platform, meet: Callable[[str], Someone]
) -> None:
    if any(step.shows for step in play.read(script)):
        pytest.skip("a file is sent: that needs a platform")
    play.play(InProcess(adopted, platform, meet), script)


def test_a_script_that_does_not_go_as_written_says_where(
    adopted: Records, platform: Platform, meet: Callable[[str], Someone]
) -> None:
    stage = InProcess(adopted, platform, meet)
    step = play.Step("volunteer", says="hello", expects=("Hello", "something else"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play, "PATIENCE", 0.1)
        patch.setattr(play, "read", lambda _: [step])
        with pytest.raises(AssertionError, match=r"wrong, step 1 \(volunteer\): \('something else',\)"):
            play.play(stage, "wrong")
