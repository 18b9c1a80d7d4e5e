"""The reader's network, and how it becomes the file that Hearth runs."""

import hashlib
import json
from pathlib import Path
from typing import Any

import onnx
import torch
from messages import MAX_TOKENS, Batcher
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn


class ReaderNet(nn.Module):
    """The encoder, a glance at the words for each column and each fact, and a linear head on each glance.

    A fact hangs on a few words ("finished", "still"), so each has its own attention over the message.
    """

    def __init__(self, encoder: nn.Module, sizes: dict[str, int]) -> None:
        super().__init__()
        self.encoder = encoder
        self.sizes = sizes
        self.facts = sizes["fact"] // 3
        self.columns = [name for name in sizes if name != "fact"]
        glances = self.facts + len(self.columns)
        self.glances = nn.Parameter(torch.randn(glances, 384) * 0.05)
        self.keys = nn.Linear(384, 384)
        self.dropout = nn.Dropout(0.15)
        self.heads = nn.ModuleDict({name: nn.Linear(3 * 384, sizes[name]) for name in self.columns})
        self.fact_weight = nn.Parameter(torch.randn(self.facts, 3, 3 * 384) * 0.02)
        self.fact_bias = nn.Parameter(torch.zeros(self.facts, 3))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> list[torch.Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        scores = torch.matmul(self.glances, self.keys(hidden).transpose(1, 2)) / 384**0.5
        looks = torch.softmax(scores + (1.0 - mask.to(scores.dtype)).unsqueeze(1) * -1e4, dim=-1)
        seen = torch.matmul(looks, hidden)
        shared = torch.cat([hidden[:, 0], mean], dim=1).unsqueeze(1).expand(-1, seen.shape[1], -1)
        pooled = self.dropout(torch.cat([seen, shared], dim=2))
        facts = torch.einsum("bfh,fch->bfc", pooled[:, : self.facts], self.fact_weight) + self.fact_bias
        columns = {name: self.heads[name](pooled[:, self.facts + at]) for at, name in enumerate(self.columns)}
        columns["fact"] = facts.flatten(1)
        return [columns[name] for name in self.sizes]


def write(net: Any, batcher: Batcher, labels: dict[str, list[str]], sizes: dict[str, int], out: Path) -> None:
    """Write reader.onnx with 8-bit weights, and reader.json with the labels and the words that it learned."""
    ids, mask, kinds = batcher.inputs([("", "may I?"), ("before / asked?", "and on Instagram?")])
    full, small = out / "reader.full.onnx", out / "reader.onnx"
    axes = {name: {0: "batch", 1: "tokens"} for name in ("ids", "mask", "kinds")}
    torch.onnx.export(
        net, (ids, mask, kinds), str(full), input_names=["ids", "mask", "kinds"],
        output_names=list(sizes), dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(full), str(small), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    model = onnx.load(str(small))
    model.doc_string = ""
    onnx.save(model, str(small))
    digest = hashlib.sha256(small.read_bytes()).hexdigest()
    card = {"sha256": digest, "max_tokens": MAX_TOKENS, "labels": labels, "words": batcher.words}
    (out / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {small} ({small.stat().st_size / 1e6:.1f} MB), sha256 {digest}")
