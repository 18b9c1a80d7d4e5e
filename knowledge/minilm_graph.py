"""The embedded model as an ONNX graph, written by hand so that neither torch nor a model hub is needed."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto

# config.json of all-MiniLM-L6-v2: BERT with 6 layers, 12 heads of 32, post-normalisation.
LAYERS = 6
HEADS = 12
WIDTH = 384
EPSILON = 1e-12
OPSET = 20  # the first with Gelu
# The layers (from 1) whose words make up `inner`: of those that were tried, they tell talk of harm best.
INNER = (3, 4)
MIDDLE = INNER[-1]
NAME = "all-MiniLM-L6-v2"
IR_VERSION = 10  # fixed, so that a newer onnx does not write what the runtime cannot read


def recipe() -> str:
    """Return a short hash of this file: a graph built by other code is not the same graph."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def build_lower(weights: Path) -> bytes:
    """Build the graph up to the middle over a safetensors file and return it serialised (about 17 KB).

    The graph takes `ids` (int64, one text's token ids, unpadded) and gives `hidden` (float32, tokens by 384),
    for the upper graph; and `inner` (float32, 768): the mean of two layers in the middle, without the tokens
    around the text. The weights stay where they are: the graph refers to their place in the file, so the
    runtime maps them and nothing of the 90 MB is copied into a cache.
    """
    return bytes(_Builder(weights).lower().SerializeToString())


def build_upper(weights: Path) -> bytes:
    """Build the graph from the middle on, as `build_lower`.

    It takes `hidden` and gives `embedding` (float32, 384): the mean of the last layer's tokens, at length 1.
    Whoever wants `inner` alone is spared a third of the layers.
    """
    return bytes(_Builder(weights).upper().SerializeToString())


class _Builder:
    """Collects nodes and weights; each method adds a piece and returns the name of its output."""

    def __init__(self, weights: Path) -> None:
        with weights.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")  # safetensors: length, JSON header, then the data
            self._header = json.loads(file.read(size))
        self._start = 8 + size
        self._file = weights.name
        self._nodes: list[NodeProto] = []
        self._tensors: dict[str, TensorProto] = {}

    def lower(self) -> "ModelProto":
        from onnx import TensorProto, helper

        hidden, inner = self._embeddings(), []
        for number in range(MIDDLE):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
            if number + 1 in INNER:
                inner.append(self._mean_of_words(hidden, f"inner.{number}"))
        self._node("Concat", inner, "inner", axis=0)
        self._node("Identity", [hidden], "hidden")
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])
        vector = helper.make_tensor_value_info("inner", TensorProto.FLOAT, [len(INNER) * WIDTH])
        return self._model([ids], [_hidden(), vector])

    def upper(self) -> "ModelProto":
        from onnx import TensorProto, helper

        hidden = "hidden"
        for number in range(MIDDLE, LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{number}")
        mean = self._node("ReduceMean", [hidden, self._ints("first", 0)], "mean", keepdims=0)
        self._node("LpNormalization", [mean], "embedding", p=2, axis=-1)
        vector = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [WIDTH])
        return self._model([_hidden()], [vector])

    def _model(self, inputs: list["ValueInfoProto"], outputs: list["ValueInfoProto"]) -> "ModelProto":
        from onnx import helper

        graph = helper.make_graph(self._nodes, NAME, inputs, outputs, list(self._tensors.values()))
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)

    def _mean_of_words(self, hidden: str, name: str) -> str:
        """Return the mean of a layer's tokens without the first and the last, which stand around the text."""
        words = self._node(
            "Slice",
            [hidden, self._ints("one", 1), self._ints("last", -1), self._ints("first", 0)],
            f"{name}.words",
        )
        return self._node("ReduceMean", [words, self._ints("first", 0)], name, keepdims=0)

    def _embeddings(self) -> str:
        first = self._ints("first", 0)
        word = self._node("Gather", [self._weight("embeddings.word_embeddings.weight"), "ids"], "word")
        length = self._node("Shape", ["ids"], "length")
        places = self._weight("embeddings.position_embeddings.weight")
        place = self._node("Slice", [places, first, length, first], "place")
        kind = self._node("Gather", [self._weight("embeddings.token_type_embeddings.weight"), first], "kind")
        total = self._node("Add", [word, self._node("Add", [place, kind], "place+kind")], "sum")
        return self._norm(total, "embeddings.LayerNorm")

    def _layer(self, hidden: str, name: str) -> str:
        attended = self._linear(self._attention(hidden, name), f"{name}.attention.output.dense")
        attended = self._node("Add", [attended, hidden], f"{name}.attention.residual")
        attended = self._norm(attended, f"{name}.attention.output.LayerNorm")
        inner = self._linear(attended, f"{name}.intermediate.dense")
        outer = self._linear(self._node("Gelu", [inner], f"{name}.gelu"), f"{name}.output.dense")
        outer = self._node("Add", [outer, attended], f"{name}.residual")
        return self._norm(outer, f"{name}.output.LayerNorm")

    def _attention(self, hidden: str, name: str) -> str:
        query = self._heads(hidden, f"{name}.attention.self.query", [1, 0, 2])
        key = self._heads(hidden, f"{name}.attention.self.key", [1, 2, 0])
        value = self._heads(hidden, f"{name}.attention.self.value", [1, 0, 2])
        scores = self._node("MatMul", [query, key], f"{name}.scores")
        scores = self._node("Mul", [scores, self._scale()], f"{name}.scaled")
        shares = self._node("Softmax", [scores], f"{name}.shares", axis=-1)
        mixed = self._node("MatMul", [shares, value], f"{name}.mixed")
        mixed = self._node("Transpose", [mixed], f"{name}.tokens_first", perm=[1, 0, 2])
        return self._node("Reshape", [mixed, self._ints("rows", 0, WIDTH)], f"{name}.rows")

    def _heads(self, hidden: str, name: str, order: list[int]) -> str:
        shape = self._ints("heads", 0, HEADS, WIDTH // HEADS)
        split = self._node("Reshape", [self._linear(hidden, name), shape], f"{name}.split")
        return self._node("Transpose", [split], f"{name}.heads", perm=order)

    def _linear(self, hidden: str, name: str) -> str:
        inputs = [hidden, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("Gemm", inputs, f"{name}.out", transB=1)

    def _norm(self, hidden: str, name: str) -> str:
        inputs = [hidden, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=EPSILON)

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def _ints(self, name: str, *values: int) -> str:
        from onnx import TensorProto, helper

        self._tensors[name] = helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
        return name

    def _scale(self) -> str:
        from onnx import TensorProto, helper

        self._tensors["scale"] = helper.make_tensor("scale", TensorProto.FLOAT, [], [(WIDTH / HEADS) ** -0.5])
        return "scale"

    def _weight(self, name: str) -> str:
        """Refer to a tensor's bytes in the safetensors file (ONNX external data)."""
        from onnx import StringStringEntryProto, TensorProto

        begin, end = self._header[name]["data_offsets"]
        place = {"location": self._file, "offset": str(self._start + begin), "length": str(end - begin)}
        self._tensors[name] = TensorProto(
            name=name,
            data_type=TensorProto.FLOAT,
            dims=self._header[name]["shape"],
            data_location=TensorProto.EXTERNAL,
            external_data=[StringStringEntryProto(key=key, value=value) for key, value in place.items()],
        )
        return name


def _hidden() -> "ValueInfoProto":
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["tokens", WIDTH])
