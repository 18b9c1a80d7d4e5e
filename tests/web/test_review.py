"""Reviewing a policy in a real browser: what an officer sees, says and corrects, and what nobody else may."""

import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from sqlalchemy import select

from adapters.web import Bell, WebSettings
from bot.records.store import Records
from bot.records.tables import Audit
from tests.web.browser import SCREENS, LiveServer, faults, focused, opened, serving
from tests.web.review import account_of, appoint, dismiss, in_thread, reviewing, with_policy

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]
MILEAGE, RECEIPTS = "review/expenses/1", "review/expenses/2"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack that is reviewed."""
    return tmp_path / "policies" / "expenses.pack.toml"


@pytest_asyncio.fixture(loop_scope="session")
async def server(
    records: Records, settings: WebSettings, bell: Bell, pack: Path
) -> AsyncIterator[LiveServer]:
    """The web, served for an organisation with a policy to review."""
    pack.parent.mkdir()
    async with serving(records, with_policy(settings, pack.parent), bell) as running:
        yield running


def read(pack: Path) -> dict[str, object]:
    return tomllib.loads(words(pack))


def words(pack: Path) -> str:
    return pack.read_text(encoding="utf-8")


async def left(page: Page) -> str:
    return await page.locator("#left").inner_text()


async def press(page: Page, label: str, at: int = 0) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=label, exact=True).nth(at).click()


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_on_any_page_of_the_review(
    browser: Browser, server: LiveServer, records: Records, screen: str
) -> None:
    async with reviewing(browser, server, records, "review", **SCREENS[screen]) as page:
        assert await faults(page) == ""
        await page.get_by_role("link", name="Expenses").click()
        await page.get_by_text("Add a question").click()
        assert await faults(page) == ""
        await page.get_by_role("link", name="1. Mileage").click()
        for summary in await page.locator("summary").all():
            await summary.click()
        assert await faults(page) == ""
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_clause_stands_beside_what_was_understood_of_it(
    browser: Browser, server: LiveServer, records: Records
) -> None:
    async with reviewing(browser, server, records, RECEIPTS) as page:
        clause = page.locator(".clause").first
        assert await clause.locator(".original").inner_text() == "Everyone must keep <b>receipts</b>."
        assert "requires (everyone): keep" in await clause.locator(".item").first.inner_text()
        assert await left(page) == "11 of 11 are left to look at."
        assert "5 left" in await page.get_by_role("navigation", name="Sections").inner_text()


async def test_what_is_right_or_not_is_kept_counted_and_can_be_taken_back(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    async with reviewing(browser, server, records, MILEAGE) as page:
        await press(page, "Right")
        assert await left(page) == "Noted: right. 10 of 11 are left to look at."
        assert "10 left" in await page.title()
        await press(page, "Not this", 3)
        await press(page, "All 2 are right")
        assert "7 of 11" in await left(page)
        await press(page, "Take back", 2)
        assert "8 of 11" in await left(page)
    written = words(pack)
    assert written.startswith("# Proposed by Hearth")
    assert "# proposal: claim for journeys from home" in written
    assert await in_thread(audited, records) == ["right", "no", "right", "back"]


def audited(records: Records) -> list[str]:
    """Return what the audit says was done, in order."""
    reviewed = select(Audit.what).where(Audit.what.startswith("policy:review")).order_by(Audit.number)
    with records.reading() as session:
        return [what.rpartition(":")[2] for what in session.scalars(reviewed)]


async def test_the_keyboard_alone_goes_from_one_to_the_next(
    browser: Browser, server: LiveServer, records: Records
) -> None:
    async with reviewing(browser, server, records, MILEAGE) as page:
        first = page.get_by_role("button", name="Right", exact=True).first
        await first.focus()
        for expected in ("An answer", "The clause"):
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            assert "Not looked at" in await page.evaluate("document.activeElement.innerText")
            assert expected in await page.evaluate("document.activeElement.innerText")
            await page.keyboard.press("Tab")
            assert await focused(page) == "Right"
            described = await page.evaluate(
                "document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText"
            )
            assert expected in described


async def test_an_edit_goes_into_the_pack_and_is_right(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    async with reviewing(browser, server, records, MILEAGE) as page:
        answer = page.locator(".item", has_text="not allowed: Clause 1.2 forbids this.")
        await answer.locator("summary").click()
        await answer.get_by_label("In plain words").fill("No. From home is not paid.")
        await answer.get_by_label("volunteers", exact=True).first.check()
        await answer.get_by_role("button", name="Save, it is right").click()
        await page.get_by_text("From home is not paid.").first.wait_for()
        assert "Saved, and right." in await left(page)
        norm = page.locator(".item", has_text="forbids (staff)")
        await norm.locator("summary").click()
        await norm.get_by_label("everyone", exact=True).first.check()
        await norm.get_by_role("button", name="Save, it is right").click()
        await page.get_by_text("forbids (staff, everyone)").wait_for()
    found = read(pack)
    row = found["topic"][1]["row"][0]  # type: ignore[index]  # as the pack has it
    assert (row["say"], row["who"], row["review"]) == (
        "No. From home is not paid.", ["volunteer", "staff"], "right"
    )  # fmt: skip
    assert found["norms"] == {"1.2/1": {"bearers": ["staff", "everyone"], "review": "right"}}


@pytest.mark.parametrize(
    ("label", "given", "says"),
    [
        ("In plain words", "very " * 26, "more than 25 words"),
        ("Clauses that it quotes", "9.9", "clause 9.9 is cited"),
    ],
)
async def test_an_edit_that_does_not_fit_says_why_and_keeps_what_was_typed(
    browser: Browser, server: LiveServer, records: Records, pack: Path, label: str, given: str, says: str
) -> None:
    before = words(pack)
    async with opened(browser, server) as page:  # a refused form is logged as a fault of the page
        await in_thread(appoint, records, await account_of(page))
        answer = await page.request.get(server.url + MILEAGE)
        assert answer.ok
        await page.goto(server.url + MILEAGE)
        item = page.locator(".item", has_text="Clause 1.2 forbids this.")
        await item.locator("summary").click()
        await item.get_by_label(label).fill(given)
        sent = await item.locator("details form").evaluate(
            "form => new URLSearchParams(new FormData(form)).toString() + '&do=edit'"
        )
        refused = await page.request.post(
            server.url + MILEAGE,
            data=sent,
            headers={
                "Origin": server.url.rstrip("/"),
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        shown = await refused.text()
    assert refused.status == 422
    assert says in shown
    assert f'value="{" ".join(given.split())}"' in shown
    assert "<details open>" in shown
    assert words(pack) == before


async def test_two_officers_at_once_lose_nothing(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    async with (
        reviewing(browser, server, records, MILEAGE) as one,
        opened(browser, server) as other,
    ):
        await in_thread(appoint_also, records, await account_of(other))
        await other.goto(server.url + MILEAGE)
        await press(one, "Right", 0)
        await press(other, "Right", 1)  # of another item: both count
        assert "9 of 11" in await left(other)
        stale = (
            await one.locator(".item")
            .nth(1)
            .locator("form")
            .first.evaluate("form => new URLSearchParams(new FormData(form)).toString() + '&do=no'")
        )
        headers = {"Origin": server.url.rstrip("/"), "Content-Type": "application/x-www-form-urlencoded"}
        before = words(pack)
        answer = await one.request.post(server.url + MILEAGE, data=stale, headers=headers)
        assert answer.status == 409
        assert "Somebody changed this meanwhile" in await answer.text()
        assert words(pack) == before


def appoint_also(records: Records, account: str) -> None:
    from bot import officers, people
    from bot.contact import Contact

    with records.changing() as change:
        given = Contact("Another", "01432 000001")
        officers.appoint(change, "chair", given, people.known(change, account), who="test")


async def test_a_fact_is_added_and_a_copied_answer_turns_on_it(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    async with reviewing(browser, server, records) as page:
        await page.get_by_text("Add a question").click()
        await page.get_by_label("The question").fill("Has the manager agreed?")
        await page.get_by_label("answer for yes").fill("Yes, agreed")
        await page.get_by_label("answer for no").fill("No")
        await press(page, "Add")
        await page.goto(server.url + MILEAGE)
        answer = page.locator(".item", has_text="Clause 1.1 speaks of this.")
        await answer.locator("summary").click()
        await answer.get_by_role("button", name="Copy it before itself").click()
        await page.locator(".item", has_text="Clause 1.1 speaks of this.").nth(1).wait_for()
        copy = page.locator(".item", has_text="Clause 1.1 speaks of this.").first
        await copy.locator("summary").click()
        await copy.get_by_label("The answer is").select_option("allowed")
        await copy.get_by_label("In plain words").fill("Yes, 45p a mile.")
        await copy.get_by_label("anyone at all").uncheck()
        await copy.get_by_label("volunteers", exact=True).first.check()
        await copy.get_by_label("Has the manager agreed?").select_option("y")
        await copy.get_by_role("button", name="Save, it is right").click()
        await page.get_by_text("Yes, 45p a mile.").first.wait_for()
        assert "where has the manager agreed" in await page.locator(".item.right").inner_text()
    row = read(pack)["topic"][0]["row"][0]  # type: ignore[index]  # as the pack has it
    assert (row["verdict"], row["facts"]) == ("allowed", {"has_the_manager_agreed": "y"})


async def test_a_pack_is_marked_as_reviewed_once_all_was_looked_at_and_adopts_nothing(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    async with reviewing(browser, server, records) as page:
        assert await page.get_by_role("button", name="Mark this pack as reviewed").count() == 0
        for path in (MILEAGE, RECEIPTS):
            await page.goto(server.url + path)
            while await page.get_by_role("button", name="are right").count():
                async with page.expect_navigation():
                    await page.get_by_role("button", name="are right").first.click()
        assert await left(page) == "Noted: right. Everything was looked at."
        await page.get_by_role("link", name="To the overview").click()
        await page.get_by_role("button", name="Mark this pack as reviewed").click()
        await page.get_by_text("This pack is reviewed.").wait_for()
        assert "not adopted" in await page.locator("main").inner_text()
        assert await faults(page) == ""
    assert read(pack)["reviewed"] is True


async def test_whoever_holds_no_office_sees_and_changes_nothing(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    before = words(pack)
    async with opened(browser, server) as page:
        headers = {"Origin": server.url.rstrip("/")}
        for path in ("review", "review/expenses", MILEAGE):
            answer = await page.request.get(server.url + path)
            assert answer.status == 403
            assert "Only an officer may review" in await answer.text()
            assert "Mileage" not in await answer.text()
        office = await in_thread(appoint, records, await account_of(page))
        await page.goto(server.url + MILEAGE)
        form = page.locator(".item form").first
        sent = await form.evaluate("form => Object.fromEntries(new FormData(form))")
        await in_thread(dismiss, records, office)
        answer = await page.request.post(server.url + MILEAGE, form={**sent, "do": "right"}, headers=headers)
        assert answer.status == 403
    assert words(pack) == before


async def test_another_page_cannot_send_the_forms(
    browser: Browser, server: LiveServer, records: Records
) -> None:
    async with reviewing(browser, server, records) as page:
        answer = await page.request.post(
            server.url + MILEAGE, form={"do": "approve"}, headers={"Origin": "http://evil.example"}
        )
        assert answer.status == 403


@pytest.mark.parametrize("path", ["review/none", "review/expenses/77", "review/expenses/x", "review/..%2Fx"])
async def test_what_is_not_there_is_said(
    browser: Browser, server: LiveServer, records: Records, path: str
) -> None:
    async with reviewing(browser, server, records) as page:
        assert (await page.request.get(server.url + path)).status == 404


async def test_a_pack_that_cannot_be_read_is_named_and_the_others_are_shown(
    browser: Browser, server: LiveServer, records: Records, pack: Path
) -> None:
    (pack.parent / "broken.txt").write_text("1. Staff must ask.\n", encoding="utf-8")
    (pack.parent / "broken.pack.toml").write_text("reviewed = maybe", encoding="utf-8")
    async with reviewing(browser, server, records, "review") as page:
        shown = await page.locator("main").inner_text()
    assert "Expenses" in shown
    assert "broken.pack.toml: cannot be read" in shown
