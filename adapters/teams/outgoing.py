"""Activities that go out: made with the SDK's models, and given as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from botbuilder.core import CardFactory
from botbuilder.schema import Activity, ActivityTypes, Attachment

from adapters.teams.cards import (
    citations,
    render_cards,
    render_for_asker,
    render_pressed,
    render_shared,
)
from adapters.teams.events import Room
from adapters.teams.ratings import may_be_rated, without_rating
from bot.card import Card

_CARD = "application/vnd.microsoft.card.adaptive"
_WORDS = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"
_FILE_KEPT = "application/vnd.microsoft.teams.card.file.info"


def private(card: Card, carried: str) -> list[Mapping[str, Any]]:
    """Return the activities that show a card to one person, in order.

    They are announced by the card's summary alone.
    """
    return _messages(card, render_cards(without_rating(card), carried), rated=may_be_rated(card))


def shared(card: Card, carried: str, asker: str) -> list[Mapping[str, Any]]:
    """Return the activities that show a card where several read along, in order.

    `asker` is what Teams calls the one who sees the buttons; all do where it is empty.
    """
    parts = render_shared(card, carried, asker) if asker else render_cards(card, carried)
    return _messages(card, parts)


def pressed(card: Card, action: str, *, private: bool) -> Mapping[str, Any] | None:
    """Return the activity that stands in place of a pressed card, None where it would be more than one."""
    parts = render_pressed(card, action)
    rated = private and may_be_rated(card)
    return _messages(card, parts, rated=rated)[0] if len(parts) == 1 else None


def words(text: str) -> Mapping[str, Any]:
    """Return an activity of plain words."""
    return _json(Activity(type=ActivityTypes.message, text=text, text_format="plain"))


def file_offer(name: str, description: str, size: int, document: str) -> Mapping[str, Any]:
    """Return the activity that asks whether a file may be put into the person's own folder."""
    content = {
        "description": description,
        "sizeInBytes": size,
        "acceptContext": {"document": document},
        "declineContext": {"document": document},
    }
    offer = Attachment(
        content_type="application/vnd.microsoft.teams.card.file.consent", name=name, content=content
    )
    return _json(Activity(type=ActivityTypes.message, summary=description, attachments=[offer]))


def file_kept(name: str, room: Room, said: str) -> Mapping[str, Any]:
    """Return the activity that shows a file where it was put, with a button to open it."""
    content = {"uniqueId": room.unique_id, "fileType": room.kind}
    kept = Attachment(content_type=_FILE_KEPT, content_url=room.shown_at, name=name, content=content)
    return _json(Activity(type=ActivityTypes.message, summary=said, attachments=[kept]))


def answer_with_card(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer to a press: the card as it is now, shown to the one who pressed."""
    return _invoke_answer(_CARD, activity["attachments"][0]["content"])


def answer_to_view(card: Card, carried: str, asker: str) -> Mapping[str, Any]:
    """Return the answer to whoever asked and looks at a shared card: the card with its buttons."""
    return _invoke_answer(_CARD, render_for_asker(card, carried, asker))


def answer_with_words(text: str) -> Mapping[str, Any]:
    """Return the answer to a press: words that only the one who pressed sees."""
    return _invoke_answer(_WORDS, text)


def answer_unclear() -> Mapping[str, Any]:
    """Return the answer to a press that does not say of what."""
    return {"statusCode": 400, "type": _ERROR, "value": {"code": "BadRequest", "message": "no verb"}}


def answer_to_command(text: str) -> Mapping[str, Any]:
    """Return the answer to a command on a message: words in a window of the one who chose it."""
    return {"task": {"type": "message", "value": text}}


def _invoke_answer(kind: str, value: object) -> Mapping[str, Any]:
    return {"statusCode": 200, "type": kind, "value": value}


def _messages(
    card: Card, parts: Sequence[Mapping[str, Any]], *, rated: bool = False
) -> list[Mapping[str, Any]]:
    """Return the activities of a card's parts: the first cites its clauses, the last asks if it helped."""
    first, last = parts[0], parts[-1]
    return [
        _message(card, part, cited=citations(card) if part is first else (), rated=rated and part is last)
        for part in parts
    ]


def _message(
    card: Card, part: Mapping[str, Any], *, cited: Sequence[Mapping[str, Any]], rated: bool
) -> Mapping[str, Any]:
    asks = {"feedbackLoop": {"type": "default"}} if rated else {}
    made = _json(
        Activity(
            type=ActivityTypes.message,
            summary=card.summary or card.title or "A message from Hearth",
            attachments=[CardFactory.adaptive_card(part)],
            channel_data={"hearth": {"card": card.id}, **asks},
        )
    )
    return {**made, "entities": [_citing(cited)]} if cited else made


def _citing(cited: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return Teams' own entity for citations, which the SDK's model leaves empty.

    It bears no AI label: no model words an answer.
    """
    kind = "https://schema.org/Message"
    more = {"@type": "Message", "@context": "https://schema.org", "@id": "", "citation": list(cited)}
    return {"type": kind, **more}


def _json(activity: Activity) -> Mapping[str, Any]:
    made: Mapping[str, Any] = activity.serialize()
    return made
