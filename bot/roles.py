"""Roles: what someone is to the policy by her own word and by her offices."""

from collections.abc import Iterable, Mapping

from bot.contact import Office
from knowledge.reading import ROLES, Role

# What someone who calls herself manager or chair is without the office; with it she is that as well.
WITHOUT_OFFICE: Mapping[Role, Role] = {"manager": "staff", "chair": "trustee"}
_WITH_OFFICE: Mapping[Office, Role] = {
    "manager": "manager",
    "chair": "chair",
    "deputy_chair": "trustee",
    "trustee": "trustee",
}


def effective(said: Iterable[Role], offices: Iterable[Office]) -> tuple[Role, ...]:
    """Return the roles that were named and those that offices bring.

    The policy takes a manager as staff and a chair as trustee anyway, so these are not said twice.
    """
    return plain({*said, *(_WITH_OFFICE[held] for held in offices if held in _WITH_OFFICE)})


def plain(every: Iterable[Role]) -> tuple[Role, ...]:
    """Return roles in their order, each once, without those that another of them brings along."""
    named = set(every)
    implied = {WITHOUT_OFFICE[role] for role in named if role in WITHOUT_OFFICE}
    return tuple(role for role in ROLES if role in named - implied)


def with_implied(roles: Iterable[Role]) -> frozenset[Role]:
    """Return roles with those that they bring along: a manager is staff as well."""
    named = frozenset(roles)
    return named | {WITHOUT_OFFICE[role] for role in named if role in WITHOUT_OFFICE}


def written(text: str) -> tuple[Role, ...]:
    """Return the roles of a text in which they are joined with +."""
    named = text.split("+")
    return tuple(role for role in ROLES if role in named)
