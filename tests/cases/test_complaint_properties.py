"""Whatever people press, in whatever order: no complaint is without owner, deadline or audit entry."""

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.card import Card, buttons_of
from bot.cases import clockwork, stages
from bot.cases.rules import default_rules
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Case, Handoff
from tests.cases.forms import STORY, House, act, send, words
from tests.cases.held import all_are_seen_to
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, person_of

WHO = ("volunteer", "manager", "chair", "vice")
ABOUT = ("Nobody in particular", "Sample manager", "Sample chair", "the lady in the office", "everyone")
TEXTS = ("Thank you for that.", "It was Sample manager who said it.", "We have looked at it.")


def _begin_anew(volunteer: Someone, records: Records) -> None:
    """Leave whatever she was asked, and throw away the forms that the example before left half filled."""
    volunteer.does("case:leave")
    for draft in [case for case in all_of(records, Case) if case.stage == stages.DRAFT]:
        volunteer.does(f"case:drop:{draft.id}")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    about=st.sampled_from(ABOUT),
    steps=st.lists(
        st.tuples(st.sampled_from(WHO), st.integers(0, 10_000), st.sampled_from(TEXTS), st.booleans()),
        max_size=14,
    ),
)
def test_no_sequence_of_actions_leaves_one_without_owner_deadline_or_audit_entry(
    house: House,
    adopted: Records,
    clock: Clock,
    about: str,
    steps: list[tuple[str, int, str, bool]],
) -> None:
    _begin_anew(house["volunteer"], adopted)
    send(house["volunteer"], who=about, story=f"{STORY} {len(all_of(adopted, Case))}")
    for who, number, text, waits in steps:
        act(house[who], number, text)
        if waits:
            clock.passes(days=1)
            clockwork.look(adopted, default_rules())
        all_are_seen_to(adopted)
    with adopted.reading() as session:
        assert audit.verify(session, adopted) is None


# What may be done with a case, by a button that was made up, and what is written on one.
VERBS = (
    "show",
    "look",
    "take",
    "open",
    "mine",
    "add",
    "withdraw",
    "appeal",
    "settle",
    "divert",
    "procedures",
)
WRITES = ("reply", "answer", "decision", "lessons", "note", "passed on", "escalated")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    about=st.sampled_from(("Sample manager", "the lady in the office", "the manager")),
    tries=st.lists(
        st.tuples(st.sampled_from((*VERBS, *WRITES)), st.sampled_from(TEXTS), st.booleans()),
        min_size=2,
        max_size=6,
    ),
)
def test_no_action_by_someone_with_a_conflict_succeeds(
    house: House, adopted: Records, about: str, tries: list[tuple[str, str, bool]]
) -> None:
    _begin_anew(house["volunteer"], adopted)
    story = f"{STORY} {len(all_of(adopted, Case))}"
    number = send(house["volunteer"], who=about, story=story)
    (case,) = [row for row in all_of(adopted, Case) if row.number == number]
    (handoff,) = [row for row in all_of(adopted, Handoff) if row.case_ == case.id]
    manager, seen = house["manager"], len(house["manager"].cards)
    for verb, text, yes in tries:
        given = handoff.id if verb in ("take", "open") else case.id
        action = f"write:{given}:{verb}" if verb in WRITES else f"{verb}:{given}"
        manager.does(f"case:{action}{':yes' if yes and verb not in WRITES else ''}")
        manager.says(text)
        manager.says("my cases")
    assert not [card for card in manager.cards[seen:] if story in words(card) or number in words(card)]
    (after,) = [row for row in all_of(adopted, Case) if row.id == case.id]
    assert (after.stage, after.owner, after.due_at) == (case.stage, case.owner, case.due_at)
    assert next(row for row in all_of(adopted, Handoff) if row.case_ == case.id).ended_at is None


def test_no_button_ever_shown_to_anyone_gives_one_whom_it_is_about_a_word_of_it(
    house: House, adopted: Records
) -> None:
    send(house["volunteer"], who="Sample manager", name="Nobody")
    chair, manager = house["chair"], house["manager"]
    chair.presses("Open it")
    chair.presses("I'll take it on")
    everything: Mapping[str, Card] = {
        button.action: card
        for person in house.values()
        for card in person.cards
        for button in buttons_of(card)
        if button.action.startswith("case:")
    }
    for action in everything:
        manager.does(action)
        manager.says("We have looked at it.")
    assert STORY not in "\n".join(words(card) for card in manager.cards)
    (case,) = [row for row in all_of(adopted, Case) if row.stage != stages.DRAFT]
    assert case.owner == person_of(adopted, "web:chair").id
    assert case.stage == "acknowledged"
