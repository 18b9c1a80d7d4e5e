"""Whatever people press, in whatever order: no post is without owner or date, or out without a consent."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.records.store import Records
from bot.records.tables import Case, CaseEntry, Consent
from tests.cases.forms import House
from tests.cases.sequences import Step, stand
from tests.cases.test_content import begin, consented, named
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, person_of

WHO = ("volunteer", "manager", "chair")
TEXTS = ("The mother in the blue coat", "Tea in the park on Sunday.", "Please use another picture.", "no")
# What decides about a post, as often as everything else that can be pressed together.
LABELS = ("Open it", "I'll take it on", "Approve it", "It is online now", "Change it", "Report a")
STEP = st.tuples(
    st.sampled_from(WHO),
    st.one_of(st.sampled_from(LABELS), st.integers(0, 10_000)),
    st.sampled_from(TEXTS),
    st.integers(0, 5).map(lambda drawn: drawn == 5),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    author=st.sampled_from(("volunteer", "manager")),
    given_=st.booleans(),
    steps=st.lists(STEP, min_size=6, max_size=20),
)
def test_no_post_is_without_owner_date_and_audit_nor_approved_by_its_author_or_without_a_consent(
    house: House,
    adopted: Records,
    clock: Clock,
    author: str,
    given_: bool,  # noqa: FBT001 - hypothesis gives it
    steps: list[Step],
) -> None:
    _proposed(house[author], given=given_)
    stand(house, adopted, clock, steps, _none_is_approved_without_consent)


def _proposed(author: Someone, *, given: bool) -> None:
    author.does("case:leave")
    begin(author)
    named(author, "The mother in the blue coat")
    author.presses("An adult")
    if given:
        consented(author, "Until it is withdrawn")
    else:
        author.presses("It is not given yet")
    author.presses("Nobody else")
    author.presses("Send it")


def _none_is_approved_without_consent(records: Records) -> None:
    consents, entries = all_of(records, Consent), all_of(records, CaseEntry)
    manager = person_of(records, "web:manager").id
    for post in [case for case in all_of(records, Case) if case.kind == "content"]:
        approvals = [row for row in entries if row.case_ == post.id and row.kind == "approved"]
        assert not [row for row in approvals if row.by == post.raised_by]
        if post.raised_by == manager and approvals:
            assert [row for row in entries if row.case_ == post.id and row.kind == "deviation"]
        if post.stage == "approved":
            counted = [one for one in consents if one.case_ == post.id and one.void_at is None]
            assert all(one.giver is not None for one in counted), "approved without a consent"
