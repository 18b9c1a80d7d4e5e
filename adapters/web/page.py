"""The page: one template, filled once when the server starts."""

from html import escape
from pathlib import Path
from string import Template

from adapters.web.settings import WebSettings
from bot.cases.files import accepted

STATIC = Path(__file__).parent / "static"


def render_page(settings: WebSettings) -> str:
    """Return the page as HTML; it says plainly what is tried out, where, and with what."""
    examples = "".join(
        f'<button type="button" class="button" dir="auto" data-example>{escape(question)}</button>'
        for question in settings.examples
    )
    template = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        types=escape(accepted()),
        organisation=escape(settings.organisation),
        place=_place(settings),
        examples=examples,
        manager="code" if settings.sample_code is None else "sample",
    )


def _place(settings: WebSettings) -> str:
    """Say where what is typed goes."""
    if settings.model_reads:
        return (
            "Questions on the policy are also read by a language model that the organisation chose. They are "
            "sent there with the names and numbers that Hearth recognises taken out."
        )
    if settings.other_address:
        return "What you type goes to the computer that runs Hearth and nowhere else."
    return "It runs on this computer: nothing is sent anywhere."
