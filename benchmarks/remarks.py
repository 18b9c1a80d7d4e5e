"""Remarks that are no reply, said while a question is open: how many are taken for its answer.

Usage: python -m benchmarks.remarks
The harmless sentences of benchmarks/alarming, the messages of benchmarks/unseen that are about something else
than the policy, and the remarks and replies written for this, each said after "can I friend this family?" has
asked whether it is still supported.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from adapters.main import build_answerer
from adapters.settings import from_environment
from bot import safeguarding
from knowledge.answers import Answerer
from knowledge.threads import Thread

FOLDER = Path(__file__).parent
_ELSEWHERE = ("complaint", "complaint_status", "speak_to_person", "content_approval", "induction")


def remarks() -> Iterator[tuple[str, str]]:
    """Give each remark with what it is: an intent, or "harmless"."""
    for path in sorted((FOLDER / "unseen").glob("round*_intents.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["intent"] in _ELSEWHERE:
                yield row["intent"], row["text"]
    for line in (FOLDER / "unseen" / "remarks.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield (f"reply {row['means']}" if row["reply"] else "remark"), row["text"]
    for path in sorted((FOLDER / "alarming").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not row["danger"]:
                yield "harmless", row["text"]


def taken_for(answerer: Answerer, thread: Thread, text: str) -> str:
    """Return what a remark was taken for: a warning, another subject, or a reply with its verdict."""
    answer = answerer.ask(text, ("volunteer",), thread)
    if safeguarding.rings(text, answer.reading.danger):
        return "warned of"
    if answer.reading.act == "new":
        return "a new subject"
    return f"leaning on the question: {answer.verdict}"


def main() -> None:
    """Print how many remarks of each kind were taken for what."""
    answerer = build_answerer(from_environment())
    thread = answerer.ask("can I friend this family?", ("volunteer",)).thread
    counts = Counter((kind, taken_for(answerer, thread, text)) for kind, text in remarks())
    for (kind, taken), count in sorted(counts.items()):
        print(f"{kind:18} {taken:40} {count:4}")
    wrong = sum(
        count
        for (kind, taken), count in counts.items()
        if taken.endswith(": allowed") and kind != "reply no"  # "no, not supported any more" does permit
    )
    print(f"{counts.total()} remarks and replies, {wrong} wrongly taken for a reply that permits")


if __name__ == "__main__":
    main()
