"""Wiring: the one place, with `running`, that knows the concrete classes and puts them together."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from adapters.model_settings import LanguageModel
from adapters.records_settings import DATABASE_FILE, kept_key
from adapters.settings import Settings, SettingsError
from bot import safeguarding
from bot.conversation import Conversation
from bot.short_memory import ShortMemory
from knowledge.answers import Answerer
from knowledge.careful import SecondLook
from knowledge.clauses import Policy
from knowledge.pack import Pack, PackError, load_pack
from knowledge.reader import PolicyError, decoded, read_policy

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from adapters.shelf import Shelf
    from adapters.web.settings import WebSettings
    from bot.induction.course import Course
    from bot.records.store import Records
    from bot.records.vault import Key
    from knowledge.danger import Danger
    from knowledge.embedding import Embedder
    from knowledge.message_reader import TrainedReader
    from knowledge.model_calls import ModelCalls
    from knowledge.model_reader import ModelReader

MODELS = Path(__file__).parent.parent / "knowledge" / "models"


@dataclass(frozen=True, slots=True)
class Served:
    """One organisation that is served: how, and its records."""

    settings: Settings
    records: "Records"


class DataFolderError(Exception):
    """The data folder cannot be used; the message names it and says what to do."""


def problems() -> tuple[type[Exception], ...]:
    """Return the errors that say, in words for a person, what of an installation cannot be used."""
    from adapters.public import CannotListen
    from adapters.web.serve import CannotServe
    from knowledge.embedding import ModelError
    from knowledge.index import IndexFolderError
    from knowledge.message_reader import ReaderError
    from knowledge.model_reader import ModelReaderError

    of_knowledge = (PolicyError, PackError, ModelError, ReaderError, ModelReaderError, IndexFolderError)
    return (*of_knowledge, *_of_records(), DataFolderError, CannotServe, CannotListen)


def _of_records() -> tuple[type[Exception], ...]:
    from bot.cases.rules import RulesError
    from bot.contact import PeopleError
    from bot.induction.inductions import InductionError
    from bot.records.database import RecordsError, RecordsUnavailable
    from bot.records.vault import UnusableKey
    from bot.slots import SlotTaken

    return (RecordsError, RecordsUnavailable, UnusableKey, SlotTaken, PeopleError, InductionError, RulesError)


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


def load_danger(embedder: "Embedder") -> "Danger":
    """Return what says how likely a text speaks of harm; raise ReaderError where it cannot be used."""
    from knowledge.danger import Danger

    return Danger.load(MODELS, embedder)


def connect_model(model: LanguageModel, policy: Policy, pack: Pack) -> "ModelReader":
    """Return what reads messages with a language model; raise ModelReaderError where it cannot be used."""
    from knowledge.masking import Mask
    from knowledge.model_reader import ModelReader

    mask = Mask(clause.text for clause in policy.clauses)
    return ModelReader.connect(model.name, pack, mask, url=model.url, key=model.key, seconds=model.seconds)


def connect_proposer(model: LanguageModel) -> "ModelCalls":
    """Return what proposes how people ask; raise ModelReaderError where it cannot be used."""
    from knowledge.model_calls import ModelCalls
    from knowledge.proposals import schema

    # Nobody waits for an answer meanwhile, and a reply is ten times as long.
    seconds = max(model.seconds, 60.0)
    return ModelCalls.connect(model.name, schema(), url=model.url, key=model.key, seconds=seconds)


def second_look(settings: Settings, policy: Policy, pack: Pack) -> SecondLook | None:
    """Return what has a language model read too, None where none is set; as `connect_model`."""
    if settings.model is None:
        return None
    return SecondLook(connect_model(settings.model, policy, pack), stays=safeguarding.has_alarming_words)


def build_answerer(settings: Settings, *, progress: bool = False) -> Answerer:
    """Return what answers questions on the policy; `progress` shows the building of the index.

    Raises one of `problems()` where something cannot be used.
    """
    return answerer_builder(settings, progress=progress)(*load_policy(settings))


def answerer_builder(
    settings: Settings, model: "Embedder | None" = None, *, progress: bool = False
) -> Callable[[Policy, Pack], Answerer]:
    """Return what makes the answerer of a policy; all share one reader, and embed a question once.

    `model` is the embedded model where it is loaded already: it is the largest part.
    """
    from knowledge.danger import WatchfulReader
    from knowledge.embedding import RememberingEmbedder
    from knowledge.example_answers import ExampleAnswerer
    from knowledge.examples import Examples
    from knowledge.index import open_index
    from knowledge.unreviewed_answers import UnreviewedAnswerer

    main = read_pack(settings)
    model = model or load_embedder(settings)
    embedder = RememberingEmbedder(model)
    trained = load_reader(main)
    reader = WatchfulReader(trained, load_danger(model))

    def build(policy: Policy, pack: Pack) -> Answerer:
        index = open_index(policy, embedder, settings.data_folder / "index", progress=progress)
        if not pack.reviewed:
            return UnreviewedAnswerer(policy, pack, reader, index)
        if trained.learned(pack):
            return Answerer(policy, pack, reader, index, second_look(settings, policy, pack), trained)
        return ExampleAnswerer(policy, pack, reader, index, Examples(pack.topics, model))

    return build


def build(settings: Settings, *, progress: bool = False) -> ShortMemory:
    """Return the conversation that the command line has, remembered while it runs; as `build_answerer`."""
    return ShortMemory(build_conversation(settings, progress=progress))


def build_on_file(settings: Settings, *, progress: bool = False) -> ShortMemory:
    """Return the conversation on the policy's file alone, whatever is in force: for measuring it."""
    answerer = build_answerer(settings, progress=progress)
    return ShortMemory(Conversation(answerer, lambda: datetime.now(UTC).date()))


def build_conversation(
    settings: Settings, records: "Records | None" = None, *, progress: bool = False
) -> Conversation:
    """Return what says how a message is answered; as `build_answerer`.

    `records` are the organisation's where they are open; else its register is read if it is there.
    """
    return talk_of(build_shelf(settings, records, progress=progress))


def talk_of(shelf: "Shelf") -> Conversation:
    """Return the conversation on the policies of a shelf."""
    from knowledge.library import Library

    first = next(iter(shelf.in_force()), None) or shelf.of_the_file()
    return Conversation(Library(first, shelf.in_force), lambda: datetime.now(UTC).date())


def build_shelf(
    settings: Settings,
    records: "Records | None" = None,
    model: "Embedder | None" = None,
    *,
    progress: bool = False,
) -> "Shelf":
    """Return the policies that are in force; as `answerer_builder`, RecordsError for a register behind."""
    from adapters.shelf import Shelf

    policy, pack = load_policy(settings)
    organisation = organisation_of(settings)
    return Shelf(
        settings.policy,
        (policy, pack),
        policy_folders(settings, policy.organisation)[-1],
        organisation,
        records.reading if records else _register(settings),
        records.now if records else lambda: datetime.now(UTC),
        answerer_builder(settings, model, progress=progress),
    )


def _register(settings: Settings) -> "Callable[[], AbstractContextManager[Session]] | None":
    """Return what reads the register of policies, None where none was ever made."""
    if settings.records.database is None and not (settings.data_folder / DATABASE_FILE).exists():
        return None
    from functools import partial

    from bot.records import database, migrate

    engine = database.connect(settings.records.url(settings.data_folder))
    if migrate.state(engine) == "empty":
        return None
    migrate.require_current(engine)
    return partial(database.reading, engine)


def open_records(settings: Settings) -> "Records":
    """Return the organisation's records, not yet looked at.

    Raises:
        SettingsError: no key is set, and this is more than the sample on one machine.
        DataFolderError: the data folder cannot be used.
        RecordsError, UnusableKey: the database or the kept key cannot be used.
    """
    from bot.records.database import connect
    from bot.records.store import Records
    from bot.records.vault import Vault
    from bot.work import EnqueuedWork

    organisation = organisation_of(settings)
    use_data_folder(settings)
    engine = connect(settings.records.url(settings.data_folder))
    vault = Vault(_keys(settings))
    return Records(engine, vault, EnqueuedWork(engine), organisation, lambda: datetime.now(UTC))


def open_all(served: Sequence[Settings]) -> Sequence[Served]:
    """Return the organisations that are served, by one connection to one database; as `open_records`."""
    records = open_records(served[0])
    return [Served(one, records.of(organisation_of(one))) for one in served]


def found_organisation(settings: Settings, records: "Records") -> None:
    """Write down the organisation the first time, and the sample's officers with it.

    Raises PeopleError where the sample's officers cannot be read.
    """
    from bot import set_up
    from bot.records.tables import Organisation

    name = read_pack(settings).organisation
    with records.changing() as change:
        if change.session.get(Organisation, records.organisation) is not None:
            return
        change.add(Organisation(id=records.organisation, name=name, created_at=records.now()))
        change.audit("organisation:set-up:done", records.organisation)
        if settings.is_sample:
            change.session.flush()
            set_up.set_up(change, set_up.read(set_up.SAMPLE.read_text(encoding="utf-8")), who="hearth")


def load_course(settings: Settings) -> "Course":
    """Return the induction on the policy; raise PolicyError or PackError where one cannot be used."""
    return course_on(settings, *load_policy(settings))


def course_on(settings: Settings, policy: Policy, pack: Pack) -> "Course":
    """Return the induction on a version of the policy; as `load_course`."""
    from bot.induction.course import Course
    from knowledge.situations import load_situations

    return Course(policy, pack, load_situations(settings.policy.with_suffix(".induction.toml")))


def adopt_policy(settings: Settings, records: "Records", *, who: str, minor: bool = False) -> bool:
    """Put the policy's text in force; return False where it is already. As `load_policy`."""
    from bot import policies

    policy, _ = load_policy(settings)
    text = text_of(settings)
    with records.changing() as change:
        return policies.adopt(change, policy.title, policy.version, text, who=who, minor=minor) is not None


def text_of(settings: Settings) -> str:
    """Return the policy's text as it stands in its file; raise PolicyError."""
    try:
        return decoded(settings.policy.read_bytes())
    except OSError as error:
        raise PolicyError(f"{settings.policy}: cannot be read ({error.strerror}).") from error


def sample_code(records: "Records") -> Callable[[], str]:
    """Return what makes a one-time code of the sample's manager."""
    from bot import linking, officers
    from bot.records.tables import Person

    def make() -> str:
        with records.changing() as change:
            manager = officers.holders(change.session, records.organisation, "manager")[0]
            person = change.session.get_one(Person, manager.person)
            return linking.offer_code(change, person, who="hearth")

    return make


def policy_folders(settings: Settings, organisation: str) -> tuple[Path, Path]:
    """Return where an organisation's policies lie: beside the main one, and where `add` writes them."""
    return settings.policy.parent, settings.data_folder / "policies" / organisation_id(organisation)


def organisation_of(settings: Settings) -> str:
    """Return the id of the organisation that is served so; raise SettingsError where its pack is another's.

    As `load_policy`.
    """
    name = load_policy(settings)[0].organisation
    found = organisation_id(name)
    if settings.organisation and settings.organisation != found:
        raise SettingsError(
            f"{settings.policy}: its pack says that it is {name}'s, so {found} is its organisation's id and "
            f"not {settings.organisation}. Correct one of them."
        )
    return found


def organisation_id(name: str) -> str:
    """Return the id of an organisation: its name in small letters, digits and dashes, at most 64."""
    return "-".join(re.findall("[a-z0-9]+", name.lower()))[:64]


def _keys(settings: Settings) -> "tuple[Key, ...]":
    if settings.records.keys:
        return settings.records.keys
    if not settings.is_sample:
        raise SettingsError(
            "HEARTH_KEYS is not set: without a key nothing is recorded. `hearth keys new` makes one; "
            "keep it where the database's backups are not."
        )
    with _kept_in(settings.data_folder):
        return kept_key(settings.data_folder)


def web_settings(
    settings: Settings, organisation: str, sample_code: Callable[[], str] | None = None
) -> "WebSettings":
    """Return how the web chat is served; raise SettingsError for an address that it may not listen on."""
    from adapters.web.serve import CannotServe, check_address
    from adapters.web.settings import WebSettings

    chat = WebSettings(
        organisation=organisation,
        host=settings.host,
        port=settings.port,
        other_address=settings.other_address,
        model_reads=settings.model is not None,
        sample_code=sample_code,
        policy_folders=policy_folders(settings, organisation),
    )
    try:
        check_address(chat)
    except CannotServe as error:
        raise SettingsError(str(error)) from error
    return chat


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataFolderError(
            f"{folder}: cannot be written ({error.strerror}). "
            "Set HEARTH_DATA to a folder that you may write to and that has room."
        ) from error
