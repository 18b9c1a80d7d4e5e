"""Proof: what the record says of an acknowledgement, for its certificate and for whoever checks that."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import link_code, policies
from bot.induction.signing import TAKEN_OUT
from bot.records.store import Records
from bot.records.tables import Acknowledgement, Organisation
from bot.roles import written
from knowledge.clauses import Policy, Section
from knowledge.lines import marker_of
from knowledge.reader import PolicyError, parse
from knowledge.reading import Role

_PARAGRAPH = re.compile(r"\.p(\d+)$")


@dataclass(frozen=True, slots=True)
class Proof:
    """An acknowledgement in clear.

    `clauses` are the ids of those that were shown; `cited` is how a reader of the printed policy finds them.
    `faults` say where the record does not fit the text that was adopted; there are none if nobody tampered.
    """

    organisation: str
    name: str
    roles: tuple[Role, ...]
    policy: str
    version: str
    clauses: tuple[str, ...]
    cited: tuple[str, ...]
    at: datetime
    code: str
    on_paper: bool
    faults: tuple[str, ...]


def find(session: Session, organisation: str, text: str) -> Acknowledgement | None:
    """Return the acknowledgement of a certificate's code, however it was typed, or of its own id."""
    code = link_code.find(text, link_code.CERTIFICATE_GROUPS) or text
    found = select(Acknowledgement).where(
        Acknowledgement.organisation == organisation,
        Acknowledgement.outcome == "acknowledged",
        or_(Acknowledgement.code == code, Acknowledgement.id == text),
    )
    return session.scalars(found).one_or_none()


def proof_of(records: Records, session: Session, given: Acknowledgement) -> Proof:
    """Return what the record says of an acknowledgement, held against the adopted text; raise UnusableKey."""
    shown = shown_in(given)
    adopted = _adopted(session, given)
    return Proof(
        organisation=session.get_one(Organisation, given.organisation).name,
        name=records.open(Acknowledgement.signed, given),
        roles=written(given.role),
        policy=given.policy,
        version=given.version,
        clauses=tuple(shown),
        cited=tuple(shown) if adopted is None else tuple(_cited(adopted, shown)),
        at=given.at,
        code=given.code or "",
        on_paper=given.channel == "paper",
        faults=tuple(_faults(given, shown, adopted)),
    )


def shown_in(given: Acknowledgement) -> Mapping[str, str]:
    """Return the clauses that were shown with their hashes; nothing where none were noted."""
    noted = json.loads(given.clauses)
    return {str(clause): str(digest) for clause, digest in noted.items()} if isinstance(noted, dict) else {}


def _adopted(session: Session, given: Acknowledgement) -> Policy | None:
    row = policies.version_of(session, given.organisation, given.policy, given.version)
    try:
        return None if row is None else parse(row.text, "", "", given.policy)
    except PolicyError:
        return None


def _faults(given: Acknowledgement, shown: Mapping[str, str], adopted: Policy | None) -> Iterator[str]:
    if adopted is None:
        yield "the text of this version is not in the records"
        return
    if adopted.version != given.version:
        yield "the adopted text is not the one of this version"
    if not shown:
        yield "no clauses were noted"
    hashes = {clause.id: clause.hash for clause in adopted.clauses}
    changed = [clause for clause, digest in shown.items() if not _fits(clause, digest, hashes)]
    if changed:
        yield f"not as they were adopted: {', '.join(changed)}"


def _fits(clause: str, digest: str, adopted: Mapping[str, str]) -> bool:
    """Say whether a clause was adopted as it was shown: word for word, or as taken out."""
    if clause.endswith(TAKEN_OUT):
        return digest not in adopted.values()
    return adopted.get(clause) == digest


def _cited(policy: Policy, shown: Mapping[str, str]) -> Iterator[str]:
    """Cite clauses by their printed numbers, and those without one as paragraphs of their section."""
    for section in policy.sections:
        clauses = [clause for clause in section.clauses if clause.id in shown]
        yield from (clause.id for clause in clauses if clause.marker)
        bare = [clause.id for clause in clauses if not clause.marker]
        if bare:
            yield f"{_title(section)} ({_paragraphs(bare)})"
    known = {clause.id for clause in policy.clauses}
    yield from (clause for clause in shown if clause not in known)


def _title(section: Section) -> str:
    marker = marker_of(section.heading)
    return f"section {section.id}" if marker else section.heading.strip().rstrip(":") or section.id


def _paragraphs(clauses: Sequence[str]) -> str:
    numbers = [found[1] if (found := _PARAGRAPH.search(clause)) else clause for clause in clauses]
    return f"paragraph{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
