"""Small parts of the review page: fields of forms, each with its label; all text is escaped here."""

from collections.abc import Collection, Iterable, Mapping

from adapters.web.html import safe

SHOWN: Mapping[str, str] = {
    "forbid": "forbids",
    "oblige": "requires",
    "permit": "permits",
    "state": "only tells",
    "allowed": "allowed",
    "not_allowed": "not allowed",
    "required": "required",
    "depends": "depends (asks back)",
    "info": "quotes, without a verdict",
    "silent": "does not say",
    "volunteer": "volunteers",
    "staff": "staff",
    "trustee": "trustees",
    "manager": "the manager",
    "chair": "the chair",
    "organisation": "the organisation",
    "scheme": "the organisation",
    "family": "families",
    "everyone": "everyone",
    "any": "anyone at all",
    "other": "someone else",
    "none": "nobody named",
    "maybe_volunteer": "someone who may still volunteer or not",
    "ex_volunteer": "a volunteer who has left",
    "public": "the public",
    "may_form": "“may I”",
    "must_form": "“must I”",
    "leave_form": "“may I leave that”",
    "refrain_form": "“must I keep from it”",
    "info_form": "“what does it say”",
    "y": "yes",
    "n": "no",
    "?": "not known",
}


def shown(value: str) -> str:
    """Return how a label of the tables is told to a person."""
    return SHOWN.get(value, value)


def listed(values: Iterable[str]) -> str:
    """Return labels as a person reads them, joined by commas."""
    return ", ".join(shown(value) for value in values)


def hidden(name: str, value: str) -> str:
    """Return a hidden field."""
    return f'<input type="hidden" name="{name}" value="{safe(value)}">'


def select(name: str, label: str, values: Iterable[str], chosen: str, empty: str = "") -> str:
    """Return a choice of one; `empty` is what no choice is called, left out where one is needed."""
    none = f'<option value="">{safe(empty)}</option>' if empty else ""
    options = "".join(
        f'<option value="{safe(value)}"{" selected" if value == chosen else ""}>{safe(shown(value))}</option>'
        for value in values
    )
    return f'<label>{safe(label)} <select name="{safe(name)}">{none}{options}</select></label>'


def checks(name: str, legend: str, values: Iterable[str], ticked: Collection[str], suffix: str = "") -> str:
    """Return a group of boxes."""
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{safe(value)}"'
        f"{' checked' if value in ticked else ''}> {safe(shown(value + suffix))}</label>"
        for value in values
    )
    return f"<fieldset><legend>{safe(legend)}</legend><div class=boxes>{boxes}</div></fieldset>"


def line(name: str, label: str, value: str, hint: str = "") -> str:
    """Return a field of one line; its hint is part of the label."""
    told = f' <span class="hint">{safe(hint)}</span>' if hint else ""
    return (
        f"<label>{safe(label)}{told}"
        f'<input type="text" name="{name}" value="{safe(value)}" dir="auto" autocomplete="off"></label>'
    )


def area(name: str, label: str, values: Iterable[str], hint: str) -> str:
    """Return a field of several lines, one value on each."""
    written = safe("\n".join(values))
    return (
        f'<label>{safe(label)} <span class="hint">{safe(hint)}</span>'
        f'<textarea name="{name}" rows="3" dir="auto">\n{written}</textarea></label>'
    )


def button(label: str, do: str, about: str, kind: str = "button") -> str:
    """Return a button that sends its form to do something; `about` is the id of what it is about."""
    described = f' aria-describedby="{safe(about)}"' if about else ""
    return f'<button class="{kind}" name="do" value="{do}"{described}>{safe(label)}</button>'


def form(action: str, *content: str) -> str:
    """Return a form that is sent to an address of this page."""
    return f'<form method="post" action="{safe(action)}">{"".join(content)}</form>'
