"""The entries of the web chat, whichever database keeps them and however many write."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import delete, select

from adapters.web import Bell, WebChannel, entries
from bot.card import Card
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Organisation, WebEntry
from tests.gallery import ANSWER, ASK_BACK, GALLERY

CONVERSATION = "web:1"


def said(records: Records, name: str, words: str = "hello", conversation: str = CONVERSATION) -> str:
    """Say something; return the message's id."""
    message = Message(f"{conversation}/{name}", conversation)
    with records.changing() as change:
        entries.add_said(change, message, words)
    return message.id


def sent(records: Records, card: Card, conversation: str = CONVERSATION) -> str:
    return WebChannel(records, Bell()).send(conversation, card)


def shown(records: Records, seq: int = 0) -> Sequence[entries.Entry]:
    found = entries.after(records, CONVERSATION, seq)
    assert found is not None
    return found


def side_by_side(writers: Sequence[Callable[[], object]]) -> None:
    """Run all at once, and wait for all."""
    together = threading.Barrier(len(writers))

    def run(writer: Callable[[], object]) -> None:
        together.wait(20)
        writer()

    threads = [threading.Thread(target=run, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_was_said_and_answered_is_numbered_from_one(records: Records) -> None:
    message = said(records, "a", "can I?")
    sent(records, replace(ANSWER, id=f"{message}.1"))
    sent(records, replace(ASK_BACK, id="handoff.offer"))
    answer, pushed = replace(ANSWER, id=f"{message}.1"), replace(ASK_BACK, id="handoff.offer")
    assert shown(records) == (
        entries.Entry(1, message, "can I?"),
        entries.Entry(2, message, answer),
        entries.Entry(3, "", pushed),
    )
    assert shown(records, 2) == (entries.Entry(3, "", pushed),)
    assert shown(records, 3) == ()


def test_every_card_comes_back_as_it_was(records: Records) -> None:
    for card in GALLERY:
        sent(records, card)
    assert tuple(entry.content for entry in shown(records)) == GALLERY


def test_writers_side_by_side_leave_neither_gap_nor_double(records: Records) -> None:
    def writes(writer: int) -> Callable[[], None]:
        def write() -> None:
            for number in range(10):
                said(records, f"{writer}-{number}")
                sent(records, replace(ANSWER, id=f"{writer}-{number}"))

        return write

    side_by_side([writes(writer) for writer in range(3)])
    everything = [*shown(records), *shown(records, 50)]
    assert [entry.seq for entry in everything] == list(range(1, 61))


def test_a_card_that_two_workers_send_at_once_is_there_once(records: Records) -> None:
    for number in range(10):
        card = replace(ANSWER, id=f"card-{number}")
        side_by_side([partial(sent, records, card)] * 3)
    assert [entry.seq for entry in shown(records)] == list(range(1, 11))


def test_a_card_is_found_by_its_id_in_its_conversation(records: Records) -> None:
    channel = WebChannel(records, Bell())
    assert channel.find(CONVERSATION, "card") is None
    entry = sent(records, replace(ANSWER, id="card"))
    assert channel.find(CONVERSATION, "card") == entry
    assert channel.find("web:2", "card") is None
    assert channel.find(CONVERSATION, "car") is None


def test_a_message_is_known_once_it_is_said_and_then_once_it_is_answered(records: Records) -> None:
    assert entries.kinds_of(records, CONVERSATION, "web:1/a") == frozenset()
    message = said(records, "a")
    assert entries.kinds_of(records, CONVERSATION, message) == {"said"}
    sent(records, replace(ANSWER, id=f"{message}.1"))
    sent(records, replace(ANSWER, id=f"{message}.1.1"))
    assert entries.kinds_of(records, CONVERSATION, message) == {"said", "card"}


def test_a_card_answers_no_message_of_another_conversation(records: Records) -> None:
    sent(records, replace(ANSWER, id="web:10/a.1"))
    assert shown(records)[0].message == ""


def test_the_latest_button_with_an_action_is_found_where_it_was_shown(records: Records) -> None:
    sent(records, replace(ANSWER, id="card"))
    button = entries.shown_button(records, CONVERSATION, "clause:4.3")
    assert button is not None
    assert button.label == "Show the whole clause"
    assert entries.shown_button(records, "web:2", "clause:4.3") is None
    assert entries.shown_button(records, CONVERSATION, "clause:4.4") is None


def test_the_newest_entry_of_each_conversation_is_told(records: Records) -> None:
    for name in ("a", "b"):
        said(records, name)
    said(records, "a", conversation="web:2")
    assert entries.newest(records, [CONVERSATION, "web:2", "web:3"]) == {CONVERSATION: 2, "web:2": 1}


def test_a_conversation_that_ends_before_what_was_seen_is_told_apart_from_one_without_news(
    records: Records,
) -> None:
    for name in ("a", "b"):
        said(records, name)
    assert entries.after(records, CONVERSATION, 2) == ()
    with records.changing() as change:
        change.session.execute(delete(WebEntry).where(WebEntry.seq == 2))
    assert entries.after(records, CONVERSATION, 2) is None
    assert entries.after(records, CONVERSATION, 1) == ()


def test_what_is_no_longer_kept_is_not_shown(records: Records) -> None:
    said(records, "a")
    sent(records, replace(ANSWER, id="card"))
    with records.changing() as change:
        for row in change.session.scalars(select(WebEntry)):
            row.content = None
    assert entries.after(records, CONVERSATION, 0) == ()
    assert entries.newest(records, [CONVERSATION]) == {}
    assert entries.shown_button(records, CONVERSATION, "clause:4.3") is None


def test_organisations_see_nothing_of_one_another(records: Records) -> None:
    other = records.of("another")
    with records.changing() as change:
        change.add(Organisation(id="another", name="Another", created_at=records.now()))
    message = said(records, "a")
    sent(records, replace(ANSWER, id=f"{message}.1"))
    assert entries.after(other, CONVERSATION, 0) == ()
    assert entries.newest(other, [CONVERSATION]) == {}
    assert entries.kinds_of(other, CONVERSATION, message) == frozenset()
    assert entries.shown_button(other, CONVERSATION, "clause:4.3") is None
    assert WebChannel(other, Bell()).find(CONVERSATION, f"{message}.1") is None
