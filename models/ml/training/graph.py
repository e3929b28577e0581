"""The shipped graph, built by hand from a trained `Network`.

Embedding table in 4 bits (blocks of 32 values with an fp16 scale: what the base has, so nothing is lost), layers in
int8 a column with dynamic uint8 inputs, heads in fp16. onnxruntime's fused operators (its ContribOperators.md, read
2026-11-22) do in one step what an exporter writes in ten.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.ml.training.network import Network
from models.ml.training.tasks import TASKS

POSITIONS = 128
BLOCK = 32
_MICROSOFT = "com.microsoft"
Array = NDArray[np.float32]


@dataclass
class Build:
    """Nodes and weights so far. `add` names the output it returns."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def keep(self, name: str, value: NDArray[np.generic]) -> str:
        """A weight under `name`."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], name: str, *, outputs: int = 1, **how: Any) -> str:  # noqa: ANN401 - whatever the operator takes
        """A node whose first output is `name`; its others, `name.1`, `name.2`."""
        names = [name, *(f"{name}.{number}" for number in range(1, outputs))]
        domain = how.pop("domain", "")
        self.nodes.append(helper.make_node(kind, inputs, names, name=name, domain=domain, **how))
        return name

    def contrib(self, kind: str, inputs: list[str], name: str, **how: Any) -> str:  # noqa: ANN401 - whatever the operator takes
        """A node of onnxruntime's own operators."""
        return self.add(kind, inputs, name, domain=_MICROSOFT, **how)

    def half(self, name: str, value: Array) -> str:
        """A weight stored in fp16, computed with in fp32: cast once, when the session is made."""
        stored = self.keep(f"{name}.fp16", value.astype(np.float16))
        return self.add("Cast", [stored], name, to=TensorProto.FLOAT)


def build(network: Network) -> onnx.ModelProto:
    """The graph of `network`.

    Its inputs: `input_ids` and `attention_mask`, shape (batch, tokens). Its outputs: each task's logits, shape (batch,
    classes), and `embedding`, shape (batch, width).
    """
    weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    config = network.encoder.config
    graph = Build()
    hidden = _embed(graph, weights)
    graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for number in range(config.num_hidden_layers):
        hidden = _layer(graph, weights, number, hidden, config.num_attention_heads)
    outputs = _heads(graph, weights, hidden)
    batch = ["batch", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "repartie",
            [helper.make_tensor_value_info(name, TensorProto.INT64, batch) for name in ("input_ids", "attention_mask")],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width]) for name, width in outputs],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=10,
        producer_name="repartie",
    )
    onnx.checker.check_model(model, full_check=False)
    return model


def four_bits(table: Array) -> tuple[NDArray[np.uint8], Array]:
    """A table, shape (rows, width), as signed 4-bit numbers, two a byte, and a scale a block of 32.

    Raises:
        ValueError: the table is not exactly 4-bit.
    """
    blocks = table.reshape(len(table), -1, BLOCK)
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[:, :, None], axis=2)
    scale = np.where(furthest == 0, 1, furthest / -8)  # the furthest value is -8 steps: a step may be negative
    numbers = np.clip(np.round(blocks / scale), -8, 7)
    off = float((np.abs(numbers * scale - blocks).max(axis=2) / np.maximum(np.abs(furthest[:, :, 0]), 1e-9)).max())
    if off > 0.01:  # noqa: PLR2004 - fp16 keeps 0.1%
        msg = f"the embedding table is not 4-bit: a value is off by {off:.1%} of its block's largest"
        raise ValueError(msg)
    scale = scale[:, :, 0].astype(np.float32)
    nibbles = numbers.astype(np.int8).reshape(len(table), -1).view(np.uint8) & 15
    return np.asarray(nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), dtype=np.uint8), scale


def int8_columns(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """A product's weight, shape (in, out), as symmetric int8 with a scale for each column."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-8) / 127
    return np.clip(np.round(weight / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def _embed(graph: Build, weights: dict[str, Array]) -> str:
    prefix = "encoder.embeddings"
    packed, scale = four_bits(weights[f"{prefix}.word_embeddings.weight"])
    table = helper.make_tensor(
        "word", TensorProto.INT4, [packed.shape[0], packed.shape[1] * 2], packed.tobytes(), raw=True
    )
    graph.weights.append(table)
    scales = graph.half("word.scale", scale)
    words = graph.contrib(
        "GatherBlockQuantized",
        ["word", "input_ids", scales],
        "words",
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
    )
    places = weights[f"{prefix}.position_embeddings.weight"][:POSITIONS]
    where = graph.half("position", places + weights[f"{prefix}.token_type_embeddings.weight"][0])
    graph.add("Shape", ["input_ids"], "tokens", start=1, end=2)
    zero = graph.keep("zero", np.array([0], dtype=np.int64))
    graph.add("Slice", [where, zero, "tokens", zero], "places")
    graph.add("Add", [words, "places"], "placed")
    return _norm(graph, weights, f"{prefix}.LayerNorm", ["placed"], "start")


def _norm(graph: Build, weights: dict[str, Array], prefix: str, inputs: list[str], name: str) -> str:
    gamma = graph.keep(f"{name}.gamma", weights[f"{prefix}.weight"])
    beta = graph.keep(f"{name}.beta", weights[f"{prefix}.bias"])
    if len(inputs) == 1:
        return graph.add("LayerNormalization", [*inputs, gamma, beta], name, axis=-1, epsilon=1e-12)
    return graph.contrib("SkipLayerNormalization", [*inputs, gamma, beta], name, epsilon=1e-12)


def _product(graph: Build, name: str, given: str, weight: Array, bias: Array | None) -> str:
    numbers, scale = int8_columns(weight)
    inputs = [given, graph.keep(f"{name}.int8", numbers), graph.keep(f"{name}.scale", scale), ""]
    if bias is not None:
        inputs.append(graph.keep(f"{name}.bias", bias))
    else:
        inputs.pop()
    return graph.contrib("DynamicQuantizeMatMul", inputs, name)


def _layer(graph: Build, weights: dict[str, Array], number: int, given: str, heads: int) -> str:
    prefix, name = f"encoder.encoder.layer.{number}", f"layer{number}"
    ours = [f"{prefix}.attention.self.{part}" for part in ("query", "key", "value")]
    numbers, scale = int8_columns(np.concatenate([weights[f"{part}.weight"].T for part in ours], axis=1))
    graph.add("DynamicQuantizeLinear", [given], f"{name}.in", outputs=3)
    graph.contrib(
        "QAttention",
        [
            f"{name}.in",
            graph.keep(f"{name}.qkv.int8", numbers),
            graph.keep(f"{name}.qkv.bias", np.concatenate([weights[f"{part}.bias"] for part in ours])),
            f"{name}.in.1",
            graph.keep(f"{name}.qkv.scale", scale),
            "mask",
            f"{name}.in.2",
            graph.keep(f"{name}.qkv.zero", np.zeros(len(scale), dtype=np.int8)),
        ],
        f"{name}.attended",
        num_heads=heads,
    )
    out = f"{prefix}.attention.output"
    said = _product(
        graph, f"{name}.out", f"{name}.attended", weights[f"{out}.dense.weight"].T, weights[f"{out}.dense.bias"]
    )
    middle = _norm(graph, weights, f"{out}.LayerNorm", [said, given], f"{name}.middle")
    wide = _product(graph, f"{name}.wide", middle, weights[f"{prefix}.intermediate.dense.weight"].T, None)
    bias = graph.keep(f"{name}.wide.bias", weights[f"{prefix}.intermediate.dense.bias"])
    graph.contrib("BiasGelu", [wide, bias], f"{name}.gelu")
    narrow = _product(
        graph,
        f"{name}.narrow",
        f"{name}.gelu",
        weights[f"{prefix}.output.dense.weight"].T,
        weights[f"{prefix}.output.dense.bias"],
    )
    return _norm(graph, weights, f"{prefix}.output.LayerNorm", [narrow, middle], f"{name}.end")


def _heads(graph: Build, weights: dict[str, Array], hidden: str) -> list[tuple[str, int]]:
    # One more query of zeros: it weighs every token the same, which is the mean that the embedding is made of.
    width = weights["queries"].shape[1]
    queries = np.concatenate([weights["queries"], np.zeros((1, width), dtype=np.float32)])
    graph.add("MatMul", [hidden, graph.keep("queries", queries.T)], "scores")
    graph.add("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    graph.add("Sub", ["mask.float", graph.keep("one", np.array(1, dtype=np.float32))], "missing")
    graph.add("Mul", ["missing", graph.keep("far", np.array(1e4, dtype=np.float32))], "hole")
    graph.add("Unsqueeze", ["hole", graph.keep("last", np.array([2], dtype=np.int64))], "hole.wide")
    graph.add("Add", ["scores", "hole.wide"], "scores.real")
    graph.add("Softmax", ["scores.real"], "shares", axis=1)
    graph.add("Transpose", ["shares"], "shares.tasks", perm=[0, 2, 1])
    graph.add("MatMul", ["shares.tasks", hidden], "pooled")  # (batch, tasks + 1, width)
    graph.add("Transpose", ["pooled"], "pooled.tasks", perm=[1, 0, 2])
    dense = np.stack([weights[f"heads.{task.name}.dense.weight"].T * 2 for task in TASKS] + [weights["embed.weight"].T])
    bias = np.stack([weights[f"heads.{task.name}.dense.bias"] * 2 for task in TASKS] + [weights["embed.bias"]])
    graph.add("MatMul", ["pooled.tasks", graph.half("dense", dense)], "dense.product")
    graph.add("Add", ["dense.product", graph.keep("dense.bias", bias[:, None, :])], "dense.said")
    graph.add("Split", ["dense.said"], "said", outputs=len(TASKS) + 1, axis=0, num_outputs=len(TASKS) + 1)
    axis = graph.keep("first", np.array([0], dtype=np.int64))
    outputs = []
    for number, task in enumerate(TASKS):
        said = "said" if number == 0 else f"said.{number}"
        graph.add("Squeeze", [said, axis], f"{task.name}.vector")
        graph.add("Tanh", [f"{task.name}.vector"], f"{task.name}.tanh")
        out = f"heads.{task.name}.out"
        graph.add(
            "Gemm",
            [
                f"{task.name}.tanh",
                graph.keep(f"{task.name}.weight", weights[f"{out}.weight"]),
                graph.keep(f"{task.name}.bias", weights[f"{out}.bias"]),
            ],
            task.name,
            transB=1,
        )
        outputs.append((task.name, task.width))
    graph.add("Squeeze", [f"said.{len(TASKS)}", axis], "embedding.long")
    graph.add("LpNormalization", ["embedding.long"], "embedding", axis=-1, p=2)
    return [*outputs, ("embedding", width)]
