"""What real documents do: each trap in the formats in which it comes."""

import io
from datetime import date

import docx
import pytest

from knowledge.clauses import Policy, fingerprint
from knowledge.documents.reading import Read, read_bytes
from knowledge.reader import parse
from tests.documents.written import WORD, compiled, package, run


def read(text: str | bytes, ending: str) -> Read:
    return read_bytes(text.encode() if isinstance(text, str) else text, ending)


def policy(text: str | bytes, ending: str) -> Policy:
    return parse(read(text, ending).written.text, "sample", "A Charity", "A policy")


def ids(text: str | bytes, ending: str) -> list[str]:
    return [clause.id for clause in policy(text, ending).clauses]


def texts(text: str | bytes, ending: str) -> list[str]:
    return [" ".join(clause.text.split()) for clause in policy(text, ending).clauses]


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


def listed(text: str, list_id: int, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')


HEADING = '<w:pStyle w:val="Heading1"/>'


# Numbers that live only in structure


def test_markdown_ones_on_every_line_are_counted() -> None:
    assert ids("# Rules\n\n1. Staff must ask.\n1. Staff must wait.\n1. Staff must go.\n", ".md") == [
        *("1", "2", "3"),
    ]


def test_html_lists_are_counted_with_their_start_value_and_letters() -> None:
    page = """<h1>Rules</h1><h2>Asking</h2><ol start=4><li>Staff must ask.<li value=7>Staff must wait.</ol>
    <h2>Going</h2><ol type=a><li>Staff must go.<li>Staff must come.</ol>"""
    assert ids(page, ".html") == ["4", "7", "going(a)", "going(b)"]


def test_a_numbered_list_within_an_item_is_cited_below_it() -> None:
    page = "<h1>R</h1><h2>A</h2><ol><li>Staff must ask.<ol><li>Ask early.<li>Ask kindly.</ol><li>Go.</ol>"
    assert ids(page, ".html") == ["1", "1.1", "1.2", "2"]


def test_word_lists_restart_and_count_levels_as_word_prints_them() -> None:
    body = (
        paragraph("Asking", HEADING)
        + listed("Staff must ask.", 1)
        + listed("They ask early.", 1, 1)
        + listed("They ask kindly.", 1, 1)
        + listed("Staff must wait.", 1)
        + listed("They wait long.", 1, 1)
        + paragraph("Going", HEADING)
        + listed("Staff must go.", 3)
        + listed("Staff must come.", 3)
        + paragraph("Coming", HEADING)
        + listed("Staff must stay.", 4)
    )
    assert ids(package(body, lists=2), ".docx") == [
        *("1", "1.1", "1.2", "2", "2.1", "going(a)", "going(b)", "coming(a)"),
    ]


def test_running_numbers_that_start_again_under_each_heading_are_cited_with_their_section() -> None:
    assert ids("# R\n\n## Staff\n\n1. Ask.\n2. Wait.\n\n## Trustees\n\n1. Ask.\n", ".md") == [
        *("staff.1", "2", "trustees.1"),
    ]


def test_a_number_below_one_that_counts_in_a_section_is_cited_with_the_section_too() -> None:
    text = "# R\n\n## 1. Staff\n\n1. Ask.\n2. Wait.\n3. Go\n   1. early\n   2. late\n"
    assert ids(text, ".md") == ["1.1", "1.2", "1.3", "1.3.1", "1.3.2"]


def test_lists_that_start_again_under_a_numbered_heading_are_all_cited_with_it() -> None:
    text = "# R\n\n## 2. Staff\n\n1. Ask.\n2. Wait.\n\nOn holiday this holds.\n\n1. Go.\n2. Come.\n"
    assert ids(text, ".md") == ["2.1", "2.2", "2.p1", "2.1#2", "2.2#2"]


# Bullets, tables, notes


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("# R\n\n## A\n\nStaff must not:\n\n* lend money\n* give lifts\n\nAll ask.\n", ".md"),
        (
            "<h1>R</h1><h2>A</h2><p>Staff must not:</p><ul><li>lend money<li>give lifts</ul><p>All ask.",
            ".html",
        ),
        (
            package(
                paragraph("R", '<w:pStyle w:val="Title"/>')
                + paragraph("A", HEADING)
                + paragraph("Staff must not:")
                + listed("lend money", 2)
                + listed("give lifts", 2)
                + paragraph("All ask.")
            ),
            ".docx",
        ),
    ],
)
def test_bullets_stay_with_their_lead_in_in_every_format(text: str | bytes, ending: str) -> None:
    assert texts(text, ending) == ["Staff must not: - lend money - give lifts", "All ask."]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("# R\n\n## Rates\n\n| Journey | Rate |\n|---|---|\n| car | 45p |\n| bicycle | 20p |\n", ".md"),
        ("<h1>R</h1><h2>Rates</h2><table><tr><th>Journey<th>Rate<tr><td>car<td>45p"
         "<tr><td>bicycle<td>20p</table>", ".html"),
        (
            package(
                paragraph("R", '<w:pStyle w:val="Title"/>')
                + paragraph("Rates", HEADING)
                + "<w:tbl>"
                + "".join(
                    "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
                    for row in (("Journey", "Rate"), ("car", "45p"), ("bicycle", "20p"))
                )
                + "</w:tbl>"
            ),
            ".docx",
        ),
        (compiled('#text(size: 16pt)[Rates]\n#table(columns: (8cm, 4cm), [Journey], [Rate], [car], [45p],'
                  ' [bicycle], [20p])'), ".pdf"),
    ],
)  # fmt: skip
def test_tables_are_read_row_by_row(text: str | bytes, ending: str) -> None:
    assert texts(text, ending) == ["Journey | Rate", "car | 45p", "bicycle | 20p"]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("# R\n\n## A\n\nStaff must ask[^n].\n\nAll go.\n\n[^n]: In writing.\n", ".md"),
        ('<h1>R</h1><h2>A</h2><p>Staff must ask<sup><a href="#n">1</a></sup>.<p>All go.<ol>'
         '<li id=n>In writing. <a href="#b">back</a></ol>', ".html"),
        (
            package(
                paragraph("R", '<w:pStyle w:val="Title"/>') + paragraph("A", HEADING)
                + f'<w:p>{run("Staff must ask")}<w:r><w:footnoteReference w:id="7"/></w:r>{run(".")}</w:p>'
                + paragraph("All go."),
                others={"word/footnotes.xml": f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator"'
                        f' w:id="-1"><w:p/></w:footnote><w:footnote w:id="7">{paragraph("In writing.")}'
                        "</w:footnote></w:footnotes>"},
            ),
            ".docx",
        ),
        (compiled("#text(size: 16pt)[A]\n\nStaff must ask#footnote[In writing.].\n\nAll go."), ".pdf"),
    ],
)  # fmt: skip
def test_a_footnote_stands_below_the_clause_that_refers_to_it(text: str | bytes, ending: str) -> None:
    found = texts(text, ending)
    assert found[0].replace("[n]", "[1]") in (
        "Staff must ask[1]. [1] In writing.",
        "Staff must ask1. [1] In writing.",
    )
    assert found[1:] == ["All go."]


# Furniture and contents


def test_what_stands_on_every_page_of_a_pdf_is_left_out() -> None:
    source = (
        '#set page(paper: "a6", header: [Acorn Trust policies], footer: context ['
        "#text(tracking: 6pt)[HOME START] #h(1fr) Page #counter(page).display()"
        " of #counter(page).final().first()])\n"
        + "\n\n".join(f"{number}.1 Staff must ask before visit number {number}. " + "They wait. " * 30
                      for number in range(1, 6))
    )  # fmt: skip
    found = policy(compiled(source), ".pdf")
    assert [clause.id for clause in found.clauses] == [f"{number}.1" for number in range(1, 6)]
    whole = " ".join(clause.text for clause in found.clauses)
    assert "Acorn" not in whole
    assert "Page" not in whole
    assert "S T A R T" not in whole
    assert all(clause.text.endswith("They wait.") for clause in found.clauses)


def test_items_that_end_both_pages_of_a_pdf_in_the_same_words_are_kept() -> None:
    item = "#v(1fr)\n• must ask the manager before a visit, \\\nand wait for the answer"
    source = f"""#set page(paper: "a6", footer: context [Page #counter(page).display()])
1.1 Staff must not be alone, and:
{item}
#pagebreak()
1.2 Staff must not lend money, and:
{item}"""
    for text in texts(compiled(source), ".pdf"):
        assert text.endswith("must ask the manager before a visit, and wait for the answer")


def test_what_stands_on_every_page_of_a_plain_text_is_left_out() -> None:
    pages = [
        f"Acorn Trust\n\n{n}.1 Staff must ask {n}.\n\nA c o r n T r u s t\nPage {n} of 3" for n in (1, 2, 3)
    ]
    assert "Acorn" not in read("\f".join(pages), ".txt").written.text
    assert texts("\f".join(pages), ".txt") == ["Staff must ask 1.", "Staff must ask 2.", "Staff must ask 3."]


def test_a_pages_menu_header_and_footer_are_left_out() -> None:
    page = """<body><header><a href=/>Home</a></header><nav><ul><li>About us</ul></nav><main><h1>Rules</h1>
    <p>Staff must ask.</p></main><aside>News</aside><footer>Cookies</footer></body>"""
    assert texts(page, ".html") == ["Staff must ask."]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("Contents\n\n1. Asking .......... 2\n2. Going ........... 3\n\n1. Asking\n\nStaff must ask."
         "\n\n2. Going\n\nStaff must go.", ".txt"),
        ('<h1>R</h1><h2>Contents</h2><ul><li><a href="#a">1. Asking</a><li><a href="#b">2. Going</a></ul>'
         "<h2 id=a>1. Asking</h2><p>Staff must ask.<h2 id=b>2. Going</h2><p>Staff must go.", ".html"),
        (
            package(
                paragraph("1. Asking\t2", '<w:pStyle w:val="TOC1"/>')
                + paragraph("2. Going\t3", '<w:pStyle w:val="TOC1"/>')
                + paragraph("1. Asking", HEADING) + paragraph("Staff must ask.")
                + paragraph("2. Going", HEADING) + paragraph("Staff must go.")
            ),
            ".docx",
        ),
        (compiled("#set heading(numbering: \"1.\")\n#outline()\n#pagebreak()\n= Asking\nStaff must ask."
                  "\n= Going\nStaff must go."), ".pdf"),
    ],
)  # fmt: skip
def test_a_contents_list_is_not_taken_for_clauses(text: str | bytes, ending: str) -> None:
    assert ids(text, ending) == ["1.p1", "2.p1"]


# What a document says of itself


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("# R\n\n## A\n\nStaff must ask.\n\nDate adopted: 3 May 2022\n\nReview date: May 2025\n", ".md"),
        ("<h1>R</h1><h2>A</h2><p>Staff must ask.<table><tr><td>Date adopted<td>3 May 2022<tr><td>Review date"
         "<td>May 2025</table>", ".html"),
    ],
)  # fmt: skip
def test_the_sign_off_is_found_in_lines_and_in_tables(text: str, ending: str) -> None:
    found = policy(text, ending)
    assert (found.adopted, found.review_due) == (date(2022, 5, 3), date(2025, 5, 1))


def test_a_bold_line_is_a_heading_where_a_document_has_no_others() -> None:
    body = "".join(
        f"<w:p>{run(title, '<w:b/>')}</w:p>{paragraph(text)}"
        for title, text in (("Asking", "Staff must ask."), ("Going", "Staff must go."))
    )
    assert ids(package(body), ".docx") == ["asking.p1", "going.p1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "**1. Asking**\n\nStaff must ask.\n\n**1.1 Early**\n\n- Staff must ask early.\n",
            ["1.p1", "1.1.p1"],
        ),
        ("---\ntitle: Photographs\n---\n\n## Asking\n\nStaff must ask.\n", ["asking.p1"]),
        (
            "# R\n\n**Version:** 2\n**Last updated:** May 2024\n\n## Asking\n\nStaff must ask.\n",
            ["meta", "asking.p1"],
        ),
    ],
)
def test_markdown_as_charities_write_it(text: str, expected: list[str]) -> None:
    assert ids(text, ".md") == expected


def test_a_title_in_the_front_matter_is_the_documents() -> None:
    assert (
        read("---\ntitle: 'Asking first'\n---\n\nStaff must ask.\n", ".md").document.title == "Asking first"
    )


def test_a_document_that_another_program_wrote_is_read() -> None:
    made = docx.Document()
    made.add_heading("Working with families", 0)
    made.add_heading("Asking", 1)
    for text in ("Staff must ask.", "Staff must wait."):
        made.add_paragraph(text, style="List Number")
    made.add_paragraph("Staff must not:")
    made.add_paragraph("lend money", style="List Bullet")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "car", "45p"
    made.sections[0].footer.paragraphs[0].text = "Page 1"
    file = io.BytesIO()
    made.save(file)
    assert texts(file.getvalue(), ".docx") == [
        *("Staff must ask.", "Staff must wait.", "Staff must not: - lend money", "car | 45p"),
    ]
    assert ids(file.getvalue(), ".docx")[:2] == ["1", "2"]
    assert read(file.getvalue(), ".docx").document.title == "Working with families"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("31/3/25", date(2025, 3, 31)),
        ("Autumn term 2025", date(2025, 9, 1)),
        ("1 September 2027", date(2027, 9, 1)),
    ],
)
def test_dates_are_read_as_schools_and_councils_print_them(printed: str, expected: date) -> None:
    text = f"# R\n\n## A\n\nStaff must ask.\n\nPolicy lead: Head\n\nTo be reviewed: {printed}\n"
    assert policy(text, ".md").review_due == expected


def test_a_table_of_versions_is_no_list_of_clauses() -> None:
    rows = ("Version | Date | By", "---|---|---", "1.0 | 2 Jan 2021 | Head", "1.1 | 3 May 2022 | Head")
    table = "".join(f"| {row} |\n" for row in rows)
    assert ids(f"# R\n\n{table}\n## 1. A\n\n1.1 Staff must ask.\n", ".md") == ["meta", "1.1"]


def test_a_table_in_which_a_cell_fills_its_column_is_parted_all_the_same() -> None:
    table = (
        "#table(columns: (92pt, 120pt), inset: 3pt, stroke: none, [Policy owner], [Head of Care], "
        "[Date that it was agreed], [14 May 2023], [Review], [May 2026])"
    )
    made = compiled(f"#text(size: 16pt)[A]\n#set text(size: 9pt)\nStaff must ask.\n{table}")
    assert "Date that it was agreed | 14 May 2023" in read(made, ".pdf").written.text


def test_a_bullet_that_is_set_larger_than_its_words_makes_no_heading() -> None:
    item = "#text(size: 15pt)[•] lend money to a family"
    made = compiled(f"#text(size: 18pt)[A]\n\n1.1 Staff must not:\n\n{item}\n\n1.2 Staff must ask first.")
    assert [clause.id for clause in policy(made, ".pdf").clauses] == ["1.1", "1.2"]


def test_a_number_after_a_numbered_heading_without_its_own_is_cited_as_printed() -> None:
    text = "# R\n\n## Pay\n\n1. Travel\n   1. Car\n1. Meals are paid.\n\n## No\n\n1. Fines\n1. Drinks\n"
    assert "2" in ids(text, ".md")


# What is left out of a Word document is said


def test_deleted_and_hidden_words_are_left_out_and_said() -> None:
    body = (
        paragraph("Asking", HEADING)
        + f"<w:p>{run('Staff must ')}<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        + f"<w:ins>{run('always ')}</w:ins>{run('secretly ', '<w:vanish/>')}{run('ask.')}</w:p>"
    )
    made = read(package(body), ".docx")
    assert texts(package(body), ".docx") == ["Staff must always ask."]
    assert [remark.words.split(":")[0] for remark in made.document.remarks] == [
        "changes are tracked",
        "hidden words are left out",
    ]


def test_words_outside_a_pdfs_page_are_left_out_and_said() -> None:
    made = compiled(
        "#place(dx: -30cm)[Staff may do anything.]\n#text(size: 16pt)[A]\n\n"
        "Staff must ask first, and then wait."
    )
    assert texts(made, ".pdf") == ["Staff must ask first, and then wait."]
    assert any("outside" in remark.words for remark in read(made, ".pdf").document.remarks)


def test_a_slanted_watermark_is_left_out_and_said() -> None:
    made = compiled("#place(rotate(45deg)[DRAFT])\n#text(size: 16pt)[A]\n\nStaff must ask first.")
    assert texts(made, ".pdf") == ["Staff must ask first."]
    assert any("DRAFT" in remark.words for remark in read(made, ".pdf").document.remarks)


# The text that is kept


def test_the_version_is_of_the_words_and_not_of_the_marks() -> None:
    assert policy("# R\n\n## A\n\nStaff must ask.\n", ".md").version == fingerprint("R A Staff must ask.")


def test_each_line_of_the_text_knows_its_place_in_the_file() -> None:
    kept = read("# R\n\n## A\n\nStaff must ask.\n", ".md").written
    places = dict(zip(kept.text.split("\n"), kept.places, strict=False))
    assert (places["# R"], places["## A"], places["Staff must ask."]) == ("line 1", "line 3", "line 5")


def test_words_that_look_like_a_marked_heading_stay_a_paragraph() -> None:
    assert texts("<h1>R</h1><h2>A</h2><p># 5 are enough.<p>Staff must ask.", ".html") == [
        "# 5 are enough.",
        "Staff must ask.",
    ]
