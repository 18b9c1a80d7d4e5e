"""The lessons of an induction: whom each clause binds, and how what is to be read falls into pages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.clauses import Clause, Policy
from knowledge.lessons import Page, binding, lessons
from knowledge.norms import CorrectionError
from knowledge.outline import is_meta
from knowledge.pages import PAGE_WORDS, dealt
from knowledge.reader import PolicyError, parse
from knowledge.reading import ROLES, Role
from knowledge.situations import Ground, Option, Situation, load_situations
from tests.policies import TEXT, home_start_pack, home_start_policy

POLICY, PACK = home_start_policy(), home_start_pack()
SITUATIONS = load_situations(TEXT.with_suffix(".induction.toml"))
BARE = replace(PACK, norms={})  # for other policies: it corrects none of their norms

# Who reads what, as judged from the policy by hand; statement, 5.p1 and 5.p3 are everyone's.
READ: dict[Role, str] = {
    "volunteer": "1.4 2.1 2.3 2.4 2.6 2.7 2.9 2.10 4.1 4.2 4.3 4.4 4.5 4.6 4.7 5.p2",
    "staff": "1.4 1.6 1.7 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11"
    " 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 5.p2",
    "trustee": "1.1 1.3 1.4 1.6 1.7 2.1 2.3 2.4 2.6 2.7 2.9 2.10 3.1 3.2 3.4 3.6 3.7 3.8 3.9",
}
EVERYONES = {"statement.p1", "statement.p2", "5.p1", "5.p3"}


def ids(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.id for clause in clauses]


def made(text: str) -> Policy:
    return parse(text, "sample", "A Charity", "A policy")


def bound_by(text: str, *roles: Role) -> list[str]:
    return ids(binding(made(text), BARE, *roles))


def pages(policy: Policy, *roles: Role) -> list[Page]:
    pack = PACK if policy is POLICY else BARE
    return [one for one in lessons(policy, pack, (), roles) if isinstance(one, Page)]


def words(page: Page) -> int:
    return sum(len(clause.text.split()) for clause in page.clauses)


# Whom a clause binds


@pytest.mark.parametrize("role", READ)
def test_each_role_reads_what_binds_it(role: Role) -> None:
    assert set(ids(binding(POLICY, PACK, role))) == EVERYONES | set(READ[role].split())


def test_the_manager_reads_what_staff_read_and_what_is_hers() -> None:
    more = set(ids(binding(POLICY, PACK, "manager"))) - set(ids(binding(POLICY, PACK, "staff")))
    assert more == {"1.2"}


def test_the_chair_reads_what_trustees_read_and_what_is_hers() -> None:
    more = set(ids(binding(POLICY, PACK, "chair"))) - set(ids(binding(POLICY, PACK, "trustee")))
    assert more == {"1.5"}


@given(st.sets(st.sampled_from(ROLES), min_size=1))
def test_several_roles_read_what_each_of_them_does_in_the_policys_order(roles: set[Role]) -> None:
    read = ids(binding(POLICY, PACK, *roles))
    assert set(read) == {one for role in roles for one in ids(binding(POLICY, PACK, role))}
    assert read == [one for one in ids(POLICY.clauses) if one in read]


def test_the_packs_correction_of_a_norm_says_whom_it_binds() -> None:
    pack = replace(PACK, norms={**PACK.norms, "1.2/1": {"bearers": ["everyone"]}})
    assert "1.2" not in ids(binding(POLICY, PACK, "volunteer"))
    assert "1.2" in ids(binding(POLICY, pack, "volunteer"))


def test_a_correction_that_does_not_fit_the_policy_is_told() -> None:
    pack = replace(PACK, norms={"9.9/1": {"bearers": ["everyone"]}})
    with pytest.raises(CorrectionError, match="no such norm"):
        binding(POLICY, pack, "volunteer")


def test_a_clause_binds_whom_it_names_whatever_its_heading_says() -> None:
    text = "Guidance for volunteers\n\n1. Volunteers must ask.\n\n2. Staff must answer."
    assert bound_by(text, "volunteer") == ["1"]
    assert bound_by(text, "staff") == ["2"]
    assert bound_by(text, "trustee") == []


def test_what_the_organisation_has_to_do_binds_its_staff_and_trustees() -> None:
    text = "Visits\n\n1. Volunteers must ask.\n\n2. A Charity must keep records."
    assert bound_by(text, "volunteer") == ["1"]
    assert bound_by(text, "staff") == bound_by(text, "trustee") == ["2"]


def test_what_only_tells_of_the_organisation_goes_with_its_section() -> None:
    text = (
        "Visits\n\n1. A Charity is glad of its visits.\n\n2. Volunteers must ask.\n\n"
        "Meetings\n\n3. A Charity is glad of its meetings.\n\n4. Trustees must ask."
    )
    assert bound_by(text, "volunteer") == ["1", "2"]
    assert bound_by(text, "chair") == ["3", "4"]
    assert bound_by(text, "staff") == []


def test_what_families_may_do_is_read_by_those_whom_the_section_binds() -> None:
    text = "Visits\n\n1. Families may end a visit.\n\n2. Volunteers must ask."
    assert bound_by(text, "volunteer") == ["1", "2"]
    assert bound_by(text, "staff") == []


@pytest.mark.parametrize("role", ROLES)
def test_a_section_that_binds_nobody_is_for_everyone(role: Role) -> None:
    text = "Aims\n\nA Charity is committed to kindness.\n\nVisits\n\n1. Families may end a visit."
    assert len(bound_by(text, role)) == 2


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_the_sign_off_block(role: Role) -> None:
    assert "meta" not in ids(binding(POLICY, PACK, role))


# The steps


@pytest.mark.parametrize("role", ROLES)
def test_the_steps_follow_the_policy_with_situations_after_their_sections(role: Role) -> None:
    order = {clause.id: place for place, section in enumerate(POLICY.sections) for clause in section.clauses}
    places = []
    for step in lessons(POLICY, PACK, SITUATIONS, [role]):
        if isinstance(step, Page):
            places.append((order[step.clauses[0].id], 0))
        else:
            places.append((max(order[ground.clause] for ground in step.grounds), 1))
    assert places == sorted(places)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_goes_on_to_the_next_part_without_a_situation_for_it(role: Role) -> None:
    steps = lessons(POLICY, PACK, SITUATIONS, [role])
    read = {clause.id for step in steps if isinstance(step, Page) for clause in step.clauses}
    asked = {ground.clause for step in steps if isinstance(step, Situation) for ground in step.grounds}
    assert asked <= read
    for section in POLICY.sections:
        here = {clause.id for clause in section.clauses}
        assert bool(here & asked) == bool(here & read)
    assert isinstance(steps[-1], Situation)


def test_a_manager_is_asked_what_staff_are_asked() -> None:
    asked = {step.id for step in lessons(POLICY, PACK, SITUATIONS, ["manager"])}
    assert {"resting-volunteer", "post-by-a-co-ordinator"} <= asked
    assert "friend-request-from-a-mum" not in asked


def test_a_policy_without_situations_has_lessons_all_the_same() -> None:
    assert all(isinstance(step, Page) for step in lessons(POLICY, PACK, (), ["volunteer"]))


def test_a_situation_on_a_clause_that_is_not_read_is_not_asked() -> None:
    options = (Option("a", "A", right=True, said="Yes."), Option("b", "B", right=False, said="No."))
    astray = Situation("astray", ("volunteer",), (Ground("3.1", "ensure"),), "A story.", "What?", options)
    assert lessons(POLICY, PACK, (astray,), ["volunteer"]) == lessons(POLICY, PACK, (), ["volunteer"])


def test_a_page_is_called_as_its_section_without_the_number() -> None:
    titles = list(dict.fromkeys(page.title for page in pages(POLICY, "volunteer")))
    assert titles == [
        "Policy Statement",
        "Home-Start Herefordshire's Online Presence",
        "Telecommunication (including mobile phones), E-mail and the Internet",
        "Volunteers' Personal Use of Social Networking",
        "Previous Links on Social Networks",
    ]


def test_a_page_without_a_heading_is_called_as_the_policy() -> None:
    assert [page.title for page in pages(made("Volunteers must ask."), "volunteer")] == ["A policy"]


def test_what_comes_before_does_not_change_the_ids_of_the_steps() -> None:
    more = "Aims\n\nEveryone must be kind.\n\n" + TEXT.read_text(encoding="utf-8")
    policy = parse(more, POLICY.slug, POLICY.organisation, POLICY.title)
    before = [step.id for step in lessons(POLICY, PACK, SITUATIONS, ["volunteer"])]
    after = [step.id for step in lessons(policy, PACK, SITUATIONS, ["volunteer"])]
    assert after[1:] == before


@given(st.sets(st.sampled_from(ROLES), min_size=1))
def test_no_two_steps_have_one_id(roles: set[Role]) -> None:
    steps = [step.id for step in lessons(POLICY, PACK, SITUATIONS, roles)]
    assert len(steps) == len(set(steps))


# Any policy

sentences = st.sampled_from(
    [
        "Volunteers must ask first.", "Staff do not lend money.", "Trustees are responsible for accounts.",
        "A Charity is committed to kindness.", "Everyone must be careful with what they are told.",
        "Families may end a visit.", "The manager must approve it.", "Checks are undertaken by the Chair.",
        "A Charity must keep records.", "See the other policy.", "Photographs should not be taken.",
    ]
)  # fmt: skip
clauses = st.lists(sentences, min_size=1, max_size=40).map(" ".join)
headings = st.sampled_from(["Visits", "Guidance for volunteers", "2. Money", "Trustees' Duties", "Aims"])
sections = st.tuples(headings, st.lists(clauses, max_size=6)).map(
    lambda section: "\n\n".join([section[0], *(f"{n}. {text}" for n, text in enumerate(section[1], 1))])
)


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(st.lists(sections, min_size=1, max_size=4).map("\n\n".join), st.sets(st.sampled_from(ROLES)))
def test_every_clause_that_binds_is_whole_on_exactly_one_page_of_readable_length(
    text: str, roles: set[Role]
) -> None:
    try:
        policy = made(text)
    except PolicyError:
        return
    found = pages(policy, *roles)
    assert [clause for page in found for clause in page.clauses] == list(binding(policy, BARE, *roles))
    assert all(words(page) <= PAGE_WORDS or len(page.clauses) == 1 for page in found)
    assert all(page.clauses and page.title for page in found)
    homes = {clause.id: section.id for section in policy.sections for clause in section.clauses}
    assert all(len({homes[clause.id] for clause in page.clauses}) == 1 for page in found)
    assert len({page.id for page in found}) == len(found)


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(st.lists(sections, min_size=1, max_size=4).map("\n\n".join))
def test_every_clause_is_read_by_someone(text: str) -> None:
    try:
        policy = made(text)
    except PolicyError:
        return
    read = set(ids(binding(policy, BARE, *ROLES)))
    assert read == {one.id for part in policy.sections if not is_meta(part.id) for one in part.clauses}


def ways(sizes: list[int]) -> Iterator[list[list[int]]]:
    """Return every way to deal clauses of these sizes out to pages that are not too long."""
    for count in range(len(sizes)):
        for cuts in combinations(range(1, len(sizes)), count):
            ends = [0, *cuts, len(sizes)]
            dealing = [sizes[start:end] for start, end in pairwise(ends)]
            if all(len(page) == 1 or sum(page) <= PAGE_WORDS for page in dealing):
                yield dealing


def cost(dealing: list[list[int]]) -> tuple[int, int]:
    return len(dealing), sum(sum(page) ** 2 for page in dealing)


sizes_of_clauses = st.lists(st.integers(1, 160), min_size=1, max_size=8)


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(sizes_of_clauses)
def test_there_are_as_few_pages_as_can_be_and_they_are_as_even_as_can_be(sizes: list[int]) -> None:
    found = [sizes[start:end] for start, end in dealt(sizes)]
    assert found in list(ways(sizes))
    assert cost(found) == min(cost(way) for way in ways(sizes))


@given(sizes_of_clauses)
def test_no_clause_is_left_alone_that_fits_with_another_unless_less_were_left_behind(
    sizes: list[int],
) -> None:
    found = [sizes[start:end] for start, end in dealt(sizes)]
    for page, after in pairwise(found):
        for alone, beside, clause in ((page, after, after[0]), (after, page, page[-1])):
            if len(alone) == 1 and alone[0] + clause <= PAGE_WORDS:
                assert sum(beside) - clause <= alone[0]
                assert len(beside) > 1


def test_pages_are_made_even() -> None:
    assert dealt([40] * 4) == ((0, 2), (2, 4))


def test_no_clauses_make_no_page() -> None:
    assert dealt([]) == ()
