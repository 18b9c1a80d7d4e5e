"""Commands on the records."""

import argparse

from adapters import main as wiring
from adapters.output import say
from adapters.settings import Settings


def migrate(settings: Settings, _given: argparse.Namespace) -> None:
    """Bring the database up to this Hearth, and print from which revision to which.

    It needs neither a key nor a policy.
    """
    from bot.records import database
    from bot.records.migrate import upgrade

    wiring.use_data_folder(settings)
    engine = database.connect(settings.records.url(settings.data_folder))
    try:
        before, after = upgrade(engine)
    finally:
        engine.dispose()
    if before == after:
        say(f"The database is current: {after}.")
        return
    say(f"The database was brought from {before} to {after}.")
