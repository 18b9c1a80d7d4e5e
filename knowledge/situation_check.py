"""Prove that an induction's situations hold together with the policy. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from knowledge.clauses import Policy
from knowledge.lessons import binding, is_for
from knowledge.pack import Pack
from knowledge.reading import ROLES, Role
from knowledge.situations import Option, Situation

MAX_LABEL = 75  # characters of a button's text, from Slack's reference of the button element
_OPTIONS = range(2, 5)
_QUOTED = re.compile("“(.*?)”", re.DOTALL)


def situation_faults(policy: Policy, pack: Pack, situations: Sequence[Situation]) -> list[str]:
    """Return what is wrong, each fault naming its place; empty where the situations hold together.

    That there are none at all is no fault: the induction then goes without. Raises CorrectionError where the
    pack corrects a norm that the policy does not have.
    """
    if not situations:
        return []
    bound = {role: {clause.id for clause in binding(policy, pack, role)} for role in ROLES}
    return [
        *(f"situation {one} is there more than once" for one in _repeated(one.id for one in situations)),
        *(
            f"situation {situation.id}: {fault}"
            for situation in situations
            for fault in (*_grounds(situation, policy, bound), *_options(situation, policy))
        ),
        *_sections(policy, bound, situations),
    ]


def _grounds(situation: Situation, policy: Policy, bound: Mapping[Role, Set[str]]) -> Iterator[str]:
    texts = {clause.id: clause.text for clause in policy.clauses}
    for ground in situation.grounds:
        if ground.clause not in texts:
            yield f"rests on clause {ground.clause}, which is not in the policy"
            continue
        if ground.words not in texts[ground.clause]:
            yield f"{ground.words!r} does not stand in {ground.clause}"
        for role in situation.roles:
            if ground.clause not in bound[role]:
                yield f"{ground.clause} does not bind {role}"


def _options(situation: Situation, policy: Policy) -> Iterator[str]:
    options = situation.options
    if len(options) not in _OPTIONS:
        yield f"{len(options)} options: give {_OPTIONS[0]} to {_OPTIONS[-1]}"
    if (right := sum(option.right for option in options)) != 1:
        yield f"{right} options are right: exactly one is to be"
    for twice in _repeated(option.id for option in options):
        yield f"option {twice} is there more than once"
    for label in _repeated(option.label for option in options):
        yield f"two options read {label!r}"
    grounds = {ground.clause for ground in situation.grounds}
    read = [clause.text for clause in policy.clauses if clause.id in grounds]
    for option in options:
        yield from (f"option {option.id}: {fault}" for fault in _option(option, read))


def _option(option: Option, read: Iterable[str]) -> Iterator[str]:
    if len(option.label) > MAX_LABEL:
        yield f"a label of {len(option.label)} characters; a button shows {MAX_LABEL}"
    quoted = _QUOTED.findall(option.said)
    if not option.right and not quoted:
        yield "is wrong and does not quote the words (in “ ”) that say why"
    for words in quoted:
        if not any(words in text for text in read):
            yield f"quotes {words!r}, which does not stand in the clauses that the situation rests on"


def _sections(
    policy: Policy, bound: Mapping[Role, Set[str]], situations: Sequence[Situation]
) -> Iterator[str]:
    for role, read in bound.items():
        asked = {ground.clause for one in situations if is_for(one, [role]) for ground in one.grounds}
        for section in policy.sections:
            here = {clause.id for clause in section.clauses} & read
            if here and not here & asked:
                yield f"section {section.id}: no situation for {role}"


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]
