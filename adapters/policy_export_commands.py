"""`hearth policy export`: text, pack and outline of a policy as one file."""

import argparse
from dataclasses import replace
from pathlib import Path

from adapters import main as wiring
from adapters.output import OutputError, say
from adapters.settings import Settings


def define(parser: argparse.ArgumentParser) -> None:
    """Say which policy, and where to."""
    parser.add_argument("out", type=Path, help="the zip file to write; one that is there is not overwritten")
    parser.add_argument(
        "file", type=Path, nargs="?", help="the policy's text; the policy in use if not given"
    )
    parser.set_defaults(command=export)


def export(settings: Settings, given: argparse.Namespace) -> None:
    """Write a policy, its pack and its outline to one zip file, from which `hearth policy add` starts."""
    from adapters.outline import outline
    from knowledge.documents.bundle import bundled, unbundled

    if given.file:
        settings = replace(settings, policy=given.file.absolute())
    policy, _ = wiring.load_policy(settings)
    pack = settings.policy.with_suffix(".pack.toml").read_text(encoding="utf-8")
    made = bundled(wiring.text_of(settings), pack, outline(policy) + "\n")
    unbundled(made)  # what could not be taken up is not given out
    try:
        with given.out.open("xb") as file:
            file.write(made)
    except FileExistsError:
        raise OutputError(f"{given.out}: is there already. Name another file.") from None
    except OSError as error:
        raise OutputError(f"{given.out}: cannot be written ({error.strerror}). Name another file.") from error
    say(f"Written: {given.out}. `hearth policy add {given.out}` starts from it; there nothing is reviewed.")
