"""What the forms of the review page send, read into values or refused with a reason."""

import re
from collections.abc import Mapping
from typing import Any

from multidict import MultiDictProxy

from knowledge.pack_edits import NotTaken

Form = MultiDictProxy[Any]
_LONGEST = 2000  # characters of one field: a clause's worth


def text(form: Form, name: str) -> str:
    """Return a field as one line, empty where it was not sent; raise NotTaken where it is too long."""
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise NotTaken(f"{name}: more than {_LONGEST} characters. Say it shorter.")
    return " ".join(value.encode("utf-8", "replace").decode().split())


def lines(form: Form, name: str) -> list[str]:
    """Return the lines of a field, without empty ones, none twice; raise NotTaken where it is too long."""
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > 10 * _LONGEST:
        raise NotTaken(f"{name}: too much. Take some lines away.")
    whole = value.encode("utf-8", "replace").decode()
    return list(dict.fromkeys(" ".join(line.split()) for line in whole.splitlines() if line.strip()))


def chosen(form: Form, name: str) -> list[str]:
    """Return the boxes of a group that are ticked, in the page's order."""
    return [value for value in form.getall(name, []) if isinstance(value, str)]


def norm_values(form: Form) -> Mapping[str, Any]:
    """Return what a form says of a norm, as `norm_edited` takes it."""
    return {
        "modality": text(form, "modality"),
        "bearers": chosen(form, "bearers"),
        "targets": chosen(form, "targets"),
        "conditions": lines(form, "conditions"),
        "exceptions": lines(form, "exceptions"),
    }


def row_values(form: Form) -> Mapping[str, Any]:
    """Return what a form says of a row, as `row_edited` takes it."""
    who = chosen(form, "who")
    facts = {
        name.removeprefix("fact:"): str(value)
        for name, value in form.items()
        if name.startswith("fact:") and value
    }
    return {
        "verdict": text(form, "verdict"),
        "say": text(form, "say"),
        "change": text(form, "change") or None,
        "cite": clauses(form, "cite"),
        "near": clauses(form, "near") or None,
        "who": who or None,
        "whom": chosen(form, "whom") or None,
        "form": chosen(form, "form") or None,
        "facts": facts or None,
        "ask": text(form, "ask") or None,
    }


def clauses(form: Form, name: str) -> list[str]:
    """Return the clauses that are named in a field, by commas or spaces."""
    return list(dict.fromkeys(re.findall(r"[^\s,;]+", text(form, name))))


def topic_values(form: Form) -> Mapping[str, Any]:
    """Return what a form says of a topic, as `topic_worded` takes it."""
    return {"name": text(form, "name"), "examples": lines(form, "examples"), "cues": lines(form, "cues")}


def fact_values(form: Form) -> Mapping[str, str]:
    """Return what a form says of a fact, as `fact_added` takes it."""
    return {
        "ask": text(form, "ask"),
        "yes": text(form, "yes"),
        "no": text(form, "no"),
        "strict": text(form, "strict"),
    }


def seen(form: Form) -> Mapping[str, str]:
    """Return the items that a form is about, each with its mark as it was shown."""
    return dict(pair.rsplit("=", 1) for pair in chosen(form, "item") if "=" in pair)


def given(do: str, form: Form, what: str) -> dict[str, Any]:
    """Return what somebody had typed, to be shown again beside why it was not taken."""
    if do == "fact":
        return dict(fact_values(form))
    if do == "words":
        return dict(topic_values(form))
    return dict(norm_values(form) if what.startswith("norm:") else row_values(form))
