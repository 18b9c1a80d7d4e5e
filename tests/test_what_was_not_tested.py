"""A run that leaves something out says so in its last lines, and fails in CI."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parent / "conftest.py"


@pytest.fixture
def without_chromium(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one browser test, on a machine without a browser."""
    monkeypatch.setenv("HEARTH_CHROMIUM", "no-such-browser")
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.needs("chromium")
        def test_in_a_browser():
            raise AssertionError("must not run")

        def test_elsewhere():
            pass
        """
    )
    return pytester


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_run_without_a_browser_says_last_what_it_left_out(
    without_chromium: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = without_chromium.runpytest_subprocess("-p", "no:cacheprovider", "-n", processes)
    assert result.ret == pytest.ExitCode.OK
    assert "not tested: browser tests (no Chromium found)" in result.outlines[-2]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_ci_fails_on_what_was_left_out(
    without_chromium: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("CI", "true")
    result = without_chromium.runpytest_subprocess("-p", "no:cacheprovider", "-n", processes)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "not tested: browser tests (no Chromium found)" in result.outlines[-2]
