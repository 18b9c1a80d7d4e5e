"""`hearth audit verify` and `hearth stuck`: is what was written whole, did what was promised get through."""

import argparse

from adapters.opening import opened
from adapters.output import say
from adapters.settings import Settings


def define_audit(parser: argparse.ArgumentParser) -> None:
    """Define the parts of `hearth audit`."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    check = parts.add_parser("verify", help="prove that no entry was changed, taken out or put in")
    check.set_defaults(command=verify)


def define_stuck(parser: argparse.ArgumentParser) -> None:
    """Define the options of `hearth stuck`."""
    parser.add_argument("--again", action="store_true", help="try all of them again")
    parser.set_defaults(command=stuck)


def verify(settings: Settings, _given: argparse.Namespace) -> None:
    """Check the audit's chain; raise RecordsError that names the first broken link."""
    from bot.records import audit
    from bot.records.database import RecordsError

    with opened(settings) as records, records.reading() as session:
        fault = audit.verify(session, records)
        count = audit.length(session, records.organisation)
    if fault is not None:
        raise RecordsError(f"The audit is broken: entry {fault.number} {fault.reason}.")
    say(f"The audit is whole: {count:,} entries.")


def stuck(settings: Settings, given: argparse.Namespace) -> None:
    """Print what could not be sent or handled, by id, and why; `--again` has it tried from the start.

    What is tried again by itself is told too: it may wait for someone to get the app.
    """
    from bot import inbox, outbox, upkeep

    with opened(settings) as records, records.changing() as change:
        waiting = change.session.scalars(upkeep.postponed_cards(records)).all()
        cards = change.session.scalars(upkeep.stuck_cards(records)).all()
        events = change.session.scalars(upkeep.failed_events(records)).all()
        lines = [
            *(f"waits  {card.id}  {card.created_at:%Y-%m-%d %H:%M}  {card.fault}" for card in waiting),
            *(f"card   {card.id}  {card.stuck_at:%Y-%m-%d %H:%M}  {card.fault}" for card in cards),
            *(
                f"event  {event.id}  {event.failed_at:%Y-%m-%d %H:%M}  {upkeep.fault(event)}"
                for event in events
            ),
        ]
        for line in lines:
            say(line)
        if given.again:
            for card in (*waiting, *cards):
                outbox.try_again(change, card)
            for event in events:
                inbox.try_again(change, event)
    if not lines:
        say("Nothing is stuck.")
    elif given.again:
        say("They are being tried again.")
