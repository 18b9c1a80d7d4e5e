"""Commands: short texts that are asked for by name, before anything is read into them."""

import re
from collections.abc import Sequence

from bot.errands import ActOnCase, Cases, Errand, Induct, Invite, Overview, Raise, ShowCode, WhoAmI
from knowledge.reading import ROLES, Role

_EXACT: Sequence[tuple[re.Pattern[str], Errand]] = (
    (re.compile(r"((start|begin|continue|resume|go on with) )?((my|the) )?induction"), Induct("mine")),
    (
        re.compile(r"(induction list|who (has ?n.?t|has not|has|is still to) (finished|done|finish).{0,40})"),
        Overview(),
    ),
    (re.compile(r"(link|join)( (my|another|an))?( other)? accounts?"), ShowCode()),
    (re.compile(r"who am i|what do you (know|have|hold) (about|on) me"), WhoAmI()),
    (re.compile(r"(my )?(cases?|complaints|posts)|what('?s| is) waiting( for me)?|waiting"), Cases()),
    (re.compile(r"unanswered questions"), ActOnCase("unanswered")),
    (re.compile(r"complaint|complain"), Raise("complaint", "")),
    (re.compile(r"(i want|i.d like|i would like) to (complain|raise a concern)"), Raise("complaint", "")),
    (re.compile(r"(propose|suggest|share) a post|post request"), Raise("content", "")),
)
# The form of a case's number; see `bot.cases.casebook`.
_NUMBER = re.compile(r"(case |complaint |about |status of )?(?P<number>[a-z]{1,2}-20[0-9]{2}-[a-z0-9]{4})")
_INVITE = re.compile(r"induction (?P<account>(slack|teams|web):\S+) as (an? )?(?P<role>[a-z]+)")

# What the message menus of the platforms send before a message's words; it may be typed as well.
_IN_PRIVATE = "raise in private:"
_MOST = 3_900  # characters of such a message; with what is put before it, a message may have 4,000


def command(text: str) -> Errand | None:
    """Return what a text asks for by name, None where it is no command."""
    said = " ".join(text.lower().split()).strip(" /.!?")
    for asked, errand in _EXACT:
        if asked.fullmatch(said):
            return errand
    if numbered := _NUMBER.fullmatch(said):
        return Cases(numbered["number"].upper())
    if (invited := _INVITE.fullmatch(" ".join(text.split()).strip(" /.!?"))) and _role(invited["role"]):
        return Invite(invited["account"], _role(invited["role"]))
    return None


def in_private(text: str) -> str:
    """Return what a command on somebody's message says: its words are to be raised in private.

    Of a long one the beginning, which says so: the form takes the rest, or a picture of it.
    """
    if not text.strip():
        return "complaint"
    return f"{_IN_PRIVATE} {text if len(text) <= _MOST else f'{text[:_MOST]} [cut]'}"


def raised_in_private(text: str) -> str:
    """Return the words that are to be raised in private, empty where a text asks no such thing."""
    start, words = text.lstrip()[: len(_IN_PRIVATE)], text.lstrip()[len(_IN_PRIVATE) :]
    return words.strip() if start.lower() == _IN_PRIVATE else ""


def _role(word: str) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role == word)
