"""What the web chat is told when it is wired."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How and for whom the chat is served.

    `organisation` is shown on the page. `other_address` permits a `host` that other machines can reach.
    `model_reads` is true where a language model reads questions too. `sample_code` makes a one-time code of
    the sample's manager, so that whoever tries Hearth out may speak as the manager; without it, that takes a
    code. `policy_folders` hold the organisation's policies and their packs, for the review. `examples` are
    questions offered to someone who has not asked anything yet.
    """

    organisation: str
    host: str = "127.0.0.1"
    port: int = 8080
    other_address: bool = False
    model_reads: bool = False
    sample_code: Callable[[], str] | None = None
    policy_folders: tuple[Path, ...] = ()
    examples: tuple[str, ...] = (
        "Can I friend this family?",
        "May I use the logo on my own page?",
        "Who puts photos on our Facebook page?",
    )
