"""Count the processes that end over a message."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Count the processes that end over a message."""
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cut_off", sa.Integer(), server_default="0", nullable=False))
