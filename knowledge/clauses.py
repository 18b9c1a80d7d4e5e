"""Policy, Section and Clause: what a parsed document is made of."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date


def fingerprint(text: str) -> str:
    """Return the SHA-256 hex digest of a text, white space and Unicode form made even."""
    even = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(even.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest citable part of a policy.

    `id` is how it is cited: the printed number ("2.6") or, where none is printed, a stable name
    ("statement.p1", "5.p3", "meta"). Where numbers start again under each heading, the section stands before
    them ("staff.1"); a number that is printed twice is cited "2.3" and "2.3#2". `text` is verbatim without
    the printed number, line breaks as printed; bullets stay with their lead-in. `headings` is the path of
    headings above it, outermost first, each with its number as printed. `marker` is what is printed before
    the text ("- 4.3", "(a)"), empty where nothing.
    """

    id: str
    text: str
    headings: tuple[str, ...]
    marker: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 of the clause's text, made even."""
        return fingerprint(self.text)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the clauses directly under it.

    `id` is the printed number ("4") or a name ("statement"); `heading` is as printed, number included, and
    empty where none is ("meta"). A heading with only headings under it ("Procedures") has no clauses.
    """

    id: str
    heading: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """An organisation's document at one version.

    `slug` names the file without its ending; `version` is the hash of the whole text, made even.
    `adopted` and `review_due` are the first day of the month where only a month is printed.
    """

    slug: str
    organisation: str
    title: str
    version: str
    sections: tuple[Section, ...]
    adopted: date | None
    review_due: date | None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses in document order."""
        return tuple(clause for section in self.sections for clause in section.clauses)

    def clause(self, clause_id: str) -> Clause:
        """Return the clause cited as `clause_id`; raise KeyError if the policy has none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)
