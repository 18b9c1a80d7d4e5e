"""What changed between two versions of a policy, for whom; and what is no change."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.changes import Change, Edition, changed_for
from knowledge.clauses import Clause, Policy
from knowledge.lessons import binding
from knowledge.outline import is_meta
from knowledge.pack import Pack
from knowledge.reader import parse
from knowledge.reading import ROLES, Role
from tests.policies import TEXT, home_start_pack, home_start_policy

POLICY, PACK = home_start_policy(), home_start_pack()
OLD: Edition = (POLICY, PACK)
WHOLE = TEXT.read_text(encoding="utf-8")
BARE = replace(PACK, norms={})
CLAUSES = [one for section in POLICY.sections if not is_meta(section.id) for one in section.clauses]


def edition(text: str, pack: Pack = PACK) -> Edition:
    return parse(text, POLICY.slug, pack.organisation, pack.title), pack


def asked(new: Edition, old: Edition = OLD) -> dict[Role, list[tuple[str | None, str | None]]]:
    """Return who is asked, for what: the ids before and after."""
    found = {role: changed_for(old, new, [role]) for role in ROLES}
    return {role: [shown(change) for change in changes] for role, changes in found.items() if changes}


def shown(change: Change) -> tuple[str | None, str | None]:
    before, after = change.before, change.after
    return before.id if before else None, after.id if after else None


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def with_clause(policy: Policy, clause_id: str, change: Callable[[Clause], Clause | None]) -> Policy:
    """Return the policy with one clause changed, or taken out."""
    sections = []
    for section in policy.sections:
        kept = [change(one) if one.id == clause_id else one for one in section.clauses]
        sections.append(replace(section, clauses=tuple(one for one in kept if one)))
    return replace(policy, sections=tuple(sections))


def renumbered(text: str, shift: int) -> str:
    """Return the text with every section's number moved on."""

    def moved(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) + shift}{found[3]}"

    return re.sub(r"^(- |)(\d+)(\.\d+ |\. | )", moved, text, flags=re.MULTILINE)


def renumbered_pack(shift: int) -> Pack:
    def moved(norm: str) -> str:
        section, rest = norm.split(".", 1)
        return f"{int(section) + shift}.{rest}"

    norms: Mapping[str, Mapping[str, object]] = {moved(norm): fields for norm, fields in PACK.norms.items()}
    return replace(PACK, norms=norms)


def rules(texts: list[str]) -> Edition:
    """Return a policy of these clauses, numbered 1.1 and on."""
    return edition("\n".join(["Rules", "", *(f"- 1.{n} {text}" for n, text in enumerate(texts, 1))]), BARE)


def binds(edition: Edition, clause_id: str) -> set[Role]:
    return {role for role in ROLES if clause_id in {clause.id for clause in binding(*edition, role)}}


# What is no change


def test_the_same_policy_asks_nobody() -> None:
    assert asked(OLD) == {}


@given(st.integers(1, 40))
@settings(deadline=None, max_examples=20)  # each example reads the whole policy
def test_new_numbers_ask_nobody(shift: int) -> None:
    text = renumbered(WHOLE, shift)
    new = edition(text, renumbered_pack(shift))
    assert f"{4 + shift}.3" in {clause.id for clause in new[0].clauses}
    assert asked(new) == {}


spaces = st.sampled_from([" ", "  ", " \t", "\u00a0"])


@given(st.lists(spaces, min_size=1, max_size=7), st.sampled_from(["\n", "\r\n", "  \n", "\t\r\n"]))
@settings(deadline=None, max_examples=20)  # each example reads the whole policy
def test_white_space_asks_nobody(gaps: list[str], ending: str) -> None:
    count = iter(range(len(WHOLE)))
    text = re.sub(r"(?<=\w) (?=\w)", lambda _: gaps[next(count) % len(gaps)], WHOLE)
    assert asked(edition(text.replace("\n", ending))) == {}


@pytest.mark.parametrize("name", ["Home-Start Sir Gâr", "Égalité", "Tŷ Gŵyl"])
def test_unicode_form_asks_nobody(name: str) -> None:
    text = WHOLE.replace(PACK.organisation, name).replace("Home-Start", name).replace("reput", "répüt")
    parts = unicodedata.normalize("NFD", text)
    pack = replace(PACK, organisation=name)
    assert parts != text
    assert asked(edition(parts, pack), edition(text, pack)) == {}
    assert asked(edition(text, pack), edition(parts, pack)) == {}


def test_a_new_date_of_review_or_heading_asks_nobody() -> None:
    assert asked(edition(changed("reviewed: November 2019", "reviewed: May 2031"))) == {}
    assert asked(edition(changed("5. Previous Links on Social Networks", "5. Older Links"))) == {}


def test_clauses_that_change_places_within_their_section_ask_nobody() -> None:
    lines = WHOLE.split("\n")
    one, other = (next(n for n, line in enumerate(lines) if line.startswith(f"- 4.{x} ")) for x in (1, 3))
    texts = [lines[n].split(" ", 2)[2] for n in (one, other)]
    lines[one], lines[other] = f"- 4.1 {texts[1]}", f"- 4.3 {texts[0]}"
    assert asked(edition("\n".join(lines))) == {}


def test_typographic_quotes_are_a_change() -> None:
    new = edition(changed("promotional/ 'supporter' badges", "promotional/ \u2018supporter\u2019 badges"))
    assert asked(new) == {"volunteer": [("4.5", "4.5")]}


# What is one, and for whom


@given(st.sampled_from(CLAUSES), st.sampled_from([" This was looked at again.", " (See also the handbook.)"]))
@settings(deadline=None, max_examples=40)  # how fast an example runs depends on the machine
def test_an_edited_clause_asks_exactly_those_it_binds_for_it_alone(clause: Clause, more: str) -> None:
    new = with_clause(POLICY, clause.id, lambda one: replace(one, text=one.text + more))
    bound = binds(OLD, clause.id) | binds((new, PACK), clause.id)
    assert asked((new, PACK)) == {role: [(clause.id, clause.id)] for role in bound}


@given(st.sampled_from([one for one in CLAUSES if one.id != "1.4"]))
@settings(deadline=None, max_examples=40)  # how fast an example runs depends on the machine
def test_a_removed_or_added_clause_asks_exactly_those_it_binds(clause: Clause) -> None:
    without = (with_clause(POLICY, clause.id, lambda _: None), PACK)
    removed, added = asked(without), asked(OLD, without)
    for role in binds(OLD, clause.id):
        assert (clause.id, None) in removed[role]
        assert (None, clause.id) in added[role]
    assert {role for role, changes in added.items() if (None, clause.id) in changes} == binds(OLD, clause.id)


@given(st.sets(st.sampled_from(ROLES), min_size=1), st.sets(st.sampled_from([one.id for one in CLAUSES])))
@settings(deadline=None, max_examples=40)  # how fast an example runs depends on the machine
def test_several_roles_are_asked_once_for_what_binds_any_of_them(roles: set[Role], edited: set[str]) -> None:
    new = POLICY
    for clause_id in edited:
        new = with_clause(new, clause_id, lambda one: replace(one, text=f"{one.text} And so on."))
    together = [shown(change) for change in changed_for(OLD, (new, PACK), roles)]
    apart = {pair for role in roles for pair in asked((new, PACK)).get(role, [])}
    assert len(together) == len(set(together))
    assert set(together) == apart


texts = st.lists(
    st.sampled_from([one.text for one in CLAUSES if one.id[0] in "34"]).flatmap(
        lambda text: st.sampled_from([text, f"{text} And so on.", text.replace("do not", "never")])
    ),
    max_size=12,
)


@given(texts, texts)
@settings(deadline=None, max_examples=60)  # how fast an example runs depends on the machine
def test_whatever_is_changed_every_clause_is_shown_once_or_stayed(
    before: list[str], after: list[str]
) -> None:
    old, new = (rules(["Ask.", *some]) for some in (before, after))
    changes = changed_for(old, new, ROLES)
    gone = [change.before for change in changes if change.before]
    come = [change.after for change in changes if change.after]
    stayed = Counter(one.hash for one in old[0].clauses) - Counter(one.hash for one in gone)
    assert stayed == Counter(one.hash for one in new[0].clauses) - Counter(one.hash for one in come)
    assert len({one.id for one in gone}) == len(gone)
    assert len({one.id for one in come}) == len(come)
    assert stayed.keys() >= {one.hash for one in old[0].clauses} & {one.hash for one in new[0].clauses}


def test_a_clause_that_binds_trustees_now_is_shown_to_them_before_and_after() -> None:
    new = edition(changed("Volunteers do not add any", "Volunteers and trustees do not add any"))
    assert asked(new) == {role: [("4.3", "4.3")] for role in ("volunteer", "trustee", "chair")}
    (change,) = changed_for(OLD, new, ["trustee"])
    assert change.before == POLICY.clause("4.3")
    assert change.after == new[0].clause("4.3")


def test_a_clause_that_no_longer_binds_staff_is_shown_to_them_before_and_after() -> None:
    new = edition(changed("Home-Start staff and trustees do not add", "Home-Start trustees do not add"))
    assert asked(new)["staff"] == [("3.6", "3.6")]


def test_a_heading_that_binds_more_people_brings_them_its_clauses_as_new() -> None:
    new = edition(changed("4. Volunteers' Personal", "4. Volunteers and Trustees' Personal"))
    assert asked(new) == {role: [(None, "4.6")] for role in ("trustee", "chair")}


def test_a_correction_of_the_pack_that_binds_more_people_brings_them_the_clause_as_new() -> None:
    pack = replace(PACK, norms={**PACK.norms, "1.2/1": {"bearers": ["manager", "staff"]}})
    assert asked((POLICY, pack)) == {"staff": [(None, "1.2")]}


def test_a_new_clause_that_moves_the_numbers_on_is_the_only_one_asked_for() -> None:
    lines = WHOLE.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("- 4.3 "))
    moved = [re.sub(r"^- 4\.(\d)", lambda found: f"- 4.{int(found[1]) + 1}", line) for line in lines[at:]]
    new = edition("\n".join([*lines[:at], "- 4.3 Volunteers do not lend money to families.", *moved]))
    assert asked(new) == {"volunteer": [(None, "4.3")]}


def test_a_clause_reworded_under_a_new_number_is_still_shown_before_and_after() -> None:
    lines = changed("during work hours", "during their work hours").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("- 3.3 "))
    moved = [re.sub(r"^- 3\.(\d)", lambda found: f"- 3.{int(found[1]) + 1}", line) for line in lines[at:]]
    new = edition("\n".join([*lines[:at], "- 3.3 Staff do not lend money to families.", *moved]))
    assert asked(new) == {role: [(None, "3.3"), ("3.3", "3.4")] for role in ("staff", "manager")}


def test_a_rule_put_in_the_place_of_another_is_one_gone_and_one_new() -> None:
    old = next(line for line in WHOLE.split("\n") if line.startswith("- 3.3 "))
    new = edition(changed(old, "- 3.3 Employees must lock their desks when they leave."))
    assert asked(new) == {role: [(None, "3.3"), ("3.3", None)] for role in ("staff", "manager")}


def test_a_reworded_clause_is_matched_with_the_likeliest_of_two() -> None:
    rule = "Volunteers do not lend money or things of value to any family that they visit"
    old = rules(["Volunteers ask.", f"{rule}."])
    likely = f"{rule} or know."
    less = f"{rule.replace('lend money or things of value', 'give presents')}."
    new = rules(["Volunteers ask.", less, likely])
    assert asked(new, old) == {"volunteer": [(None, "1.2"), ("1.2", "1.3")]}


def test_what_is_gone_comes_last() -> None:
    text = re.sub(r"^- 4\.1 .*\n", "", WHOLE, flags=re.MULTILINE)
    new = edition(text.replace("during the period of", "throughout the period of"))
    assert asked(new)["volunteer"] == [("4.3", "4.3"), ("4.1", None)]


@pytest.mark.parametrize("role", ["volunteer", "staff"])
def test_texts_that_stand_twice_are_told_apart_by_their_neighbours(role: Role) -> None:
    same = "Breaches are taken seriously."
    first = f"Volunteers' Duties\n\n- 3.1 Volunteers must ask.\n- 3.2 {same}"
    old = f"{first}\n\nStaff's Duties\n\n- 4.1 Staff must ask.\n- 4.2 {same}"
    new = re.sub(r"^- (\d)", lambda found: f"- {int(found[1]) + 1}", old, flags=re.MULTILINE)
    assert changed_for(edition(old, BARE), edition(new, BARE), [role]) == ()


def test_of_two_equal_texts_the_one_whose_neighbours_went_is_gone() -> None:
    same = "Breaches are taken seriously."
    staffs = f"Staff's Duties\n\n- 4.1 Staff must ask.\n- 4.2 {same}"
    old = f"Volunteers' Duties\n\n- 3.1 Volunteers must ask.\n- 3.2 {same}\n\n{staffs}"
    assert asked(edition(staffs, BARE), edition(old, BARE)) == {"volunteer": [("3.1", None), ("3.2", None)]}


def test_a_clause_that_moved_unchanged_is_not_taken_for_a_new_one_like_it() -> None:
    rule = "Volunteers do not lend money or things of value to any family that they visit."
    others = ["Volunteers ask first.", "Volunteers tell the office when a visit is missed."]
    texts = [rule, *others], [rule.replace("visit", "know"), *others, rule]
    old, new = (rules(some) for some in texts)
    assert asked(new, old) == {"volunteer": [(None, "1.1")]}
