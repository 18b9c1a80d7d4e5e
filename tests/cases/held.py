"""What must be true of every case at any moment."""

from bot.cases import stages
from bot.records.store import Records
from bot.records.tables import Audit, Case, CasePerson, Handoff
from tests.records.stage import all_of


def all_are_seen_to(records: Records) -> None:
    """Say that each open case that was sent has an owner or an open handoff, a date and an audit entry."""
    handoffs, audited = all_of(records, Handoff), all_of(records, Audit)
    told = {row.about for row in audited}
    for case in all_of(records, Case):
        assert case.id in told
        if case.stage == stages.DRAFT or case.stage in stages.OVER:
            continue
        waiting = [one for one in handoffs if one.case_ == case.id and one.ended_at is None]
        nobody = any(row.what.endswith("handoff:nobody") and row.about == case.id for row in audited)
        assert case.owner or waiting or nobody
        assert case.due_at is not None
        barred = {part.person for part in all_of(records, CasePerson) if part.case_ == case.id}
        assert case.owner not in barred
        assert not {one.to for one in waiting} & barred
