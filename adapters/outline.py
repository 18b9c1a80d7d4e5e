"""The policy as it was understood, as text for a terminal."""

import textwrap

from adapters.text import WIDTH
from knowledge.clauses import Policy
from knowledge.norms import corrected, describe, norms_of
from knowledge.pack import Pack


def outline(policy: Policy) -> str:
    """Return sections and clauses with their ids, dates and the version."""
    lines = [policy.title, f"{policy.organisation}, version {policy.version[:8]}"]
    lines.append(f"adopted {policy.adopted or 'not said'}, review due {policy.review_due or 'not said'}")
    for section in policy.sections:
        lines += ["", section.heading]
        for clause in section.clauses:
            body = " ".join(clause.text.split())
            lines += textwrap.wrap(
                body,
                WIDTH,
                initial_indent=f"  {clause.id:<13} ",
                subsequent_indent=" " * 16,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines)


def norms(policy: Policy, pack: Pack) -> str:
    """Return what each clause makes of whom, by its grammar, with the pack's corrections."""
    return "\n\n".join(describe(norm) for norm in corrected(norms_of(policy), pack.norms))
