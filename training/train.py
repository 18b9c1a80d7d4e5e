"""Train the message reader: one small encoder, read once, with a head for each column of a Reading.

Starts from all-MiniLM-L6-v2 and the labelled messages in data/; writes reader.onnx (8-bit weights) and
reader.json (the labels, and the hash of the weights). Needs requirements.txt beside this file, which the
product itself does not. Run from the repository's root:

    python training/train.py --model MINILM_FOLDER --out knowledge/models

The split is by message, seeded; every figure printed is on messages held out from training. `--all` trains
the shipped weights on everything, after the figures were taken without it.
"""

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from grown import grown_from
from messages import CALM, SINGLE, Batcher, bared, labels_of, load, pair, told_of_harm
from net import ReaderNet, write
from torch import nn
from transformers import AutoModel, AutoTokenizer

HERE = Path(__file__).parent
FROZEN_LAYERS = 2  # of six


def rarity(rows: list[dict[str, Any]], facts: list[str]) -> torch.Tensor:
    """Return each fact's weight for unknown, established and denied: the rarer, the heavier."""
    weights = torch.ones(len(facts), 3)
    for at, fact in enumerate(facts):
        for column, value in ((1, "y"), (2, "n")):
            seen = sum(row.get("x", {}).get(fact) == value for row in rows)
            weights[at, column] = min(2.5, max(1.0, (400 / max(seen, 1)) ** 0.5))
    return weights


def loss_of(
    out: dict[str, torch.Tensor], targets: dict[str, torch.Tensor], weights: torch.Tensor, harm: int
) -> torch.Tensor:
    """Return the summed loss; topic counts most, facts by their rarity.

    `harm` is the number of the intent that what only sounds like harm must not have.
    """
    total = torch.zeros(())
    if targets[CALM].any():
        odds = torch.log_softmax(out["intent"][targets[CALM]], dim=1)[:, harm].exp()
        total = total - torch.log1p(-odds.clamp(max=0.999)).mean()
    for head, weight in (
        ("topic", 1.5), ("intent", 1.0), ("who", 0.7), ("whom", 0.7), ("form", 0.5), ("act", 0.7),
    ):  # fmt: skip
        if (targets[head] >= 0).any():
            total = total + weight * nn.functional.cross_entropy(
                out[head], targets[head], ignore_index=-100, label_smoothing=0.03
            )
    facts = out["fact"].view(*targets["fact"].shape, 3)
    known = targets["fact"].clamp(min=0)
    each = nn.functional.cross_entropy(facts.reshape(-1, 3), known.reshape(-1), reduction="none")
    heavy = weights.unsqueeze(0).expand(len(known), -1, -1).gather(2, known.unsqueeze(2)).squeeze(2)
    counted = (targets["fact"] >= 0).float() * heavy
    total = total + 8.0 * (each.view_as(counted) * counted).sum() / counted.sum().clamp(min=1.0)
    said = nn.functional.binary_cross_entropy_with_logits(
        out["said"], targets["said"], pos_weight=torch.tensor(4.0)
    )
    return total + 4.0 * said


def evaluate(
    net: Any, batcher: Batcher, rows: list[dict[str, Any]], sizes: dict[str, int]
) -> dict[str, float]:
    """Return the share right for each head on rows held out."""
    right: dict[str, list[bool]] = {}
    for at in range(0, len(rows), 64):
        part = rows[at : at + 64]
        with torch.no_grad():
            out = dict(zip(sizes, net(*batcher.inputs([pair(row) for row in part])), strict=True))
        targets = batcher.targets(part)
        for head in SINGLE:
            keep = targets[head] >= 0
            right.setdefault(head, []).extend((out[head].argmax(1)[keep] == targets[head][keep]).tolist())
        facts = out["fact"].view(*targets["fact"].shape, 3).argmax(2)
        settled = targets["fact"] > 0
        right.setdefault("fact_found", []).extend((facts[settled] == targets["fact"][settled]).tolist())
        found = (facts > 0) & (targets["fact"] >= 0)
        right.setdefault("fact_right", []).extend((facts[found] == targets["fact"][found]).tolist())
        asked = (targets["fact"] >= 0).all(1)
        right.setdefault("all_facts", []).extend((facts == targets["fact"]).all(1)[asked].tolist())
        right.setdefault("said", []).extend(((out["said"] > 0) == (targets["said"] > 0.5)).all(1).tolist())
    return {head: round(float(np.mean(values)), 4) for head, values in right.items()}


def train(args: argparse.Namespace) -> None:
    """Train, print the held-out figures after each round, write the model."""
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    rng = random.Random(args.seed)  # noqa: S311  # a split that can be repeated, no secret
    rows = load(HERE / "data")
    labels = labels_of(rows)
    rng.shuffle(rows)
    held = rows[: len(rows) // 10]
    training = rows if args.all else rows[len(rows) // 10 :]
    training = training + told_of_harm(HERE / "danger")
    print(f"{len(training)} messages to learn from, {len(held)} held out, {len(labels['topic'])} topics")
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    sizes = {head: len(labels[head]) for head in SINGLE}
    sizes |= {"fact": 3 * len(labels["fact"]), "said": len(labels["said"])}
    encoder = AutoModel.from_pretrained(
        args.model, attn_implementation="sdpa", attention_probs_dropout_prob=0.0
    )
    net = ReaderNet(encoder, sizes)
    # Words keep the vectors that they came with, and the lowest layers what they know of language: a few
    # thousand messages would only bend the words that are in them.
    for frozen in (encoder.embeddings.word_embeddings, *encoder.encoder.layer[:FROZEN_LAYERS]):
        frozen.requires_grad_(False)  # torch's own way to say it
    batcher = Batcher(tokenizer, labels, rows)
    weights = rarity(training, labels["fact"])
    if args.start:
        net.load_state_dict(grown_from(args.start, net, labels))
    steps = args.epochs * (len(training) // args.batch + 1)
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in net.encoder.parameters() if p.requires_grad], "lr": args.rate},
            {
                "params": [p for name, p in net.named_parameters() if not name.startswith("encoder.")],
                "lr": args.rate * 10,
            },
        ],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, step / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    for epoch in range(args.epochs):
        net.train()
        rng.shuffle(training)
        # Rows of like length share a batch, so that little is spent on padding.
        chunks = [training[at : at + args.batch * 16] for at in range(0, len(training), args.batch * 16)]
        batches = [
            ordered[at : at + args.batch]
            for chunk in chunks
            for ordered in [sorted(chunk, key=lambda row: len(row["t"]) + len(row.get("c", "")))]
            for at in range(0, len(ordered), args.batch)
        ]
        rng.shuffle(batches)
        total = 0.0
        for part in batches:
            part = [bared(row, rng) for row in part]
            inputs = batcher.inputs([batcher.augmented(row, rng) for row in part])
            out = dict(zip(sizes, net(*inputs), strict=True))
            loss = loss_of(out, batcher.targets(part), weights, labels["intent"].index("safeguarding"))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        torch.save(net.state_dict(), args.out / "reader.pt")
        net.eval()
        print(
            f"epoch {epoch + 1}: loss {total / len(batches):.3f}",
            evaluate(net, batcher, held, sizes),
            flush=True,
        )
    write(net.eval(), batcher, labels, sizes, args.out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("knowledge/models"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a folder with reader.pt and reader.json to go on from")
    parser.add_argument("--all", action="store_true")
    train(parser.parse_args())
