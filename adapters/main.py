"""The one place that knows the concrete classes and wires them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from adapters.model_settings import LanguageModel
from adapters.settings import Settings, SettingsError
from bot import safeguarding
from bot.conversation import Conversation
from knowledge.answers import Answerer
from knowledge.careful import SecondLook
from knowledge.clauses import Policy
from knowledge.pack import Pack, PackError, load_pack
from knowledge.reader import PolicyError, read_policy

if TYPE_CHECKING:
    from adapters.web.settings import WebSettings
    from knowledge.embedding import Embedder
    from knowledge.message_reader import TrainedReader
    from knowledge.model_reader import ModelReader

MODELS = Path(__file__).parent.parent / "knowledge" / "models"


class DataFolderError(Exception):
    """The data folder cannot be used; the message names it and says what to do."""


def problems() -> tuple[type[Exception], ...]:
    """Return the errors that say, in words for a person, what of an installation cannot be used."""
    from adapters.web.serve import CannotServe
    from knowledge.embedding import ModelError
    from knowledge.index import IndexFolderError
    from knowledge.message_reader import ReaderError
    from knowledge.model_reader import ModelReaderError

    of_knowledge = (PolicyError, PackError, ModelError, ReaderError, ModelReaderError, IndexFolderError)
    return (*of_knowledge, DataFolderError, CannotServe)


def load_policy(settings: Settings) -> tuple[Policy, Pack]:
    """Return the policy in force and its pack; raise PolicyError or PackError where one cannot be used."""
    policy = read_text(settings)  # first: where both are missing, the pack is not the one to speak of
    pack = read_pack(settings)
    return replace(policy, organisation=pack.organisation, title=pack.title), pack


def read_text(settings: Settings) -> Policy:
    """Return the policy without organisation and title, which are its pack's to say; raise PolicyError."""
    return read_policy(settings.policy, organisation="", title="")


def read_pack(settings: Settings) -> Pack:
    """Return the pack beside the policy; raise PackError where it cannot be used."""
    path = settings.policy.with_suffix(".pack.toml")
    try:
        return load_pack(path)
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}). Check that you may read it.") from error


def use_data_folder(settings: Settings) -> Path:
    """Return the data folder, made where it is not there; raise DataFolderError where it cannot be used."""
    folder = settings.data_folder
    with _kept_in(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder


def load_embedder(settings: Settings) -> "Embedder":
    """Return the embedded model; raise ModelError, or DataFolderError where its graph cannot be kept."""
    from knowledge.embedding import Embedder

    folder = use_data_folder(settings)
    with _kept_in(folder):
        return Embedder.load(folder / "models")


def load_reader(pack: Pack) -> "TrainedReader":
    """Return what reads messages; raise ReaderError where it cannot be used with this pack."""
    from knowledge.embedding import load_tokenizer
    from knowledge.message_reader import TrainedReader

    return TrainedReader.load(MODELS, load_tokenizer(), pack)


def connect_model(model: LanguageModel, policy: Policy, pack: Pack) -> "ModelReader":
    """Return what reads messages with a language model; raise ModelReaderError where it cannot be used."""
    from knowledge.masking import Mask
    from knowledge.model_reader import ModelReader

    mask = Mask(clause.text for clause in policy.clauses)
    return ModelReader.connect(model.name, pack, mask, url=model.url, key=model.key, seconds=model.seconds)


def second_look(settings: Settings, policy: Policy, pack: Pack) -> SecondLook | None:
    """Return what has a language model read too, None where none is set; as `connect_model`."""
    if settings.model is None:
        return None
    return SecondLook(connect_model(settings.model, policy, pack), stays=safeguarding.has_alarming_words)


def build_answerer(settings: Settings, *, progress: bool = False) -> Answerer:
    """Return what answers questions on the policy; `progress` shows the building of the index.

    Raises one of `problems()` where something cannot be used.
    """
    from knowledge.index import open_index

    policy, pack = load_policy(settings)
    reader = load_reader(pack)
    index = open_index(policy, load_embedder(settings), settings.data_folder / "index", progress=progress)
    return Answerer(policy, pack, reader, index, second_look(settings, policy, pack))


def build(settings: Settings, *, progress: bool = False) -> Conversation:
    """Return the conversation, ready to answer; as `build_answerer`."""
    return Conversation(build_answerer(settings, progress=progress), lambda: datetime.now(UTC).date())


def web_settings(settings: Settings, organisation: str) -> "WebSettings":
    """Return how the web chat is served; raise SettingsError for an address that it may not listen on."""
    from adapters.web.serve import CannotServe, check_address
    from adapters.web.settings import WebSettings

    chat = WebSettings(
        organisation=organisation,
        data_folder=settings.data_folder,
        host=settings.host,
        port=settings.port,
        other_address=settings.other_address,
        organisation_configured=settings.organisation_configured,
        model_reads=settings.model is not None,
    )
    try:
        check_address(chat)
    except CannotServe as error:
        raise SettingsError(str(error)) from error
    return chat


def issue_code(settings: Settings) -> str:
    """Make a one-time code to speak as the manager; raise DataFolderError where it cannot be kept."""
    from adapters.web.codes import issue

    with _kept_in(settings.data_folder):
        return issue(settings.data_folder, "manager")


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataFolderError(
            f"{folder}: cannot be written ({error.strerror}). "
            "Set HEARTH_DATA to a folder that you may write to and that has room."
        ) from error
