"""Files that come with a case: what is taken, what is refused and said, and who may open them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.file_of import file_of
from bot.cases import conflict
from bot.cases.files import Refused, checked, shown_name
from bot.channel import TryLater, Undeliverable
from bot.message import LARGEST_FILE
from bot.records.store import Records
from bot.records.tables import Audit, CaseEntry, CaseFile, Officer
from tests.cases import samples
from tests.cases.forms import STORY, House, fill, take_on, the_case, words
from tests.cases.samples import EXE, HTML, JPEG, PDF, PNG, TXT, documents
from tests.induction.conftest import Someone
from tests.records.stage import all_of, end_office

TAKEN = {
    "photo.jpg": JPEG,
    "PHOTO.JPEG": JPEG,
    "photo.png": PNG,
    "wave.gif": samples.GIF,
    "photo.webp": samples.WEBP,
    "IMG_0001.HEIC": samples.HEIC,
    "letter.pdf": PDF,
    "letter.docx": samples.docx(),
    "letter.odt": samples.odt(),
    "note.txt": TXT,
    "windows.txt": "Tea costs £2.".encode("cp1252"),
    "notepad.txt": "Tea costs £2.".encode("utf-16"),
    "film.mp4": samples.MP4,
    "voice.m4a": samples.M4A,
    "voice.mp3": samples.MP3,
    "no-ending": JPEG,
}
REFUSED = {
    "photo.jpg": (PDF, "really a PDF"),
    "letter.pdf": (JPEG, "really a JPEG picture"),
    "note.txt": (EXE, "says that it is a plain text, and is not"),
    "picture.png": (HTML, "really a plain text"),
    "page.html": (HTML, "really a plain text"),
    "setup.exe": (EXE, "is none that I may keep"),
    "letter.docx": (b"PK\x03\x04" + b"\x00" * 60, "says that it is a Word document, and is not"),
    "empty.pdf": (b"", "is empty"),
    "large.jpg": (JPEG + b"\x00" * LARGEST_FILE, "larger than 20 MB"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_allowed_is_known_by_its_first_bytes(name: str) -> None:
    assert checked(name, TAKEN[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_false_type_or_one_that_is_not_allowed_is_refused_by_name(name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(Refused, match=why) as refused:
        checked(name, content)
    assert name in str(refused.value)


@given(st.text(max_size=300))
def test_a_shown_name_has_no_folder_and_nothing_that_cannot_be_seen(name: str) -> None:
    shown = shown_name(name)
    assert shown.isprintable()
    assert 0 < len(shown) <= 130
    assert not {"/", "\\"} & set(shown)


def at_the_files(house: House) -> Someone:
    """Fill in the complaint up to its last question, which is for files."""
    volunteer = house["volunteer"]
    fill(volunteer)
    volunteer.presses("Change: Files")
    return volunteer


class TestOnAForm:
    """Sent while a complaint is filled in."""

    def test_they_are_kept_sealed_and_stand_in_the_review(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(("photo.jpg", JPEG), ("letter.pdf", PDF))
        assert "Kept: photo.jpg, letter.pdf." in words(card)
        review = words(volunteer.presses("That's all"))
        assert "photo.jpg" in review
        assert "letter.pdf" in review
        first, second = sorted(all_of(adopted, CaseFile), key=lambda row: row.size)
        assert {first.media, second.media} == {"image/jpeg", "application/pdf"}
        kept = bytes(first.content or b"") + bytes(second.content or b"")
        assert JPEG not in kept
        assert base64.b64encode(PDF) not in kept

    def test_what_is_refused_is_said_and_the_others_are_kept(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(("photo.jpg", EXE), ("letter.pdf", PDF), ("empty.txt", b""))
        said = words(card)
        assert "Kept: letter.pdf." in said
        assert "“photo.jpg” says that it is a JPEG picture, and is not" in said
        assert "“empty.txt” is empty" in said
        assert len(all_of(adopted, CaseFile)) == 1

    def test_a_picture_of_60_mb_is_not_even_fetched(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(("photo.jpg", AssertionError("was fetched")), size=60 * 1024 * 1024)
        assert "“photo.jpg” is larger than 20 MB" in words(card)
        assert all_of(adopted, CaseFile) == []

    def test_one_that_is_larger_than_it_said_is_refused_too(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(("photo.jpg", JPEG + b"\x00" * LARGEST_FILE), size=1000)
        assert "larger than 20 MB" in words(card)
        assert all_of(adopted, CaseFile) == []

    @pytest.mark.parametrize("fault", [TryLater("away"), Undeliverable("gone"), RuntimeError("words")])
    def test_what_cannot_be_fetched_is_said_and_the_words_beside_it_are_kept(
        self, house: House, adopted: Records, fault: Exception
    ) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(("photo.jpg", fault), ("letter.pdf", PDF), text="this is from Monday")
        assert "“photo.jpg” could not be fetched" in words(card)
        assert len(all_of(adopted, CaseFile)) == 1
        assert "this is from Monday" in words(volunteer.presses("That's all"))

    def test_the_eleventh_at_once_is_said_not_to_be_kept(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        card = volunteer.sends(*((f"photo{number}.jpg", JPEG) for number in range(11)))
        assert "“photo10.jpg” was not kept: 10 files at once" in words(card)
        assert len(all_of(adopted, CaseFile)) == 10

    def test_they_are_taken_wherever_in_the_form_they_come_and_the_answer_counts(
        self, house: House, adopted: Records
    ) -> None:
        volunteer = house["volunteer"]
        volunteer.says("complaint")
        volunteer.presses("Raise it")
        card = volunteer.sends(("photo.jpg", JPEG), text=STORY)
        assert "Kept: photo.jpg." in words(card)
        assert "What is it about?" in words(card)
        with adopted.reading() as session:
            (told,) = session.scalars(select(CaseEntry).where(CaseEntry.kind == "form:what"))
            assert adopted.open(CaseEntry.text, told) == STORY

    def test_one_can_be_taken_out_again(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        volunteer.sends(("photo.jpg", JPEG), ("letter.pdf", PDF))
        card = volunteer.presses("Remove photo.jpg")
        assert "photo.jpg" not in words(card)
        assert [row.media for row in all_of(adopted, CaseFile)] == ["application/pdf"]

    def test_thrown_away_nothing_of_them_is_left(self, house: House, adopted: Records) -> None:
        volunteer = at_the_files(house)
        volunteer.sends(("photo.jpg", JPEG))
        volunteer.presses("That's all")
        volunteer.presses("Throw it away")
        assert all_of(adopted, CaseFile) == []

    def test_words_that_ring_the_tripwire_do_not_take_the_files_away(
        self, house: House, adopted: Records
    ) -> None:
        volunteer = at_the_files(house)
        volunteer.sends(("photo.jpg", JPEG), text="He hits the child, I have seen it.")
        assert any("999" in words(card) for card in volunteer.cards)
        assert len(all_of(adopted, CaseFile)) == 1

    def test_a_name_in_a_files_name_is_looked_at_for_whom_it_is_about(self, house: House) -> None:
        volunteer = at_the_files(house)
        volunteer.sends(("sample-manager-shouting.jpg", JPEG))
        volunteer.presses("That's all")
        before = len(house["manager"].cards)
        volunteer.presses("Send it")
        assert len(house["manager"].cards) == before


class TestOnAnOpenCase:
    """Added after it was sent."""

    def test_they_are_added_and_the_owner_can_open_them(self, house: House, adopted: Records) -> None:
        volunteer, manager = house["volunteer"], house["manager"]
        fill(volunteer)
        volunteer.presses("Send it")
        take_on(manager)
        volunteer.presses("Add something", next(c for c in reversed(volunteer.cards) if "Add" in words(c)))
        assert "Kept: letter.pdf." in words(volunteer.sends(("letter.pdf", PDF)))
        assert "Something was added." in words(manager.card)
        ((label, document),) = documents(manager.presses("Open it")).items()
        assert label == "letter.pdf (1 KB)"
        opened = file_of(adopted, "web:manager", document.removeprefix("file:"))
        assert opened is not None
        assert (opened.name, opened.media, opened.content) == ("letter.pdf", "application/pdf", PDF)
        assert "case:file:opened" in [row.what for row in all_of(adopted, Audit)]

    def test_refused_alone_it_is_asked_for_again(self, house: House, adopted: Records) -> None:
        volunteer = house["volunteer"]
        fill(volunteer)
        volunteer.presses("Send it")
        volunteer.presses("Add something")
        assert "says that it is a PDF, and is not" in words(volunteer.sends(("letter.pdf", EXE)))
        assert "Kept: letter.pdf." in words(volunteer.sends(("letter.pdf", PDF)))
        assert len(all_of(adopted, CaseFile)) == 1


class TestWhoMayOpen:
    """Whoever may see the case, and nobody else."""

    def sent(self, house: House, adopted: Records, who: str = "Nobody in particular") -> str:
        volunteer = house["volunteer"]
        fill(volunteer, who=who)
        volunteer.presses("Change: Files")
        volunteer.sends(("photo.jpg", JPEG))
        volunteer.presses("That's all")
        volunteer.presses("Send it")
        (row,) = all_of(adopted, CaseFile)
        return row.id

    def test_the_one_who_sent_it_and_the_one_to_whom_it_was_handed(
        self, house: House, adopted: Records
    ) -> None:
        given = self.sent(house, adopted)
        assert file_of(adopted, "web:volunteer", given) is not None
        assert file_of(adopted, "web:manager", given) is not None

    @pytest.mark.parametrize("who", ["web:other", "web:chair", "web:lead", "web:nobody"])
    def test_nobody_else(self, house: House, adopted: Records, who: str) -> None:
        assert file_of(adopted, who, self.sent(house, adopted)) is None

    def test_not_the_one_whom_it_is_about(self, house: House, adopted: Records) -> None:
        given = self.sent(house, adopted, who="Sample manager")
        assert file_of(adopted, "web:manager", given) is None
        assert file_of(adopted, "web:chair", given) is not None

    @pytest.mark.parametrize("part", ["respondent", "may-be", "mentioned"])
    def test_not_an_owner_with_a_conflict_even_where_the_case_has_not_moved_yet(
        self, house: House, adopted: Records, part: conflict.Part
    ) -> None:
        given = self.sent(house, adopted)
        take_on(house["manager"])
        assert file_of(adopted, "web:manager", given) is not None
        with adopted.changing() as change:
            case = the_case(adopted)
            assert case.owner is not None
            conflict.take_part(change.session, case, case.owner, part)
        assert file_of(adopted, "web:manager", given) is None

    def test_not_an_officer_before_it_is_sent(self, house: House, adopted: Records) -> None:
        at_the_files(house).sends(("photo.jpg", JPEG))
        (row,) = all_of(adopted, CaseFile)
        assert file_of(adopted, "web:manager", row.id) is None

    def test_not_one_who_has_passed_it_on(self, house: House, adopted: Records) -> None:
        given, manager = self.sent(house, adopted), house["manager"]
        take_on(manager)
        manager.presses("Pass it on")
        manager.says("I know the family.")
        manager.presses("Pass on to Sample chair")
        assert file_of(adopted, "web:manager", given) is None
        assert file_of(adopted, "web:chair", given) is not None

    def test_not_one_whose_office_has_ended(self, house: House, adopted: Records) -> None:
        given = self.sent(house, adopted)
        take_on(house["manager"])
        with adopted.reading() as session:
            officer = session.scalars(select(Officer.id).where(Officer.office == "manager")).first()
        assert officer is not None
        end_office(adopted, officer)
        assert file_of(adopted, "web:manager", given) is None
        assert the_case(adopted).owner is not None


def test_a_file_that_nothing_waits_for_is_said_not_to_be_kept(house: House, adopted: Records) -> None:
    card = house["volunteer"].sends(("photo.jpg", AssertionError("was fetched")))
    assert "was not kept" in words(card)
    assert all_of(adopted, CaseFile) == []
