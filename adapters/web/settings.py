"""What the web chat is told when it is wired."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How and for whom the chat is served.

    `organisation` is shown on the page. `data_folder` is where one-time codes wait to be used.
    `organisation_configured` is false with sample data only; once true, speaking as the manager takes a
    code. `other_address` permits a `host` that other machines can reach. `model_reads` is true where a
    language model reads questions too. `examples` are questions offered to someone who has not asked anything
    yet.
    """

    organisation: str
    data_folder: Path
    host: str = "127.0.0.1"
    port: int = 8080
    other_address: bool = False
    organisation_configured: bool = False
    model_reads: bool = False
    examples: tuple[str, ...] = (
        "Can I friend this family?",
        "May I use the logo on my own page?",
        "Who puts photos on our Facebook page?",
    )
