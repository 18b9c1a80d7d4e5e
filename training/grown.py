"""The weights of an earlier run, for the labels of today: a topic, fact or form may have come since."""

import json
from pathlib import Path

import torch
from torch import nn

# A label that is new begins as the one that such messages had before.
BEGINS_AS = {
    "leave": "may",
    "refrain": "must",
    "document_password": "sensitive_storage",
    "maybe_volunteer": "volunteer",
    "chair": "trustee",
}

Labels = dict[str, list[str]]


def grown_from(folder: Path, net: nn.Module, labels: Labels) -> dict[str, torch.Tensor]:
    """Return the weights of a run, kept as reader.pt and reader.json; what it lacks stays as it is in `net`.

    Raises SystemExit where the run had another network.
    """
    before: Labels = json.loads((folder / "reader.json").read_text(encoding="utf-8"))["labels"]
    run, weights = torch.load(folder / "reader.pt"), net.state_dict()
    # Weights that were read back from a reader.onnx lack the pooler, which nothing uses.
    if strange := [name for name in run.keys() ^ weights.keys() if ".pooler." not in name]:
        raise SystemExit(f"{folder} is of another network: {sorted(strange)[0]}")
    for name, old in run.items():
        grown = _grown(name, old, weights[name], before, labels)
        if grown.shape != weights[name].shape:
            raise SystemExit(f"{folder} is of another network: {name}")
        weights[name] = grown
    return weights


def _grown(name: str, old: torch.Tensor, new: torch.Tensor, before: Labels, labels: Labels) -> torch.Tensor:
    if name == "glances":  # those of the facts, then one for each column
        known = len(before["fact"])
        facts = _moved(old[:known], new[: len(labels["fact"])], before["fact"], labels["fact"])
        return torch.cat([facts, old[known:]])
    if name.startswith("fact_"):
        return _moved(old, new, before["fact"], labels["fact"])
    if name.startswith("heads."):
        head = name.split(".")[1]
        return _moved(old, new, before[head], labels[head])
    return old


def _moved(old: torch.Tensor, new: torch.Tensor, before: list[str], labels: list[str]) -> torch.Tensor:
    moved = new.clone()
    for at, label in enumerate(labels):
        known = label if label in before else BEGINS_AS.get(label)
        if known in before:
            moved[at] = old[before.index(known)]
    return moved
