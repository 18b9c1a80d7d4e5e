"""Whatever people press, in whatever order: no concern is without someone, a time and an audit entry."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.card import buttons_of
from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.contact import Office
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Officer
from tests.cases.forms import House, act, words
from tests.cases.held import all_are_seen_to
from tests.cases.test_safeguarding import HARM, concerns
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint, end_office

WHO = ("volunteer", "lead", "manager", "chair")
LABELS = ("Tell Sample", "Open it", "I'll take it on", "This is not", "Pass it on", "Close it", "Add")
TEXTS = ("I have rung the council.", "He said it again today.", "It was Sample safeguarding_lead.")
STEP = st.one_of(
    st.tuples(st.sampled_from(WHO), st.sampled_from(LABELS), st.sampled_from(TEXTS)),
    st.tuples(st.sampled_from(WHO), st.integers(0, 10_000), st.sampled_from(TEXTS)),
    st.tuples(st.just("clock"), st.sampled_from((5, 30, 31, 600)), st.just("")),
    st.tuples(st.just("leaves"), st.sampled_from(("safeguarding_lead", "chair")), st.just("")),
)
OFFICES: tuple[Office, ...] = ("safeguarding_lead", "chair")
ABOUT_LEAD = f"{HARM} It was Sample safeguarding_lead."


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(about_lead=st.booleans(), steps=st.lists(STEP, min_size=4, max_size=16))
def test_no_concern_is_without_someone_a_time_and_audit_and_whom_it_names_hears_nothing(
    house: House,
    adopted: Records,
    clock: Clock,
    about_lead: bool,  # noqa: FBT001 - hypothesis gives it
    steps: list[tuple[str, str | int, str]],
) -> None:
    _in_office(adopted)
    house["volunteer"].does("case:leave")
    told = len(house["lead"].cards)
    house["volunteer"].says(ABOUT_LEAD if about_lead else HARM)
    house["volunteer"].presses("Tell Sample")
    for who, what, text in steps:
        if who == "clock":
            clock.passes(minutes=int(what))
            clockwork.look(adopted, default_rules())
        elif who == "leaves":
            _leaves(adopted, str(what))
            clockwork.look(adopted, default_rules())
        else:
            act(house[who], what, text)
        all_are_seen_to(adopted)
    assert concerns(adopted)
    if about_lead:
        _opens_all(house["lead"], told)
        assert ABOUT_LEAD not in "\n".join(words(card) for card in house["lead"].cards[told:])
    with adopted.reading() as session:
        assert audit.verify(session, adopted) is None


def _opens_all(someone: Someone, since: int) -> None:
    """Open whatever someone was given since so many cards."""
    given = [button for card in someone.cards[since:] for button in buttons_of(card)]
    for button in given:
        if button.label == "Open it":
            someone.does(button.action)


def _in_office(records: Records) -> None:
    held = {one.office for one in all_of(records, Officer) if one.until is None}
    for office in OFFICES:
        if office not in held:
            appoint(records, f"web:{'lead' if office == 'safeguarding_lead' else office}", office)


def _leaves(records: Records, office: str) -> None:
    for officer in all_of(records, Officer):
        if officer.office == office and officer.until is None:
            end_office(records, officer.id)
