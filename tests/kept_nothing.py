"""What the tables hold: to say that something left no trace in any of them."""

from collections.abc import Mapping

from sqlalchemy import func, select

from bot.records.store import Records
from bot.records.tables import Table


def counted(records: Records) -> Mapping[str, int]:
    """Return how many rows each table has."""
    with records.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
        }
