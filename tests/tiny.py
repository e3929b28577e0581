"""A model of 100 kB with every output the real one has: what must work with any weights is tried on it.

It knows no language: each token has a random vector, a text is their mean, each head a random cut through it. The graph
is committed (`tests/models/ml/data/tiny.onnx`), since the library that writes one is none of our dependencies:
`python -m tests.tiny` writes it again, with the `training` extra.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from models.ml.classifier import BUNDLED

GRAPH = Path(__file__).parent / "models/ml/data/tiny.onnx"
WIDTH = 384
OUTPUTS = {"sentiment": 3, "emotion": 4, "irony": 1, "offensive": 1, "danger": 1, "intent": 5}
_TOKENS, _INNER = 509, 32
MANNER = {
    "brands_on": True,
    "temperature": {"*": 1.0},
    "sure": {"*": [0.5, 0.5, 0.5]},
    "heads": {"anger": {}, "danger": {}, "joy": {"on": False}},
    "intent_on": True,
}


def tiny_model(folder: Path, manner: dict[str, Any] | None = None) -> Path:
    """A folder that holds the tiny model, with the real tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).symlink_to(BUNDLED / name)
    shutil.copy(GRAPH, folder / "model.onnx")
    config = json.loads((BUNDLED / "config.json").read_text(encoding="utf-8"))
    config["repartie"] = MANNER | (manner or {})
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def write(file: Path = GRAPH) -> None:
    """Make the graph anew: the same bytes each time."""
    import numpy as np  # noqa: PLC0415 - as below
    import onnx  # noqa: PLC0415 - only for this
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - the same

    draw = np.random.default_rng(7)
    constants = {
        "tokens": draw.normal(size=(_TOKENS, _INNER)),
        "wide": draw.normal(size=(_INNER, WIDTH)) / _INNER**0.5,
        **{f"cut_{name}": 2 * draw.normal(size=(_INNER, width)) for name, width in OUTPUTS.items()},
    }
    stored = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()]
    stored += [
        numpy_helper.from_array(np.array(value, dtype=np.int64), name)
        for name, value in {"modulus": _TOKENS, "last": [2], "across": [1]}.items()
    ]
    node = helper.make_node
    nodes = [
        node("Mod", ["input_ids", "modulus"], ["bucket"]),
        node("Gather", ["tokens", "bucket"], ["vectors"]),
        node("Cast", ["attention_mask"], ["flags"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["flags", "last"], ["mask"]),
        node("Mul", ["vectors", "mask"], ["seen"]),
        node("ReduceSum", ["seen", "across"], ["sum"], keepdims=0),
        node("ReduceSum", ["mask", "across"], ["count"], keepdims=0),
        node("Div", ["sum", "count"], ["pooled"]),
        *(node("MatMul", ["pooled", f"cut_{name}"], [name]) for name in OUTPUTS),
        node("MatMul", ["pooled", "wide"], ["long"]),
        node("LpNormalization", ["long"], ["embedding"], axis=1, p=2),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", width])
        for name, width in {**OUTPUTS, "embedding": WIDTH}.items()
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, file)


if __name__ == "__main__":
    write()
