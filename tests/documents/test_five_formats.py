"""One document in five formats reads to the same clauses; nothing is lost and nothing is there twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.clauses import Clause, Policy, fingerprint
from knowledge.documents.reading import read_bytes
from knowledge.reader import parse
from tests.documents.written import FORMATS, Part, Parts

SUBJECTS = ("Staff", "Volunteers", "Trustees", "The manager", "Everyone")
ACTS = (
    "must ask the manager before a visit",
    "must not lend money to a family that is supported",
    "may claim the fare for journeys that were agreed beforehand",
    "keep records for 6 years and then destroy them",
    "do not add families as friends, neither online nor by telephone, while support is given",
)
TITLES = ("Visits", "Money and gifts", "Lone working", "Records", "Expenses", "Online friends")

sentences = st.builds("{} {}.".format, st.sampled_from(SUBJECTS), st.sampled_from(ACTS))
paragraphs = st.lists(sentences, min_size=1, max_size=4).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> Parts:
    """Return a numbered document: headings, clauses with bullets and letters, headings within headings."""
    parts = [Part("title", "Working with families")]
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=4, unique=True))
    for section, title in enumerate(titles, 1):
        parts.append(Part("heading", title, (section,)))
        if draw(st.booleans()):
            parts.append(Part("text", draw(paragraphs)))
        for clause in range(1, draw(st.integers(1, 4)) + 1):
            parts += draw(clauses((section, clause)))
    return parts


@st.composite
def clauses(draw: st.DrawFn, number: tuple[int, ...]) -> Parts:
    """Return a clause: alone, with bullets, with letters, or a heading with clauses below it."""
    kind = draw(st.sampled_from(("alone", "bullets", "letters", "deeper")))
    if kind == "alone":
        return [Part("number", draw(paragraphs), number)]
    if kind == "deeper":
        below = [
            Part("number", draw(paragraphs), (*number, at)) for at in range(1, draw(st.integers(1, 3)) + 1)
        ]
        return [Part("heading", draw(st.sampled_from(TITLES)), number), *below]
    lead = Part("number", "Staff must not do any of these:", number)
    many = draw(st.lists(st.sampled_from(ACTS), min_size=2, max_size=4))
    if kind == "bullets":
        return [lead, *(Part("bullet", act) for act in many)]
    return [lead, *(Part("letter", f"they {act}", (at,)) for at, act in enumerate(many, 1))]


def policy_of(data: bytes, ending: str) -> Policy:
    """Return the policy that a file says, read as a user's is."""
    return parse(read_bytes(data, ending).written.text, "sample", "A Charity", "A policy")


def said(clause: Clause) -> tuple[str, str, tuple[str, ...]]:
    """Return what must be the same in every format."""
    return clause.id, clause.hash, clause.headings


@given(parts=documents())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_document_in_five_formats_reads_to_the_same_clauses(parts: Parts) -> None:
    read = {ending: policy_of(write(parts), ending) for ending, write in FORMATS.items()}
    marked = [said(clause) for clause in read[".md"].clauses]
    for ending in (".html", ".docx", ".pdf"):
        assert [said(clause) for clause in read[ending].clauses] == marked, ending
        assert read[ending].version == read[".md"].version, ending
    # Plain text does not show which of its headings is the title: only the path differs.
    assert [said(clause)[:2] for clause in read[".txt"].clauses] == [each[:2] for each in marked]


@given(parts=documents(), ending=st.sampled_from(sorted(FORMATS)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_and_nothing_is_there_twice(parts: Parts, ending: str) -> None:
    policy = policy_of(FORMATS[ending](parts), ending)
    found = " ".join(
        f"{section.heading} {' '.join(f'{clause.marker} {clause.text}' for clause in section.clauses)}"
        for section in policy.sections
    )
    assert words(found) == [word for part in parts for word in words(shown(part))]


def shown(part: Part) -> str:
    """Return a part with the number that a reader sees."""
    if part.kind == "letter":
        return f"({chr(96 + part.number[0])}) {part.text}"
    return f"{part.printed} {part.text}" if part.number else part.text


def words(text: str) -> list[str]:
    """Return a text's words without the bullets."""
    return [word for word in text.split() if word != "-"]


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_a_document_is_cited_by_the_numbers_that_a_reader_sees(ending: str) -> None:
    parts = [
        Part("title", "Working with families"),
        Part("heading", "Visits", (1,)),
        Part("number", "Staff must ask first.", (1, 1)),
        Part("heading", "Money", (2,)),
        Part("number", "Staff must not do any of these:", (2, 1)),
        Part("letter", "they lend money;", (1,)),
        Part("letter", "they take gifts.", (2,)),
        Part("number", "Staff may claim fares.", (2, 2)),
    ]
    policy = policy_of(FORMATS[ending](parts), ending)
    assert [clause.id for clause in policy.clauses] == ["1.1", "2.1", "2.2"]
    assert fingerprint(policy.clause("2.1").text) == fingerprint(
        "Staff must not do any of these: (a) they lend money; (b) they take gifts."
    )
