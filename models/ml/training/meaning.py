"""Whether texts that mean alike stay near: `python -m models.ml.training.meaning PAIRS.tsv MODEL...`.

PAIRS has the columns language, question, reply. For each question, the replies of its language are ranked by cosine;
recall@3 is the share of questions whose own reply is among the first three. A MODEL is a folder with `model.onnx` (as
it ships), `best.pt` of a run (with --base), or a base encoder; each is measured as it is and with the mean of its
language's texts taken off, which tells how much of its nearness is only "all texts are alike".
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoTokenizer, BertModel

from models.ml.classifier import MAX_TOKENS, Classifier, prepare
from models.ml.embedding import pack, unit, unpack
from models.ml.training.network import Network, mean_pool
from models.ml.training.pairs import pairs, recall

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


def embedder(model: Path, base: Path | None) -> Embed:
    """What turns texts into unit rows, by the kind of `model`.

    Raises:
        ValueError: the model has no embeddings.
    """
    if (model / "model.onnx").is_file():
        reader = Classifier(model)

        def shipped(texts: Sequence[str]) -> Vectors:
            found = reader.read(texts).embeddings
            if found is None:
                msg = f"{model} has no embeddings"
                raise ValueError(msg)
            return unpack(pack(found))  # as they are stored

        return shipped
    start = base or model
    tokenizer = AutoTokenizer.from_pretrained(start, local_files_only=True)
    if model.is_file():
        network = Network.start(start)
        network.remember(torch.load(model, weights_only=True))
        network.train(mode=False)
        return lambda texts: _torch(texts, tokenizer, lambda ids, mask: network(ids, mask)["embedding"])
    encoder = BertModel.from_pretrained(model, dtype=torch.float32, add_pooling_layer=False)
    encoder.train(mode=False)

    def plain(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return nn.functional.normalize(mean_pool(hidden, mask), dim=-1)

    return lambda texts: _torch(texts, tokenizer, plain)


def _torch(
    texts: Sequence[str],
    tokenizer: Callable[..., dict[str, torch.Tensor]],
    embed: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Vectors:
    found = []
    for at in range(0, len(texts), 32):
        chunk = [prepare(text) for text in texts[at : at + 32]]
        fed = tokenizer(chunk, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            found.append(embed(fed["input_ids"], fed["attention_mask"]).numpy())
    return np.concatenate(found).astype(np.float32)


def main() -> None:
    """Print a line for each model and language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--base", type=Path, help="the base encoder's folder, for best.pt")
    asked = parser.parse_args()
    print("model language pairs recall@3 centred")
    for model in asked.models:
        embed = embedder(model, asked.base)
        for language, (questions, replies) in pairs(asked.pairs).items():
            one, other = embed(questions), embed(replies)
            centred = recall(unit(one - one.mean(axis=0)), unit(other - other.mean(axis=0)))
            line = f"{recall(one, other):.2f} {centred:.2f}"
            print(model, language, len(questions), line)


if __name__ == "__main__":
    main()
