"""What is said where nobody asked Hearth: checked by the embedded models alone."""

import pytest

from adapters import running
from adapters.settings import SettingsError, from_environment
from bot.overhearing import Reads


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Reads:
    """What a message is taken for, as the server is wired."""
    folder = tmp_path_factory.mktemp("data")
    model = {"HEARTH_MODEL": "openai:none", "HEARTH_MODEL_URL": "http://127.0.0.1:9", "HEARTH_MODEL_KEY": "x"}
    return running.load_overhearing(from_environment({"HEARTH_DATA": str(folder), **model}))


@pytest.mark.parametrize(
    "text",
    [
        "The little boy I visit has cigarette burns on his arms and says he is not allowed to tell.",
        "A mum told me that her partner strangles her when he has been drinking.",
    ],
)
def test_words_of_harm_are_heard(heard: Reads, text: str) -> None:
    assert heard(text) == "danger"


def test_a_complaint_that_does_not_say_so_is_heard(heard: Reads) -> None:
    assert (
        heard("I am really unhappy with how I was treated at the group and nobody has apologised")
        == "complaint"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Lunch at twelve?",
        "Happy birthday! The cake is in the kitchen.",
        "Can somebody cover the group on Monday?",
        "She's killing it on the fundraising run :)",
        "May I post the picture of the picnic?",
        "😀",
    ],
)
def test_what_people_say_to_each_other_is_let_go(heard: Reads, text: str) -> None:
    assert heard(text) is None


def test_it_is_off_unless_it_is_set_and_a_wrong_word_is_named() -> None:
    assert not from_environment({}).public.listens
    assert from_environment({"HEARTH_LISTEN_IN_CHANNELS": "yes"}).public.listens
    with pytest.raises(SettingsError, match="HEARTH_LISTEN_IN_CHANNELS"):
        from_environment({"HEARTH_LISTEN_IN_CHANNELS": "on"})
