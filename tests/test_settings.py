"""Settings come from the environment; a wrong one is named with what to do."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings import NAMES, SAMPLE, Settings, SettingsError, from_environment, unknown_names


def test_without_settings_the_sample_is_served_to_this_machine_only() -> None:
    assert from_environment({}) == Settings(
        data_folder=Path("data").absolute(),
        policy=SAMPLE,
        organisation_configured=False,
        host="127.0.0.1",
        port=8080,
        other_address=False,
    )
    assert SAMPLE.is_file()


def test_every_setting_is_read() -> None:
    given_settings = {
        "HEARTH_DATA": "/var/hearth",
        "HEARTH_POLICY": "/etc/hearth/policy.txt",
        "HEARTH_HOST": "::1",
        "HEARTH_PORT": "9000",
        "HEARTH_OTHER_ADDRESS": "yes",
        "HEARTH_RULES": "/etc/hearth/rules.toml",
        "HEARTH_SLACK_ASSISTANT": "yes",
    }
    assert set(given_settings) == set(NAMES)
    assert from_environment(given_settings) == Settings(
        data_folder=Path("/var/hearth"),
        policy=Path("/etc/hearth/policy.txt"),
        organisation_configured=True,
        host="::1",
        port=9000,
        other_address=True,
        rules=Path("/etc/hearth/rules.toml"),
        slack_pane=True,
    )


def test_an_empty_setting_counts_as_not_set() -> None:
    assert from_environment(dict.fromkeys(NAMES, "")) == from_environment({})


@pytest.mark.parametrize(
    "port", ["0", "-1", "65536", "70000", "http", " 8080", "8080\n", "8_080", "٣", "9" * 5000]
)
def test_a_port_that_is_none_is_named_with_what_to_do(port: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^HEARTH_PORT: .* is no port\. Give a number from 1 to 65535\.$"
    ):
        from_environment({"HEARTH_PORT": port})


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_first_and_the_last_port_are_taken(port: str) -> None:
    assert from_environment({"HEARTH_PORT": port}).port == int(port)


@pytest.mark.parametrize("host", ["..", "a b", "127.0.0.1:8080", "http://localhost", "a" * 64, "-\n"])
def test_an_address_that_is_none_is_named_with_what_to_do(host: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^HEARTH_HOST: .* is no address\. Give one such as 127\.0\.0\.1\.$"
    ):
        from_environment({"HEARTH_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0", "chat.example.org"])  # noqa: S104 - only read
def test_addresses_and_host_names_are_taken(host: str) -> None:
    assert from_environment({"HEARTH_HOST": host}).host == host


@pytest.mark.parametrize("value", ["true", "1", "Yes", "on"])
def test_yes_or_no_is_not_guessed(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEARTH_OTHER_ADDRESS: .* Give yes or no\.$"):
        from_environment({"HEARTH_OTHER_ADDRESS": value})


def test_a_slip_in_the_name_of_a_setting_is_found() -> None:
    assert unknown_names({"HEARTH_POLCY": "x", "HEARTH_DATA": "x", "PATH": "x"}) == ["HEARTH_POLCY"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_any_settings_are_either_usable_or_refused(environment: dict[str, str]) -> None:
    with suppress(SettingsError):
        settings = from_environment(environment)
        assert 0 < settings.port < 65_536
        assert settings.host.encode("idna")
        assert settings.data_folder.is_absolute()
