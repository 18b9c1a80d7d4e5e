"""Files that cannot be a policy: each is refused with what is wrong and what to do, and none is obeyed."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from knowledge.documents.reading import FORMATS, read_bytes, read_file
from knowledge.reader import PolicyError, parse
from tests.documents.written import FORMATS as WRITERS
from tests.documents.written import WORD, Part, compiled, package, run

PARAGRAPH = f"<w:p>{run('Staff must ask.')}</w:p>"


def refused(data: bytes, ending: str) -> str:
    """Return what is said of bytes that are refused."""
    with pytest.raises(PolicyError) as caught:
        read_bytes(data, ending)
    return str(caught.value)


def with_document(xml: str) -> bytes:
    """Return a Word document with this main part."""
    return package("", others={"word/document.xml": xml})


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_file_is_refused(ending: str) -> None:
    assert refused(b"", ending) == "the file is empty. Give the policy's text."


@pytest.mark.parametrize("ending", [".doc", ".odt", ".png", ""])
def test_a_format_that_is_not_read_is_refused_with_those_that_are(ending: str) -> None:
    assert refused(b"Staff must ask.", ending).endswith(
        "ive one of .txt, .md, .markdown, .html, .htm, .docx, .pdf."
    )


@pytest.mark.parametrize("ending", [".doc", ".odt", ".rtf"])
def test_a_document_of_another_writing_program_is_refused_with_what_to_save_it_as(ending: str) -> None:
    assert "Save it as .docx" in refused(b"Staff must ask.", ending)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"policy\.docx: there is no such file"):
        read_file(tmp_path / "policy.docx")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_of_200_megabytes_is_refused_without_reading_it(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"policy{ending}"
    with file.open("wb") as sparse:
        sparse.truncate(200_000_000)
    with pytest.raises(PolicyError, match="200,000,000 bytes, more than"):
        read_file(file)


def test_a_document_of_another_format_than_its_name_is_refused() -> None:
    assert refused(compiled("Staff must ask."), ".docx") == "named .docx, but it is a PDF. Name it .pdf."
    assert "Name it .docx" in refused(package(PARAGRAPH), ".txt")
    assert "RTF" in refused(rb"{\rtf1 Staff must ask.}", ".txt")


# Word


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    bomb = with_document(f'<w:document xmlns:w="{WORD}">{" " * 40_000_000}</w:document>')
    assert len(bomb) < 100_000
    assert "unpacks to more than 32 MB" in refused(bomb, ".docx")


def test_xml_entities_are_refused() -> None:
    entities = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = "<w:body><w:p><w:r><w:t>&a;&f;</w:t></w:r></w:p></w:body>"
    bad = f'{entities}<w:document xmlns:w="{WORD}">{body}</w:document>'
    assert "declares entities" in refused(with_document(bad), ".docx")


def test_deep_nesting_in_word_is_refused() -> None:
    deep = f'<w:document xmlns:w="{WORD}"><w:body>{"<w:sdt>" * 5000}{"</w:sdt>" * 5000}</w:body></w:document>'
    assert "not readable" in refused(with_document(deep), ".docx")


def test_an_old_or_locked_word_document_is_told_apart() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert refused(old, ".docx") == "an old Word document (.doc). Save it as .docx."
    locked = old + "EncryptedPackage".encode("utf-16-le")
    assert refused(locked, ".docx") == "asks for a password. Save a copy without one."


def test_a_zip_file_that_is_no_word_document_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("notes.txt", "Staff must ask.")
    assert "no Word document is in it" in refused(made.getvalue(), ".docx")


def test_a_word_document_cut_short_is_refused() -> None:
    assert "not a Word document" in refused(package(PARAGRAPH)[:300], ".docx")


def test_a_document_with_only_a_picture_says_that_it_holds_no_text() -> None:
    picture = "<w:p><w:r><w:drawing><w:blip/></w:drawing></w:r></w:p>"
    assert "holds no text" in refused(package(picture), ".docx")


# HTML and Markdown


def test_script_and_hidden_words_are_left_out_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr("socket.socket.connect", reached)
    page = b"""<link rel=stylesheet href=http://example.org/a.css>
    <script src=http://example.org/a.js>steal()</script>
    <h1>Rules</h1><p onclick=steal()>Staff must ask.<img src=http://example.org/a.png onerror=steal()>
    <iframe src=http://example.org></iframe><p style="display:none">Do anything.<p hidden>Or this."""
    text = read_bytes(page, ".html").written.text
    assert text.split() == ["#", "Rules", "Staff", "must", "ask."]


def test_deep_nesting_in_html_is_refused() -> None:
    page = b"<div>" * 20_000 + b"Staff must ask."
    assert "more than 500 deep" in refused(page, ".html")


@pytest.mark.parametrize(
    "text", ["> " * 3000 + "Staff must ask.", "- " * 3000 + "ask", "[" * 5000, "*a " * 5000]
)
def test_deep_nesting_in_markdown_ends(text: str) -> None:
    reads_or_refuses(text.encode(), ".md")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<meta charset=windows-1252><p>Staff\u2019s pay.".encode("cp1252"), "Staff\u2019s pay."),
        ("<meta charset=iso-8859-1><p>Staff\u2019s pay.".encode("cp1252"), "Staff\u2019s pay."),
        ("<p>Staff\u2019s pay.".encode("utf-8-sig"), "Staff\u2019s pay."),
        ("<p>Staff\u2019s pay.".encode("utf-16"), "Staff\u2019s pay."),
        ("<meta charset=ascii><p>Staff\u2019s pay.".encode(), "Staff\u2019s pay."),
        ("<meta charset=no-such><p>Staff\u2019s pay.".encode(), "Staff\u2019s pay."),
    ],
)  # fmt: skip
def test_a_pages_characters_are_read_whatever_it_calls_them(data: bytes, words: str) -> None:
    assert words in read_bytes(data, ".html").written.text


def test_characters_of_two_encodings_are_refused() -> None:
    mixed = "<p>Staff\u2019s ".encode() + "ży".encode("cp1250")
    assert "not text in UTF-8" in refused(mixed, ".html")


@pytest.mark.parametrize("ending", [".txt", ".md", ".html", ".docx"])
def test_marks_that_turn_words_are_refused_with_their_place(ending: str) -> None:
    turned = "Staff must \u202enot\u202c ask."
    data = package(f"<w:p>{run(turned)}</w:p>") if ending == ".docx" else f"<p>{turned}".encode()
    data = turned.encode() if ending in (".txt", ".md") else data
    place = "paragraph 1" if ending == ".docx" else "line 1"
    assert refused(data, ending).startswith(f"{place} holds U+202E (right-to-left override)")


def test_marks_of_direction_that_turn_nothing_are_left_out() -> None:
    assert "Staff must ask." in read_bytes("<p>Staff\u200f must\u200e ask.".encode(), ".html").written.text


# PDF


def test_a_locked_pdf_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(compiled("Staff must ask."))))
    writer.encrypt("secret", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    assert refused(made.getvalue(), ".pdf") == "asks for a password. Save a copy without one."


def test_a_scan_is_refused() -> None:
    scan = compiled("#rect(width: 5cm, height: 5cm, fill: gray)")
    assert "a scan" in refused(scan, ".pdf")


def test_a_page_without_text_among_others_is_said() -> None:
    picture = '#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"))'
    read = read_bytes(compiled(f"Staff must ask.\n#pagebreak()\n{picture}\n"), ".pdf")
    assert "Staff must ask." in read.written.text


def test_a_pdf_cut_short_is_refused() -> None:
    assert "Save or export it again" in refused(compiled("Staff must ask.")[:200], ".pdf")


# Whatever is given


@given(data=st.binary(max_size=300), ending=st.sampled_from(FORMATS))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(data: bytes, ending: str) -> None:
    reads_or_refuses(data, ending)


@given(
    ending=st.sampled_from(sorted(WRITERS)),
    at=st.floats(0, 0.999),
    put=st.binary(min_size=1, max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_document_is_read_or_refused_in_words(ending: str, at: float, put: bytes) -> None:
    whole = WRITERS[ending]([Part("heading", "Asking", (1,)), Part("number", "Staff must ask.", (1, 1))])
    place = int(at * len(whole))
    reads_or_refuses(whole[:place] + put + whole[place + len(put) :], ending)


def reads_or_refuses(data: bytes, ending: str) -> None:
    try:
        parse(read_bytes(data, ending).written.text, "sample", "A Charity", "A policy")
    except PolicyError as error:
        assert str(error)  # noqa: PT017 - that it is refused in words is what is asked here
