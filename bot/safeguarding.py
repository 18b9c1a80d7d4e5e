"""The safeguarding tripwire: checked before anything else, answered with fixed words."""

import re

from bot.card import Button, Buttons, Card, Text

# From this probability of harm on, by the embedded reader, the tripwire rings. On rounds 1 to 6 of
# benchmarks/unseen: none of 64 missed, none of 157 other messages and 4 of 454 questions rung falsely.
DANGER = 0.15

# Words that always ring it, whatever the reader makes of the rest of the message.
_ALWAYS = re.compile(
    r"""\b(
      suicid\w* | kill(ing)?\s+(my|him|her|them)sel(f|ves) | end\s+(it\s+all|my\s+life) | self[\s-]?harm\w*
    | (hurt|harm|cut)(s|ing|ting)?\s+(my|him|her|them)sel(f|ves)
    | sexual(ly)?\s+abus\w* | abus(es|ing|ed)\s+(him|her|them|me|the\s+(child|children|baby|kids?|boy|girl))
    | child(ren)?\s+(is|are)\s+(in\s+danger|not\s+safe|being\s+(hurt|hit|abused))
    | in\s+(immediate\s+)?danger\b | domestic\s+(abuse|violence)\s+(at|in|from)
    | (hits|beats|punches|kicks|strangles|chokes|rapes|raped|molest\w*)\s+
      (him|her|them|me|the\s+(child|children|baby|kids?|boy|girl))
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

NOT_THAT = "safeguarding:not-that"


def rings(text: str, danger: float) -> bool:
    """Say whether a message may speak of harm to someone; `danger` is the reader's probability of it."""
    return danger >= DANGER or has_alarming_words(text)


def has_alarming_words(text: str) -> bool:
    """Say whether a text has words that always ring the tripwire; no language model is sent such a text."""
    return _ALWAYS.search(text) is not None


def card(card_id: str) -> Card:
    """Return the fixed answer. It asks nothing about what happened."""
    return Card(
        id=card_id,
        title="If someone may be at risk",
        summary="You have a private item.",
        elements=(
            Text("If anyone is in danger now, ring 999."),
            Text("Then tell your safeguarding lead or the manager at once, by phone or face to face."),
            Text(
                "Listen, and write down the words that were used. Do not investigate, and do not promise to "
                "keep it secret."
            ),
            Text("I have not passed this on to anyone: please do not leave it with me."),
            Buttons((Button("This is not about that", NOT_THAT),)),
        ),
    )
