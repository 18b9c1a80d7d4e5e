"""A provider, the model reader that calls it, and the assistant wired with both readers."""

from collections.abc import Iterator

import pytest

from adapters.main import build_answerer
from adapters.settings import from_environment
from knowledge.answers import Answerer
from knowledge.model_reader import ModelReader
from tests.model.stub_provider import KEY, Provider, connected, install_client


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().running() as provider:
        yield provider


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `openai:…` be called, whether the provider's own package is installed or not."""
    install_client(monkeypatch)


@pytest.fixture
def model(provider: Provider) -> ModelReader:
    return connected(provider.url)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("data"))


@pytest.fixture
def both(provider: Provider, folder: str) -> Answerer:
    """Answers with the model's reading beside the embedded one, wired as `hearth` wires it."""
    settings = {
        "HEARTH_DATA": folder,
        "HEARTH_MODEL": "openai:stub",
        "HEARTH_MODEL_URL": provider.url,
        "HEARTH_MODEL_KEY": KEY,
        "HEARTH_MODEL_SECONDS": "20",
    }
    return build_answerer(from_environment(settings))
