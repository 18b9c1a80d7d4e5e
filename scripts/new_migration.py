"""Write the next step of the records' migrations from what changed in `bot/records/tables.py`.

Usage: python -m scripts.new_migration "Note when a person was last seen"
Read what it wrote before keeping it, then `make format`. It sees tables, columns, indexes and keys that are
new, gone or changed; it takes a renamed one for a gone and a new one, and cannot know what the rows need.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory

from bot.records import database, migrate


def main(message: str) -> None:
    """Write a step, numbered one after the newest."""
    with TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{Path(folder) / 'hearth.db'}")
        migrate.upgrade_records(engine)
        with database.transaction(engine) as session:
            config = migrate.configuration(session.connection())
            newest = int(ScriptDirectory.from_config(config).get_current_head() or 0)
            command.revision(config, message, autogenerate=True, rev_id=f"{newest + 1:04}")
        engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
