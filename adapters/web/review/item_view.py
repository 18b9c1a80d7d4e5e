"""One item of a review as HTML: what was understood, what a person says of it, and the form to edit it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.web.html import safe
from adapters.web.review.parts import area, button, checks, form, hidden, line, listed, select, shown
from knowledge.grammar import MODALITIES
from knowledge.norms import Norm
from knowledge.pack import ASK_WHOM, BOUND, VERDICTS
from knowledge.parties import PARTIES
from knowledge.reading import BEARERS, FORMS, TARGETS
from knowledge.review import Item, State

_STATES: Mapping[State, str] = {"left": "Not looked at", "right": "Right", "refused": "Not this"}
_KINDS = {"norm": "The clause", "row": "An answer", "example": "Proposed question", "cue": "Proposed word"}


@dataclass(frozen=True, slots=True)
class Context:
    """What the forms of a page need: where they are sent, the pack's facts, and what was refused just now.

    `focus` is the item to go on with. `refused` is an item, why it was not taken, and what had been given.
    """

    action: str
    facts: Mapping[str, str]
    focus: str = ""
    refused: str = ""
    why: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)


def item_view(item: Item, context: Context) -> str:
    """Return an item as an entry of its clause's list."""
    about = element_id(item.id)
    focus = " autofocus" if item.id == context.focus and not context.refused else ""
    said = _norm(item.norm) if item.norm else _row(item) if item.row is not None else _proposal(item)
    return (
        f'<li class="item {item.state}" id="{about}" tabindex="-1"{focus}>'
        f'<div id="{about}-what"><p class="kind">{_KINDS[item.kind]}</p>{said}</div>'
        f'<p class="state">{_STATES[item.state]}</p>{_verdict(item, context, f"{about}-what")}'
        f"{_edit(item, context, about)}</li>"
    )


def element_id(item_id: str) -> str:
    """Return the id of an item's element; letters of an address that CSS or a browser reads are left out."""
    return "i-" + "".join(letter if letter.isalnum() else "-" for letter in item_id)


def sent(item: Item) -> str:
    """Return the hidden field that says which item a form is about, and how it was shown."""
    return hidden("item", f"{item.id}={item.seen}")


def _verdict(item: Item, context: Context, about: str) -> str:
    if item.kind in ("example", "cue") or item.state == "left":
        buttons = button("Right", "right", about, "button primary") + button("Not this", "no", about)
    else:
        buttons = button("Take back", "back", about)
    return form(context.action, sent(item), f'<div class="buttons">{buttons}</div>')


def _norm(norm: Norm) -> str:
    first = f"<strong>{safe(shown(norm.modality))}</strong> ({safe(listed(norm.bearers))}): {safe(norm.act)}"
    rows = [
        ("towards", listed(norm.targets)),
        *(("when", words) for words in norm.conditions),
        *(("except", words) for words in norm.exceptions),
    ]
    return f'<p dir="auto">{first}</p>{_facts(rows)}'


def _row(item: Item) -> str:
    row = item.row or {}
    rows = [
        ("for", listed(row.get("who", BOUND))),
        ("towards", listed(row.get("whom", ()))),
        ("asked as", listed(f"{one}_form" for one in row.get("form", ()))),
        *((f"where {fact.replace('_', ' ')}", shown(value)) for fact, value in row.get("facts", {}).items()),
        ("asks back", row.get("ask", "").replace("_", " ")),
        ("what would change it", row.get("change", "")),
        ("quotes", ", ".join(row.get("cite", ()))),
    ]
    said = f"<strong>{safe(shown(row['verdict']))}</strong>: {safe(row['say'])}"
    return f'<p dir="auto">{said}</p>{_facts(rows)}'


def _proposal(item: Item) -> str:
    return f'<p dir="auto">“{safe(item.words)}”</p><p class="hint">Proposed by a language model.</p>'


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    told = "".join(f'<div><dt>{safe(name)}</dt><dd dir="auto">{safe(v)}</dd></div>' for name, v in rows if v)
    return f'<dl class="facts">{told}</dl>' if told else ""


def _edit(item: Item, context: Context, about: str) -> str:
    if item.norm is None and item.row is None:
        return ""
    wrong = context.refused == item.id
    given: Mapping[str, Any] = context.given if wrong else {}
    fields = _norm_fields(item.norm, given) if item.norm else _row_fields(item, context, given)
    error = f'<p class="error" role="alert" tabindex="-1" autofocus>{safe(context.why)}</p>' if wrong else ""
    copies = button("Copy it before itself", "copy", f"{about}-what") if item.row is not None else ""
    return (
        f"<details{' open' if wrong else ''}>"
        f'<summary>Edit<span class="unseen"> {_KINDS[item.kind].lower()}, {safe(_name(item))}</span>'
        "</summary>"
        + form(
            context.action,
            error,
            sent(item),
            fields,
            f'<div class="buttons">{button("Save, it is right", "edit", f"{about}-what", "button primary")}'
            f"{copies}</div>",
        )
        + "</details>"
    )


def _name(item: Item) -> str:
    return item.norm.id if item.norm else f"{item.topic}, row {int(item.id.rpartition(':')[2]) + 1}"


def _norm_fields(norm: Norm, given: Mapping[str, Any]) -> str:
    return "".join(
        (
            select("modality", "The clause", MODALITIES, given.get("modality", norm.modality)),
            checks("bearers", "Whom", PARTIES, given.get("bearers", norm.bearers)),
            checks("targets", "Towards whom", PARTIES, given.get("targets", norm.targets)),
            area("conditions", "Only when", given.get("conditions", norm.conditions), _AS_WRITTEN),
            area("exceptions", "Except", given.get("exceptions", norm.exceptions), _AS_WRITTEN),
        )
    )


_AS_WRITTEN = "in the clause's own words, one on each line"


def _row_fields(item: Item, context: Context, given: Mapping[str, Any]) -> str:
    row = {**(item.row or {}), **given}
    facts = row.get("facts") or {}
    return "".join(
        (
            select("verdict", "The answer is", VERDICTS, row["verdict"]),
            line("say", "In plain words", row["say"], "at most 25 words"),
            checks("who", "Whose act", (*BEARERS[1:], "any"), row.get("who") or BOUND),
            checks("whom", "Towards whom", TARGETS, row.get("whom") or (), ""),
            checks("form", "Asked as", FORMS, row.get("form") or (), "_form"),
            *(
                select(f"fact:{fact}", ask, ("y", "n", "?"), facts.get(fact, ""), "does not matter")
                for fact, ask in context.facts.items()
            ),
            select("ask", "Ask back", (*context.facts, ASK_WHOM), row.get("ask") or "", "nothing"),
            line("cite", "Clauses that it quotes", ", ".join(row.get("cite") or ()), "joined with commas"),
            line("near", "Clauses close to it", ", ".join(row.get("near") or ()), "joined with commas"),
            line("change", "What would change it", row.get("change") or ""),
        )
    )
