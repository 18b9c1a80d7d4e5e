"""The language model is off until the organisation turns it on; then it is said what leaves and where to."""

import sys
from pathlib import Path

import pytest

from adapters.model_settings import NAMES, LanguageModel
from adapters.settings import SettingsError, from_environment, unknown_names
from adapters.web.page import render_page
from adapters.web.settings import WebSettings
from tests.console import Console, Ran
from tests.model.stub_provider import KEY, READ, Provider

ON = {"HEARTH_MODEL": "openai:a-model"}


def test_without_a_setting_there_is_no_model() -> None:
    assert from_environment({}).model is None
    assert from_environment(dict.fromkeys(NAMES, "")).model is None


def test_its_settings_are_read_and_the_key_is_not_shown() -> None:
    values = ("openai:a-model", "https://models.example.org/v1", KEY, "2.5")
    settings = from_environment(dict(zip(NAMES, values, strict=True)))
    assert settings.model == LanguageModel(*values[:3], seconds=2.5)
    assert KEY not in repr(settings)
    assert not unknown_names(dict.fromkeys(NAMES, "x"))


def test_with_its_name_alone_its_provider_knows_the_rest() -> None:
    assert from_environment(ON).model == LanguageModel("openai:a-model", None, None, seconds=8)


@pytest.mark.parametrize("name", ["a-model", "openai:", "openai: x", ":a-model", "OpenAI:x", "\n"])
def test_a_model_without_its_provider_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEARTH_MODEL: .* Give provider:model, such as openai:NAME\.$"):
        from_environment({"HEARTH_MODEL": name})


@pytest.mark.parametrize(
    "url",
    [
        "models.example.org",
        "http://models.example.org/v1",
        f"https://user:{KEY}@models.example.org",
        f"https://models.example.org/?key={KEY}",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
        "https://",
        "https://[",
    ],
)
def test_an_address_that_would_give_words_or_key_away_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEARTH_MODEL_URL: .* Give https://") as refused:
        from_environment({**ON, "HEARTH_MODEL_URL": url})
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:11434",
        "http://localhost/v1",
        "http://[::1]:80",
        "https://models.example.org:8443/v1/",
    ],
)
def test_safe_addresses_are_taken(url: str) -> None:
    model = from_environment({**ON, "HEARTH_MODEL_URL": url}).model
    assert model is not None
    assert model.url == url


@pytest.mark.parametrize("seconds", ["0", "-1", "61", "soon", "1e1", "nan", "8 "])
def test_a_time_limit_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(SettingsError, match=r"^HEARTH_MODEL_SECONDS: .* Give seconds, at most 60\.$"):
        from_environment({**ON, "HEARTH_MODEL_SECONDS": seconds})


def checked(folder: str, **settings: str) -> Ran:
    ran = Console(Path(folder))("check", HEARTH_MODEL_KEY=KEY, **settings)
    assert KEY not in ran.out + ran.err
    return ran


def test_without_a_model_check_says_that_nothing_leaves(folder: str) -> None:
    ran = Console(Path(folder))("check")
    assert "nothing leaves this machine; no language model is used" in ran.out


def test_check_tries_the_model_and_says_what_leaves_and_where_to(provider: Provider, folder: str) -> None:
    provider.labels(READ)
    ran = checked(folder, HEARTH_MODEL="openai:stub", HEARTH_MODEL_URL=provider.url)
    assert ran.code == 0
    assert f"openai:stub at {provider.url} reads too" in ran.out
    assert f"questions on the policy go to openai:stub at {provider.url}, with the names" in ran.out
    assert "nothing leaves" not in ran.out


def test_check_says_when_the_model_does_not_answer(provider: Provider, folder: str) -> None:
    provider.refuses(401)
    ran = checked(folder, HEARTH_MODEL="openai:stub", HEARTH_MODEL_URL=provider.url)
    assert ran.code == 1
    assert "gave no reading" in ran.out
    assert "Check its name and key" in ran.out


def test_check_names_the_package_that_is_missing_and_how_to_install_it(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    ran = checked(folder, HEARTH_MODEL="anthropic:a-model")
    assert ran.code == 1
    assert "pip install langchain-anthropic" in ran.out


@pytest.mark.parametrize("other_address", [False, True])
def test_the_page_says_where_words_go(*, other_address: bool) -> None:
    def page(*, model_reads: bool) -> str:
        return render_page(WebSettings("A Scheme", other_address=other_address, model_reads=model_reads))

    assert "read by a language model" not in page(model_reads=False)
    told = page(model_reads=True)
    assert "read by a language model that the organisation chose" in told
    assert "nothing is sent anywhere" not in told
    assert "nowhere else" not in told
