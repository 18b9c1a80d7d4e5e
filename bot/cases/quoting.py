"""Clauses on the cards of cases, word for word."""

from collections.abc import Collection, Sequence

from bot.answer_card import source_of
from bot.card import Quote
from bot.visit import Visit

# What the policy says of posts: who approves them, whose consent they need, how they show who we are.
POSTS = ("1.2", "1.4", "1.6")


def quotes(visit: Visit, ids: Collection[str]) -> Sequence[Quote]:
    """Return the clauses of these ids in the policy's own order, as far as the policy has them."""
    policy = visit.course.policy
    found = [clause for clause in policy.clauses if clause.id in ids]
    return [Quote(clause.text, source_of(clause, policy)) for clause in found]
