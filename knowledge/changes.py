"""Changes: which clauses of a policy changed between two versions, and for whom."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.clauses import Clause, Policy
from knowledge.lessons import binding
from knowledge.outline import is_meta
from knowledge.pack import Pack
from knowledge.reading import Role

Edition = tuple[Policy, Pack]  # a policy at a version, and the pack that fits it

# Share of words in common from which one clause is taken for the other, reworded; the same number counts as
# some words more. Chosen by hand: what falls short is shown as removed and added, to the same people.
_LIKE = 0.6
_SAME_NUMBER = 0.15


@dataclass(frozen=True, slots=True)
class Change:
    """A clause before and after; None before where it is new, None after where it is gone."""

    before: Clause | None
    after: Clause | None


def changed_for(old: Edition, new: Edition, roles: Collection[Role]) -> tuple[Change, ...]:
    """Return what changed, between two versions, for someone who has these roles; () asks nobody.

    These are the clauses that bind her in the old or the new version and whose text is not the same, white
    space and Unicode form made even; a new number, place or heading is no change. A clause that stayed the
    same and binds her only now is new to her. In the new version's order, then what is gone. Raises
    CorrectionError where a pack does not fit its policy.
    """
    bound_before = {clause.id for clause in binding(*old, *roles)}
    bound_now = {clause.id for clause in binding(*new, *roles)}
    found = []
    for change in compared(old[0], new[0]):
        before, after = change.before, change.after
        was = before is not None and before.id in bound_before
        now = after is not None and after.id in bound_now
        if before and after and before.hash == after.hash:
            if now and not was:
                found.append(Change(None, after))
        elif was or now:
            found.append(change)
    return tuple(found)


def compared(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield every clause of two versions with its counterpart, equal ones too; sign-off blocks apart.

    In the new version's order, then what is gone.
    """
    return _compared(_clauses(old), _clauses(new))


def _clauses(policy: Policy) -> list[Clause]:
    return [clause for section in policy.sections if not is_meta(section.id) for clause in section.clauses]


def _compared(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Change]:
    """Return every clause of both, with its counterpart where it has one."""
    origin = dict(_equal(old, new))
    rest = [place for place in range(len(old)) if place not in origin.values()]
    origin |= _reworded(old, new, rest, [place for place in range(len(new)) if place not in origin])
    for place, clause in enumerate(new):
        yield Change(old[origin[place]] if place in origin else None, clause)
    kept = set(origin.values())
    yield from (Change(clause, None) for place, clause in enumerate(old) if place not in kept)


def _equal(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[tuple[int, int]]:
    """Return the places (new, old) of equal texts: first those in the same order, then those that moved."""
    before, after = [clause.hash for clause in old], [clause.hash for clause in new]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    in_order = {block.b + step: block.a + step for block in blocks for step in range(block.size)}
    yield from in_order.items()
    left = [place for place in range(len(old)) if place not in in_order.values()]
    for place, text in enumerate(after):
        moved = next((one for one in left if before[one] == text), None)
        if place not in in_order and moved is not None:
            left.remove(moved)
            yield place, moved


def _reworded(
    old: Sequence[Clause], new: Sequence[Clause], left: Sequence[int], arrived: Sequence[int]
) -> dict[int, int]:
    """Return the places (new: old) of clauses that are one another's likeliest counterparts."""
    scores = [(_likeness(old[one], new[other]), other, one) for one in left for other in arrived]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, other, one in sorted(scores, key=lambda entry: (-entry[0], entry[1:])):
        if score >= _LIKE and other not in pairs and one not in taken:
            pairs[other] = one
            taken.add(one)
    return pairs


def _likeness(old: Clause, new: Clause) -> float:
    number = _SAME_NUMBER if old.id == new.id else 0.0
    words = SequenceMatcher(None, old.text.split(), new.text.split(), autojunk=False)
    if words.quick_ratio() + number < _LIKE:  # an upper bound, soon found
        return 0.0
    return words.ratio() + number
