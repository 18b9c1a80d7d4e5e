"""Whatever people press, in whatever order: no question is without someone, a date and an audit entry."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases import stages
from bot.records.store import Records
from bot.records.tables import Case, CaseEntry, Handoff
from tests.cases.forms import House
from tests.cases.sequences import Step, stand
from tests.cases.test_unanswered import ask
from tests.records.conftest import Clock
from tests.records.stage import all_of

WHO = ("volunteer", "manager", "chair")
LABELS = ("I'll take it on", "Answer it", "Ask them", "Send it", "Pass it on", "Keep it", "Withdraw", "Add")
TEXTS = ("Yes: keep the tickets.", "By bus, on Monday.", "Please look at this.")
STEP = st.tuples(
    st.sampled_from(WHO),
    st.one_of(st.sampled_from(LABELS), st.integers(0, 10_000)),
    st.sampled_from(TEXTS),
    st.integers(0, 4).map(lambda drawn: drawn == 4),
)


def questions(records: Records) -> Sequence[Case]:
    """Return the questions that were passed on."""
    return [case for case in all_of(records, Case) if case.kind == "question"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asker=st.sampled_from(("volunteer", "manager")), steps=st.lists(STEP, min_size=4, max_size=14))
def test_no_question_is_without_someone_date_and_audit_nor_answered_by_whoever_asked_it(
    house: House,
    adopted: Records,
    clock: Clock,
    asker: str,
    steps: list[Step],
) -> None:
    house[asker].does("case:leave")
    ask(house[asker])
    stand(house, adopted, clock, steps, _none_is_answered_by_its_asker, days=2)


def _none_is_answered_by_its_asker(records: Records) -> None:
    entries, handoffs = all_of(records, CaseEntry), all_of(records, Handoff)
    for case in questions(records):
        assert case.owner != case.raised_by
        assert case.raised_by not in {one.to for one in handoffs if one.case_ == case.id}
        answers = [row for row in entries if row.case_ == case.id and row.kind == "answer"]
        assert case.raised_by not in {row.by for row in answers}
        assert (case.stage == "closed") == bool(answers)
        assert len(answers) <= 1


# What may be done with a question, by a button that was made up, and what is written on one.
VERBS = ("show", "take", "open", "keep", "keep-as", "divert", "approve", "taken-down", "points", "done")
WRITES = ("reply", "answer", "asked", "lessons", "note", "passed on")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    who=st.sampled_from(("manager", "chair", "volunteer")),
    tries=st.lists(
        st.tuples(st.sampled_from((*VERBS, *WRITES)), st.sampled_from(TEXTS)), min_size=2, max_size=6
    ),
)
def test_nothing_is_done_to_a_question_by_whoever_asked_it_nor_by_one_whom_it_was_not_handed_to(
    house: House, adopted: Records, who: str, tries: list[tuple[str, str]]
) -> None:
    house["manager"].does("case:leave")
    before = {case.id for case in questions(adopted)}
    ask(house["manager"])  # it goes to the chair, and is not taken on yet
    (case,) = [one for one in questions(adopted) if one.id not in before]
    (handoff,) = [one for one in all_of(adopted, Handoff) if one.case_ == case.id]
    entries = len([row for row in all_of(adopted, CaseEntry) if row.case_ == case.id])
    for verb, text in tries:
        if who == "chair" and verb in ("take", "open"):  # she may
            continue
        given_ = handoff.id if verb in ("take", "open") else case.id
        house[who].does(f"case:write:{given_}:{verb}" if verb in WRITES else f"case:{verb}:{given_}")
        house[who].says(text)
    (after,) = [one for one in questions(adopted) if one.id == case.id]
    assert (after.stage, after.owner, after.due_at) == ("received", None, case.due_at)
    assert after.stage not in stages.OVER
    assert len([row for row in all_of(adopted, CaseEntry) if row.case_ == case.id]) == entries
