"""Thread: what a line of questions has established so far, and how the next message changes it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from knowledge.pack import ASK_ROLE, ASK_WHOM, Pack
from knowledge.reading import Act, Reading, Role, Scored, Settled, Value
from knowledge.verdicts import IMPLIED, SETTLED, SURE

WHICH = "policy"  # what is asked back: which policy is meant
# From the first on a message names its own topic; below the second it names none.
CLEAR_TOPIC = 0.6
UNCLEAR_TOPIC = 0.5
# How much likelier the thread's topic is for a message that leans on it ("and on Instagram?").
OF_THE_THREAD = 0.4
# From this probability on a message that is about a complaint, the induction, a person or a post leaves the
# thread. On the rounds of benchmarks/unseen no turn that leans on its thread is above .79.
CLEARLY = 0.85
_ELSEWHERE = frozenset({"complaint", "complaint_status", "speak_to_person", "content_approval", "induction"})
# Intents that a reply has, read alone; another one counts against it from the second on.
_AT_HAND = frozenset({"policy_question", "help"})
_PERHAPS = 0.4
# How sure the reader must be of a reply that brings the stricter answer; chosen on rounds 7, 8 and `remarks`.
RATHER_SURE = 0.75
# How sure the message alone must be at least; with less 4 more of 1,043 remarks and replies permit wrongly.
RATHER_NOT = 0.5
# How sure a fact still is that a later message may contradict: it holds, but no permission rests on it.
DOUBTED = (SETTLED + SURE) / 2
_SHORT = 6  # words of a reply that says little else than yes or no
_PLAIN = re.compile(
    r"\W*((?P<y>y|ye[sahp]*|yeah|yep|yup|still|aye|indeed|of course|definitely)"
    r"|(?P<n>no|nope|nah|not|never|none))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thread:
    """One line of questions: the person's words, what they have established, and what is still asked.

    `said` are the words that set the topic. `asked` is the fact, "whom", "role" or "policy" that was asked
    back. `policy` is the title of the policy that answered, empty where there is one alone.
    """

    said: str
    reading: Reading
    asked: str | None = None
    policy: str = ""


def asked_words(pack: Pack, asked: str | None) -> str:
    """Return the question as it was asked back; empty where none is open."""
    if asked is None:
        return ""
    if asked == ASK_WHOM:
        return "Who is it: a family, a volunteer, staff or a trustee?"
    if asked == ASK_ROLE:
        return "Are you a volunteer, staff or a trustee?"
    return pack.facts[asked].ask


def is_settled(thread: Thread, asked: str) -> bool:
    """Say whether what was asked back in a thread is answered by now, be it by "I don't know"."""
    reading = thread.reading
    if asked == ASK_WHOM:
        return reading.whom != "none"
    if asked == WHICH:
        return bool(thread.policy)
    return asked in reading.facts or reading.act == "dont_know"


def continued(pack: Pack, thread: Thread | None, reading: Reading) -> Reading:
    """Return the reading of a message in its thread.

    A new question carries nothing over: consent and authorisation hold for what they were given for.
    An answer keeps what the thread established; what the message itself settles wins over it. What a second
    reader made of the message continues what it made of the thread.
    """
    if thread is None:
        return reading
    if reading.alone is not None and _leaves(reading.alone):
        return replace(reading.alone, danger=reading.danger)
    reading = replace(reading, act=_act_in(pack, thread, reading))
    if reading.act in ("new", "thanks"):
        return replace(reading, alone=None)
    first = replace(_continued(pack, thread, reading), danger=reading.danger, alone=None)
    if thread.reading.other is None and reading.other is None:
        return first
    before = replace(thread, reading=thread.reading.other or thread.reading)
    return replace(first, other=replace(_continued(pack, before, reading.other or reading), other=None))


def _leaves(alone: Reading) -> bool:
    """Say whether a message is clearly about something else than the policy, whatever was open before it."""
    return alone.intent in _ELSEWHERE and alone.intent_score >= CLEARLY


def borne_out(pack: Pack, reading: Reading, thread: Thread | None, text: str) -> Reading:
    """Return the reading without the fact that was asked back, where the message is hardly about it.

    A reader takes almost anything for a reply while a question is open ("the printer has died"). It is one
    where it begins with the yes or no that it was taken for, and not with the other, or where it says the
    same read alone. For the answer that is told the stricter side it is enough that the reader is rather sure
    and the message alone is not about something else. For the other see `_permits`.
    """
    found = reading.facts.get(thread.asked or "") if thread else None
    alone = reading.alone
    if thread is None or thread.asked is None or found is None or alone is None:
        return reading
    same = alone.facts.get(thread.asked)
    agrees = same is not None and same.value == found.value
    elsewhere = alone.intent not in _AT_HAND and alone.intent_score >= _PERHAPS
    if plain := _PLAIN.match(text):
        counts = bool(plain[found.value])
    elif thread.asked in pack.facts and found.value == pack.facts[thread.asked].strict:
        counts = agrees or (found.confidence >= RATHER_SURE and not elsewhere)
    else:
        counts = agrees and _permits(pack, thread, alone, thread.asked, elsewhere=elsewhere)
    if counts:
        return reading
    return replace(reading, facts={fact: s for fact, s in reading.facts.items() if fact != thread.asked})


def _permits(pack: Pack, thread: Thread, alone: Reading, asked: str, *, elsewhere: bool) -> bool:
    """Say whether a message, read alone, is enough of a reply to take away what forbids.

    It is not where it rather settles nothing, where it names another topic clearly, nor where it hardly
    settles the fact and is about something that the policy does not speak of ("the boiler has died").
    """
    best = alone.topics[0]
    if alone.facts[asked].confidence < RATHER_NOT:
        return False
    if best.topic != thread.reading.topic and best.score >= SURE:
        return False
    uncovered = not pack.topics[best.topic].covered and best.score >= UNCLEAR_TOPIC
    return alone.facts[asked].confidence >= SETTLED or not (elsewhere or uncovered)


def plain_value(text: str) -> Value | None:
    """Return what a short reply that begins with a plain yes or no says; None for any other message."""
    plain = _PLAIN.match(text) if len(text.split()) <= _SHORT else None
    return None if plain is None else "y" if plain["y"] else "n"


def _act_in(pack: Pack, thread: Thread, reading: Reading) -> Act:
    """Return what a message does in its thread; what it settles says more of that than how it sounds.

    A message that settles what was asked back answers it, unless it is clearly about something else. One that
    is about nothing clear, but settles a fact on which the thread's topic turns, takes something back.
    """
    settled = {fact for fact, found in reading.facts.items() if found.confidence >= SETTLED}
    best = reading.topics[0]
    elsewhere = best.topic != thread.reading.topic and best.score >= CLEAR_TOPIC
    answers = thread.asked in settled or (thread.asked == ASK_ROLE and reading.said_roles)
    if answers and not (reading.act == "new" and elsewhere):
        return "reply"
    turns_on = {fact for row in pack.topics[thread.reading.topic].rows for fact in row.facts}
    if reading.act == "new" and best.score < UNCLEAR_TOPIC and settled & turns_on:
        return "correct"
    return reading.act


def _continued(pack: Pack, thread: Thread, reading: Reading) -> Reading:
    before = thread.reading
    if reading.act in ("why", "show"):
        return replace(before, act=reading.act)
    facts = _together(before, reading)
    if reading.act == "dont_know":
        return replace(before, facts=facts, act=reading.act)
    if reading.act == "reply":
        whom = reading.whom if thread.asked == ASK_WHOM or before.whom == "none" else before.whom
        return replace(
            before,
            topics=_steadied(reading, before, certain=True),
            facts=_answered(thread.asked, facts),
            whom=whom,
            said_roles=reading.said_roles,
            act=reading.act,
        )
    if reading.act == "follow":
        facts = {f: s for f, s in facts.items() if not pack.facts[f].once or f in reading.facts}
    return replace(
        reading,
        topics=_steadied(reading, before),
        whom=before.whom if reading.whom == "none" else reading.whom,
        facts=facts,
    )


def _together(before: Reading, reading: Reading) -> dict[str, Settled]:
    """Return the facts of both: a new one wins where it is settled; a mere possibility overrides nothing.

    One that is settled without being sure takes a permission back at once, and gives none (`verdicts`). Nor
    does what was sure before, once a message may say otherwise ("and what if they were taken on again?").
    """
    surer = {
        fact: found
        for fact, found in reading.facts.items()
        if fact not in before.facts or found.confidence >= min(_to_override(before.facts[fact], found), SURE)
    }
    known = {fact: _doubted(found, reading.facts.get(fact)) for fact, found in before.facts.items()}
    return {**known, **surer}


def _doubted(known: Settled, found: Settled | None) -> Settled:
    if found is None or found.value == known.value:
        return known
    return replace(known, confidence=min(known.confidence, DOUBTED))


def _to_override(known: Settled, found: Settled) -> float:
    return SETTLED if found.value != known.value else known.confidence


def _answered(asked: str | None, facts: Mapping[str, Settled]) -> dict[str, Settled]:
    """Return the facts with the one that was asked back taken as sure: the person was asked just that."""
    answer = facts.get(asked or "")
    if asked is None or answer is None or answer.confidence < SETTLED:
        return dict(facts)
    return {**facts, asked: replace(answer, confidence=max(answer.confidence, SURE))}


def _steadied(reading: Reading, before: Reading, *, certain: bool = False) -> tuple[Scored, ...]:
    """Return the topics with the thread's own made likelier: a leaning message names its topic rarely.

    One that names its own clearly, read alone too, is about that alone ("a link, then?"). With `certain` the
    thread's topic stays the first; another that the message names is then a near one.
    """
    alone = reading.alone or reading
    if not certain and reading.topics[0].score >= CLEARLY and alone.topic == reading.topic:
        return reading.topics
    leaning = {scored.topic: scored.score for scored in reading.topics}
    leaning[before.topic] = leaning.get(before.topic, 0.0) + (1.0 if certain else OF_THE_THREAD)
    ranked = sorted(leaning.items(), key=lambda item: -item[1])
    return tuple(Scored(topic, min(score, 1.0)) for topic, score in ranked)


def roles_now(roles: tuple[Role, ...], reading: Reading) -> tuple[Role, ...]:
    """Return the sender's roles after a message: a correction replaces them, else a stated role is added.

    A role that another one says already is left out: the Chair is a trustee.
    """
    if reading.act == "correct" and reading.said_roles:
        return reading.said_roles
    now = tuple(dict.fromkeys((*roles, *reading.said_roles)))
    implied = {other for role in now for other in IMPLIED.get(role, ()) if other != role}
    return tuple(role for role in now if role not in implied)
