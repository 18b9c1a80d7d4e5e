"""`hearth policy adopt` and `withdraw`: which text is in force."""

import argparse

from adapters import main as wiring
from adapters.opening import opened
from adapters.output import say
from adapters.settings import Settings

_WHO = "command line"


def adopt(settings: Settings, given: argparse.Namespace) -> None:
    """Put the policy's text in force; whom a changed clause binds is then asked, unless the edit is minor."""
    policy, _ = wiring.load_policy(settings)
    with opened(settings) as records:
        is_new = wiring.adopt_policy(settings, records, who=_WHO, minor=given.minor)
    since = "from now on" if is_new else "already"
    say(f"{policy.title}, version {policy.version[:8]}, is in force {since}.")


def withdraw(settings: Settings, _given: argparse.Namespace) -> None:
    """Take the policy out of force; open inductions on it end."""
    from bot import policies
    from bot.records.database import RecordsError

    policy, _ = wiring.load_policy(settings)
    with opened(settings) as records, records.changing() as change:
        row = policies.in_force(change.session, records.organisation, policy.title)
        if row is None:
            raise RecordsError(f"{policy.title} is not in force.")
        policies.withdraw(change, row, who=_WHO)
    say(f"{policy.title} is withdrawn.")
