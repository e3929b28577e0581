"""The shipped file back into a network of PyTorch, for comparisons with the very same weights."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor
from transformers import BertConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from models.ml.training.graph import BLOCK, POSITIONS
from models.ml.training.network import Network
from models.ml.training.tasks import SENTIMENT, TASKS

Weights = Mapping[str, NDArray[np.generic]]


class SentimentOnly(PreTrainedModel):
    """The network as `transformers.pipeline("text-classification")` wants one."""

    config_class = BertConfig

    def __init__(self, network: Network) -> None:
        super().__init__(network.encoder.config)
        self.network = network
        self.config.id2label = dict(enumerate(SENTIMENT.classes))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: object) -> SequenceClassifierOutput:
        """What a sequence classifier of transformers answers."""
        return SequenceClassifierOutput(logits=self.network(input_ids, attention_mask)[SENTIMENT.name])


def restore(folder: Path) -> Network:
    """The network in `folder`, its weights as the shipped file has them, computed with in fp32."""
    model = onnx.load(folder / "model.onnx")
    weights: Weights = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    config = BertConfig.from_pretrained(folder, local_files_only=True)
    network = Network.blank(config)
    state = network.state_dict()
    found = {name: torch.from_numpy(np.asarray(value, dtype=np.float32)) for name, value in _named(weights).items()}
    places = state["encoder.embeddings.position_embeddings.weight"]
    places.zero_()
    places[:POSITIONS] = found.pop("position")
    state["encoder.embeddings.token_type_embeddings.weight"].zero_()  # it stands in the positions
    state.update(found)
    network.load_state_dict(state)
    network.train(mode=False)
    return network


def _named(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """Our names in the graph to the network's own."""
    found: dict[str, NDArray[np.float32]] = {
        "encoder.embeddings.word_embeddings.weight": _words(weights),
        "position": weights["position.fp16"].astype(np.float32),
        "queries": weights["queries"].T[:-1].astype(np.float32),
        "embed.weight": weights["dense.fp16"][-1].T.astype(np.float32),
        "embed.bias": weights["dense.bias"][-1, 0].astype(np.float32),
    }
    found |= _norm(weights, "start", "encoder.embeddings.LayerNorm")
    for number in range(sum(name.endswith(".qkv.int8") for name in weights)):
        layer, prefix = f"layer{number}", f"encoder.encoder.layer.{number}"
        matrix, bias = _product(weights, f"{layer}.qkv"), weights[f"{layer}.qkv.bias"]
        for part, rows, shift in zip(
            ("query", "key", "value"), np.split(matrix, 3, axis=1), np.split(bias, 3), strict=True
        ):
            found[f"{prefix}.attention.self.{part}.weight"] = rows.T
            found[f"{prefix}.attention.self.{part}.bias"] = shift.astype(np.float32)
        for ours, theirs in (
            ("out", "attention.output.dense"),
            ("wide", "intermediate.dense"),
            ("narrow", "output.dense"),
        ):
            found[f"{prefix}.{theirs}.weight"] = _product(weights, f"{layer}.{ours}").T
            found[f"{prefix}.{theirs}.bias"] = weights[f"{layer}.{ours}.bias"].astype(np.float32)
        found |= _norm(weights, f"{layer}.middle", f"{prefix}.attention.output.LayerNorm")
        found |= _norm(weights, f"{layer}.end", f"{prefix}.output.LayerNorm")
    for row, task in enumerate(TASKS):
        head = f"heads.{task.name}"
        found[f"{head}.dense.weight"] = weights["dense.fp16"][row].T.astype(np.float32) / 2
        found[f"{head}.dense.bias"] = weights["dense.bias"][row, 0].astype(np.float32) / 2
        found[f"{head}.out.weight"] = weights[f"{task.name}.weight"].astype(np.float32)
        found[f"{head}.out.bias"] = weights[f"{task.name}.bias"].astype(np.float32)
    return found


def _words(weights: Weights) -> NDArray[np.float32]:
    table = weights["word"].astype(np.float32)
    scale = weights["word.scale.fp16"].astype(np.float32)
    return (table.reshape(len(table), -1, BLOCK) * scale[:, :, None]).reshape(len(table), -1)


def _product(weights: Weights, name: str) -> NDArray[np.float32]:
    return weights[f"{name}.int8"].astype(np.float32) * weights[f"{name}.scale"].astype(np.float32)


def _norm(weights: Weights, name: str, prefix: str) -> dict[str, NDArray[np.float32]]:
    return {
        f"{prefix}.weight": weights[f"{name}.gamma"].astype(np.float32),
        f"{prefix}.bias": weights[f"{name}.beta"].astype(np.float32),
    }
