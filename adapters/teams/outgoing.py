"""Activities that go out: made with the SDK's models, and given as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from botbuilder.core import CardFactory
from botbuilder.schema import Activity, ActivityTypes, Attachment

from adapters.teams.cards import citations, render_cards, render_pressed
from bot.card import Card

_CARD = "application/vnd.microsoft.card.adaptive"
_WORDS = "application/vnd.microsoft.activity.message"


def messages(card: Card, carried: str) -> list[Mapping[str, Any]]:
    """Return the activities that show a card, in order; each is announced by the card's summary alone."""
    parts = render_cards(card, carried)
    return [_message(card, part, first=part is parts[0]) for part in parts]


def pressed(card: Card, action: str) -> Mapping[str, Any] | None:
    """Return the activity that stands in place of a pressed card, None where it would be more than one."""
    parts = render_pressed(card, action)
    return _message(card, parts[0], first=True) if len(parts) == 1 else None


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


def answer_with_card(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer to a press: the card as it is now, shown to the one who pressed."""
    return _invoke_answer(_CARD, activity["attachments"][0]["content"])


def answer_with_words(text: str) -> Mapping[str, Any]:
    """Return the answer to a press: words that only the one who pressed sees."""
    return _invoke_answer(_WORDS, text)


def answer_to_command(text: str) -> Mapping[str, Any]:
    """Return the answer to a command on a message: words in a window of the one who chose it."""
    return {"task": {"type": "message", "value": text}}


def _invoke_answer(kind: str, value: object) -> Mapping[str, Any]:
    return {"statusCode": 200, "type": kind, "value": value}


def _message(card: Card, part: Mapping[str, Any], *, first: bool) -> Mapping[str, Any]:
    made = _json(
        Activity(
            type=ActivityTypes.message,
            summary=card.summary or card.title or "A message from Hearth",
            attachments=[CardFactory.adaptive_card(part)],
            channel_data={"hearth": {"card": card.id}},
        )
    )
    cited = citations(card) if first else []
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
