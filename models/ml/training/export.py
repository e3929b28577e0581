"""Write what ships: `python -m models.ml.training.export RUN/best.pt --base DIR --out models/ml/weights`."""

import argparse
import json
import shutil
from pathlib import Path

import onnx
import torch
from transformers import BertConfig

from models.ml.training.graph import build
from models.ml.training.network import Network
from models.ml.training.tasks import SENTIMENT

_LARGEST = 40_000_000  # bytes of one file in git


def export(weights: Path, base: Path, out: Path) -> int:
    """Write `model.onnx`, `config.json` and the tokenizer into `out`; the graph's size in bytes.

    Raises:
        ValueError: the file would be larger than 40 MB.
    """
    config = BertConfig.from_pretrained(base, attn_implementation="sdpa")
    network = Network.blank(config)
    network.remember(torch.load(weights, weights_only=True))
    network.train(mode=False)
    out.mkdir(parents=True, exist_ok=True)
    data = build(network).SerializeToString()
    if len(data) > _LARGEST:
        msg = f"the graph has {len(data)} bytes, more than {_LARGEST}"
        raise ValueError(msg)
    (out / "model.onnx").write_bytes(data)
    said = json.loads((base / "config.json").read_text("utf-8"))
    said["architectures"] = ["BertForSequenceClassification"]
    said["id2label"] = dict(enumerate(SENTIMENT.classes))
    said["label2id"] = {label: number for number, label in enumerate(SENTIMENT.classes)}
    (out / "config.json").write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", "utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(base / name, out / name)
    onnx.checker.check_model(str(out / "model.onnx"))
    return len(data)


def main() -> None:
    """Export as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="best.pt of a run")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    print(export(asked.weights, asked.base, asked.out), "bytes")


if __name__ == "__main__":
    main()
