"""From a reading to a verdict: the decision tables of the real pack, cell by cell."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from knowledge.reading import TARGETS, Bearer, Form, Reading, Role, Scored, Settled, Target, Value
from knowledge.verdicts import Decision, decide
from tests.policies import home_start_pack


def reading(
    topic: str,
    *,
    whom: Target = "none",
    who: Bearer = "self",
    form: Form = "may",
    facts: Mapping[str, Value] | None = None,
) -> Reading:
    settled = {fact: Settled(value) for fact, value in (facts or {}).items()}
    return Reading(topics=(Scored(topic, 1.0),), form=form, who=who, whom=whom, facts=settled)


def decided(asked: Reading, *roles: Role) -> Decision:
    return decide(home_start_pack(), asked, roles)


@pytest.mark.parametrize(
    ("role", "whom", "facts", "verdict", "first"),
    [
        ("volunteer", "family", {}, "depends", "4.3"),
        ("volunteer", "family", {"supported_now": "y"}, "not_allowed", "4.3"),
        ("volunteer", "family", {"supported_now": "n"}, "allowed", "4.4"),
        ("volunteer", "family", {"referred_only": "y"}, "silent", None),
        ("volunteer", "volunteer", {}, "silent", None),
        ("volunteer", "staff", {}, "silent", None),
        ("volunteer", "other", {}, "silent", None),
        ("volunteer", "none", {}, "depends", "4.3"),
        ("staff", "family", {}, "not_allowed", "3.6"),
        ("staff", "family", {"supported_now": "n"}, "not_allowed", "3.6"),
        ("staff", "volunteer", {}, "not_allowed", "3.5"),
        ("staff", "volunteer", {"volunteer_current": "y"}, "not_allowed", "3.5"),
        ("staff", "volunteer", {"volunteer_current": "n"}, "silent", None),
        ("staff", "maybe_volunteer", {}, "depends", "3.5"),
        ("staff", "maybe_volunteer", {"volunteer_current": "y"}, "not_allowed", "3.5"),
        ("staff", "maybe_volunteer", {"volunteer_current": "n"}, "silent", None),
        ("staff", "ex_volunteer", {}, "depends", "3.5"),
        ("staff", "ex_volunteer", {"volunteer_current": "n"}, "silent", None),
        ("staff", "staff", {}, "silent", None),
        ("manager", "volunteer", {}, "not_allowed", "3.5"),
        ("trustee", "family", {}, "not_allowed", "3.6"),
        ("trustee", "volunteer", {}, "silent", None),
        ("chair", "family", {}, "not_allowed", "3.6"),
    ],
)
def test_each_cell_of_the_friendship_table(
    role: Role, whom: Target, facts: Mapping[str, Value], verdict: str, first: str | None
) -> None:
    decision = decided(reading("friend_request", whom=whom, facts=facts), role)
    assert decision.verdict == verdict
    assert (decision.cite[0] if decision.cite else None) == first


@pytest.mark.parametrize(
    ("role", "topic", "form", "verdict", "first"),
    [
        ("volunteer", "disclose", "may", "not_allowed", "4.1"),
        ("volunteer", "disclose", "must", "not_allowed", "4.1"),
        ("volunteer", "disclose", "refrain", "required", "4.1"),
        ("trustee", "criticise", "refrain", "required", "3.4"),
        ("volunteer", "criticise", "refrain", "silent", None),
        ("staff", "work_hours_social", "refrain", "required", "3.3"),
        ("staff", "message_recipients", "must", "not_allowed", "2.3"),
        ("staff", "message_recipients", "refrain", "required", "2.3"),
        ("volunteer", "page_upload", "refrain", "required", "1.2"),
        ("manager", "page_upload", "must", "required", "1.2"),
        ("manager", "page_upload", "leave", "not_allowed", "1.2"),
        ("manager", "page_identity", "must", "required", "1.6"),
        ("manager", "page_identity", "leave", "not_allowed", "1.6"),
        ("staff", "page_complaints", "must", "required", "1.7"),
        ("staff", "page_complaints", "may", "not_allowed", "1.7"),
        ("staff", "page_complaints", "leave", "not_allowed", "1.7"),
        ("staff", "email_grievance", "leave", "not_allowed", "2.11"),
        ("volunteer", "email_grievance", "leave", "silent", None),
        ("chair", "page_checks", "must", "required", "1.5"),
        ("chair", "page_checks", "leave", "not_allowed", "1.5"),
        ("trustee", "page_checks", "must", "info", "1.5"),
    ],
)
def test_a_duty_and_the_act_that_it_forbids_are_two_sides_of_one_table(
    role: Role, topic: str, form: Form, verdict: str, first: str | None
) -> None:
    decision = decided(reading(topic, form=form), role)
    assert decision.verdict == verdict
    assert (decision.cite[0] if decision.cite else None) == first


def test_the_person_asked_about_comes_before_the_sender() -> None:
    asked = reading("friend_request", whom="volunteer", who="staff")
    assert decided(asked, "volunteer").verdict == "not_allowed"


def test_of_several_roles_the_stricter_answer_is_told() -> None:
    asked = reading("friend_request", whom="family", facts={"supported_now": "n"})
    assert decided(asked, "volunteer").verdict == "allowed"
    assert decided(asked, "volunteer", "trustee").verdict == "not_allowed"


def test_an_unknown_role_is_asked_where_the_roles_differ() -> None:
    decision = decided(reading("friend_request", whom="family"))
    assert (decision.verdict, decision.ask) == ("depends", "role")
    assert {"3.6", "4.3"} <= set(decision.cite[:3])


def test_an_unknown_role_is_not_asked_where_all_roles_agree() -> None:
    decision = decided(reading("logo_personal"))
    assert (decision.verdict, decision.ask) == ("not_allowed", None)
    assert decision.cite == ("4.5", "3.8")


def test_a_permission_is_held_back_when_the_fact_it_rests_on_is_not_sure() -> None:
    asked = replace(
        reading("friend_request", whom="family"), facts={"supported_now": Settled("n", confidence=0.6)}
    )
    assert decided(asked, "volunteer").verdict == "depends"


def test_a_permission_is_held_back_when_a_stricter_fact_is_possible() -> None:
    news = reading("share_news")
    assert decided(news, "volunteer").verdict == "allowed"
    perhaps = replace(news, facts={"reveals": Settled("y", confidence=0.4)})
    assert decided(perhaps, "volunteer").verdict == "not_allowed"


def test_a_permission_is_held_back_when_the_message_may_be_about_something_stricter() -> None:
    asked = replace(reading("share_news"), topics=(Scored("share_news", 0.6), Scored("disclose", 0.35)))
    assert decided(asked, "volunteer").verdict == "not_allowed"


def test_an_uncertain_fact_counts_as_unknown() -> None:
    asked = replace(
        reading("friend_request", whom="family"), facts={"supported_now": Settled("y", confidence=0.4)}
    )
    assert decided(asked, "volunteer").verdict == "depends"


@pytest.mark.parametrize("fact", ["supported_now", "consent_all", "manager_authorised"])
def test_every_permission_names_a_clause_that_gives_it(fact: str) -> None:
    for topic in home_start_pack().topics.values():
        for whom in TARGETS:
            for value in ("y", "n"):
                decision = decided(
                    reading(topic.id, whom=whom, facts={fact: "y" if value == "y" else "n"}), "volunteer"
                )
                assert (decision.verdict == "silent") != bool(decision.cite), topic.id


def test_what_the_policy_does_not_cover_is_silent_for_everyone() -> None:
    for topic in home_start_pack().topics.values():
        if not topic.covered:
            for role in ("volunteer", "staff", "trustee"):
                assert decided(reading(topic.id), role).verdict == "silent"


def test_the_trace_tells_the_topic_and_the_rows_passed_over() -> None:
    trace = "\n".join(decided(reading("friend_request", whom="volunteer"), "staff").trace)
    assert "topic friend_request" in trace
    assert "row 1 passed over: is about volunteer" in trace
    assert "fits: not_allowed" in trace


def test_a_pack_that_nobody_reviewed_gives_no_permission_only_the_quotation() -> None:
    unreviewed = replace(home_start_pack(), reviewed=False)
    for topic in home_start_pack().topics.values():
        for role in ("volunteer", "staff", "trustee"):
            assert decide(unreviewed, reading(topic.id, whom="family"), (role,)).verdict != "allowed"
    news = decide(unreviewed, reading("share_news"), ("volunteer",))
    assert (news.verdict, news.cite, news.near) == ("silent", (), ("4.2",))
    assert "give no permission" in news.rows[0].say
