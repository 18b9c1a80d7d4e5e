"""Commands: short texts that are asked for by name, before anything is read into them."""

import re

from bot.errands import Errand, Induct, Invite, Overview, ShowCode, WhoAmI
from knowledge.reading import ROLES, Role

_MINE = re.compile(r"((start|begin|continue|resume|go on with) )?((my|the) )?induction")
_LINK = re.compile(r"(link|join)( (my|another|an))?( other)? accounts?")
_ME = re.compile(r"who am i|what do you (know|have|hold) (about|on) me")
_WHO = re.compile(r"(induction list|who (has ?n.?t|has not|has|is still to) (finished|done|finish).{0,40})")
_INVITE = re.compile(r"induction (?P<account>(slack|teams|web):\S+) as (an? )?(?P<role>[a-z]+)")


def command(text: str) -> Errand | None:
    """Return what a text asks for by name, None where it is no command."""
    said = " ".join(text.lower().split()).strip(" /.!?")
    if _MINE.fullmatch(said):
        return Induct("mine")
    if _WHO.fullmatch(said):
        return Overview()
    if _LINK.fullmatch(said):
        return ShowCode()
    if _ME.fullmatch(said):
        return WhoAmI()
    if (invited := _INVITE.fullmatch(" ".join(text.split()).strip(" /.!?"))) and _role(invited["role"]):
        return Invite(invited["account"], _role(invited["role"]))
    return None


def _role(word: str) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role == word)
