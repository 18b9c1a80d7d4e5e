"""What people are told: plain, short, and no more than the row says."""

import re
from itertools import product

import textstat  # type: ignore[import-untyped]  # ships no types

from knowledge.answers import Answerer
from knowledge.pack import Row
from knowledge.reading import ROLES, TARGETS, TURNED, Reading, Scored
from knowledge.threads import Thread
from knowledge.verdicts import decide
from tests.policies import home_start_pack

PACK = home_start_pack()
ROWS = [row for topic in PACK.topics.values() for row in topic.rows]


def test_the_answers_together_read_at_the_age_of_about_eleven() -> None:
    # The automated readability index gives a school grade; a grade is an age less five.
    told = {*(row.say for row in ROWS), *(row.change for row in ROWS if row.change)}
    asked = {fact.ask for fact in PACK.facts.values()}
    assert textstat.automated_readability_index(" ".join(sorted(told | asked))) + 5 < 12


def test_only_a_row_that_allows_or_requires_says_yes() -> None:
    for row in ROWS:
        assert not row.say.startswith("Yes") or row.verdict in ("allowed", "required"), row.say


def test_a_row_that_allows_says_so_and_one_that_forbids_says_no() -> None:
    for row in ROWS:
        if row.verdict == "allowed":
            assert row.say.startswith(("Yes", "Consent is there")), row.say
        if row.verdict == "not_allowed":
            assert re.search(r"\b(no|not|never|nothing)\b", row.say.lower()) or "Scheme Manager" in row.say, (
                row.say
            )


def test_a_yes_or_no_written_for_the_act_is_not_told_to_whoever_asks_about_its_opposite(
    answerer: Answerer,
) -> None:
    told = 0
    senders = [(), *((role,) for role in ROLES), ("volunteer", "staff"), ("volunteer", "trustee")]
    for topic, form, whom, roles in product(PACK.topics, TURNED, TARGETS, senders):
        reading = Reading(topics=(Scored(topic, 1.0),), form=form, whom=whom)
        meant = [set(row.form or ("may",)) <= TURNED for row in decide(PACK, reading, roles).rows]
        said = len(re.findall(r"(?:^|\. )(?:Yes|No)[,.:] ", answerer.again(Thread("", reading), roles).say))
        assert said <= sum(meant), (topic, form, whom, roles)
        told += said
    assert told


def test_a_silent_row_gives_no_permission() -> None:
    for row in ROWS:
        if row.verdict == "silent":
            assert not says_may(row), row.say


def says_may(row: Row) -> bool:
    return re.search(r"\byou (may|can)\b|\bis (fine|allowed|ok)\b", row.say.lower()) is not None


def test_clause_numbers_named_in_the_words_belong_to_the_policy() -> None:
    known = {clause for row in ROWS for clause in row.cite}
    for row in ROWS:
        for number in re.findall(r"\b\d\.(?:p?\d+)", f"{row.say} {row.change}"):
            assert number in known, row.say
