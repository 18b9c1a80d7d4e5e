"""What is given by name or by hand: a sender's roles, and text that may not be whole."""

from knowledge.reading import ROLES, Role


def roles_named(names: object) -> tuple[Role, ...]:
    """Return the roles in "trustee+volunteer", none for "unknown"; raise ValueError for anything else."""
    said = names.split("+") if isinstance(names, str) else [names]
    for name in said:
        if name not in (*ROLES, "unknown"):
            raise ValueError(f"{name!r} is no role; one of {', '.join(ROLES)}, unknown")
    if "unknown" in said and len(said) > 1:
        raise ValueError(f"{names!r} is both known and unknown: give the roles, or unknown alone")
    return tuple(role for role in ROLES if role in said)


def whole(text: str) -> str:
    """Replace the halves of surrogate pairs, which stand for bytes that are no text, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
