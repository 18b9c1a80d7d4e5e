"""The pages of the review as HTML: the list of policies, one policy as a whole, one section of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.web.html import safe
from adapters.web.review.item_view import Context, element_id, item_view, sent
from adapters.web.review.papers import Paper
from adapters.web.review.parts import area, button, form, hidden, line, select
from knowledge.clauses import Clause, Policy
from knowledge.outline import is_meta
from knowledge.pack_edits import wording
from knowledge.review import Item, Review, count_left, home, without_examples

# What is said at the top once something was done; an address says which.
DONE: Mapping[str, str] = {
    "right": "Noted: right.",
    "no": "Noted: not this. It counts no more.",
    "back": "Taken back: it is to be looked at again.",
    "edit": "Saved, and right.",
    "copy": "Copied. Edit the copy: the first answer that fits is told.",
    "words": "Saved.",
    "fact": "Added. Answers can turn on it now.",
    "approve": "The pack is reviewed. Hearth answers from it once the policy is adopted.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says at its top: what was done, or why it was not."""

    done: str = ""
    wrong: str = ""


def page(organisation: str, title: str, main: str, outline: str = "") -> str:
    """Return a whole page of the review."""
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{safe(title)}</title>'
        '<link rel="icon" href="/static/hearth.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/chat.css"><link rel="stylesheet" href="/static/review.css">'
        '</head><body class="review"><a class="skip" href="#main">Skip to the content</a>'
        '<header class="top"><div><h1>Review of policies</h1>'
        f'<p class="organisation" dir="auto">{safe(organisation)}</p></div>'
        '<nav class="ways" aria-label="Hearth"><a href="/review">All policies</a> <a href="/">Chat</a></nav>'
        f'</header><div class="sheet">{outline}<main id="main" tabindex="-1">{main}</main></div>'
        "</body></html>"
    )


def refused(words: str) -> str:
    """Return what is shown where there is nothing to show."""
    return f'<h2>Nothing to review here</h2><p dir="auto">{safe(words)}</p>'


def papers_view(papers: Sequence[tuple[Paper, Review]], faults: Sequence[str]) -> str:
    """Return the list of policies, with what is left of each."""
    rows = "".join(
        f'<li><a href="{address(paper)}" dir="auto">{safe(paper.file.policy.title)}</a>'
        f' <span class="count">{_standing(review)}</span></li>'
        for paper, review in papers
    )
    wrong = "".join(f'<p class="error" dir="auto">{safe(fault)}</p>' for fault in faults)
    empty = "<p>There is no policy yet. <code>hearth policy add FILE</code> brings one in.</p>"
    return f"<h2>Policies</h2>{f'<ul class=papers>{rows}</ul>' if rows else empty}{wrong}"


def _standing(review: Review) -> str:
    if review.left:
        return f"{review.left} to look at"
    return "reviewed" if review.reviewed else "looked at, not yet marked as reviewed"


def address(paper: Paper, section: int | None = None) -> str:
    """Return the address of a policy's page, or of a section of it."""
    return f"/review/{safe(paper.name)}" + ("" if section is None else f"/{section}")


def outline_view(paper: Paper, review: Review, here: int | None) -> str:
    """Return the policy's sections with what is left in each; `here` is the one that is shown."""
    entries = [_entry(paper, None, "Overview", "", here is None)]
    for at, section in enumerate(paper.file.policy.sections):
        if section.clauses:
            left = count_left(of_section(paper.file.policy, review, at))
            counted = f"{left} left" if left else "done"
            heading = section.heading or ("Sign-off" if is_meta(section.id) else "No heading")
            entries.append(_entry(paper, at, heading, counted, at == here))
    return f'<nav class="outline" aria-label="Sections of the policy"><ol>{"".join(entries)}</ol></nav>'


def _entry(paper: Paper, at: int | None, heading: str, counted: str, here: bool) -> str:  # noqa: FBT001 - private
    current = ' aria-current="page"' if here else ""
    count = f' <span class="count">{counted}</span>' if counted else ""
    return f'<li><a href="{address(paper, at)}" dir="auto"{current}>{safe(heading)}</a>{count}</li>'


def of_section(policy: Policy, review: Review, at: int) -> list[Item]:
    """Return the items that are shown in a section, in order; the first shows too what cites no clause."""
    order = {clause.id: place for place, clause in enumerate(policy.sections[at].clauses)}
    items = [item for item in review.items if item.clause in order]
    if at == next(place for place, section in enumerate(policy.sections) if section.clauses):
        known = {clause.id for clause in policy.clauses}
        items += [item for item in review.items if item.clause not in known]
    return sorted(items, key=lambda item: order.get(item.clause, len(order)))


def section_view(paper: Paper, review: Review, at: int, context: Context, said: Said) -> str:
    """Return a section: each clause as it stands in the text, and beside it what was understood."""
    policy, items = paper.file.policy, of_section(paper.file.policy, review, at)
    section = policy.sections[at]
    topics = {topic["id"]: topic for topic in paper.file.data["topic"]}
    clauses = "".join(
        _clause(clause, [item for item in items if item.clause == clause.id], topics, context)
        for clause in section.clauses
    )
    ids = {clause.id for clause in section.clauses}
    lost = [item for item in items if item.clause not in ids]
    if lost:
        clauses += _clause(None, lost, topics, context)
    return (
        f'{_top(review, said, context)}<h2 dir="auto">{safe(section.heading or "Clauses without a heading")}'
        f"</h2>{clauses}{_onward(paper, review, at)}"
    )


def _top(review: Review, said: Said, context: Context) -> str:
    whole = len(review.items)
    focus = "" if context.focus or context.refused else " autofocus"
    told = " ".join(filter(None, (DONE.get(said.done, ""), _left(review))))
    wrong = f'<p class="error" role="alert">{safe(said.wrong)}</p>' if said.wrong else ""
    return (
        f'<div class="progress"><p id="left" role="status" tabindex="-1"{focus if said.done else ""}>'
        f"{told}</p>"
        f'<progress value="{whole - review.left}" max="{max(whole, 1)}" aria-hidden="true"></progress></div>'
        f"{wrong}"
    )


def _left(review: Review) -> str:
    if review.left:
        return f"{review.left} of {len(review.items)} are left to look at."
    return "Everything was looked at."


def _clause(
    clause: Clause | None, items: Sequence[Item], topics: Mapping[str, Mapping[str, Any]], context: Context
) -> str:
    name = f"Clause {clause.id}" if clause else "Answers that quote no clause"
    about = element_id(f"clause:{clause.id if clause else ''}")
    text = safe(clause.text) if clause else ""
    original = f'<blockquote class="original" dir="auto">{text}</blockquote>' if clause else ""
    shown = "".join(item_view(item, context) for item in items)
    mine = [topic for name, topic in topics.items() if home(topic) == (clause.id if clause else "")]
    worded = "".join(_wording(topic, context) for topic in mine)
    return (
        f'<section class="clause" aria-labelledby="{about}"><div class="text">'
        f'<h3 id="{about}">{safe(name)}</h3>'
        f'{original}</div><div class="understood">{f"<ul>{shown}</ul>" if shown else ""}'
        f"{_all(items, context, about)}{worded}</div></section>"
    )


def _all(items: Sequence[Item], context: Context, about: str) -> str:
    left = [item for item in items if item.state == "left" and item.kind in ("norm", "row")]
    if len(left) < 2:
        return ""
    fields = "".join(sent(item) for item in left)
    return form(context.action, fields, button(f"All {len(left)} are right", "right", about))


def _wording(topic: Mapping[str, Any], context: Context) -> str:
    wrong = context.refused == f"topic:{topic['id']}"
    given = {**topic, **(context.given if wrong else {})}
    error = f'<p class="error" role="alert" tabindex="-1" autofocus>{safe(context.why)}</p>' if wrong else ""
    return (
        f"<details{' open' if wrong else ''}><summary>How people ask about it"
        f'<span class="unseen">: {safe(topic["name"])}</span></summary>'
        + form(
            context.action,
            error,
            hidden("topic", topic["id"]),
            hidden("seen", wording(topic)),
            line("name", "What it is called", given["name"]),
            area("examples", "Questions, as people ask them", given.get("examples", ()), "one on each line"),
            area("cues", "Words by which people mean it", given.get("cues", ()), "one on each line"),
            f'<div class="buttons">{button("Save", "words", "", "button primary")}</div>',
        )
        + "</details>"
    )


def _onward(paper: Paper, review: Review, at: int) -> str:
    sections = paper.file.policy.sections
    order = [*range(at + 1, len(sections)), *range(at)]
    for place in order:
        if sections[place].clauses and count_left(of_section(paper.file.policy, review, place)):
            heading = safe(sections[place].heading or "the next section")
            return (
                f'<p class="onward"><a class="button" href="{address(paper, place)}" dir="auto">Go on with '
                f"{heading}</a></p>"
            )
    return f'<p class="onward"><a class="button" href="{address(paper)}">To the overview</a></p>'


def overview(paper: Paper, review: Review, said: Said, context: Context, in_force: str) -> str:
    """Return a policy as a whole: what is left, what is missing, and the act that makes it reviewed."""
    policy, data = paper.file.policy, paper.file.data
    missing = "".join(f'<li dir="auto">{safe(one)}</li>' for one in review.lacks)
    silent = without_examples(data)
    rows = (
        ("Version", policy.version[:8]),
        ("Adopted, as the text says", _month(policy.adopted)),
        ("Review due", _month(policy.review_due)),
        ("In force", in_force),
        ("Its text", str(paper.text_file)),
        ("Its pack", str(paper.pack_file)),
    )
    about = "".join(f'<div><dt>{safe(n)}</dt><dd dir="auto">{safe(v)}</dd></div>' for n, v in rows)
    return (
        f'{_top(review, said, context)}<h2 dir="auto">{safe(policy.title)}</h2>'
        f'<dl class="facts">{about}</dl>'
        + (f"<h3>What it lacks</h3><ul>{missing}</ul>" if missing else "")
        + (f'<p class="hint">{_unasked(silent)}</p>' if silent else "")
        + _approval(review, context)
        + _facts_view(data, context)
    )


def _month(day: date | None) -> str:
    """Return a day's month, as everywhere: of a text that names no day only the month is known."""
    return f"{day:%B %Y}" if day else "not said"


def _unasked(count: int) -> str:
    topics = "One topic has" if count == 1 else f"{count} topics have"
    return (
        f"{topics} no question as people ask it. Such a topic is quoted, and gives no verdict, unless the "
        "message reader was trained on it."
    )


def _approval(review: Review, context: Context) -> str:
    head = "<h3>Reviewed</h3>"
    if review.reviewed:
        return f"{head}<p>This pack is reviewed. {_ADOPTING}</p>"
    if review.left or review.lacks:
        return (
            f"{head}<p>Until the pack is reviewed, Hearth answers from this policy by quotation only. It can "
            "be marked as reviewed once everything was looked at and nothing is missing.</p>"
        )
    return (
        f"{head}<p>Everything was looked at and nothing is missing. {_ADOPTING}</p>"
        f"{form(context.action, button('Mark this pack as reviewed', 'approve', '', 'button primary'))}"
    )


_ADOPTING = "Putting the policy in force is an act of its own: <code>hearth policy adopt</code>."


def _facts_view(data: Mapping[str, Any], context: Context) -> str:
    known = "".join(
        f'<li dir="auto">{safe(fact["ask"])} <span class="hint">{safe(fact["yes"])} / {safe(fact["no"])}'
        "</span></li>"
        for fact in data["fact"]
    )
    wrong = context.refused == "fact"
    given = context.given if wrong else {}
    error = f'<p class="error" role="alert" tabindex="-1" autofocus>{safe(context.why)}</p>' if wrong else ""
    return (
        "<h3>Questions on which an answer turns</h3>"
        + (f"<ul>{known}</ul>" if known else "<p>None so far.</p>")
        + f"<details{' open' if wrong else ''}><summary>Add a question</summary>"
        + form(
            context.action,
            error,
            line("ask", "The question", given.get("ask", ""), "such as: Has the manager agreed?"),
            line("yes", "What people answer for yes", given.get("yes", "")),
            line("no", "What people answer for no", given.get("no", "")),
            select("strict", "The stricter side is", ("y", "n"), given.get("strict", "n")),
            f'<div class="buttons">{button("Add", "fact", "", "button primary")}</div>',
        )
        + "</details>"
    )
