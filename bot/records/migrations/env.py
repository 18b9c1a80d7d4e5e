"""What Alembic runs: the steps, on the connection and in the transaction that `bot.records.migrate` gives."""

from typing import Any, Literal

from alembic import context

from bot.records.tables import Table
from bot.records.types import Moment, Sealed


def _written(kind: str, item: Any, step: Any) -> str | Literal[False]:
    """Return how a new step writes one of our column types; False leaves it to Alembic."""
    if kind != "type" or not isinstance(item, Moment | Sealed):
        return False
    name = type(item).__name__
    step.imports.add(f"from bot.records.types import {name}")
    return f"{name}()"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a column only by copying its table
    render_item=_written,
)
context.run_migrations()
