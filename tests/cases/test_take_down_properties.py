"""Whatever people press, in whatever order: no take-down is without someone, a date and an audit entry."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.card import buttons_of
from bot.cases import stages
from bot.records.store import Records
from bot.records.tables import Case, CaseEntry, Handoff
from tests.cases.forms import House
from tests.cases.sequences import Step, stand
from tests.cases.test_content import PARENT, downs, proposed
from tests.records.conftest import Clock
from tests.records.stage import all_of, person_of

WHO = ("volunteer", "manager", "chair", "other")
LABELS = ("Open it", "I'll take it on", "It is taken down", "Pass it on", "Pass on to", "Write a note")
TEXTS = ("I am away this week.", "It is gone.", "Please look at this.")
STEP = st.tuples(
    st.sampled_from(WHO),
    st.one_of(st.sampled_from(LABELS), st.integers(0, 10_000)),
    st.sampled_from(TEXTS),
    st.integers(0, 4).map(lambda drawn: drawn == 4),
)


def withdrawn(house: House, records: Records) -> Case:
    """Bring a post online, have its one consent withdrawn, and return the take-down that follows."""
    author, manager, before = house["volunteer"], house["manager"], {case.id for case in downs(records)}
    for person in (author, manager):
        person.does("case:leave")
    for draft in [case for case in all_of(records, Case) if case.stage == stages.DRAFT]:
        author.does(f"case:drop:{draft.id}")
    proposed(author)
    offer = next(
        card for card in reversed(manager.cards) if "Open it" in [one.label for one in buttons_of(card)]
    )
    manager.presses("Open it", offer)
    manager.presses("I'll take it on")
    manager.presses("Approve it")
    manager.presses("It is online now")
    author.presses("Report a withdrawn consent")
    author.presses(PARENT)
    (down,) = [case for case in downs(records) if case.id not in before]
    return down


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=12))
def test_no_take_down_is_without_someone_date_and_audit_and_only_an_officer_closes_it(
    house: House, adopted: Records, clock: Clock, steps: list[Step]
) -> None:
    withdrawn(house, adopted)
    stand(house, adopted, clock, steps, _each_is_closed_by_its_owner)


def _each_is_closed_by_its_owner(records: Records) -> None:
    officers = {person_of(records, f"web:{name}").id for name in ("manager", "chair", "vice")}
    entries = all_of(records, CaseEntry)
    for case in downs(records):
        done = [row for row in entries if row.case_ == case.id and row.kind == "lessons"]
        assert case.owner is None or case.owner in officers
        assert (case.stage == "closed") == bool(done)
        assert {row.by for row in done} <= officers
        assert case.stage != "withdrawn"


# What may be done with a take-down, by a button that was made up, and what is written on one.
VERBS = ("show", "take", "open", "mine", "add", "withdraw", "taken-down", "publish", "rewrite", "consents")
WRITES = ("reply", "answer", "asked", "lessons", "note", "passed on", "declined", "changes")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from(("volunteer", "other", "chair", "lead")),
    tries=st.lists(
        st.tuples(st.sampled_from((*VERBS, *WRITES)), st.sampled_from(TEXTS)), min_size=2, max_size=6
    ),
)
def test_nothing_is_done_to_a_take_down_by_its_author_nor_by_one_whom_it_was_not_handed_to(
    house: House, adopted: Records, who: str, tries: list[tuple[str, str]]
) -> None:
    case = withdrawn(house, adopted)
    (handoff,) = [one for one in all_of(adopted, Handoff) if one.case_ == case.id]
    entries = len([row for row in all_of(adopted, CaseEntry) if row.case_ == case.id])
    for verb, text in tries:
        given_ = handoff.id if verb in ("take", "open") else case.id
        house[who].does(f"case:write:{given_}:{verb}" if verb in WRITES else f"case:{verb}:{given_}:yes")
        house[who].says(text)
    (after,) = [one for one in downs(adopted) if one.id == case.id]
    assert (after.stage, after.owner, after.due_at) == (case.stage, None, case.due_at)
    assert len([row for row in all_of(adopted, CaseEntry) if row.case_ == case.id]) == entries
