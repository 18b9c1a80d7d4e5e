"""Without a reviewed pack: what grammar alone may say of an act, and what it leaves to a person."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.clauses import Clause, Policy, Section
from knowledge.index import Hit
from knowledge.norms import Norm, norms_of
from knowledge.reading import BEARERS, FORMS, ROLES, TARGETS, Reading, Role, Scored
from knowledge.unreviewed import NEAR, Unreviewed, decide_unreviewed
from tests.policies import home_start_policy

POLICY = home_start_policy()
NORMS = norms_of(POLICY)
MAY = Reading((Scored("unknown", 1.0),))
MUST = replace(MAY, form="must")
LOGO = "May I use the Home-Start logo on my personal blog?"


def hits(*clauses: str, dense: float = 0.6) -> list[Hit]:
    """Return clauses of the policy as if a search had found them, all as near."""
    return [Hit(POLICY.clause(clause), dense, 1.0) for clause in clauses]


def asked(
    question: str, *clauses: str, reading: Reading = MAY, role: Role | None = "volunteer"
) -> Unreviewed:
    """Return the decision on a question for which these clauses are the nearest."""
    return decide_unreviewed(question, reading, (role,) if role else (), hits(*clauses), NORMS)


def asked_of_text(question: str, text: str, reading: Reading = MAY) -> Unreviewed:
    """Return the decision for a volunteer where the policy has one clause."""
    clause = Clause("1", text, ())
    policy = Policy("sample", "Sample", "Sample", "0", (Section("1", "", (clause,)),), None, None)
    return decide_unreviewed(question, reading, ("volunteer",), [Hit(clause, 0.6, 1.0)], norms_of(policy))


# What may be said


def test_an_unconditional_prohibition_of_the_asker_forbids() -> None:
    decided = asked(LOGO, "4.5", "4.2")
    assert decided.verdict == "not_allowed"
    assert decided.cite == ("4.5",)
    assert decided.near == ("4.2",)


def test_the_clause_that_decides_is_cited_first_even_where_another_is_nearer() -> None:
    assert asked(LOGO, "4.2", "4.5").cite == ("4.5",)


def test_an_unconditional_duty_of_the_asker_is_required() -> None:
    question = "Must I know the requirements of the Data Protection Act 1998?"
    assert asked(question, "2.10", reading=MUST, role="staff").verdict == "required"


def test_a_duty_does_not_say_that_something_may_be_done() -> None:
    text = "You must return the keys each evening."
    assert asked_of_text("Can I return the keys each evening by post?", text).verdict == "silent"


def test_of_two_norms_the_one_decides_that_says_more_of_the_question() -> None:
    clauses = (
        Clause("1", "Only staff who have been trained may post.", ()),
        Clause("2", "You must not post:\n- a pupil's full name;\n- an address.", ()),
    )
    policy = Policy("sample", "Sample", "Sample", "0", (Section("1", "", clauses),), None, None)
    found = [Hit(clause, 0.6, 1.0) for clause in clauses]
    question = "Can I put a pupil's full name in a post?"
    decided = decide_unreviewed(question, MAY, ("staff",), found, norms_of(policy))
    assert (decided.verdict, decided.cite) == ("not_allowed", ("2",))


def test_one_word_of_an_act_is_not_the_act() -> None:
    text = "You must not report a concern to the media."
    assert asked_of_text("Can I report my manager anonymously?", text).verdict == "silent"
    assert asked_of_text("Can I report it to the media?", text).verdict == "not_allowed"


def test_a_rule_for_everyone_binds_an_asker_of_unknown_role() -> None:
    decided = asked("Is downloading music all right?", "2.6", role=None)
    assert (decided.verdict, decided.cite) == ("not_allowed", ("2.6",))


def test_a_permission_only_informs() -> None:
    decided = asked("May I link to official Home-Start sites?", "3.8", role="trustee")
    assert decided.norm is not None
    assert decided.norm.modality == "permit"
    assert (decided.verdict, decided.cite) == ("info", ("3.8",))


def test_a_question_who_or_when_is_answered_by_quoting_the_nearest_clauses() -> None:
    decided = asked("Who sets the privacy settings?", "1.3", "1.2", reading=replace(MAY, form="info"))
    assert (decided.verdict, decided.cite) == ("info", ("1.3", "1.2"))


# What is asked back


def test_a_condition_is_asked_back_in_the_clauses_words() -> None:
    decided = asked(
        "May I add a supported family as a Facebook friend?", "4.3", reading=replace(MAY, whom="family")
    )
    assert decided.verdict == "depends"
    assert decided.ask == "Is this so: “during the period of their support by the scheme”?"
    assert decided.cite == ("4.3",)


def test_an_exception_is_asked_back() -> None:
    decided = asked("Is personal use all right?", "2.6")
    assert decided.verdict == "depends"
    assert "authorised by the employee's manager" in decided.ask


# What is left to a person


def test_a_rule_for_others_decides_nothing_and_is_quoted() -> None:
    decided = asked(LOGO, "4.5", role="staff")
    assert (decided.verdict, decided.cite, decided.near) == ("silent", (), ("4.5",))


def test_the_person_asked_about_counts_and_not_the_sender() -> None:
    about_staff = replace(MAY, who="staff")
    assert asked(LOGO, "4.5", reading=about_staff).verdict == "silent"
    assert asked(LOGO, "3.8", reading=about_staff).verdict == "not_allowed"


def test_a_rule_for_one_role_decides_nothing_for_an_asker_of_unknown_role() -> None:
    assert asked(LOGO, "4.5", role=None).verdict == "silent"


def test_a_rule_for_staff_binds_a_manager() -> None:
    assert asked(LOGO, "3.8", role="manager").verdict == "not_allowed"


def test_a_rule_about_other_people_decides_nothing() -> None:
    question = "Can I add a current volunteer as a facebook friend?"
    towards_a_volunteer = replace(MAY, whom="volunteer")
    assert asked(question, "3.5", reading=towards_a_volunteer, role="staff").verdict == "not_allowed"
    assert asked(question, "3.6", reading=towards_a_volunteer, role="staff").verdict == "silent"


def test_an_act_that_the_question_hardly_names_decides_nothing() -> None:
    assert asked("May I wear the logo on a hat?", "4.5").verdict == "silent"


def test_a_statement_neither_forbids_nor_obliges() -> None:
    decided = asked("Must new volunteers receive this policy as part of their induction?", "4.7")
    assert (decided.verdict, decided.near) == ("silent", ("4.7",))


def test_where_every_clause_is_far_nothing_is_quoted() -> None:
    far = hits("4.5", dense=NEAR - 0.01)
    assert decide_unreviewed(LOGO, MAY, ("volunteer",), far, NORMS) == Unreviewed("silent")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("You must return the keys each evening.", "required"),
        ("Return the keys each evening.", "required"),
        ("Keys must be returned each evening.", "required"),
        ("The landlord must return the keys each evening.", "silent"),
    ],
)
def test_somebody_elses_duty_is_not_the_askers(text: str, verdict: str) -> None:
    assert asked_of_text("Do I have to return the keys each evening?", text, MUST).verdict == verdict


# Whatever is asked


@given(
    question=st.lists(
        st.sampled_from(sorted({word for norm in NORMS for word in norm.act.split()})), max_size=12
    ).map(" ".join),
    reading=st.builds(
        Reading,
        st.just(MAY.topics),
        st.sampled_from(FORMS),
        st.sampled_from(BEARERS),
        st.sampled_from(TARGETS),
    ),
    roles=st.lists(st.sampled_from(ROLES), max_size=2).map(tuple),
    nearest=st.lists(
        st.tuples(st.sampled_from(POLICY.clauses), st.floats(-1, 1)),
        max_size=5,
        unique_by=lambda pair: pair[0].id,
    ),
)
def test_nothing_is_ever_allowed_and_what_is_cited_was_found(
    question: str, reading: Reading, roles: tuple[Role, ...], nearest: list[tuple[Clause, float]]
) -> None:
    found = [Hit(clause, dense, 1.0) for clause, dense in nearest]
    decided = decide_unreviewed(question, reading, roles, found, NORMS)
    assert decided.verdict != "allowed"
    assert {*decided.cite, *decided.near} <= {hit.clause.id for hit in found}
    assert not set(decided.cite) & set(decided.near)
    assert bool(decided.ask) == (decided.verdict == "depends")
    assert (decided.verdict == "silent") == (not decided.cite)
    if decided.verdict in ("not_allowed", "required"):
        assert_unconditional(decided.norm)


def assert_unconditional(norm: Norm | None) -> None:
    assert norm is not None
    assert not norm.conditions
    assert not norm.exceptions
