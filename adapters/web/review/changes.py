"""What each button of the review page does to the pack."""

from collections.abc import Callable, Mapping

from adapters.web.review import forms
from knowledge import pack_edits
from knowledge.pack import REFUSED, RIGHT
from knowledge.pack_edits import ChangedMeanwhile, NotTaken, PackFile

_Change = Callable[[PackFile, forms.Form], str]


def changed(file: PackFile, do: str, form: forms.Form) -> tuple[str, str]:
    """Return the pack's text once a button has done its work, and which part of the pack it was.

    Raises ChangedMeanwhile, NotTaken, or PackError where the pack cannot be used.
    """
    change = _CHANGES.get(do)
    if change is None:
        raise NotTaken("The page sent something that is not known. Please reload it.")
    what = " ".join(forms.seen(form)) or forms.text(form, "topic")
    return change(file, form), what


def _marked(verdict: str) -> _Change:
    return lambda file, form: pack_edits.marked(file, forms.seen(form), verdict)


def _one(form: forms.Form) -> tuple[str, str]:
    seen = forms.seen(form)
    if len(seen) != 1:
        raise ChangedMeanwhile
    return next(iter(seen.items()))


def _edited(file: PackFile, form: forms.Form) -> str:
    item, seen = _one(form)
    if item.startswith("norm:"):
        return pack_edits.norm_edited(file, item, seen, forms.norm_values(form))
    return pack_edits.row_edited(file, item, seen, forms.row_values(form))


def _worded(file: PackFile, form: forms.Form) -> str:
    topic, seen = forms.text(form, "topic"), forms.text(form, "seen")
    return pack_edits.topic_worded(file, topic, seen, forms.topic_values(form))


_CHANGES: Mapping[str, _Change] = {
    "right": _marked(RIGHT),
    "no": _marked(REFUSED),
    "back": _marked(""),
    "edit": _edited,
    "copy": lambda file, form: pack_edits.row_copied(file, *_one(form)),
    "words": _worded,
    "fact": lambda file, form: pack_edits.fact_added(file, forms.fact_values(form)),
    "approve": lambda file, _: pack_edits.approved(file),
}
