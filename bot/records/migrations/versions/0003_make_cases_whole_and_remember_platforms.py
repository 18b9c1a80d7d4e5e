"""Make cases whole and remember platforms."""

import sqlalchemy as sa
from alembic import op

from bot.records.types import Moment, Sealed

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make cases whole and remember platforms."""
    op.create_table(
        "slack_installation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=40), nullable=False),
        sa.Column("enterprise", sa.String(length=40), nullable=True),
        sa.Column("bot_user", sa.String(length=40), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("token", Sealed(), nullable=True),
        sa.Column("installed_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name=op.f("fk_slack_installation_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_installation")),
        sa.UniqueConstraint("organisation", "team", name=op.f("uq_slack_installation_organisation")),
    )
    with op.batch_alter_table("slack_installation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_slack_installation_organisation"), ["organisation"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_slack_installation_team"), ["team"], unique=False)

    op.create_table(
        "teams_reference",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=300), nullable=False),
        sa.Column("reference", Sealed(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name=op.f("fk_teams_reference_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams_reference")),
        sa.UniqueConstraint("organisation", "conversation", name=op.f("uq_teams_reference_organisation")),
    )
    with op.batch_alter_table("teams_reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_reference_organisation"), ["organisation"], unique=False)

    op.create_table(
        "web_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=300), nullable=False),
        sa.Column("content", Sealed(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_web_file_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_file")),
    )
    with op.batch_alter_table("web_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_file_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_file_organisation"), ["organisation"], unique=False)

    op.create_table(
        "case_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("case_", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("media", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", Sealed(), nullable=True),
        sa.Column("content", Sealed(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_case_file_by")),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name=op.f("fk_case_file_case_")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name=op.f("fk_case_file_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_case_"), ["case_"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_organisation"), ["organisation"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("case_", sa.String(length=32), nullable=False),
        sa.Column("child", sa.Boolean(), nullable=False),
        sa.Column("subject", Sealed(), nullable=True),
        sa.Column("giver", Sealed(), nullable=True),
        sa.Column("means", Sealed(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("void_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name=op.f("fk_consent_case_")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_consent_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_case_"), ["case_"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_organisation"), ["organisation"], unique=False)

    op.create_table(
        "kept_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("case_", sa.String(length=32), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("question", Sealed(), nullable=True),
        sa.Column("answer", Sealed(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("fell_away_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_kept_answer_by")),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name=op.f("fk_kept_answer_case_")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name=op.f("fk_kept_answer_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
    )
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answer_case_"), ["case_"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_answer_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_answer_topic"), ["topic"], unique=False)

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_about"), ["about"], unique=False)

    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.add_column(sa.Column("procedure", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("occasion", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("parent", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("late_at", Moment(), nullable=True))
        batch_op.create_index(batch_op.f("ix_case__due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case__parent"), ["parent"], unique=False)
        batch_op.create_unique_constraint("uq_case__occasion", ["organisation", "kind", "occasion"])
        batch_op.create_foreign_key(batch_op.f("fk_case__parent"), "case_", ["parent"], ["id"])

    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("officer", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("nudges", sa.Integer(), nullable=False, server_default="0"))
        batch_op.alter_column("to", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_index(batch_op.f("ix_handoff_due_at"), ["due_at"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_handoff_officer"), "officer", ["officer"], ["id"])

    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shortened", Sealed(), nullable=True))
