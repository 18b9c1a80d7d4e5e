"""Norms: what each clause makes of whom, from its grammar, and how corrections change it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from knowledge.clauses import Clause, Policy, Section
from knowledge.norms import CorrectionError, Norm, corrected, describe, misquoted, norms_of
from knowledge.reader import PolicyError, parse, read_policy

HERE = Path(knowledge.__file__).parent / "policies"
POLICY = read_policy(
    HERE / "home-start-herefordshire-ict-and-social-networking.txt",
    organisation="Home-Start Herefordshire",
    title="ICT and Social Networking",
)
NORMS = norms_of(POLICY)

# What a careful reader takes from each clause of the policy: modality and bearers, one pair for each norm.
READ_BY_A_PERSON = {
    "statement.p1": [("state", "organisation")],
    "statement.p2": [("permit", "everyone"), ("state", "everyone")],
    "1.1": [("oblige", "trustee")],
    "1.2": [("oblige", "manager")],
    "1.3": [("oblige", "trustee")],
    "1.4": [("forbid", "organisation")],
    "1.5": [("oblige", "chair")],
    "1.6": [("oblige", "organisation")],
    "1.7": [("oblige", "organisation")],
    "2.1": [("permit", "everyone")],
    "2.2": [("oblige", "staff")],
    "2.3": [("forbid", "everyone")],
    "2.4": [("forbid", "everyone")],
    "2.5": [("oblige", "staff")],
    "2.6": [("forbid", "everyone")] * 6,
    "2.7": [("permit", "organisation")],
    "2.8": [("permit", "staff")],
    "2.9": [("forbid", "everyone"), ("oblige", "everyone"), ("oblige", "everyone")],
    "2.10": [("oblige", "everyone")],
    "2.11": [("oblige", "staff"), ("permit", "staff")],
    "3.1": [("forbid", "trustee staff")],
    "3.2": [("permit", "trustee staff")],
    "3.3": [("forbid", "staff")],
    "3.4": [("forbid", "trustee staff")],
    "3.5": [("forbid", "staff")],
    "3.6": [("forbid", "staff trustee")],
    "3.7": [("state", "trustee staff")],
    "3.8": [("forbid", "trustee staff"), ("permit", "trustee staff")],
    "3.9": [("state", "trustee staff")],
    "4.1": [("forbid", "volunteer")],
    "4.2": [("permit", "volunteer")],
    "4.3": [("forbid", "volunteer")],
    "4.4": [("permit", "volunteer family"), ("state", "volunteer family")],
    "4.5": [("forbid", "volunteer"), ("permit", "volunteer")],
    "4.6": [("state", "volunteer")],
    "4.7": [("state", "volunteer")],
    "5.p1": [("state", "organisation"), ("state", "organisation"), ("state", "organisation")],
    "5.p2": [("permit", "staff volunteer family"), ("forbid", "staff volunteer family")],
    "5.p3": [("state", "everyone")],
    "meta": [],
}


def norms_of_text(text: str, heading: str = "") -> tuple[Norm, ...]:
    """Return the norms of one clause, read as a policy of its own."""
    clause = Clause("1", text, (heading,) if heading else ())
    section = Section("1", heading, (clause,))
    return norms_of(Policy("sample", "Home-Start Herefordshire", "A policy", "0", (section,), None, None))


def norm(norm_id: str) -> Norm:
    return next(one for one in NORMS if one.id == norm_id)


# The policy of Home-Start Herefordshire


def test_the_table_covers_every_clause_of_the_policy() -> None:
    assert list(READ_BY_A_PERSON) == [clause.id for clause in POLICY.clauses]


@pytest.mark.parametrize("clause_id", READ_BY_A_PERSON)
def test_each_clause_is_read_as_a_person_reads_it(clause_id: str) -> None:
    found = [(one.modality, " ".join(one.bearers)) for one in NORMS if one.clause == clause_id]
    assert found == READ_BY_A_PERSON[clause_id]


def test_norms_are_numbered_within_their_clause() -> None:
    assert [one.id for one in NORMS if one.clause in ("2.6", "4.5")] == [
        *(f"2.6/{n}" for n in range(1, 7)),
        "4.5/1",
        "4.5/2",
    ]


def test_every_phrase_of_every_norm_stands_in_its_clause_letter_by_letter() -> None:
    assert misquoted(POLICY, NORMS) == ()


def test_a_prohibition_knows_its_act_its_target_and_when_it_holds() -> None:
    assert norm("4.3/1") == Norm(
        id="4.3/1",
        clause="4.3",
        bearers=("volunteer",),
        modality="forbid",
        act="add any Home-Start supported family as a facebook/social network friend",
        targets=("family",),
        conditions=("during the period of their support by the scheme",),
        bearer_words="Volunteers",
        modality_words="do not",
    )


def test_only_the_bullet_that_has_an_exception_gets_it() -> None:
    assert [one.exceptions for one in NORMS if one.clause == "2.6"] == [
        (),
        (),
        ("except where such use has been authorised by the employee's manager",),
        *[()] * 3,
    ]
    assert norm("2.6/3").act == "personal use"


@pytest.mark.parametrize(
    ("norm_id", "field", "expected"),
    [
        (
            "1.4/1",
            "exceptions",
            ("with the consent of all those pictured, (by parent/carer if it is a child)",),
        ),
        ("2.3/1", "exceptions", ("to those employees/trustees/volunteers for whom they are relevant",)),
        ("2.3/1", "targets", ("staff", "trustee", "volunteer")),
        ("2.4/1", "conditions", ("where this is more appropriate",)),
        ("2.5/1", "conditions", ("If the message is confidential",)),
        ("2.8/1", "act", "access to their e-mails"),
        ("2.9/3", "conditions", ("If necessary",)),
        ("2.11/1", "targets", ("manager",)),
        ("3.1/1", "targets", ("staff", "volunteer", "family")),
        (
            "3.1/1",
            "act",
            "breach the confidentiality or dignity of colleagues, volunteers or Home-Start families",
        ),
        ("3.2/1", "weighed_with", ("within the boundaries of confidentiality and respect as above",)),
        ("3.3/1", "conditions", ("during work hours",)),
        ("3.5/1", "targets", ("volunteer",)),
        ("3.6/1", "targets", ("family",)),
        ("3.8/2", "act", "link to and /or endorse official Home-Start sites"),
        ("4.2/1", "weighed_with", ("within the boundaries of confidentiality and respect as above",)),
        ("4.4/1", "conditions", ("Once support to a family has ended",)),
        ("4.5/2", "conditions", ("as approved and encouraged by Home-Start UK and the scheme",)),
        ("5.p2/2", "modality_words", "should not at any time"),
        ("5.p3/1", "bearer_words", ""),
    ],
)
def test_what_limits_a_norm_is_found(norm_id: str, field: str, expected: object) -> None:
    assert getattr(norm(norm_id), field) == expected


# Sentences of other policies


@pytest.mark.parametrize(
    ("text", "expected", "heading"),
    [
        ("Volunteers must not give out their home address.", ["forbid volunteer"], ""),
        ("No volunteer may transport a child without written consent.", ["forbid volunteer"], ""),
        ("Only the Scheme Manager may speak to the press.", ["forbid everyone"], ""),
        ("Staff are not permitted to accept gifts worth more than £10.", ["forbid staff"], ""),
        ("Gifts of cash are never acceptable.", ["forbid everyone"], ""),
        ("Mileage may be claimed at 45p per mile.", ["permit volunteer"], "Expenses for volunteers"),
        ("Claims must be submitted within three months.", ["oblige volunteer"], "Expenses for volunteers"),
        ("You should tell your coordinator if you are going to be late.", ["oblige everyone"], ""),
        ("Please ask before you post.", ["oblige everyone"], ""),
        ("Do not leave confidential papers in your car.", ["forbid everyone"], ""),
        ("Don't share passwords, and never write them down.", ["forbid everyone"], ""),
        ("Under no circumstances should volunteers be alone with a child.", ["forbid volunteer"], ""),
        (
            "It is the responsibility of the Chair to report serious incidents to the Charity Commission.",
            ["oblige chair"],
            "",
        ),
        ("We expect trustees to declare any conflict of interest.", ["oblige trustee"], ""),
        ("We encourage volunteers to attend training.", ["permit volunteer"], ""),
        ("The charity will reimburse reasonable expenses.", ["oblige organisation"], ""),
        ("Staff who use their own phones for work should set a PIN.", ["oblige staff"], ""),
        ("Trustees may only be reimbursed for travel if receipts are provided.", ["forbid trustee"], ""),
        ("Personal mobile phones should be switched off during visits.", ["oblige everyone"], ""),
        (
            "If a child discloses abuse, the volunteer must report it to the safeguarding lead immediately.",
            ["oblige volunteer"],
            "",
        ),
        ("Anyone who breaches this policy may be dismissed.", ["state everyone"], ""),
        ("Failure to comply may result in disciplinary action.", ["state everyone"], ""),
        ("Any breach must be reported to the manager within 24 hours.", ["oblige everyone"], ""),
        ("This policy applies to all staff, volunteers and trustees.", ["state everyone"], ""),
        ("This policy does not apply to agency workers.", ["state everyone"], ""),
        ("Volunteers do not have to give a reason for refusing a match.", ["state volunteer"], ""),
        ("Volunteers are entitled to supervision every six weeks.", ["permit volunteer"], ""),
        ("All staff receive a copy of this policy.", ["state staff"], ""),
        ("The Board of Trustees reviews this policy every two years.", ["oblige trustee"], ""),
        ("The manager approves all leave requests.", ["oblige manager"], ""),
        ("Volunteers wear their badge on every visit.", ["oblige volunteer"], ""),
        ("Leave requests are approved by the line manager.", ["oblige manager"], ""),
        ("Records are kept for six years.", ["oblige everyone"], ""),
        ("Records are not kept longer than six years.", ["forbid everyone"], ""),
        ("Employees must ensure that visitors are not left unattended.", ["forbid staff"], ""),
        ("Make sure that doors are locked.", ["oblige everyone"], ""),
        ("Smoking is prohibited on the premises.", ["forbid everyone"], ""),
        ("Alcohol must not be consumed unless the manager has agreed.", ["forbid everyone"], ""),
        ("Staff can work from home with the agreement of their manager.", ["permit staff"], ""),
        ("Subject to the manager's approval, staff may work from home.", ["permit staff"], ""),
        ("Parents may ask to see their own records at any time.", ["permit family"], ""),
        ("Volunteers are asked not to drop in unannounced.", ["forbid volunteer"], ""),
        ("Staff should avoid discussing families in public places.", ["forbid staff"], ""),
        (
            "Staff must report accidents and must not move the injured person.",
            ["oblige staff", "forbid staff"],
            "",
        ),
        (
            "Volunteers may give small gifts, but they should not accept any.",
            ["permit volunteer", "forbid volunteer"],
            "",
        ),
        ("A trustee cannot be paid for their role.", ["forbid trustee"], ""),
        ("Safeguarding is everyone's responsibility.", ["state everyone"], ""),
        ("The safeguarding lead is the Scheme Manager.", ["state everyone"], ""),
        ("Staff are reminded that emails may be disclosed.", ["state staff"], ""),
        ("Users shall not install software unless authorised.", ["forbid everyone"], ""),
        ("Home visits should not take place after 6pm.", ["forbid everyone"], ""),
        (
            "Volunteers need to complete the preparation course before they are matched.",
            ["oblige volunteer"],
            "",
        ),
        ("It is not acceptable to swear at colleagues.", ["forbid everyone"], ""),
        ("Families have the right to complain.", ["permit family"], ""),
        ("The trust reserves the right to inspect lockers.", ["permit organisation"], ""),
        ("Staff need not attend if they are on leave.", ["state staff"], ""),
        ("Sharing of photographs without consent is a breach of this policy.", ["state everyone"], ""),
        ("Photographs of families who have left may be used in reports.", ["permit everyone"], ""),
        ("Volunteers must not:\n- lend money\n- borrow money", ["forbid volunteer", "forbid volunteer"], ""),
        (
            "Staff may:\n(a) use email for short messages;\n(b) browse the web during breaks.",
            ["permit staff", "permit staff"],
            "",
        ),
        ("The following are not allowed:\n- smoking\n- gambling", ["forbid everyone", "forbid everyone"], ""),
        (
            "Trustees should:\n- read papers beforehand\n- not speak to the press",
            ["oblige trustee", "forbid trustee"],
            "",
        ),
        ("This policy covers:\n- phones\n- email", ["state everyone", "state everyone"], ""),
    ],
)
def test_sentences_of_other_policies_are_read(text: str, expected: list[str], heading: str) -> None:
    assert [f"{one.modality} {' '.join(one.bearers)}" for one in norms_of_text(text, heading)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Staff report any concern that may arise.",
        "Anyone who breaks this rule may be asked to leave.",
        "Misuse of the system can lead to dismissal.",
        "Trustees know that volunteers can be shy.",
        "The policy was adopted in May 2013.",
        "Employees who feel unwell should say so, so that they can rest.",
        "Nobody may post photographs.",
        "Volunteers may not, under any pressure, lend money.",
    ],
)
def test_no_permission_is_read_where_none_is_given(text: str) -> None:
    assert "permit" not in {one.modality for one in norms_of_text(text)}


def test_who_does_what_is_done_bears_the_norm() -> None:
    (one,) = norms_of_text("Volunteers are supervised by staff.")
    assert (one.modality, one.bearers, one.targets) == ("oblige", ("staff",), ("volunteer",))


def test_a_rule_without_a_subject_does_not_bind_the_organisation_named_before() -> None:
    texts = norms_of_text("Home-Start may monitor e-mail. Personal use must be kept short.")
    assert [one.bearers for one in texts] == [("organisation",), ("everyone",)]


def test_an_aside_that_only_refers_elsewhere_is_no_norm() -> None:
    assert len(norms_of_text("Staff must follow the Act. (See Data Protection Policy)")) == 1


def test_the_sign_off_block_has_no_norms() -> None:
    policy = parse(
        "Staff must ask.\n\nSigned by: the Chair of Trustees\nDate adopted: May 2020", "s", "A", "B"
    )
    assert {one.clause for one in norms_of(policy)} == {"top.p1"}


# Any text

pieces = st.sampled_from(
    [
        "Volunteers", "staff and trustees", "Home-Start", "the manager", "They", "it", "families", "must",
        "must not", "may", "should only be", "do not", "ensure that they do not", "are encouraged to",
        "are", "used", "share", "photographs", "by the Chair", "during visits", "unless agreed",
        "(except where asked)", "if", "where", ",", ".", ";", "but", "and", "that", "who", ":", "\n- ",
        "\n(a) ", "\n\n", "\n", "  ", "(", ")", "'s", "Only", "No", "Once", "If", "to",
        "within the limits of", "Except", "by", "under no circumstances may", "ask",
        "is the responsibility of",
    ]
)  # fmt: skip
texts = st.one_of(st.lists(pieces, max_size=25).map(" ".join), st.text(max_size=120))


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(texts, st.sampled_from(["A Charity", "Home-Start Herefordshire", "", "+(", "É 1"]))
def test_every_phrase_read_from_any_text_stands_in_it(text: str, organisation: str) -> None:
    try:
        policy = parse(text, "sample", organisation, "A policy")
    except PolicyError:
        return
    norms = norms_of(policy)
    assert misquoted(policy, norms) == ()
    assert len({one.id for one in norms}) == len(norms)
    assert all(one.bearers and one.act and describe(one) for one in norms)


# Corrections


def test_a_correction_replaces_fields_and_leaves_the_rest() -> None:
    norms = corrected(NORMS, {"1.4/1": {"bearers": ["everyone"], "conditions": ["if it is a child"]}})
    changed = next(one for one in norms if one.id == "1.4/1")
    assert (changed.bearers, changed.conditions) == (("everyone",), ("if it is a child",))
    assert changed.act == norm("1.4/1").act
    assert [one for one in norms if one.id != "1.4/1"] == [one for one in NORMS if one.id != "1.4/1"]


def test_a_corrected_modality_no_longer_rests_on_the_words_of_the_old_one() -> None:
    norms = corrected(
        NORMS, {"1.7/1": {"modality": "state"}, "1.6/1": {"modality": "state", "modality_words": "is"}}
    )
    words = {one.id: one.modality_words for one in norms}
    assert (words["1.7/1"], words["1.6/1"]) == ("", "is")


@pytest.mark.parametrize(
    ("corrections", "says"),
    [
        ({"4.5/9": {"act": "x"}}, r"'4.5/9': no such norm. Use one like 4.5/1, 4.5/2"),
        ({"9.9/1": {"act": "x"}}, "no such norm"),
        ({"4.5/2": {"colour": "red"}}, "no field 'colour'"),
        ({"4.5/2": {"id": "4.5/3"}}, "no field 'id'"),
        ({"4.5/2": {"modality": "allow"}}, "forbid, permit, oblige, state"),
        ({"4.5/2": {"modality": []}}, "forbid, permit, oblige, state"),
        ({"4.5/2": {"bearers": "volunteer"}}, "a list of"),
        ({"4.5/2": {"bearers": []}}, "a list of"),
        ({"4.5/2": {"targets": ["friends"]}}, "a list of"),
        ({"4.5/2": {"conditions": [1]}}, "a list of"),
        ({"4.5/2": {"act": 1}}, "as a text"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(
    corrections: dict[str, dict[str, object]], says: str
) -> None:
    with pytest.raises(CorrectionError, match=says):
        corrected(NORMS, corrections)


def test_corrected_words_that_do_not_stand_in_the_clause_are_told() -> None:
    changes = {"act": "add a family", "bearer_words": "Helpers", "exceptions": ["during the period"]}
    told = misquoted(POLICY, corrected(NORMS, {"4.3/1": changes}))
    assert len(told) == 2
    assert "4.3/1" in told[0]
    assert "Helpers" in told[0]
    assert "add a family" in told[1]


# Showing


def test_a_norm_is_shown_with_all_that_it_says() -> None:
    assert describe(norm("4.3/1")).splitlines() == [
        "4.3/1 forbids volunteer: add any Home-Start supported family as a facebook/social network friend",
        "  towards: family",
        "  when: during the period of their support by the scheme",
        "  rests on: “Volunteers” and “do not”",
    ]


def test_a_norm_shows_its_exception_and_what_it_is_weighed_with() -> None:
    assert "  except: except where such use" in describe(norm("2.6/3"))
    assert "  weighed with: within the boundaries" in describe(norm("3.2/1"))
