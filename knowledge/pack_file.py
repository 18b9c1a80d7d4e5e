"""A pack's data as TOML, read back to the same; tomlkit writes it."""

from collections.abc import Mapping
from typing import Any

import tomlkit


def pack_text(data: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """Return a pack's data as TOML, each remark a comment at its beginning."""
    lines = [f"# {' '.join(remark.split())}" for remark in remarks]
    return "\n".join([*lines, tomlkit.dumps(data)])


def toml_value(value: object) -> str:
    """Return a text, a list or the like as TOML writes it in one line."""
    return tomlkit.item(value).as_string()
