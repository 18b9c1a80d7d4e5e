"""Make the tables of the records."""

import sqlalchemy as sa
from alembic import op

from bot.records.types import Moment, Sealed

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of the records."""
    op.create_table(
        "audit",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("what", sa.String(80), nullable=False),
        sa.Column("about", sa.String(400), nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("detail", Sealed()),
        sa.Column("detail_mark", sa.String(64)),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("organisation", "number", name="uq_audit_organisation"),
    )
    op.create_table(
        "audit_head",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_audit_head"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("row", sa.String(400), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_organisation", "erasure", ["organisation"])
    op.create_table(
        "key_check",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key_name", sa.String(16), nullable=False),
        sa.Column("known", Sealed(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_check"),
        sa.UniqueConstraint("key_name", name="uq_key_check_key_name"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_table(
        "event",
        sa.Column("seq", _NUMBER, sa.Identity(), nullable=False),
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(300), nullable=False),
        sa.Column("payload", Sealed()),
        sa.Column("accepted_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("handled_at", Moment()),
        sa.Column("failed_at", Moment()),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_event_organisation"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("organisation", "id", name="uq_event_organisation"),
    )
    op.create_index("ix_event_organisation", "event", ["organisation"])
    op.create_index("ix_event_waiting", "event", ["conversation", "seq"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("audit_name", sa.String(32)),
        sa.Column("name", Sealed()),
        sa.Column("said_roles", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("left_at", Moment()),
        sa.Column("erased_at", Moment()),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_person_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("audit_name", name="uq_person_audit_name"),
    )
    op.create_index("ix_person_organisation", "person", ["organisation"])
    op.create_table(
        "sending",
        sa.Column("seq", _NUMBER, sa.Identity(), nullable=False),
        sa.Column("id", sa.String(400), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(300), nullable=False),
        sa.Column("card", Sealed()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", Moment()),
        sa.Column("sent_at", Moment()),
        sa.Column("sent_as", sa.String(300)),
        sa.Column("stuck_at", Moment()),
        sa.Column("fault", sa.Text()),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_sending_organisation"),
        sa.PrimaryKeyConstraint("seq", name="pk_sending"),
        sa.UniqueConstraint("organisation", "id", name="uq_sending_organisation"),
    )
    op.create_index("ix_sending_organisation", "sending", ["organisation"])
    op.create_index("ix_sending_waiting", "sending", ["conversation", "seq"])
    op.create_table(
        "web_entry",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(300), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("message", sa.String(300), nullable=False),
        sa.Column("content", Sealed()),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_web_entry_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_web_entry"),
        sa.UniqueConstraint("conversation", "seq", name="uq_web_entry_conversation"),
    )
    op.create_index("ix_web_entry_conversation", "web_entry", ["conversation"])
    op.create_index("ix_web_entry_organisation", "web_entry", ["organisation"])
    op.create_table(
        "account",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("direct", sa.String(300)),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_account_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_account_person"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("organisation", "name", name="uq_account_organisation"),
    )
    op.create_index("ix_account_organisation", "account", ["organisation"])
    op.create_index("ix_account_person", "account", ["person"])
    op.create_table(
        "acknowledgement",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("signed", Sealed()),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_acknowledgement_organisation"
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_acknowledgement_person"),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.UniqueConstraint(
            "organisation", "person", "role", "policy", "version", name="uq_acknowledgement_organisation"
        ),
    )
    op.create_index("ix_acknowledgement_organisation", "acknowledgement", ["organisation"])
    op.create_index("ix_acknowledgement_person", "acknowledgement", ["person"])
    op.create_table(
        "case_",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("raised_by", sa.String(32)),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("due_at", Moment()),
        sa.Column("closed_at", Moment()),
        sa.Column("summary", Sealed()),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_case__organisation"),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name="fk_case__owner"),
        sa.ForeignKeyConstraint(["raised_by"], ["person.id"], name="fk_case__raised_by"),
        sa.PrimaryKeyConstraint("id", name="pk_case_"),
        sa.UniqueConstraint("organisation", "number", name="uq_case__organisation"),
    )
    op.create_index("ix_case__organisation", "case_", ["organisation"])
    op.create_index("ix_case__owner", "case_", ["owner"])
    op.create_index("ix_case__raised_by", "case_", ["raised_by"])
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", Sealed()),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_conversation_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_conversation_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index("ix_conversation_organisation", "conversation", ["organisation"])
    op.create_index("ix_conversation_person", "conversation", ["person"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("card", sa.String(400), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_feedback_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_feedback_person"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("card", name="uq_feedback_card"),
    )
    op.create_index("ix_feedback_organisation", "feedback", ["organisation"])
    op.create_index("ix_feedback_person", "feedback", ["person"])
    op.create_table(
        "link_code",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_link_code_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_link_code_person"),
        sa.PrimaryKeyConstraint("id", name="pk_link_code"),
    )
    op.create_index("ix_link_code_digest", "link_code", ["digest"])
    op.create_index("ix_link_code_organisation", "link_code", ["organisation"])
    op.create_index("ix_link_code_person", "link_code", ["person"])
    op.create_table(
        "officer",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("office", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(32)),
        sa.Column("name", Sealed(), nullable=False),
        sa.Column("phone", Sealed(), nullable=False),
        sa.Column("also_called", Sealed()),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment()),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_officer_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_officer_person"),
        sa.PrimaryKeyConstraint("id", name="pk_officer"),
    )
    op.create_index("ix_officer_organisation", "officer", ["organisation"])
    op.create_index("ix_officer_person", "officer", ["person"])
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("question", Sealed()),
        sa.Column("person", sa.String(32)),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_unanswered_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_unanswered_person"),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
    )
    op.create_index("ix_unanswered_organisation", "unanswered", ["organisation"])
    op.create_index("ix_unanswered_person", "unanswered", ["person"])
    op.create_table(
        "case_entry",
        sa.Column("seq", _NUMBER, sa.Identity(), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("case_", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("by", sa.String(32)),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("text", Sealed()),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_case_entry_by"),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name="fk_case_entry_case_"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_case_entry_organisation"),
        sa.PrimaryKeyConstraint("seq", name="pk_case_entry"),
        sa.UniqueConstraint("id", name="uq_case_entry_id"),
    )
    op.create_index("ix_case_entry_case_", "case_entry", ["case_"])
    op.create_index("ix_case_entry_organisation", "case_entry", ["organisation"])
    op.create_table(
        "case_person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("case_", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name="fk_case_person_case_"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_case_person_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_case_person_person"),
        sa.PrimaryKeyConstraint("id", name="pk_case_person"),
        sa.UniqueConstraint("case_", "person", "part", name="uq_case_person_case_"),
    )
    op.create_index("ix_case_person_case_", "case_person", ["case_"])
    op.create_index("ix_case_person_organisation", "case_person", ["organisation"])
    op.create_index("ix_case_person_person", "case_person", ["person"])
    op.create_table(
        "handoff",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("case_", sa.String(32), nullable=False),
        sa.Column("to", sa.String(32), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("offered_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment()),
        sa.Column("ended_at", Moment()),
        sa.ForeignKeyConstraint(["case_"], ["case_.id"], name="fk_handoff_case_"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_handoff_organisation"),
        sa.ForeignKeyConstraint(["to"], ["person.id"], name="fk_handoff_to"),
        sa.PrimaryKeyConstraint("id", name="pk_handoff"),
    )
    op.create_index("ix_handoff_case_", "handoff", ["case_"])
    op.create_index("ix_handoff_organisation", "handoff", ["organisation"])
    op.create_index("ix_handoff_to", "handoff", ["to"])
