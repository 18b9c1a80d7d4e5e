"""Files that are sent to the page: taken, refused in words, fetched by their own conversation alone."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from adapters.web import Bell, WebChannel, uploads
from bot import people
from bot.cases import casebook
from bot.channel import Undeliverable
from bot.message import LARGEST_FILE
from bot.records.store import Records
from bot.records.tables import CaseFile, WebFile, new_id
from tests.cases.samples import EXE, JPEG, PDF
from tests.records.stage import all_of
from tests.web.conftest import Client, Frame, Page
from tests.web.doors import GalleryDoor


async def upload(page: Page, name: str, content: bytes, **headers: str) -> tuple[int, str]:
    """Send a file as the script does; return the status and the answer."""
    sent = {"Origin": page.origin, "X-File-Name": quote(name), **headers}
    answer = await page.client.post("/file", data=io.BytesIO(content), headers=sent)
    return answer.status, await answer.text()


async def uploaded(page: Page, name: str, content: bytes) -> Frame:
    """Send a file that is taken; return what the page gets of it."""
    status, answer = await upload(page, name, content)
    assert status == 201, answer
    found: Frame = json.loads(answer)
    return found


async def test_a_file_is_sent_with_a_message_and_can_be_fetched_by_its_conversation_alone(
    page: Page, door: GalleryDoor, records: Records, bell: Bell
) -> None:
    file = await uploaded(page, "Füße & photo.jpg", JPEG)
    assert (file["name"], file["media"], file["size"]) == ("Füße & photo.jpg", "image/jpeg", len(JPEG))
    await page.send(type="say", id="message-1", text="look", files=[file])
    frames = await page.until_answered("message-1")
    said = next(frame for frame in frames if frame["type"] == "said")
    assert "File: Füße &amp; photo.jpg" in said["html"]
    (message,) = door.messages
    (attached,) = message.files
    assert (attached.name, attached.size) == ("Füße & photo.jpg", len(JPEG))
    channel = WebChannel(records, bell)
    assert await in_thread(channel, message.conversation, attached.ref) == JPEG
    with pytest.raises(Undeliverable):
        await in_thread(channel, "web:another", attached.ref)


async def in_thread(channel: WebChannel, conversation: str, ref: str) -> bytes:
    """Fetch a file as a worker does."""
    return await asyncio.to_thread(channel.fetch, conversation, ref)


async def test_a_file_alone_is_a_message(page: Page, door: GalleryDoor) -> None:
    file = await uploaded(page, "photo.jpg", JPEG)
    await page.send(type="say", id="message-1", text="", files=[file])
    await page.until_answered("message-1")
    assert door.messages[0].text == ""
    assert len(door.messages[0].files) == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "why"),
    [
        ("photo.jpg", PDF, 415, "“photo.jpg” was not kept: it is really a PDF"),
        ("photo.jpg", EXE, 415, "“photo.jpg” says that it is a JPEG picture, and is not"),
        ("../../empty.jpg", b"", 415, "“empty.jpg” is empty"),
        ("photo.jpg", JPEG + b"\0" * LARGEST_FILE, 413, "“photo.jpg” is larger than 20 MB"),
    ],
)
async def test_what_is_not_taken_is_refused_in_words_and_nothing_of_it_is_kept(
    page: Page, records: Records, name: str, content: bytes, status: int, why: str
) -> None:
    answered, text = await upload(page, name, content)
    assert answered == status
    assert why in text
    assert await stored(records) == 0


async def test_a_body_without_a_length_is_cut_off_where_it_is_too_large(page: Page, records: Records) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield JPEG + b"\0" * 1024 * 1024

    sent = {"Origin": page.origin, "X-File-Name": "photo.jpg"}
    answer = await page.client.post("/file", data=parts(), headers=sent)
    assert answer.status == 413
    assert await stored(records) == 0


async def test_another_page_may_not_send_a_file(page: Page, records: Records) -> None:
    status, _ = await upload(page, "photo.jpg", JPEG, Origin="http://elsewhere.example")
    assert status == 403
    assert await stored(records) == 0


async def test_without_a_conversation_there_is_no_upload(client: Client, records: Records) -> None:
    page = Page(client)
    status, _ = await upload(page, "photo.jpg", JPEG)
    assert status == 401
    assert await stored(records) == 0


async def test_too_many_that_wait_are_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 2)
    for _ in range(2):
        await uploaded(page, "photo.jpg", JPEG)
    status, text = await upload(page, "photo.jpg", JPEG)
    assert status == 429
    assert "Too many files" in text


async def test_a_file_of_another_conversation_cannot_be_sent(page: Page, door: GalleryDoor) -> None:
    file = {"id": "0" * 32, "name": "photo.jpg", "media": "image/jpeg", "size": 3}
    await page.send(type="say", id="message-1", text="look", files=[file])
    frame = await page.frame()
    assert frame["type"] == "refused"
    assert "not there any more" in frame["text"]
    assert door.messages == []


@pytest.mark.parametrize(
    "file",
    [
        {"id": "../../etc", "name": "photo.jpg", "media": "", "size": 3},
        {"id": "0" * 32, "name": "photo.jpg", "media": "x" * 101, "size": 3},
        {"id": "0" * 32, "name": "photo.jpg", "media": "", "size": -1},
        "photo.jpg",
    ],
)
async def test_what_is_no_file_is_not_read(page: Page, file: object) -> None:
    await page.send(type="say", id="message-1", text="look", files=[file])
    frame = await page.frame()
    assert frame["type"] == "error"
    assert "had not uploaded" in frame["html"]


async def stored(records: Records) -> int:
    """Count the files that are kept."""
    return len(await asyncio.to_thread(all_of, records, WebFile))


class TestGivenOut:
    """A file of a case, given to the one who may see it."""

    async def test_it_is_a_download_with_its_own_type_that_no_page_shows(
        self, page: Page, records: Records, door: GalleryDoor
    ) -> None:
        await page.say("hello")
        given = await asyncio.to_thread(in_a_case, records, door.messages[0].sender)
        answer = await page.client.get(f"/document/file:{given}")
        assert answer.status == 200
        assert await answer.read() == PDF
        assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(NAME)}"
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"

    async def test_someone_elses_is_answered_as_one_that_is_not_there(
        self, page: Page, records: Records
    ) -> None:
        await page.say("hello")
        given = await asyncio.to_thread(in_a_case, records, "web:another")
        answers = [await page.client.get(f"/document/file:{one}") for one in (given, "0" * 32)]
        assert [answer.status for answer in answers] == [404, 404]
        assert await answers[0].text() == await answers[1].text()

    async def test_without_a_conversation_there_is_none(self, client: Client, records: Records) -> None:
        given = await asyncio.to_thread(in_a_case, records, "web:another")
        assert (await client.get(f"/document/file:{given}")).status == 404


NAME = 'Füße "1".pdf'


def in_a_case(records: Records, account: str) -> str:
    """Write a case that an account raised, with a file; return the file's id."""
    with records.changing() as change:
        person = people.known(change, account)
        case = casebook.open_case(change, "complaint", person, "words", None)
        row = CaseFile(id=new_id(), organisation=records.organisation, case_=case.id, at=records.now())
        row.by, row.media, row.size = person.id, "application/pdf", len(PDF)
        row.name = records.seal(CaseFile.name, row, NAME)
        row.content = records.seal(CaseFile.content, row, base64.b64encode(PDF).decode())
        change.add(row)
        return row.id
