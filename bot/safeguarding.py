"""The safeguarding tripwire: checked before anything else, answered with fixed words."""

import re

from bot.card import Button, Buttons, Card, Text

# From this on, by the examples (`knowledge.danger`), the tripwire rings; benchmarks/alarming measures it.
DANGER = 0.5

# Words that always ring it, whatever the examples make of the rest. What is said of the subject as such (a
# helpline's poster, a training on self-harm) is left to the examples.
_SOMEONE = r"(him|her|them|me|us|the\s+(child|children|baby|kids?|boy|girl|twins?|toddler|lad))"
_ALWAYS = re.compile(
    rf"""\b(
      (talk|think|thought|spoke|speak|joke|dream)\w*\s+(of|about)\s+(suicide|self[\s-]?harm)
    | suicidal | (commit|attempt|consider|contemplat|threaten)\w*\s+suicide | suicide\s+(note|attempt)
    | kill(ing)?\s+(my|him|her|them)sel(f|ves) | end\s+(it\s+all|(my|his|her|their)\s+li(fe|ves))
    | (my|him|her|them)sel(f|ves)\s+harm(s|ed|ing)? | self[\s-]?harm(s|ed|ing)
    | (hurt|harm|cut)(s|ing|ting)?\s+(my|him|her|them)sel(f|ves)(?!\s+some\b)
    | sexual(ly)?\s+abus(es|ing|ed) | abus(es|ing|ed)\s+{_SOMEONE}
    | child(ren)?\s+(is|are)\s+(in\s+danger|not\s+safe|being\s+(hurt|hit|abused))
    | (s?he|they|i|we|child(ren)?|kids?|baby|mum|girl|boy|someone|family)
      (\s+(is|are|am|was|may\s+be|might\s+be)|'[smr]e?)
      \s+in\s+(immediate\s+)?danger
    | (slap|smack)(s|ped|ed)\s+(a|an|the|her|his|my|our|their)\s+((little|small|young)\s+)?
      (child|children|baby|kids?|boy|girl|twins?|toddler|son|daughter)(?!['\u2019-])
    | (hits|beats|punches|kicks|strangles|chokes|rapes|raped|molest\w*)\s+{_SOMEONE}
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)

# Of these subjects nothing is sent to a language model, whether or not the tripwire rings.
_SUBJECT = re.compile(
    r"\b(suicid\w*|self[\s-]?harm\w*|sexual(ly)?\s+abus\w*|domestic\s+(abuse|violence)|in\s+danger)\b",
    re.IGNORECASE,
)

NOT_THAT = "safeguarding:not-that"


def rings(text: str, danger: float) -> bool:
    """Say whether a message may speak of harm; `danger` is the probability of it, by the examples."""
    return danger >= DANGER or _ALWAYS.search(text) is not None


def has_alarming_words(text: str) -> bool:
    """Say whether a text has words of harm, as said of someone or as a subject; no language model gets it."""
    return _ALWAYS.search(text) is not None or _SUBJECT.search(text) is not None


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
