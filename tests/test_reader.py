"""Reading a policy: its sections, clauses, ids, dates, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import knowledge
from knowledge.clauses import Policy, fingerprint
from knowledge.reader import MAX_BYTES, PolicyError, parse, read_policy

HERE = Path(knowledge.__file__).parent / "policies"
FILE = HERE / "home-start-herefordshire-ict-and-social-networking.txt"
TITLE = "ICT and Social Networking"


def the_policy() -> Policy:
    return read_policy(FILE, organisation="Home-Start Herefordshire", title=TITLE)


def read(text: str) -> Policy:
    return parse(text, "sample", "A Charity", "A policy")


def ids(policy: Policy) -> list[str]:
    return [clause.id for clause in policy.clauses]


def letters(text: str) -> str:
    """Return a text without white space and without lines that are only drawn."""
    lines = [line for line in text.split("\n") if set(line) - set("-=_*~# \t")]
    return "".join("".join(lines).split())


def put_together(policy: Policy) -> str:
    """Return the parts of a policy in document order: headings, markers, clauses."""
    parts: list[str] = []
    for section in policy.sections:
        parts.append(section.heading)
        parts += [f"{clause.marker} {clause.text}" for clause in section.clauses]
    return "\n".join(parts)


# The policy of Home-Start Herefordshire


def test_the_clauses_of_the_policy_have_the_ids_that_they_are_cited_by() -> None:
    assert ids(the_policy()) == [
        *("statement.p1", "statement.p2"),
        *(f"1.{n}" for n in range(1, 8)),
        *(f"2.{n}" for n in range(1, 12)),
        *(f"3.{n}" for n in range(1, 10)),
        *(f"4.{n}" for n in range(1, 8)),
        *("5.p1", "5.p2", "5.p3", "meta"),
    ]


def test_the_sections_of_the_policy_are_its_headings_in_order() -> None:
    assert [(section.id, section.heading) for section in the_policy().sections] == [
        ("statement", "Policy Statement"),
        ("procedures", "Procedures"),
        ("1", "1. Home-Start Herefordshire's Online Presence"),
        ("2", "2 Telecommunication (including mobile phones), E-mail and the Internet"),
        ("3", "3. Trustees and Staff's Personal Use of Social Networking"),
        ("4", "4. Volunteers' Personal Use of Social Networking"),
        ("5", "5. Previous Links on Social Networks"),
        ("meta", ""),
    ]


@pytest.mark.parametrize(
    ("clause_id", "headings"),
    [
        ("statement.p2", ("Policy Statement",)),
        ("4.3", ("Procedures", "4. Volunteers' Personal Use of Social Networking")),
        ("5.p3", ("Procedures", "5. Previous Links on Social Networks")),
        ("meta", ()),
    ],
)
def test_a_clause_knows_the_path_of_headings_above_it(clause_id: str, headings: tuple[str, ...]) -> None:
    assert the_policy().clause(clause_id).headings == headings


def test_bullets_stay_with_their_lead_in_and_line_breaks_are_kept() -> None:
    clause = the_policy().clause("2.6")
    assert clause.text == (
        "Home-Start will not tolerate the use of the system for any of the following:\n"
        "- sending any message that could constitute bullying or harassment\n"
        " - sending any message with an obscene, indecent, racist or illegal content\n"
        " - personal use (except where such use has been authorised by the employee's manager)\n"
        " - on-line gambling\n"
        " - accessing pornography\n"
        " - downloading music."
    )
    assert clause.marker == "- 2.6"


def test_the_closing_sentence_on_unauthorised_use_is_the_third_paragraph_of_section_5() -> None:
    assert the_policy().clause("5.p3").text.startswith("Any unauthorised use of e-mail or the Internet")


def test_the_sign_off_block_gives_the_dates_of_adoption_and_review() -> None:
    policy = the_policy()
    assert policy.clause("meta").text.split("\n\n") == [
        "Signature of Chair:",
        "Date policy adopted: November 2013",
        "Date policy to be reviewed: November 2019",
    ]
    assert (policy.adopted, policy.review_due) == (date(2013, 11, 1), date(2019, 11, 1))


def test_every_word_of_the_policy_is_in_a_heading_a_marker_or_a_clause() -> None:
    assert letters(put_together(the_policy())) == letters(FILE.read_text(encoding="utf-8"))


def test_every_clause_of_the_policy_stands_in_it_letter_by_letter() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert [clause.id for clause in the_policy().clauses if clause.text not in text] == []


def test_the_slug_is_the_name_of_the_file_and_the_version_is_the_hash_of_its_text() -> None:
    policy = the_policy()
    assert (policy.slug, policy.title) == (FILE.stem, TITLE)
    assert policy.version == fingerprint(FILE.read_text(encoding="utf-8"))


# Other documents


def test_an_unnumbered_document_gets_ids_from_its_headings() -> None:
    policy = read(
        "Volunteers\n\nNever post photos.\n\nAsk first.\n\nStaff and Trustees\n\nKeep work private.\n"
    )
    assert ids(policy) == ["volunteers.p1", "volunteers.p2", "staff-trustees.p1"]


def test_a_document_without_headings_is_read_paragraph_by_paragraph() -> None:
    policy = read("Photos are shared with\n24 hours of notice.\n\nNothing else is shared.")
    assert [(c.id, c.text, c.headings) for c in policy.clauses] == [
        ("top.p1", "Photos are shared with\n24 hours of notice.", ()),
        ("top.p2", "Nothing else is shared.", ()),
    ]


def test_two_headings_with_one_name_get_ids_apart() -> None:
    policy = read("Scope\n\nAll staff are bound.\n\nRules\n\nBe kind.\n\nScope\n\nAll trustees are bound.")
    assert ids(policy) == ["scope.p1", "rules.p1", "scope#2.p1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.1 Staff must ask.\n1.2 Staff must wait.", ["1.1", "1.2"]),
        ("- 1.1 Staff must ask.\n- 1.2 Staff must wait.", ["1.1", "1.2"]),
        ("1. Rules\n1.1 Staff\n1.1.1 Staff must ask.\n1.1.2 Staff must wait.", ["1.1.1", "1.1.2"]),
        ("1. Staff must ask.\n2. Staff must wait.", ["1", "2"]),
        ("1) Staff must ask.\n2) Staff must wait.", ["1", "2"]),
        ("1.Staff must ask.\n2.Staff must wait.", ["1", "2"]),
        ("2.1 Staff must ask.\n(a) They must ask at once.\n(b) They must wait.", ["2.1", "2.1(a)", "2.1(b)"]),
        ("Rules\na. Staff must ask.\nb. Staff must wait.", ["rules(a)", "rules(b)"]),
        ("Section 1: Rules\n1. Staff must ask.\nSection 2\n1. Staff must wait.", ["1.1", "2.1"]),
        ("1 Rules\n\nStaff must ask.\n\n2 Waiting\n\nStaff must wait.", ["1.p1", "2.p1"]),
        ("Staff\n1. Ask first.\nTrustees\n1. Wait for it.", ["staff.1", "trustees.1"]),
        ("1.1 Staff must ask.\n1.1 Staff must wait.", ["1.1", "1.1#2"]),
        ("1. Rules\n1.1 Staff must ask.\n2.1 Staff must wait.", ["1.1", "2.1"]),
        ("Appendix A\nContacts\n\nThe office is open.", ["contacts.p1"]),
    ],
)
def test_printed_numbers_of_many_styles_become_ids(text: str, expected: list[str]) -> None:
    assert ids(read(text)) == expected


@pytest.mark.parametrize("bullet", ["-", "*", "•", "–", "\uf0b7"])  # noqa: RUF001  # dashes are bullets too
def test_bullets_of_any_kind_stay_with_their_lead_in(bullet: str) -> None:
    policy = read(f"1.1 Staff must not:\n{bullet} lend money\n\n  {bullet} give lifts\n1.2 Staff may ask.")
    assert [clause.text for clause in policy.clauses] == [
        f"Staff must not:\n{bullet} lend money\n\n  {bullet} give lifts",
        "Staff may ask.",
    ]


def test_a_lettered_list_stays_with_the_lead_in_that_gives_it_its_meaning() -> None:
    policy = read(
        "1. Staff must not:\n(a) drive families, with\n  (i) parents or\n(b) lend money.\n2. Ask first."
    )
    assert ids(policy) == ["1", "2"]
    assert policy.clause("1").text.endswith("(b) lend money.")


def test_a_numbered_list_under_a_paragraph_that_introduces_it_is_not_torn_from_it() -> None:
    assert ids(read("Volunteers must not:\n\n1. add families\n\n2. post photos")) == ["top.p1"]


def test_a_heading_with_only_headings_under_it_is_kept_in_the_path() -> None:
    policy = read("Part 1\n1. Scope\n1.1 All are bound.\nPart 2\n2. Rules\n2.1 Be kind.")
    assert policy.clause("2.1").headings == ("Part 2", "2. Rules")
    assert [section.id for section in policy.sections] == ["part-1", "1", "part-2", "2"]


def test_headings_without_blank_lines_around_them_are_found() -> None:
    policy = read(
        "SOCIAL MEDIA\n============\n1. Purpose\nThis policy protects families.\n2. Rules\n2.1 Ask first."
    )
    assert [section.heading for section in policy.sections] == ["SOCIAL MEDIA", "1. Purpose", "2. Rules"]
    assert policy.clause("2.1").headings == ("SOCIAL MEDIA", "2. Rules")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Date policy adopted: November 2013", date(2013, 11, 1)),
        ("Adopted on: 12th of May 2020", date(2020, 5, 12)),
        ("Date approved: May 12, 2020", date(2020, 5, 12)),
        ("Approved by trustees on: 12/05/2020", date(2020, 5, 12)),
        ("Date of adoption: 2020-05-12", date(2020, 5, 12)),
        ("Date adopted\n\nSept. 2020", None),
        ("Date adopted:\n\nSept. 2020", date(2020, 9, 1)),
        ("Date last reviewed: May 2020", None),
        ("Date adopted: 2020", None),
    ],
)
def test_dates_of_adoption_are_read_as_they_are_written_in_britain(line: str, expected: date | None) -> None:
    assert read(f"Ask first, then post.\n\n{line}").adopted == expected


@pytest.mark.parametrize("last", ["Last reviewed: May 2018", "Last review date: May 2018"])
def test_the_last_review_is_not_taken_for_the_next(last: str) -> None:
    assert read(f"Ask first.\n\n{last}\nNext review: June 2020").review_due == date(2020, 6, 1)


def test_a_label_without_a_colon_is_of_the_sign_off_block_where_a_date_ends_its_line() -> None:
    assert read("Ask first.\n\nReview date May 2022").review_due == date(2022, 5, 1)


@pytest.mark.parametrize(
    "text", ["1 November is a holiday.", "24 hours is the limit.", "9.30 am is the start."]
)
def test_dates_amounts_and_times_are_no_clause_numbers(text: str) -> None:
    assert ids(read(text)) == ["top.p1"]


def test_a_number_that_starts_a_line_by_chance_is_no_clause_number() -> None:
    assert ids(read("Staff must follow clause\n2.5 of the handbook and\n3 other rules.")) == ["top.p1"]


def test_a_sign_off_block_in_front_of_the_policy_gives_the_dates_too() -> None:
    policy = read("Phones\nDate adopted: 1 May 2020\nReview date: May 2022\n\n1. Ask first.\n2. Wait.")
    assert (policy.adopted, policy.review_due) == (date(2020, 5, 1), date(2022, 5, 1))
    assert ids(policy) == ["meta", "1", "2"]


# What is refused, and what is mended


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("none.txt", None, "no such file"),
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t\n", "empty"),
        ("bom.txt", b"\xef\xbb\xbf\n", "empty"),
        ("heading.txt", b"Policy", ""),
        ("rules.txt", b"-----\n=====\n", "no clauses"),
        ("signed.txt", b"Signature of Chair:\n", "no clauses"),
        ("zip.txt", b"PK\x03\x04\x00\x00\x00rest", "U\\+0003"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\x00\xff", "UTF-8"),
        ("polish.txt", "Łódź".encode("cp1250"), "UTF-8"),
        ("override.txt", "Staff may \u202enot\u202c post.".encode(), "line 1 holds U\\+202E"),
        ("tags.txt", "Fine.\n\nHi \U000e0041.".encode(), "line 3 holds U\\+E0041"),
        ("policy.docx", b"PK", "only .txt"),
        ("big.txt", b"a " * (MAX_BYTES // 2 + 1), "more than 2,000,000"),
        ("date.txt", b"Ask first.\n\nDate adopted: 31 February 2019", "31 February 2019"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, name: str, data: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    if not says:
        assert ids(read_policy(path, organisation="A", title="B")) == ["top.p1"]
        return
    with pytest.raises(PolicyError, match=says) as raised:
        read_policy(path, organisation="A", title="B")
    assert str(path) in str(raised.value)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(PolicyError, match="cannot be read"):
        read_policy(folder, organisation="A", title="B")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_saved_by_windows_is_read_in_its_own_encoding(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "windows.txt"
    path.write_bytes("1.1 Don\u2019t post \u2013 ask.\r\n1.2 It costs £5.\r\n".encode(codec))
    policy = read_policy(path, organisation="A", title="B")
    assert [clause.text for clause in policy.clauses] == ["Don\u2019t post \u2013 ask.", "It costs £5."]


def test_invisible_characters_do_not_keep_words_from_being_found() -> None:
    assert read("Never sh\u00adare pass\u200bwords.\u200e").clauses[0].text == "Never share passwords."


# Any document

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
marks = st.sampled_from(
    [
        "",
        "1. ",
        "1.1 ",
        "- 1.2 ",
        "2) ",
        "(a) ",
        "b. ",
        "(i) ",
        "- ",
        "• ",
        "Section 2: ",
        "3 ",
        "Date adopted: ",
    ]
)
line_of_words = st.tuples(
    st.sampled_from(["", "", "  ", "\t"]),
    marks,
    st.lists(st.one_of(words, st.sampled_from(["Staff", "must", "not", "post", "May 2020"])), max_size=9),
    st.sampled_from(["", ".", ":", ";"]),
).map(lambda parts: f"{parts[0]}{parts[1]}{' '.join(parts[2])}{parts[3]}")
documents = st.lists(st.one_of(line_of_words, st.just("")), min_size=1, max_size=25).map("\n".join)


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(st.one_of(documents, st.text(max_size=200)))
def test_no_word_of_any_document_falls_through(text: str) -> None:
    try:
        policy = read(text)
    except PolicyError:
        return
    even = "\n".join(text.splitlines())
    for unseen in "\u00ad\u200b\u200e\u200f\u2060\u061c\ufeff":
        even = even.replace(unseen, "")
    assert letters(put_together(policy)) == letters(even)
    assert all(clause.text in even for clause in policy.clauses)
    assert all(clause.text.strip() == clause.text for clause in policy.clauses)
    assert len(set(ids(policy))) == len(policy.clauses)
    assert len({section.id for section in policy.sections}) == len(policy.sections)


sentences = st.lists(
    st.sampled_from(["volunteers", "never", "post", "a", "photo", "online"]), min_size=4
).map(lambda chosen: f"Then {' '.join(chosen)}.")


@settings(deadline=None)  # how fast an example runs depends on the machine
@given(
    st.lists(st.lists(sentences, min_size=1, max_size=4), min_size=1, max_size=12),
    st.sampled_from(["", "- "]),
)
def test_a_document_of_numbered_sections_is_read_as_it_was_written(
    chapters: list[list[str]], dash: str
) -> None:
    text, expected = "", {}
    for number, clauses in enumerate(chapters, 1):
        text += f"\n{number}. Chapter of Photos\n\n"
        for place, sentence in enumerate(clauses, 1):
            text += f"{dash}{number}.{place} {sentence}\n"
            expected[f"{number}.{place}"] = (sentence, (f"{number}. Chapter of Photos",))
    assert {clause.id: (clause.text, clause.headings) for clause in read(text).clauses} == expected
