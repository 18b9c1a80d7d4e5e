"""A post, from the proposal to its end: approved by someone else, with every consent, or taken down."""

from collections.abc import Sequence

import pytest

from adapters.file_of import file_of
from bot.card import Card, Progress, buttons_of
from bot.cases import clockwork
from bot.cases.rules import default_rules
from bot.records import audit
from bot.records.store import Records
from bot.records.tables import Audit, Case, CaseEntry, CaseFile, Consent, Handoff
from tests.cases.forms import House, all_words, take_on, words
from tests.cases.samples import EXE, JPEG, PDF, documents
from tests.induction.conftest import Someone
from tests.records.conftest import Clock
from tests.records.stage import all_of, appoint
from tests.records.together import at_once

POST = "Come to our summer picnic in the park on 4 July. Bring a blanket."
PARENT = "The mother in the blue coat"


def begin(author: Someone, text: str = POST) -> Card:
    """Answer the first three questions, up to who is pictured."""
    author.says("propose a post")
    author.presses("Propose it")
    author.says(text)
    author.sends(("picnic.jpg", JPEG))
    author.presses("That's all")
    return author.presses("Facebook page")


def named(author: Someone, who: str) -> Card:
    """Name who is pictured; where the tripwire rings at it, say that it is not about that."""
    card = author.says(who)
    rang = any(button.label.startswith("This is not") for button in buttons_of(card))
    return author.presses("This is not", card) if rang else card


def adult(author: Someone, who: str = PARENT, until: str = "Until it is withdrawn") -> Card:
    """Name an adult who has consented."""
    named(author, who)
    author.presses("An adult")
    return consented(author, until)


def consented(author: Someone, until: str = "Until it is withdrawn") -> Card:
    """Say how consent was given, when, and until when."""
    author.presses("On a signed form")
    author.presses("Today")
    return author.says(until) if until[0].isdigit() else author.presses(until)


def proposed(author: Someone, until: str = "Until it is withdrawn") -> Card:
    """Propose a post in which one adult is pictured, who has consented."""
    begin(author)
    adult(author, until=until)
    author.presses("Nobody else")
    return author.presses("Send it")


def post(records: Records) -> Case:
    """Return the one post that there is."""
    (found,) = [case for case in all_of(records, Case) if case.kind == "content"]
    return found


def downs(records: Records) -> Sequence[Case]:
    """Return the take-downs."""
    return [case for case in all_of(records, Case) if case.kind == "take-down"]


def noted(records: Records, what: str) -> int:
    """Count the entries of the audit of one kind."""
    return [row.what for row in all_of(records, Audit)].count(what)


def online(house: House) -> None:
    """Bring a post online that is proposed."""
    take_on(house["manager"])
    house["manager"].presses("Approve it")
    house["manager"].presses("It is online now")


def test_a_post_is_approved_and_put_online_and_its_author_hears_of_it(house: House, adopted: Records) -> None:
    author, manager = house["volunteer"], house["manager"]
    receipt = proposed(author)
    assert "It has gone to Sample manager" in words(receipt)
    assert POST not in words(manager.card)
    card = manager.presses("Open it")
    for told in (POST, "Facebook page", PARENT, "consent given", "on a signed form", "1.4"):
        assert told in words(card) or told in str(card.elements)
    (document,) = documents(card).values()
    opened = file_of(adopted, "web:manager", document.removeprefix("file:"))
    assert opened is not None
    assert opened.content == JPEG
    manager.presses("I'll take it on")
    manager.presses("Approve it")
    assert "is approved" in author.card.title
    manager.presses("It is online now")
    assert "is online" in author.card.title
    assert post(adopted).stage == "closed"
    with adopted.reading() as session:
        assert audit.verify(session, adopted) is None


def test_it_is_asked_for_a_childs_parent_or_carer(house: House, adopted: Records) -> None:
    author, manager = house["volunteer"], house["manager"]
    begin(author)
    named(author, "The girl with the kite")
    assert "Which parent or carer" in words(author.presses("A child"))
    author.says("Her father")
    consented(author, "30 June 2026")
    author.presses("Nobody else")
    author.presses("Send it")
    card = words(manager.presses("Open it"))
    assert "The girl with the kite (child)" in card
    assert "by a parent or carer (Her father)" in card
    assert "until 30 June 2026" in card
    (consent,) = all_of(adopted, Consent)
    assert b"kite" not in bytes(consent.subject or b"")


def test_the_steps_are_counted_without_an_end_that_nobody_knows_and_each_person_has_a_number(
    house: House,
) -> None:
    author = house["volunteer"]
    begin(author)
    adult(author)
    named(author, "The boy on the swing")
    author.presses("A child")
    author.presses("Nobody yet")
    review = author.presses("Nobody else")
    steps = [part for card in author.cards for part in card.elements if isinstance(part, Progress)]
    assert [step.words for step in steps[:5]] == ["Step 1", "Step 2", "Step 2", "Step 3", "Step 4"]
    assert all(step.of is None for step in steps)
    said = words(review)
    for row in (
        f"Person 1: {PARENT}",
        "Person 1, child or adult: An adult",
        "Person 1, how consent was given: On a signed form",
        "Person 1, consent given on: Today, 2 March 2026",
        "Person 2: The boy on the swing",
        "Person 2, who gave consent: Nobody yet",
        "Who else: Nobody else",
    ):
        assert row in said
    assert "Person 3" not in said


class TestConsents:
    """Nothing is approved while one consent is missing or has run out."""

    def test_one_that_is_missing_keeps_it_from_being_approved(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        begin(author)
        adult(author)
        named(author, "The boy on the swing")
        author.presses("A child")
        author.presses("Nobody yet")
        author.presses("Nobody else")
        assert "cannot be approved as long as" in words(author.presses("Send it"))
        take_on(manager)
        said = words(manager.presses("Approve it"))
        assert "a consent is missing" in said
        assert "The boy on the swing: not given yet" in said
        assert PARENT not in said
        assert post(adopted).stage == "accepted"

    def test_given_later_it_can_be_approved(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        begin(author)
        author.says(PARENT)
        author.presses("An adult")
        author.presses("It is not given yet")
        author.presses("Nobody else")
        author.presses("Send it")
        author.presses("Change it")
        author.presses("Change: Person 1, how consent")
        consented(author)
        author.presses("Send it")
        take_on(manager)
        manager.presses("Approve it")
        assert post(adopted).stage == "approved"

    def test_one_that_runs_out_keeps_it_from_being_approved_and_put_online(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        manager = house["manager"]
        proposed(house["volunteer"], until="3 March 2026")
        take_on(manager)
        clock.passes(days=1)  # its last day
        approved = manager.presses("Approve it")
        assert post(adopted).stage == "approved"
        clock.passes(days=1)
        assert "ran out on 3 March 2026" in words(manager.presses("It is online now", approved))
        assert post(adopted).stage == "approved"

    def test_expired_when_it_comes_to_be_approved(self, house: House, adopted: Records, clock: Clock) -> None:
        proposed(house["volunteer"], until="3 March 2026")
        take_on(house["manager"])
        clock.passes(days=2)
        assert "ran out on 3 March 2026" in words(house["manager"].presses("Approve it"))
        assert post(adopted).stage == "accepted"

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ("tomorrow or so", "cannot read that as a day"),
            ("31 February 2026", "cannot read that as a day"),
            ("3 March 2027", "cannot be given in the future"),
        ],
    )
    def test_what_is_no_day_is_asked_for_again(self, house: House, said: str, why: str) -> None:
        author = house["volunteer"]
        begin(author)
        author.says(PARENT)
        author.presses("An adult")
        author.presses("On a signed form")
        assert why in words(author.says(said))
        assert "Until when" in words(author.says("1/3/2026"))
        assert "cannot end before" in words(author.says("28.2.2026"))
        assert "Who else?" in words(author.presses("For a year"))

    def test_whoever_approves_it_sees_them_in_the_order_in_which_they_were_named(self, house: House) -> None:
        author, manager = house["volunteer"], house["manager"]
        begin(author)
        people = [f"Person {name}" for name in ("One", "Two", "Three", "Four", "Five")]
        for who in people:
            adult(author, who, until="For a year, until 2 March 2027")
        author.presses("Nobody else")
        author.presses("Send it")
        said = words(manager.presses("Open it"))
        assert sorted(people, key=said.index) == people
        assert "until 2 March 2027" in said

    def test_someone_taken_off_the_list_leaves_the_others_on_it(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        begin(author)
        for who in ("One", "Two", "Three"):
            adult(author, f"Person {who}")
        author.presses("Nobody else")
        author.presses("Change: Person 2")
        author.presses("Nobody else")
        author.presses("Send it")
        card = words(manager.presses("Open it"))
        assert "Person One" in card
        assert "Person Two" not in card
        assert "Person Three" in card
        assert len(all_of(adopted, Consent)) == 2

    def test_whoever_is_another_is_asked_for_anew(self, house: House) -> None:
        author = house["volunteer"]
        begin(author)
        adult(author)
        author.presses("Nobody else")
        author.presses("Change: Person 1")
        assert "How was consent given?" in words(author.says("Someone else entirely"))


class TestChanges:
    """A change to text or picture voids what was approved and consented to."""

    def test_a_change_after_approval_voids_it_and_the_consents(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        take_on(manager)
        approved = manager.presses("Approve it")
        author.presses("Change it")
        assert "counts no more" in words(manager.card)
        author.presses("Change: Text")
        assert "consent is asked for anew" in words(author.says("Come to our winter picnic."))
        assert all(consent.void_at is not None for consent in all_of(adopted, Consent))
        assert "not open to you" in words(manager.presses("It is online now", approved))
        consented(author)
        author.presses("Send it")
        assert post(adopted).stage == "received"
        assert noted(adopted, "content:approval:voided") == 1
        card = take_on(manager)
        assert "winter" in words(card)
        assert "The approval counts no more" in words(card)
        manager.presses("Approve it")
        assert post(adopted).stage == "approved"

    @pytest.mark.parametrize("change", ["another", "removed"])
    def test_so_does_another_picture(self, house: House, adopted: Records, change: str) -> None:
        author = house["volunteer"]
        proposed(author)
        author.presses("Change it")
        author.presses("Change: Picture", author.card)
        if change == "another":
            author.sends(("other.jpg", JPEG + b"1"))
        else:
            author.presses("Remove picnic.jpg")
        assert "consent is asked for anew" in words(author.card)
        assert all(consent.void_at is not None for consent in all_of(adopted, Consent))
        assert "How was consent given?" in words(author.presses("That's all"))

    def test_another_place_alone_leaves_the_consents(self, house: House, adopted: Records) -> None:
        author = house["volunteer"]
        proposed(author)
        author.presses("Change it")
        author.presses("Change: Where")
        author.presses("Website")
        assert all(consent.void_at is None for consent in all_of(adopted, Consent))

    def test_a_picture_cannot_be_slipped_in_by_adding_something(self, house: House, adopted: Records) -> None:
        author = house["volunteer"]
        proposed(author)
        author.presses("Add something")
        assert "press “Change it”" in words(author.sends(("other.jpg", JPEG)))
        assert len(all_of(adopted, CaseFile)) == 1

    def test_asked_for_changes_its_author_has_it_back_and_nobody_else(
        self, house: House, adopted: Records
    ) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        take_on(manager)
        manager.presses("Ask for changes")
        manager.says("Please leave the park's name out.")
        manager.presses("Send it")
        assert "Please leave the park's name out." in words(author.card)
        found = post(adopted)
        assert (found.stage, found.owner, found.due_at) == ("draft", None, None)
        author.presses("Change it")
        author.presses("Change: Text")
        author.says("Come to our picnic.")
        consented(author)
        author.presses("Send it")
        assert "Come to our picnic." in words(manager.presses("Open it"))

    def test_declined_its_author_is_told_why(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        take_on(manager)
        manager.presses("Decline it")
        manager.says("We do not name the park.")
        manager.presses("Send it")
        assert "We do not name the park." in words(author.card)
        assert "Why it was declined, 2 March 2026:\nWe do not name the park." in words(
            author.says("my posts")
        )
        assert post(adopted).stage == "closed"
        assert not [row for row in all_of(adopted, Handoff) if row.ended_at is None]

    def test_thrown_away_after_it_was_sent_it_is_withdrawn_and_stays_on_record(
        self, house: House, adopted: Records
    ) -> None:
        author = house["volunteer"]
        proposed(author)
        author.presses("Change it")
        author.presses("Throw it away")
        assert post(adopted).stage == "withdrawn"
        assert all_of(adopted, CaseEntry)


class TestAuthorIsNotApprover:
    """The manager's own goes to someone else, which is put on record."""

    def test_the_managers_own_goes_to_the_chair_where_there_is_no_deputy(
        self, house: House, adopted: Records
    ) -> None:
        manager, chair = house["manager"], house["chair"]
        manager.does("role:staff")
        receipt = proposed(manager)
        assert "Sample chair does instead: the manager is its author" in words(receipt)
        assert noted(adopted, "content:approval:deviates") == 1
        take_on(chair)
        assert "Not as the policy has it" in words(chair.card)
        chair.presses("Approve it")
        assert post(adopted).stage == "approved"
        assert noted(adopted, "content:approval:deviates") == 1

    def test_and_to_the_deputy_where_there_is_one(self, house: House, adopted: Records) -> None:
        appoint(adopted, "web:other", "deputy_manager")
        house["manager"].does("role:staff")
        assert "It has gone to Sample deputy_manager" in words(proposed(house["manager"]))

    def test_she_cannot_approve_it_by_its_button(self, house: House, adopted: Records) -> None:
        house["manager"].does("role:staff")
        proposed(house["manager"])
        assert "not open to you" in words(house["manager"].does(f"case:approve:{post(adopted).id}"))
        assert post(adopted).stage == "received"

    def test_the_chairs_own_goes_to_the_manager_and_deviates_from_nothing(
        self, house: House, adopted: Records
    ) -> None:
        house["chair"].does("role:trustee")
        assert "It has gone to Sample manager" in words(proposed(house["chair"]))
        assert noted(adopted, "content:approval:deviates") == 0


class TestFiles:
    """The picture."""

    def test_a_false_type_a_document_and_60_mb_are_refused_and_the_rest_goes_on(
        self, house: House, adopted: Records
    ) -> None:
        author = house["volunteer"]
        author.says("propose a post")
        author.presses("Propose it")
        author.says(POST)
        assert "is a JPEG picture, and is not" in words(author.sends(("picnic.jpg", EXE)))
        assert "is no picture" in words(author.sends(("picnic.pdf", PDF)))
        large = ("picnic.jpg", AssertionError("was fetched"))
        assert "larger than 20 MB" in words(author.sends(large, size=60 * 1024 * 1024))
        assert all_of(adopted, CaseFile) == []
        assert "Where shall it go?" in words(author.presses("Skip"))


class TestRaces:
    """Two at once."""

    def test_two_approve_at_once_and_it_is_approved_once(self, house: House, adopted: Records) -> None:
        proposed(house["volunteer"])
        manager = house["manager"]
        card = take_on(manager)
        at_once(*[lambda: manager.presses("Approve it", card)] * 2)
        assert noted(adopted, "content:case:approve") == 1
        assert post(adopted).stage == "approved"

    def test_approved_by_the_one_who_passed_it_on_it_is_not(self, house: House, adopted: Records) -> None:
        proposed(house["volunteer"])
        manager, chair = house["manager"], house["chair"]
        card = take_on(manager)
        manager.presses("Pass it on")
        manager.says("I am away.")
        manager.presses("Pass on to Sample chair")
        take_on(chair)
        at_once(lambda: manager.presses("Approve it", card), lambda: chair.presses("Approve it"))
        assert noted(adopted, "content:case:approve") == 1
        assert noted(adopted, "content:approval:deviates") == 1

    def test_submitted_twice_it_is_one(self, house: House, adopted: Records) -> None:
        author = house["volunteer"]
        begin(author)
        adult(author)
        review = author.presses("Nobody else")
        author.presses("Send it", review)
        assert "received" in words(author.presses("Send it", review))
        assert len(all_of(adopted, Handoff)) == 1
        assert len(all_of(adopted, Consent)) == 1

    def test_approved_while_its_author_takes_it_back_it_is_not_online(
        self, house: House, adopted: Records
    ) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        card = take_on(manager)
        mine = f"case:rewrite:{post(adopted).id}"
        at_once(lambda: manager.presses("Approve it", card), lambda: author.does(mine))
        found = post(adopted)
        assert (found.stage, found.owner) == ("draft", None)


class TestTakingDown:
    """A consent that is withdrawn or runs out."""

    def test_withdrawn_the_post_is_to_be_taken_down_by_the_next_working_day(
        self, house: House, adopted: Records
    ) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        online(house)
        author.presses("Report a withdrawn consent")
        said = words(author.presses(PARENT))
        assert "taken down by Tuesday 3 March" in said
        (down,) = downs(adopted)
        assert down.parent == post(adopted).id
        card = words(manager.presses("Open it"))
        assert f"{PARENT} withdrew consent" in card
        assert POST in card
        manager.presses("I'll take it on")
        for shown in (card, words(manager.card)):
            assert "Where it is, or was to go" in shown
            assert ": Facebook page" in shown
            assert "only uploaded with the consent of all those pictured" in shown
            assert "uploaded and approved by the Scheme Manager" in shown
        manager.presses("It is taken down")
        assert "is offline" in author.card.title
        assert downs(adopted)[0].stage == "closed"

    def test_whoever_takes_it_down_can_open_its_picture(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        online(house)
        author.presses("Report a withdrawn consent")
        author.presses(PARENT)
        (document,) = documents(manager.presses("Open it")).values()
        assert file_of(adopted, "web:manager", document.removeprefix("file:")) is not None

    def test_run_out_it_is_opened_once_by_the_clock(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        proposed(house["volunteer"], until="31 March 2026")
        online(house)
        clock.passes(days=29)
        clockwork.look(adopted, default_rules())
        assert not downs(adopted)
        clock.passes(days=1)
        clockwork.look(adopted, default_rules())
        clockwork.look(adopted, default_rules())
        house["manager"].says("my cases")
        card = words(house["manager"].presses(downs(adopted)[0].number))
        assert "has run out" in card
        assert ": Facebook page" in card
        assert "only uploaded with the consent of all those pictured" in card
        (down,) = downs(adopted)
        assert down.due_at == default_rules().calendar.deadline(clock(), 1)
        assert (down.stage, down.raised_by) == ("received", None)

    def test_one_that_was_only_proposed_or_declined_is_not_taken_down(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        proposed(house["volunteer"], until="31 March 2026")
        take_on(house["manager"])
        house["manager"].presses("Decline it")
        house["manager"].says("We do not name the park.")
        house["manager"].presses("Send it")
        clock.passes(days=40)
        clockwork.look(adopted, default_rules())
        assert not downs(adopted)

    def test_one_that_is_approved_and_may_be_online_is(
        self, house: House, adopted: Records, clock: Clock
    ) -> None:
        proposed(house["volunteer"], until="31 March 2026")
        take_on(house["manager"])
        house["manager"].presses("Approve it")
        clock.passes(days=40)
        clockwork.look(adopted, default_rules())
        assert len(downs(adopted)) == 1

    def test_withdrawn_before_it_is_approved_it_cannot_be(self, house: House, adopted: Records) -> None:
        author, manager = house["volunteer"], house["manager"]
        proposed(author)
        card = take_on(manager)
        receipt = next(one for one in author.cards if one.title == "Your post is proposed")
        author.presses("Report a withdrawn consent", receipt)
        author.presses(PARENT)
        assert not downs(adopted)
        assert "A consent was withdrawn" in words(manager.card)
        assert f"{PARENT}: withdrawn" in words(manager.presses("Approve it", card))

    def test_a_withdrawn_consent_does_not_come_back_when_the_post_is_sent_again(self, house: House) -> None:
        author = house["volunteer"]
        proposed(author)
        author.presses("Report a withdrawn consent")
        author.presses(PARENT)
        author.says("my posts")
        author.presses("Change it")
        assert "How was consent given?" in words(author.card)

    def test_nobody_else_can_say_so(self, house: House, adopted: Records) -> None:
        proposed(house["volunteer"])
        (consent,) = all_of(adopted, Consent)
        given = f"{post(adopted).id}:{consent.id}"
        assert "not open to you" in words(house["other"].does(f"case:unconsent:{given}"))
        assert all_of(adopted, Consent)[0].withdrawn_at is None


def test_nobody_but_its_author_and_its_approver_hears_of_it(house: House) -> None:
    proposed(house["volunteer"])
    online(house)
    for name in ("other", "chair", "vice", "lead", "deputy"):
        assert POST not in all_words(house[name])


def test_a_clause_is_quoted_before_a_post_is_begun(house: House) -> None:
    card = house["volunteer"].says("propose a post")
    assert "consent of all those pictured" in str(card.elements)
