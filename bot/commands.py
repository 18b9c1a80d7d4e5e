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


def _role(word: str) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role == word)
