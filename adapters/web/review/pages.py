"""Serving the review: who may see it, what is shown, what is written when an officer says something."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from adapters.output import OutputError
from adapters.web.review import forms, view
from adapters.web.review.changes import changed
from adapters.web.review.item_view import Context
from adapters.web.review.papers import NoSuchPaper, Paper, Papers
from adapters.web.settings import WebSettings
from bot import policies, reviewing
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from knowledge.norms import CorrectionError
from knowledge.pack import PackError
from knowledge.pack_edits import ChangedMeanwhile, NotTaken
from knowledge.reader import PolicyError
from knowledge.review import Review as Standing

_OFFICERS = (
    "Only an officer may review a policy. Say in the chat that you are the manager, or enter your one-time "
    "code there; then come back."
)
_AWAY = "Hearth cannot reach its records at the moment. Nothing was saved; please try again in a minute."
_MEANWHILE = (
    "Somebody changed this meanwhile. Nothing of yours was saved. Here is how it stands now: look again."
)
_UNUSABLE = (PolicyError, PackError, CorrectionError)
Conversation = Callable[[web.Request], Awaitable[str | None]]


class NotAnOfficer(Exception):  # noqa: N818 - reads as what is so
    """Whoever asks holds no office now."""


class Review:
    """Serves the review of an organisation's policies; `conversation` names the one of a request."""

    def __init__(self, records: Records, settings: WebSettings, conversation: Conversation) -> None:
        self._records = records
        self._organisation = settings.organisation
        self._papers = Papers(settings.policy_folders, settings.organisation)
        self._conversation = conversation

    async def all(self, request: web.Request) -> web.Response:
        """Show the list of policies."""
        return await self._shown(request, self._all)

    async def show(self, request: web.Request) -> web.Response:
        """Show a policy as a whole, or one of its sections."""
        name, at = _place(request)
        done, item = request.query.get("done", ""), request.query.get("at", "")
        return await self._shown(
            request, lambda account: self._page(account, name, at, view.Said(done), after=item)
        )

    async def take(self, request: web.Request) -> web.Response:
        """Write what an officer said, then show what is next; or show why it was not taken."""
        name, at = _place(request)
        form = await request.post()
        return await self._shown(request, lambda account: self._taken(account, name, at, form))

    async def _shown(self, request: web.Request, make: Callable[[str], web.Response]) -> web.Response:
        account = await self._conversation(request)
        try:
            return await asyncio.to_thread(make, account or "")
        except NotAnOfficer:
            return self._refused(403, _OFFICERS)
        except NoSuchPaper:
            return self._refused(404, "There is no such policy here.")
        except RecordsUnavailable:
            return self._refused(503, _AWAY)
        except (*_UNUSABLE, OutputError) as error:
            return self._refused(500, str(error))

    def _refused(self, status: int, words: str) -> web.Response:
        return _html(view.page(self._organisation, "Review", view.refused(words)), status)

    def _all(self, account: str) -> web.Response:
        self._require(account)
        papers, faults = self._papers.all()
        main = view.papers_view([(paper, paper.file.review()) for paper in papers], faults)
        return _html(view.page(self._organisation, "Review of policies", main))

    def _page(
        self,
        account: str,
        name: str,
        at: int | None,
        said: view.Said,
        *,
        after: str = "",
        refused: tuple[str, str, dict[str, Any]] | None = None,
        status: int = 200,
    ) -> web.Response:
        self._require(account)
        paper = self._papers.read(name)
        review = paper.file.review()
        facts = {fact["id"]: fact["ask"] for fact in paper.file.data["fact"]}
        what, why, given = refused or ("", "", {})
        action = view.address(paper, at)
        context = Context(action, facts, _next(paper, review, at, after), what, why, given)
        sections = paper.file.policy.sections
        if at is None:
            main = view.overview(paper, review, said, context, self._in_force(paper))
        elif at < len(sections) and sections[at].clauses:
            main = view.section_view(paper, review, at, context, said)
        else:
            raise NoSuchPaper(name)
        title = f"{view.DONE.get(said.done, '')} {review.left} left: {paper.file.policy.title}".strip()
        outline = view.outline_view(paper, review, at)
        return _html(view.page(self._organisation, title, main, outline), status)

    def _taken(self, account: str, name: str, at: int | None, form: forms.Form) -> web.Response:
        done = forms.text(form, "do")
        seen = forms.seen(form)
        what = next(iter(seen), "") or f"topic:{form.get('topic', '')}"
        what = "fact" if done == "fact" else what
        try:
            self._write(account, name, done, form)
        except (ChangedMeanwhile, NotTaken) as error:
            meanwhile = isinstance(error, ChangedMeanwhile)
            why = _MEANWHILE if meanwhile else str(error)
            edits = done in ("edit", "words", "fact")
            refused = (what, why, forms.given(done, form, what)) if edits else None
            said = view.Said(wrong="" if edits and not meanwhile else why)
            status = 409 if meanwhile else 422
            return self._page(account, name, at, said, refused=refused, status=status)
        asked = urlencode({"done": done, "at": next(reversed(list(seen)), "")})
        raise web.HTTPSeeOther(f"{view.address(self._papers.read(name), at)}?{asked}")

    def _write(self, account: str, name: str, done: str, form: forms.Form) -> None:
        """Change the pack and note it in the audit, both or neither."""
        self._require(account)
        with self._papers.changing(name) as paper:
            text, what = changed(paper.file, done, form)
            with self._records.changing() as change:
                person = reviewing.reviewer(change.session, self._records.organisation, account)
                if person is None:
                    raise NotAnOfficer
                reviewing.note(change, person, done, paper.file.policy.version, f"{name} {what}".strip())
                paper.write(text)

    def _require(self, account: str) -> None:
        with self._records.reading() as session:
            if reviewing.reviewer(session, self._records.organisation, account) is None:
                raise NotAnOfficer

    def _in_force(self, paper: Paper) -> str:
        policy = paper.file.policy
        with self._records.reading() as session:
            found = policies.states(session, self._records.organisation, self._records.now())
        for row, state in found:
            if (row.policy, row.version) == (policy.title, policy.version):
                return f"{state} (from {row.adopted_at:%-d %B %Y})"
        return f"not adopted: hearth policy adopt {paper.text_file}"


def _place(request: web.Request) -> tuple[str, int | None]:
    section = request.match_info.get("section")
    with suppress(ValueError):
        return request.match_info["name"], int(section) if section else None
    raise web.HTTPNotFound(text="There is no such section.")


def _next(paper: Paper, review: Standing, at: int | None, after: str) -> str:
    """Return the item to go on with: the next in the section that nobody has looked at."""
    if at is None or not after:
        return ""
    items = view.of_section(paper.file.policy, review, at)
    before = next((place for place, item in enumerate(items) if item.id == after), -1)
    if after.partition(":")[0] in ("example", "cue"):
        before -= 1  # the proposal itself is gone
    ahead = [*items[before + 1 :], *items[: before + 1]]
    return next((item.id for item in ahead if item.state == "left"), "")


def _html(text: str, status: int = 200) -> web.Response:
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
