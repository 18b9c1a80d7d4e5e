"""How charities, councils and schools lay their documents out, and what is read of it all the same."""

from datetime import date

import pytest

from knowledge.clauses import Policy
from knowledge.documents.reading import read_bytes
from knowledge.doubts import doubts
from knowledge.reader import parse
from knowledge.standing import standing, title_of
from tests.documents.written import compiled, package, run


def policy(text: str | bytes, ending: str) -> Policy:
    """Return what was understood of a document."""
    data = text.encode() if isinstance(text, str) else text
    return parse(read_bytes(data, ending).written.text, "sample", "A Charity", "A policy")


def ids(text: str | bytes, ending: str) -> list[str]:
    return [clause.id for clause in policy(text, ending).clauses]


def texts(text: str | bytes, ending: str) -> list[str]:
    return [" ".join(clause.text.split()) for clause in policy(text, ending).clauses]


def headings(text: str | bytes, ending: str) -> list[str]:
    return [section.heading for section in policy(text, ending).sections if section.heading]


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{run(text, properties)}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    shown = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows
    )
    return f"<w:tbl>{shown}</w:tbl>"


# PDF


def test_a_row_of_a_pdfs_table_is_whole_where_its_cells_go_over_several_lines() -> None:
    made = compiled(
        "#text(size: 16pt)[A]\n\nFollow these steps.\n\n#table(columns: (2cm, 5cm, 4cm), "
        "[*Step*], [*What to do*], "
        "[*Who*], [1], [Do not reply. Take a screen shot that shows the date and the time.], "
        "[The member of staff], "
        "[2], [Tell the safeguarding lead on the same day.], [The member of staff, or whoever saw it first])"
    )
    assert texts(made, ".pdf") == [
        "Follow these steps.",
        "Step | What to do | Who",
        "1 | Do not reply. Take a screen shot that shows the date and the time. | The member of staff",
        "2 | Tell the safeguarding lead on the same day. | The member of staff, or whoever saw it first",
    ]


def test_numbers_that_hang_before_their_text_are_no_cells() -> None:
    hung = "#grid(columns: (1.5cm, 1fr), [{}], [{}])\n\n".format
    made = compiled(
        '#set text(size: 10pt)\n#text(size: 14pt, weight: "bold")[1#h(1cm)Asking]\n\n'
        + hung("1.1", "Staff must ask the manager before they visit a family at home. " * 2)
        + hung("1.2", "Staff must wait for the answer.")
        + '#text(size: 14pt, weight: "bold")[2#h(1cm)Going]\n\n'
        + hung("2.1", "Staff must tell their buddy where they go.")
    )
    assert ids(made, ".pdf") == ["1.1", "1.2", "2.1"]
    assert headings(made, ".pdf") == ["1 Asking", "2 Going"]
    assert "\n" not in policy(made, ".pdf").clause("1.1").text


def test_paragraphs_in_two_columns_are_whole_and_in_order() -> None:
    words = (
        "Trustees are answerable for the safety of all. They must appoint one of them to lead on "
        "it, and hear him. "
    )
    made = compiled(
        "#set page(header: [Acorn #h(1fr) Safety], footer: context [Page #counter(page).display()])\n"
        f"#text(size: 20pt)[Keeping everyone safe]\n\n#columns(2)[\n{(words + chr(10) + chr(10)) * 40}]"
    )
    assert texts(made, ".pdf") == [words.strip()] * 40


def test_a_number_that_a_sentence_points_to_begins_no_clause() -> None:
    made = compiled(
        "#text(size: 16pt)[A]\n\n7.1 Whoever sees a breach must report it within a day, as is "
        "said in paragraph \\\n"
        "7.2.\n\n7.2 Reports are kept."
    )
    assert ids(made, ".pdf") == ["7.1", "7.2"]


@pytest.mark.parametrize("width", [5, 6, 7, 8])
def test_words_that_lines_part_are_whole_again_and_others_keep_their_hyphens(width: int) -> None:
    words = (
        "Consultants must dispose of confidential documentation by cross-cut shredding. "
        "Self-employed interpreters "
        "declare their qualifications beforehand. Unambiguous authorisation is indispensable for "
        "photography. "
    )
    made = compiled(
        f"#set page(width: {width + 2}cm, margin: 1cm, height: auto)\n#set par(justify: true)\n"
        f'#set text(hyphenate: true, lang: "en", size: 10pt)\n#text(size: 16pt)[A]\n\n{words * 3}'
    )
    assert texts(made, ".pdf") == [(words * 3).strip()]


def test_large_lines_of_a_title_page_that_are_of_the_sign_off_are_no_headings() -> None:
    made = compiled(
        "#text(size: 24pt)[Safety policy]\n\n#text(size: 14pt)[Status: DRAFT v3.2]\n\n"
        "#text(size: 14pt)[Owner: Director of Services]\n\n#text(size: 14pt)[Next review: May "
        "2026]\n#pagebreak()\n"
        "#text(size: 16pt)[Asking]\n\nStaff must ask first."
    )
    found = policy(made, ".pdf")
    assert [clause.id for clause in found.clauses] == ["meta", "asking.p1"]
    said = standing(found)
    assert (found.review_due, said.owner, said.label, said.unsettled) == (
        date(2026, 5, 1),
        "Director of Services",
        "3.2",
        "DRAFT",
    )


# Word


@pytest.mark.parametrize("looks", ['<w:u w:val="single"/>', '<w:sz w:val="32"/>', "<w:b/>"])
def test_a_line_that_is_underlined_larger_or_bold_is_a_heading(looks: str) -> None:
    body = (
        paragraph("1.0 Asking", looks) + paragraph("1.1 Staff must ask.") + paragraph("1.2 Staff must wait.")
        + paragraph("2.0 Going", looks) + paragraph("2.1 Staff must go.")
    )  # fmt: skip
    found = policy(package(body), ".docx")
    assert [(clause.id, clause.headings) for clause in found.clauses] == [
        ("1.1", ("1.0 Asking",)),
        ("1.2", ("1.0 Asking",)),
        ("2.1", ("2.0 Going",)),
    ]


def test_a_bold_number_without_a_full_stop_heads_what_is_numbered_below_it() -> None:
    body = "".join(
        paragraph(f"{n}\t{title}", "<w:b/>") + paragraph(f"{n}.1\t{text}")
        for n, title, text in ((1, "Asking", "Staff must ask."), (2, "Going", "Staff must go."))
    )
    assert ids(package(body), ".docx") == ["1.1", "2.1"]
    assert headings(package(body), ".docx") == ["1 Asking", "2 Going"]


def test_an_appendix_that_asks_what_to_do_is_a_heading() -> None:
    title = "Appendix A: What to do if you see something of concern"
    body = paragraph("Asking", "<w:b/>") + paragraph("Ask, see Appendix A.") + paragraph(title, "<w:b/>")
    assert headings(package(body + paragraph("Tell the lead.")), ".docx") == ["Asking", title]


def test_a_history_of_drafts_makes_no_draft_of_what_was_approved() -> None:
    body = (
        paragraph("Safety policy", '<w:sz w:val="40"/>')
        + table(
            ("Policy No:", "HS/014", "Date of issue:", "Jan-22"),
            ("Review date:", "31.01.2024", "Lead:", "Head"),
        )
        + paragraph("Version history", "<w:b/>")
        + table(
            ("Version", "Date", "Author", "Summary"),
            ("0.1", "12/01/2021", "Head", "First draft"),
            ("1.1", "14/09/2021", "Head", "Approved"),
        )
        + paragraph("Asking", "<w:b/>")
        + paragraph("Staff must ask.")
    )
    found = policy(package(body), ".docx")
    assert [clause.id for clause in found.clauses if not clause.id.startswith("meta")] == ["asking.p1"]
    assert (found.adopted, found.review_due) == (date(2022, 1, 1), date(2024, 1, 31))
    assert (standing(found).unsettled, standing(found).label) == ("", "1.1")


# Plain text


def test_numbers_and_bullets_copied_out_of_a_pdf_stand_before_their_words() -> None:
    pasted = (
        "Online policy\nApproved by:\nThe governors\nDate "
        "ratified:\n29/09/23\n1\nAIMS\n1.1\nStaff help pupils to use\n"
        "what is online well.\n1.2\nStaff must:\n•\nask first\n•\nwait for an "
        "answer\n2\nSCOPE\n2.1\nThis is for all "
        "staff.\nAppendix A: What to do if you see something\nTell the lead on the same day.\n"
    )
    found = policy(pasted, ".txt")
    assert texts(pasted, ".txt")[1:] == [
        "Staff help pupils to use what is online well.",
        "Staff must: • ask first • wait for an answer",
        "This is for all staff.",
        "Tell the lead on the same day.",
    ]
    assert [clause.id for clause in found.clauses] == ["meta", "1.1", "1.2", "2.1", "appendix-a.p1"]
    assert found.adopted == date(2023, 9, 29)


def test_a_sentence_that_a_page_parts_is_whole_though_no_form_feed_ends_the_page() -> None:
    text = (
        "RECORDING POLICY\n\n1. Filming\n\nWhoever films must tell the chair, and must not speak "
        "for the council unless\n"
        "the\n\nPage 1 of 2\n\nLittle Marsden Parish Council\n\ncouncil has agreed.\n\n2. "
        "Posts\n\nThe clerk posts.\n\n"
        "Page 2 of 2\n\nLittle Marsden Parish Council\n"
    )
    assert texts(text, ".txt") == [
        "Whoever films must tell the chair, and must not speak for the council unless the "
        "council has agreed.",
        "The clerk posts.",
    ]


def test_lines_that_are_each_a_paragraph_are_not_run_together() -> None:
    long = (
        "We expect everyone who works here to speak up where something is wrong, and we will listen to them. "
        * 2
    )
    text = (
        f"Speaking up\nWho is covered?\n{long}\n{long}\nWhat we do\nThe chair must reply within "
        "15 working days.\n"
    )
    assert texts(text, ".txt") == [long.strip(), long.strip(), "The chair must reply within 15 working days."]
    assert headings(text, ".txt") == ["Speaking up", "Who is covered?", "What we do"]


# Web pages and Markdown


def test_what_site_builders_and_word_processors_put_around_a_page_is_left_out() -> None:
    page = """<body><div title=header><p>Acorn</div><div class=breadcrumbs>Home > Policies</div><h1>Rules</h1>
    <p>Staff must ask.</p><div class="share-links">Share: <a href=x>X</a></div>
    <div title=footer><p>Page 1 of 4</div>"""
    assert texts(page, ".html") == ["Staff must ask."]


def test_the_head_of_a_table_is_a_row_of_its_own_below_what_leads_in() -> None:
    text = "# R\n\n## Mileage\n\nIt is paid at these rates:\n\n| Vehicle | Rate |\n|---|---|\n| Car | 45p |\n"
    assert texts(text, ".md") == ["It is paid at these rates:", "Vehicle | Rate", "Car | 45p"]


@pytest.mark.parametrize("mark", ["✓", "✗", "➢", "❖", "\uf0d8"])
def test_bullets_of_every_shape_stay_with_their_lead_in(mark: str) -> None:
    text = f"RULES\n\nYou must not:\n\n{mark} shout at a child\n{mark} argue with the referee\n"
    assert len(texts(text, ".txt")) == 1


# What a document says of itself


def test_of_two_titles_the_one_that_names_a_document_is_it() -> None:
    text = "LITTLE MARSDEN PARISH COUNCIL\n\nSOCIAL MEDIA POLICY\n\n1. Posts\n\nThe clerk posts.\n"
    assert title_of(policy(text, ".txt"), "") == "SOCIAL MEDIA POLICY"


def test_only_a_number_that_is_printed_twice_is_doubtful() -> None:
    text = "# R\n\n## A\n\n1.1 Ask.\n\n1.1 Wait.\n\n## A\n\nGo.\n"
    read = read_bytes(text.encode(), ".md")
    found = doubts(parse(read.written.text, "sample", "", ""), read.written)
    assert [remark.words for remark in found if "twice" in remark.words] == [
        "1.1#2: its number is printed twice"
    ]
