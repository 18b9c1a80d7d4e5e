"""Bundle: a policy's text, pack and outline as one zip file, from which another organisation can start."""

import hashlib
import json
import tomllib
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from knowledge.documents.docx_package import DAMAGED
from knowledge.norms import CorrectionError
from knowledge.pack import PackError, pack_of
from knowledge.pack_check import faults
from knowledge.reader import MAX_BYTES, PolicyError, decoded, parse

MOST_BYTES = 10_000_000  # of the zip file itself
_MANIFEST, _TEXT, _PACK, _OUTLINE = "manifest.json", "policy.txt", "pack.toml", "outline.txt"
_PARTS = (_TEXT, _PACK, _OUTLINE)
_FORMAT = "hearth-policy-1"
_MOST_FACTS = 12  # of one topic: to prove its rows, all their states are tried together
# What is raised on the way by a pack that holds other things than a pack does.
_UNUSABLE = (PackError, CorrectionError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
_AGAIN = "Ask whoever exported it to run `hearth policy export` again."


@dataclass(frozen=True, slots=True)
class Start:
    """What another organisation gave: the policy's text, and its pack as data."""

    text: str
    pack: dict[str, Any]


def bundled(text: str, pack: str, outline: str) -> bytes:
    """Return the three as one zip file, with a manifest of their hashes; the same in gives the same out."""
    parts = dict(zip(_PARTS, (text.encode(), pack.encode(), outline.encode()), strict=True))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    manifest = json.dumps({"format": _FORMAT, "sha256": hashes}, indent=1) + "\n"
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {_MANIFEST: manifest.encode(), **parts}.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unbundled(data: bytes) -> Start:
    """Return what a bundle holds. Nothing of it is written to disk, and no name in it is used as a path.

    Raises PolicyError for what is no bundle, is damaged, was changed after it was made, unpacks to too much,
    or whose pack does not hold together with its policy.
    """
    if len(data) > MOST_BYTES:
        raise PolicyError(f"{len(data):,} bytes, more than {MOST_BYTES:,}: no exported policy is that large.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            if sorted(package.namelist()) != sorted((_MANIFEST, *_PARTS)):
                raise PolicyError(f"not a policy that Hearth exported: it holds other files. {_AGAIN}")
            parts = {name: _part(package, name) for name in (_MANIFEST, *_PARTS)}
    except DAMAGED as error:
        raise PolicyError(f"a damaged zip file ({error}). {_AGAIN}") from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise PolicyError("asks for a password. Ask for a copy without one.") from error
    _check_hashes(parts)
    text = decoded(parts[_TEXT])
    try:
        pack = tomllib.loads(decoded(parts[_PACK]))
        found = _faults(text, pack)
    except PolicyError:
        raise
    except _UNUSABLE as error:
        raise PolicyError(f"its pack cannot be used: {error}") from error
    if found:
        raise PolicyError(f"its pack does not hold together with its policy: {found[0]}. {_AGAIN}")
    return Start(text, pack)


def _faults(text: str, data: dict[str, Any]) -> list[str]:
    pack = pack_of(data, _PACK)
    for topic in pack.topics.values():
        facts = {fact for row in (*topic.rows, *topic.waiting) for fact in row.facts}
        if len(facts) > _MOST_FACTS:
            return [f"topic {topic.id} turns on more than {_MOST_FACTS} facts"]
    return faults(parse(text, "policy", "", ""), pack)


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        data = part.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PolicyError(
            f"{name} in it unpacks to more than {MAX_BYTES:,} bytes. Nothing was taken from it."
        )
    return data


def _check_hashes(parts: dict[str, bytes]) -> None:
    try:
        manifest = json.loads(parts[_MANIFEST])
        known = manifest["format"] == _FORMAT
        same = all(manifest["sha256"][name] == hashlib.sha256(parts[name]).hexdigest() for name in _PARTS)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PolicyError(
            f"not a policy that Hearth exported: its manifest is not readable. {_AGAIN}"
        ) from error
    if not known or not same:
        raise PolicyError(f"was changed after it was exported, or by another version of Hearth. {_AGAIN}")
