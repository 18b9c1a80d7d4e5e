"""The labelled messages: read, made to look typed, turned into tensors."""

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import torch

MAX_TOKENS = 128
SINGLE = ("topic", "form", "who", "whom", "intent", "act")
DEFAULTS = {"form": "may", "who": "self", "whom": "none", "intent": "policy_question", "act": "new"}
KEYS = {"topic": "k", "form": "f", "who": "w", "whom": "m", "intent": "i", "act": "d"}
ABBREVIATIONS = {
    "facebook": "fb", "instagram": "insta", "volunteers": "vols", "volunteer": "vol", "because": "cos",
    "please": "pls", "you": "u", "are": "r", "your": "ur", "with": "w/", "someone": "sum1",
    "families": "fams", "whatsapp": "wa", "home-start": "homestart", "information": "info",
    "photos": "pics", "photo": "pic", "picture": "pic", "before": "b4", "about": "abt",
    "people": "ppl", "work": "wrk", "manager": "mgr",
}  # fmt: skip


def load(folder: Path) -> list[dict[str, Any]]:
    """Return every labelled message under a folder, one a line; a text labelled twice is kept once."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for path in sorted(folder.glob("**/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                rows[(row.get("c", ""), row.get("q", ""), row["t"])] = row
    return list(rows.values())


CALM = "calm"  # stands for the intent of what sounds like harm and is none; nothing else of it is known


def told_of_harm(folder: Path) -> list[dict[str, Any]]:
    """Return the sentences that tell of harm, and those that only sound like it, as rows without a topic."""
    kinds = (("harm", "safeguarding"), ("harmless", CALM))
    return [
        {"t": line, "i": intent}
        for name, intent in kinds
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def labels_of(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the label names of each head, in a stable order."""
    labels = {
        head: sorted({row.get(KEYS[head], DEFAULTS.get(head)) for row in rows} - {None}) for head in SINGLE
    }
    labels["fact"] = sorted({fact for row in rows for fact in row.get("x", {})})
    labels["said"] = ["volunteer", "staff", "trustee", "manager", "chair"]
    return labels


OFTEN = 8  # times; a rarer word may be a slip itself
OFTEN_IN_HARM = 2  # a word that tells of harm must not be taken for a slip of a harmless one


def words_of(rows: list[dict[str, Any]], harm: list[dict[str, Any]]) -> list[str]:
    """Return the words that stand often in the messages, or in what tells of harm."""
    seen, told = _counted(rows), _counted(harm)
    often = {word for word, times in seen.items() if times >= OFTEN}
    often |= {word for word, times in told.items() if times >= OFTEN_IN_HARM}
    return sorted(often)


def _counted(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(word for row in rows for word in re.findall(r"[a-z]+(?:'[a-z]+)*", row["t"].lower()))


def typed(text: str, rng: random.Random) -> str:
    """Return the text as it may be typed on a phone: abbreviations, lost capitals and marks, slips."""
    if rng.random() < 0.25:
        text = re.sub(
            r"[\w-]+",
            lambda word: (
                ABBREVIATIONS[word[0].lower()]
                if word[0].lower() in ABBREVIATIONS and rng.random() < 0.5
                else word[0]
            ),
            text,
        )
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.3:
        text = re.sub(r"[?.!,'\u2019]", "", text)
    if rng.random() < 0.3 and len(text) > 12:
        for _ in range(1 + len(text) // 50):
            at = rng.randrange(1, len(text) - 1)
            slip = rng.choice(("drop", "swap", "twice"))
            if slip == "drop":
                text = text[:at] + text[at + 1 :]
            elif slip == "swap":
                text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            else:
                text = text[:at] + text[at] + text[at:]
    return text


HERE = Path(__file__).parent
ASIDES = (HERE / "asides.txt").read_text(encoding="utf-8").splitlines()


def told(text: str, rng: random.Random) -> str:
    """Return the text as people write it: now and then with a word about something else around it."""
    if rng.random() < 0.7:
        text = f"{rng.choice(ASIDES)} {text}"
        if rng.random() < 0.3:
            text = f"{rng.choice(ASIDES)} {text}"
    if rng.random() < 0.5:
        text = f"{text} {rng.choice(ASIDES)}"
    return text


def pair(row: dict[str, Any], context: str | None = None) -> tuple[str, str]:
    """Return what the encoder sees: what was said and asked before, and the message."""
    before = context if context is not None else row.get("c", "")
    asked = row.get("q", "")
    return (f"{before} / {asked}" if before or asked else ""), row["t"]


def asks_policy(row: dict[str, Any]) -> bool:
    """Say whether a row is a policy question, of which every column is labelled."""
    return str(row.get("i", DEFAULTS["intent"])) == DEFAULTS["intent"]


LEANING = ("reply", "dont_know", "correct", "follow")


def bared(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a row of a conversation now and then without what went before it, as `Reading.alone` reads it.

    Of such words only the intent and the facts that they settle are learned: the rest hangs on the context.
    """
    leans = row.get("c") and row.get("d") in LEANING and len(row["t"].split()) >= 4
    if not leans or rng.random() > 0.2:
        return row
    return {key: value for key, value in row.items() if key not in ("c", "q")} | {"bare": True}


class Batcher:
    """Turns rows into tensors; augments when asked."""

    def __init__(self, tokenizer: Any, labels: dict[str, list[str]], rows: list[dict[str, Any]]) -> None:
        self.tokenizer = tokenizer
        self.labels = labels
        self.alone = [row for row in rows if "c" not in row]
        harm = [row for row in told_of_harm(HERE / "danger") if row["i"] != CALM]
        self.words = words_of(rows, harm)
        self.askbacks = sorted({row["q"] for row in rows if row.get("q")})

    def inputs(self, pairs: list[tuple[str, str]]) -> tuple[torch.Tensor, ...]:
        coded = self.tokenizer(
            [before for before, _ in pairs], [text for _, text in pairs],
            truncation="longest_first", max_length=MAX_TOKENS, padding=True, return_tensors="pt",
        )  # fmt: skip
        return coded["input_ids"], coded["attention_mask"], coded["token_type_ids"]

    def augmented(self, row: dict[str, Any], rng: random.Random) -> tuple[str, str]:
        context = None
        if (
            "c" not in row and not row.get("bare") and rng.random() < 0.15
        ):  # an unrelated question before it changes nothing
            context = rng.choice(self.alone)["t"]
            if rng.random() < 0.5:
                context += " / " + rng.choice(self.askbacks)
        before, text = pair(row, context)
        if "c" not in row and not row.get("bare") and len(text.split()) > 3 and rng.random() < 0.15:
            text = told(text, rng)
        return before, typed(text, rng)

    def targets(self, rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        out = {}
        for head in SINGLE:
            names = self.labels[head]
            values = [row.get(KEYS[head], DEFAULTS.get(head)) for row in rows]
            out[head] = torch.tensor([names.index(value) if value in names else -100 for value in values])
            if head != "intent":
                out[head][[i for i, row in enumerate(rows) if row.get("bare")]] = -100
            if head in ("form", "who", "whom"):  # nobody decides on these but for a policy question
                out[head][[i for i, row in enumerate(rows) if not asks_policy(row)]] = -100
        facts = torch.full((len(rows), len(self.labels["fact"])), -100, dtype=torch.long)
        facts[[i for i, row in enumerate(rows) if asks_policy(row)]] = 0
        for i, row in enumerate(rows):
            for fact, value in row.get("x", {}).items():
                facts[i, self.labels["fact"].index(fact)] = 1 if value == "y" else 2
        out["fact"] = facts
        out[CALM] = torch.tensor([row.get("i") == CALM for row in rows])
        said = torch.zeros(len(rows), len(self.labels["said"]))
        for i, row in enumerate(rows):
            for role in filter(None, (row.get("s") or "").replace("chair", "chair+trustee").split("+")):
                said[i, self.labels["said"].index(role)] = 1
        out["said"] = said
        return out
