"""The model reader over a real socket: the labels it takes, and every way in which a call can fail."""

import subprocess
import sys
from collections.abc import Callable
from threading import Event

import pytest

from adapters.main import MODELS
from knowledge.answers import Answerer
from knowledge.embedding import load_tokenizer
from knowledge.masking import Mask
from knowledge.message_reader import TrainedReader
from knowledge.model_calls import ModelCalls
from knowledge.model_reader import MAX_CALLS, ModelReader, ModelReaderError, NotRead
from knowledge.reading import BEARERS, FORMS, TARGETS, Reader
from tests.model.stub_provider import KEY, READ, Provider, connected, settles
from tests.policies import home_start_pack

SUPPORTED = [{"fact": "supported_now", "value": "y", "words": "friend this family"}]
NOT_SUPPORTED = [{"fact": "supported_now", "value": "n", "words": "friend this family"}]


@pytest.fixture(scope="module")
def embedded() -> TrainedReader:
    return TrainedReader.load(MODELS, load_tokenizer(), home_start_pack())


@pytest.fixture(params=["embedded", "model"])
def reader(request: pytest.FixtureRequest, provider: Provider) -> Reader:
    provider.labels(settles("supported_now", "y", "family"))
    either: Reader = request.getfixturevalue(request.param)
    return either


@pytest.mark.parametrize(
    "message",
    ["can I friend this family?", "yes", "x", "?!", "我可以加李明为好友吗", "\u202e\x00 a", "a " * 2_000],
)
def test_every_reader_keeps_to_the_labels_that_the_tables_know(reader: Reader, message: str) -> None:
    reading = reader.read(message, "said before", "Is Home-Start still supporting the family?")
    assert reading.topics
    assert {scored.topic for scored in reading.topics} <= set(home_start_pack().topics)
    assert reading.form in FORMS
    assert reading.who in BEARERS
    assert reading.whom in TARGETS
    assert set(reading.facts) <= set(home_start_pack().facts)
    assert all(0 <= settled.confidence <= 1 for settled in reading.facts.values())


@pytest.mark.parametrize("words", ["finished  with us", "Finished with us", "FINISHED\nwith us!"])
def test_a_fact_is_taken_with_words_that_stand_in_the_message(
    provider: Provider, model: ModelReader, words: str
) -> None:
    provider.labels(settles("supported_now", "n", words))
    fact = model.read("The mum finished with us. Can I friend her?").facts["supported_now"]
    assert (fact.value, fact.words) == ("n", words)


@pytest.mark.parametrize("words", ["", "...", "support has ended", "nished with us", "us finished"])
def test_a_fact_whose_words_do_not_stand_in_the_message_is_dropped(
    provider: Provider, model: ModelReader, words: str
) -> None:
    provider.labels(settles("supported_now", "n", words))
    assert not model.read("The mum finished with us. Can I friend her?").facts


@pytest.mark.parametrize(
    "labels",
    [
        {**READ, "topic": "no_such_topic"},
        {**READ, "topic": None},
        {**READ, "other_topics": ["no_such_topic"]},
        {**READ, "other_topics": "disclose"},
        {**READ, "form": "allowed"},
        {**READ, "who": "the Queen"},
        {**READ, "whom": ["family"]},
        {**READ, "facts": None},
        {**READ, "facts": ["supported_now"]},
        settles("everything_is_fine", "y", "friend"),
        settles("supported_now", "maybe", "friend"),
        {**READ, "facts": [*SUPPORTED, *NOT_SUPPORTED]},
    ],
)
def test_nothing_of_a_reply_with_an_unknown_label_is_taken(
    provider: Provider, model: ModelReader, labels: dict[str, object]
) -> None:
    provider.labels(labels)
    with pytest.raises(NotRead):
        model.read("can I friend this family?")


FAULTS: dict[str, Callable[[Provider], None]] = {
    "refuses the key": lambda provider: provider.refuses(401),
    "is over its limit": lambda provider: provider.refuses(429),
    "is down": lambda provider: provider.refuses(503),
    "is something else": lambda provider: provider.garbles("<html>welcome</html>"),
    "sends half": lambda provider: provider.garbles('{"choices": ['),
    "sends nothing": lambda provider: provider.garbles(""),
    "declines": lambda provider: provider.declines("I cannot help with that."),
    "fills no labels": lambda provider: provider.arguments("{}"),
    "fills a list": lambda provider: provider.arguments("[]"),
    "fills words": lambda provider: provider.arguments("yes, she may"),
    "knows another topic": lambda provider: provider.labels({**READ, "topic": "anything_goes"}),
}
QUESTION = "Can I friend this family? I'm still visiting Sarah every week"


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_the_embedded_reading_stands(
    provider: Provider,
    both: Answerer,
    answerer: Answerer,
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    FAULTS[fault](provider)
    assert both.ask(QUESTION, ("volunteer",)) == answerer.ask(QUESTION, ("volunteer",))
    assert len(provider.sent) == 1
    assert "model.reading.missing" in caplog.text
    assert not {"friend", "visiting", "Sarah", KEY} & set(caplog.text.replace(".", " ").split())


def test_a_provider_that_never_finishes_is_waited_for_only_so_long(
    provider: Provider, model: ModelReader
) -> None:
    provider.drips()
    with pytest.raises(NotRead, match="Timeout"):
        connected(provider.url, seconds=0.05).read(QUESTION)
    provider.labels(READ)
    assert model.read(QUESTION).topic == "friend_request"


def test_a_provider_that_hangs_is_not_sent_more_and_more() -> None:
    let_go, called = Event(), []

    def hang(sent: object) -> object:
        called.append(sent)
        let_go.wait()
        return READ

    hurried = ModelReader(ModelCalls(hang, seconds=0.01), home_start_pack(), Mask([]))
    for _ in range(MAX_CALLS):
        with pytest.raises(NotRead, match="TimeoutError"):
            hurried.read(QUESTION)
    with pytest.raises(NotRead, match="too many calls"):
        hurried.read(QUESTION)
    let_go.set()
    assert len(called) == MAX_CALLS


def test_where_nobody_listens_the_embedded_reading_stands(model: ModelReader) -> None:
    with Provider().running() as gone:
        url = gone.url
    with pytest.raises(NotRead, match="Connect"):
        connected(url).read(QUESTION)
    assert model


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "anthropic:a-model",
            r"needs the package langchain-anthropic\. Install it: .*pip install langchain-anthropic$",
        ),
        ("nobody:a-model", r"cannot be set up \(ValueError\)\. Check the provider and the model"),
    ],
)
def test_a_model_that_cannot_be_set_up_is_named_with_what_to_do(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(ModelReaderError, match=said) as refused:
        connected("http://127.0.0.1:1", name=name)
    assert name in str(refused.value)
    assert KEY not in str(refused.value)


def test_langchain_is_not_loaded_until_a_model_is_set_up() -> None:
    see = "import sys, adapters.main, knowledge.model_reader; print('langchain' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", see], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert ran.stdout == "False\n"
