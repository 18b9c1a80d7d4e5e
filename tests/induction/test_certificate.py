"""The certificate: what stands on it, that everyone can read it, and who gets it."""

import io
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdf
import pypdfium2  # type: ignore[import-untyped]  # it comes without types
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.certificate import CertificateError, certificate
from adapters.web import Bell, WebSettings, create_app
from bot import linking, people
from bot.card import Document
from bot.contact import name_given
from bot.induction import proof
from bot.induction.course import Course
from bot.induction.proof import Proof
from bot.records.store import Records
from bot.records.tables import Acknowledgement, PolicyVersion
from tests.induction.conftest import Someone
from tests.induction.standing import acknowledged
from tests.induction.test_walk import signed

Client = TestClient[web.Request, web.Application]

SAMPLE = Proof(
    organisation="Home-Start Herefordshire",
    name="A. Volunteer",
    roles=("volunteer",),
    policy="ICT and Social Networking Policy",
    version="6813ed958e76cfaf506e97ad13ff501ffe07002435a2604b843495aad521500f",
    clauses=("statement.p1", "4.3"),
    cited=("Policy Statement (paragraph 1)", "4.3"),
    at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    code="KFXN-TRWH-PMCD",
    on_paper=False,
    faults=(),
)


def _text(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(pages[0].get_textpage().get_text_range().split())


def _root(pdf: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]


def _proof(records: Records, made: Acknowledgement) -> Proof:
    with records.reading() as session:
        return proof.proof_of(records, session, session.get_one(Acknowledgement, made.id))


class TestWhatIsOnIt:
    """The page itself."""

    def test_it_tells_whose_it_is_for_what_when_and_how_to_check_it(self) -> None:
        text = _text(certificate(SAMPLE))
        for told in (
            "Certificate of induction",
            SAMPLE.organisation,
            SAMPLE.name,
            "a volunteer",
            SAMPLE.policy,
            SAMPLE.version,
            "Policy Statement (paragraph 1), 4.3",
            "2 March 2026",
            SAMPLE.code,
            f"hearth induction verify {SAMPLE.code}",
            "I was given this policy, I have read what binds me, and I will keep to it.",
        ):
            assert told in text

    def test_one_on_paper_says_so_and_puts_no_words_into_anyones_mouth(self) -> None:
        text = _text(certificate(replace(SAMPLE, on_paper=True)))
        assert "signed for this policy on paper" in text
        assert "I will keep to it" not in text

    def test_the_same_record_gives_the_same_bytes(self) -> None:
        made = certificate(SAMPLE)
        assert made == certificate(SAMPLE)
        information = pypdf.PdfReader(io.BytesIO(made)).metadata
        assert information is not None
        assert information.creation_date == information.modification_date == SAMPLE.at

    def test_each_fact_stands_beside_its_label(self) -> None:
        page = pypdfium2.PdfDocument(certificate(SAMPLE))[0].get_textpage()
        facts = ("Date", "2 March 2026"), ("Clauses", "Policy Statement"), ("Version", SAMPLE.version)
        for label, value in facts:
            assert abs(_height(page, label) - _height(page, value)) < 5, label

    @pytest.mark.parametrize(
        "much",
        [
            SAMPLE,
            replace(
                SAMPLE,
                name=("Wolfeschlegelsteinhausenbergerdorff " * 3)[:100],
                organisation="Home-Start of a Very Long County and its Neighbouring Boroughs and Districts",
                policy="Information Technology, Social Networking, Photography and Acceptable Use Policy",
                roles=("volunteer", "staff", "trustee"),
                cited=tuple(f"{section}.{number}" for section in range(1, 15) for number in range(1, 20)),
            ),
        ],
        ids=["usual", "everything long"],
    )
    def test_it_is_one_page_of_a4_and_nothing_runs_out_of_it(self, much: Proof) -> None:
        pages = pypdfium2.PdfDocument(certificate(much))
        assert len(pages) == 1
        width, height = pages[0].get_size()
        assert (round(width), round(height)) == (595, 842)
        text = pages[0].get_textpage()
        boxes = [text.get_rect(number) for number in range(text.count_rects())]
        assert min(left for left, *_ in boxes) > 50
        assert max(right for _, _, right, _ in boxes) < width - 50
        assert min(bottom for _, bottom, _, _ in boxes) > 50


def _height(page: Any, words: str) -> float:
    """Return how high above the page's foot the first letter of some words stands, in points."""
    start, _ = page.search(words, match_case=True).get_next()
    bottom: float = page.get_charbox(start)[1]
    return bottom


class TestForEveryReader:
    """Tags, language and title, so that a screen reader reads it in its order."""

    def test_it_is_tagged_and_says_its_language_and_title(self) -> None:
        made = certificate(SAMPLE)
        root = _root(made)
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en-GB"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        information = pypdf.PdfReader(io.BytesIO(made)).metadata
        assert information is not None
        assert information.title == "Certificate of induction"
        assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()

    def test_a_screen_reader_gets_title_paragraphs_labelled_facts_and_a_heading(self) -> None:
        tags = list(_tags(_root(certificate(SAMPLE))["/StructTreeRoot"]))
        assert tags.count("/Title") == 1
        assert tags.count("/L") == 1
        assert tags.count("/LI") == tags.count("/Lbl") == tags.count("/LBody") == 5
        assert tags.count("/H1") == 1
        assert tags.index("/Title") < tags.index("/L") < tags.index("/H1")
        assert "/Figure" not in tags  # the mark is an ornament

    def test_its_fonts_are_in_it(self) -> None:
        page = pypdf.PdfReader(io.BytesIO(certificate(SAMPLE))).pages[0]
        fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]  # a dictionary, by the PDF's own rules
        for font in fonts.values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def _tags(node: Any) -> Iterator[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from _tags(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from _tags(node["/K"])


class TestNames:
    """A name is what its bearer typed, whatever that is."""

    @pytest.mark.parametrize(
        "name",
        [
            "Aoife Ní Dhómhnaill",
            "Łukasz Żółć",
            "Nguyễn Thị Ánh",
            "Дмитрий Иванов",
            "Ελένη Παπαδοπούλου",
            "O'Hara-Smith, née Jones",
        ],
    )
    def test_is_printed_as_typed(self, name: str) -> None:
        assert name_given(name) in _text(certificate(replace(SAMPLE, name=name)))

    def test_of_typesetting_marks_is_printed_as_typed(self) -> None:
        name = 'A *b* _c_ `d` #sys.inputs $e$ <f> @g = // h [i] {j} "k" \\ ~ 1. - + /i'
        assert name in _text(certificate(replace(SAMPLE, name=name)))

    def test_that_runs_from_right_to_left_is_shown(self) -> None:
        made = certificate(replace(SAMPLE, name="שָׁלוֹם"))
        assert set("םולש") <= set(_text(made))

    def test_in_letters_without_a_font_still_gives_a_certificate_with_its_code(self) -> None:
        """Whether this machine has a font for it or not."""
        text = _text(certificate(replace(SAMPLE, name="陈美玲")))
        assert SAMPLE.code in text
        assert "陈美玲" in text or "the person whose name is in the record" in text

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=30).filter(lambda text: _is_name(text)))
    def test_of_any_letters_makes_a_certificate(self, name: str) -> None:
        assert SAMPLE.code in _text(certificate(replace(SAMPLE, name=name_given(name))))

    def test_an_organisation_in_letters_without_a_font_is_told_what_to_do(self) -> None:
        with pytest.raises(CertificateError, match="Install one for them"):
            certificate(replace(SAMPLE, organisation="\U000e0fff\U0001fbff"))


def _is_name(text: str) -> bool:
    try:
        return bool(name_given(text))
    except ValueError:
        return False


class TestProof:
    """What the certificate is made of: the record, held against the text that was adopted."""

    def test_it_is_what_was_recorded(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course, name="Anna O'Hara")
        told = _proof(adopted, made)
        assert (told.organisation, told.name, told.roles) == (
            "Home-Start Herefordshire",
            "Anna O'Hara",
            ("volunteer",),
        )
        assert (told.policy, told.version) == (course.policy.title, course.policy.version)
        assert (told.at, told.code, told.on_paper) == (made.at, made.code, False)
        assert told.faults == ()

    def test_clauses_are_cited_as_they_are_printed(self, adopted: Records, course: Course) -> None:
        told = _proof(adopted, acknowledged(adopted, course))
        assert told.cited[:3] == ("Policy Statement (paragraphs 1, 2)", "1.4", "2.1")
        assert told.cited[-2:] == ("4.7", "section 5 (paragraphs 1, 2, 3)")
        assert {"4.3", "5.p1"} <= set(told.clauses)

    def test_a_hash_that_is_not_the_adopted_clauses_is_told(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        shown = {**json.loads(made.clauses), "4.3": "0" * 64}
        assert _changed(adopted, made, clauses=json.dumps(shown)) == ("not as they were adopted: 4.3",)

    def test_a_clause_that_the_text_does_not_have_is_told(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        assert _changed(adopted, made, clauses='{"9.9": "0"}') == ("not as they were adopted: 9.9",)

    def test_a_record_without_clauses_is_told(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        assert _changed(adopted, made, clauses="[]") == ("no clauses were noted",)

    def test_a_version_that_was_never_adopted_is_told(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        faults = _changed(adopted, made, version="0" * 64)
        assert faults == ("the text of this version is not in the records",)

    def test_an_adopted_text_that_was_changed_since_is_told(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        with adopted.changing() as change:
            row = change.session.query(PolicyVersion).one()
            row.text = row.text.replace("do not add any Home-Start supported family", "may add any family")
        faults = _proof(adopted, made).faults
        assert faults == ("the adopted text is not the one of this version", "not as they were adopted: 4.3")

    @pytest.mark.parametrize("typed", ["{}", " {} ", "{}.", "“{}”"])
    def test_it_is_found_by_the_code_however_that_is_typed(
        self, adopted: Records, course: Course, typed: str
    ) -> None:
        made = acknowledged(adopted, course)
        assert made.code
        with adopted.reading() as session:
            for code in (made.code, made.code.lower(), made.code.replace("-", " ")):
                found = proof.find(session, adopted.organisation, typed.format(code))
                assert found is not None
                assert found.id == made.id

    def test_another_organisations_is_not_found(self, adopted: Records, course: Course) -> None:
        made = acknowledged(adopted, course)
        assert made.code
        with adopted.reading() as session:
            assert proof.find(session, "another", made.code) is None
            assert proof.find(session, "another", made.id) is None


def _changed(records: Records, made: Acknowledgement, **columns: str) -> tuple[str, ...]:
    with records.changing() as change:
        row = change.session.get_one(Acknowledgement, made.id)
        for column, value in columns.items():
            setattr(row, column, value)
    return _proof(records, made).faults


def test_the_last_card_offers_the_certificate(volunteer: Someone, course: Course) -> None:
    volunteer.says("induction")
    done = signed(volunteer, course)
    (document,) = [part for part in done.elements if isinstance(part, Document)]
    kind, _, given = document.document.partition(":")
    assert kind == "certificate"
    assert len(given) == 32


class TestOnThePage:
    """The link on the web page gives it to the one whose it is, and to nobody else."""

    @pytest.fixture
    async def client(
        self, aiohttp_client: Callable[[web.Application], Awaitable[Client]], adopted: Records
    ) -> Client:
        return await aiohttp_client(create_app(adopted, WebSettings("A scheme"), Bell()))

    async def _conversation(self, client: Client) -> str:
        """Open a conversation as the page does, and return its id."""
        origin = f"http://127.0.0.1:{client.port}"
        answer = await client.post("/conversation", headers={"Origin": origin})
        assert answer.status == 204
        socket = await client.ws_connect("/chat", origin=origin)
        welcome = await socket.receive_json()
        await socket.close()
        return f"web:{welcome['epoch'].rpartition('-')[2]}"

    async def test_whoever_acknowledged_gets_it(
        self, client: Client, adopted: Records, course: Course
    ) -> None:
        mine = acknowledged(adopted, course, await self._conversation(client))
        answer = await client.get(f"/document/certificate:{mine.id}")
        assert answer.status == 200
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''certificate.pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert await answer.read() == certificate(_proof(adopted, mine))

    async def test_nobody_gets_anothers(self, client: Client, adopted: Records, course: Course) -> None:
        theirs = acknowledged(adopted, course, "web:another")
        acknowledged(adopted, course, await self._conversation(client))
        answer = await client.get(f"/document/certificate:{theirs.id}")
        assert answer.status == 404
        assert await answer.text() == await (await client.get("/document/certificate:nothing")).text()

    async def test_without_a_conversation_there_is_none(
        self, client: Client, adopted: Records, course: Course
    ) -> None:
        made = acknowledged(adopted, course)
        answer = await client.get(f"/document/certificate:{made.id}")
        assert answer.status == 404

    async def test_whoever_joined_her_accounts_gets_what_she_signed_in_the_other(
        self, client: Client, adopted: Records, course: Course
    ) -> None:
        made = acknowledged(adopted, course, "slack:T1/U2")
        here = await self._conversation(client)
        with adopted.changing() as change:
            people.known(change, here, here)
        assert (await client.get(f"/document/certificate:{made.id}")).status == 404
        with adopted.changing() as change:
            linking.join_accounts(change, "slack:T1/U2", here, who="test")
        assert (await client.get(f"/document/certificate:{made.id}")).status == 200
