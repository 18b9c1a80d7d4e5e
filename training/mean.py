"""Write the reader that is the mean of two runs' weights: it is less sure of itself than either.

    python training/mean.py --model MINILM_FOLDER --out knowledge/models NEW OLD

NEW and OLD are what two runs of train.py wrote. NEW counts for six parts in ten, which was chosen on rounds 1
to 10 of benchmarks/unseen.
"""

import argparse
from pathlib import Path

import torch
from grown import grown_from
from messages import SINGLE, Batcher, labels_of, load
from net import ReaderNet, write
from transformers import AutoModel, AutoTokenizer

SHARE = 0.6


def mean(args: argparse.Namespace) -> None:
    """Mix the weights and write the model."""
    rows = load(Path(__file__).parent / "data")
    labels = labels_of(rows)
    sizes = {head: len(labels[head]) for head in SINGLE}
    sizes |= {"fact": 3 * len(labels["fact"]), "said": len(labels["said"])}
    encoder = AutoModel.from_pretrained(args.model, attn_implementation="eager")
    net = ReaderNet(encoder, sizes)
    new, old = (grown_from(folder, net, labels) for folder in (args.new, args.old))
    net.load_state_dict({name: torch.lerp(old[name], new[name], SHARE) for name in new})
    args.out.mkdir(parents=True, exist_ok=True)
    write(
        net.eval(), Batcher(AutoTokenizer.from_pretrained(args.model), labels, rows), labels, sizes, args.out
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("new", type=Path)
    parser.add_argument("old", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    mean(parser.parse_args())
