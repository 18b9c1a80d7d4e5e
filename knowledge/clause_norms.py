"""Norm: what a clause makes of someone, read from the clause's grammar."""

import re
from dataclasses import dataclass, replace

from knowledge.adjuncts import Around, around, fronted
from knowledge.clauses import Clause
from knowledge.grammar import Modality, Verb, is_passive, main_verb, masked, tells_consequence
from knowledge.parties import Party, acting_parties, heading_parties, parties_in, party_phrase
from knowledge.sentences import Sentence, joined, sentences_of

_PRONOUN = re.compile(r"\s*(?:they|it|this|these|those|such|he|she)\b", re.IGNORECASE)
_BY = re.compile(r"\bby\s+", re.IGNORECASE)
_NO = re.compile(r"\s*(?:no|none\s+of|neither|nobody|no\s?-?one)\b", re.IGNORECASE)
_ONLY = re.compile(r"\s*only\b", re.IGNORECASE)
_REFUSAL = re.compile(r"(?:not|never|do\s+not|don['\u2019]t|avoid|refrain)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Norm:
    """What a clause makes of someone.

    `id` is the clause's id and the norm's place in it ("4.5/2"). `bearers` are whom it binds or speaks of,
    `targets` towards whom they act. `act`, `conditions`, `exceptions`, `weighed_with` and `modality_words`
    are passages of the clause; `bearer_words` is one of the clause or of a heading above it, and empty where
    nobody is named and everyone is meant. The act of a statement is the whole of what it says; where the
    bearer is not its subject ("Messages should not be used…") the act has the subject and the verb in it.
    """

    id: str
    clause: str
    bearers: tuple[Party, ...]
    modality: Modality
    act: str
    targets: tuple[Party, ...] = ()
    conditions: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    weighed_with: tuple[str, ...] = ()
    bearer_words: str = ""
    modality_words: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    """Parties, and the words that name them."""

    parties: tuple[Party, ...]
    words: str


_EVERYONE = _Named(("everyone",), "")


def norms_of_clause(clause: Clause, organisation: str) -> tuple[Norm, ...]:
    """Return the norms of one clause in order."""
    norms = _ClauseReading(clause, organisation).norms()
    return tuple(replace(norm, id=f"{clause.id}/{place}") for place, norm in enumerate(norms, 1))


class _ClauseReading:
    """Reads a clause sentence by sentence; "they" and the like are those who were named last."""

    def __init__(self, clause: Clause, organisation: str) -> None:
        self._clause = clause
        self._organisation = organisation
        self._last: _Named | None = None

    def norms(self) -> list[Norm]:
        """Return the clause's norms, their ids still empty."""
        found: list[Norm] = []
        for sentence in sentences_of(self._clause.text):
            if sentence.lead:
                found.append(self._item(sentence))
            elif tells_consequence(sentence.text):
                found.append(self._statement(sentence.text, sentence.text, None))
            else:
                found += [self._part(part) for part in joined(sentence.text)]
        return found

    def _part(self, text: str) -> Norm:
        """Read a sentence, or a part of one with a verb of its own."""
        front, front_kind, begin = fronted(text)
        core = text[begin:].lstrip()
        hidden = masked(core)
        verb = (
            None if tells_consequence(core) else main_verb(hidden, acting_parties(hidden, self._organisation))
        )
        norm = self._rule(core, verb, front) if verb and verb.modality != "state" else None
        if norm is None:
            return self._statement(text, core, verb)
        if front_kind == "condition":
            return replace(norm, conditions=(front, *norm.conditions))
        if front_kind == "exception":
            return replace(norm, exceptions=(front, *norm.exceptions))
        return norm

    def _statement(self, text: str, core: str, verb: Verb | None) -> Norm:
        bearer = self._subject(core[: verb.start]) if verb else None
        words = core[verb.start : verb.end] if verb else ""
        return self._norm("state", bearer or self._last or self._of_heading(), Around(text), words)

    def _rule(self, core: str, verb: Verb, front: str) -> Norm | None:
        """Read a sentence that binds or frees someone; None where it only tells what happens to someone."""
        subject = core[: verb.start]
        if verb.modality in ("permit", "oblige"):
            if _ONLY.match(subject):
                return self._only_subject(core, verb)
            if _NO.match(subject):
                verb = replace(verb, modality="forbid")
        if verb.turn == "object":
            return self._rule_of_object(core, verb)
        whole = around(core, 0, verb)
        passive = is_passive(verb, core[verb.end :])
        doer = self._doer(whole.act, verb.end) if passive else None
        named = self._subject(subject) if verb.turn != "others" else None
        if named and verb.turn == "passive" and not doer:
            return None
        bearer = doer or named or self._unnamed(subject, verb, front)
        words = core[verb.start : verb.end]
        if doer or not (named or (_PRONOUN.match(subject) and not passive)):
            told = " ".join([whole.act, *(whole.exceptions if verb.turn == "only" else ())])
            others = parties_in(masked(told), self._organisation)
            targets = tuple(party for party in others if not doer or party not in doer.parties)
            return self._norm(verb.modality, bearer, whole, words, targets)
        cut = around(core, verb.start if verb.turn == "plain" else verb.end, verb)
        beside = subject.partition(named.words)[2] if named else ""
        told = " ".join([beside, cut.act, *(cut.exceptions if verb.turn == "only" else ())])
        return self._norm(verb.modality, bearer, cut, words, parties_in(masked(told), self._organisation))

    def _only_subject(self, core: str, verb: Verb) -> Norm:
        """Read "Only the manager may upload": forbidden, except to the one who is named."""
        cut = around(core, verb.end, replace(verb, modality="forbid"))
        cut = replace(cut, exceptions=(core[: verb.start].strip(), *cut.exceptions))
        return self._norm("forbid", _EVERYONE, cut, core[verb.start : verb.end])

    def _rule_of_object(self, core: str, verb: Verb) -> Norm:
        """Read "We ask volunteers to…", "Under no circumstances may staff…": the bearer follows the verb."""
        after = core[verb.end :]
        words = party_phrase(after, self._organisation) or acting_parties(after, self._organisation)
        bearer = self._parties(words) or self._of_heading()
        act = re.compile(r"\s*(?:to\s+)?" if words else r"(?:.*?\bto\s+)?", re.DOTALL)
        begin = act.match(core, verb.end + (after.index(words) + len(words) if words else 0))
        cut = around(core, begin.end() if begin else verb.end, verb)
        targets = parties_in(masked(cut.act), self._organisation)
        return self._norm(verb.modality, bearer, cut, core[verb.start : verb.end], targets)

    def _item(self, sentence: Sentence) -> Norm:
        """Read an item of a list, which has modality and bearer from what introduces it, or its own."""
        item = sentence.text
        _, _, begin = fronted(sentence.lead)
        lead = sentence.lead[begin:].lstrip()
        verb = main_verb(masked(lead), acting_parties(masked(lead), self._organisation))
        if self._subject_of_own(item) or verb is None or verb.modality == "state":
            self._last = (
                self._parties(acting_parties(lead, self._organisation) or lead.rstrip(":")) or self._last
            )
            return self._part(item)
        modality: Modality = "forbid" if verb.modality == "oblige" and _REFUSAL.match(item) else verb.modality
        named = self._subject(lead[: verb.start]) if verb.turn != "others" else None
        cut = around(item, 0, Verb(modality, "", 0, 0))
        if verb.turn == "only":
            cut = Around(lead.rstrip(":").strip(), exceptions=(item,))
        bearer = named or self._unnamed(lead[: verb.start], verb, "")
        targets = parties_in(masked(cut.act), self._organisation)
        return self._norm(modality, bearer, cut, lead[verb.start : verb.end], targets)

    def _subject_of_own(self, item: str) -> bool:
        verb = main_verb(masked(item), "")
        return verb is not None and bool(party_phrase(item[: verb.start], self._organisation))

    # Who

    def _subject(self, words: str) -> _Named | None:
        """Return the parties that a sentence's subject names, and remember them."""
        hidden = masked(words)
        phrase = party_phrase(hidden, self._organisation)
        begin = hidden.index(phrase)
        named = self._parties(words[begin : begin + len(phrase)])
        self._last = named or self._last
        return named

    def _doer(self, words: str, after: int) -> _Named | None:
        by = _BY.search(masked(words), after)
        doer = self._parties(party_phrase(words[by.end() :], self._organisation)) if by else None
        self._last = doer or self._last
        return doer

    def _unnamed(self, subject: str, verb: Verb, front: str) -> _Named:
        """Return whom a sentence means that names nobody as its subject."""
        if verb.turn == "others":
            return self._of_heading()
        if _PRONOUN.match(subject):
            if self._last is None and front:
                _, _, after = front.partition(" ")
                self._last = self._parties(acting_parties(after, self._organisation))
            return self._last or self._of_heading()
        if self._last and self._last.parties != ("organisation",):
            return self._last
        return self._of_heading()

    def _of_heading(self) -> _Named:
        for heading in reversed(self._clause.headings):
            if parties := heading_parties(heading, self._organisation):
                return _Named(parties, heading)
        return _EVERYONE

    def _parties(self, words: str) -> _Named | None:
        parties = parties_in(words, self._organisation)
        return _Named(parties, words) if parties else None

    def _norm(
        self, modality: Modality, bearer: _Named, cut: Around, words: str, targets: tuple[Party, ...] = ()
    ) -> Norm:
        return Norm(
            id="",
            clause=self._clause.id,
            bearers=bearer.parties,
            modality=modality,
            act=cut.act,
            targets=tuple(party for party in targets if party not in ("organisation", "everyone")),
            conditions=cut.conditions,
            exceptions=cut.exceptions,
            weighed_with=cut.weighed_with,
            bearer_words=bearer.words,
            modality_words=words,
        )
