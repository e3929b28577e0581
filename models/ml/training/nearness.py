"""Teach the embedding which answer belongs to which question, on top of a finished run.

    python -m models.ml.training.nearness RUN/best.pt --base DIR --pairs DIR --texts FILE --out RUN/near.pt

The encoder stays as it is: only the last product of the embedding is learnt, from invented pairs (columns language,
question, reply), with the other replies of the same language as wrong answers (InfoNCE, van den Oord et al. 2018,
arXiv:1807.03748). It starts from what makes the base's vectors differ at all: their mean is taken off and their main
directions are evened out (Su et al. 2021, arXiv:2103.15316), which needs no labels.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, BertConfig

from models.ml.training.batches import collate, encode
from models.ml.training.network import Network, mean_pool
from models.ml.training.pairs import near_loss, pairs, recall
from models.ml.training.quantise import pretend_int8
from models.ml.training.sources import Example

_EVENED = 0.3  # how far directions are evened out: 0 leaves them, 1 makes all alike
_STEPS, _RATE, _NOISE, _STAY = 300, 2e-3, 0.05, 0.02


def means(network: Network, texts: Sequence[str], base: Path) -> Tensor:
    """Mean of each text's tokens, shape (texts, width), as int8 will compute them."""
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    examples = [Example(text, {}, "", "", row) for row, text in enumerate(texts)]
    rows = sorted(enumerate(encode(tokenizer, examples)), key=lambda row: len(row[1]))
    found = torch.empty(len(texts), network.encoder.config.hidden_size)
    with torch.inference_mode():
        for at in range(0, len(rows), 32):
            part = rows[at : at + 32]
            batch = collate([(ids, examples[row]) for row, ids in part], int(tokenizer.pad_token_id))
            found[[row for row, _ in part]] = mean_pool(network.hidden(batch.ids, batch.mask).float(), batch.mask)
    return found.clone()


def evened(vectors: Tensor, share: float = _EVENED) -> tuple[Tensor, Tensor]:
    """The product and shift that take the mean off and scale each main direction by its spread to the -`share`."""
    mean = vectors.mean(dim=0)
    spread, directions = torch.linalg.eigh(torch.cov((vectors - mean).T))
    scale = (spread.clamp_min(spread.max() * 1e-4) / spread.max()).pow(-share / 2)
    weight = directions @ torch.diag(scale) @ directions.T
    return weight, -weight @ mean


def learn(
    weight: Tensor, shift: Tensor, groups: Sequence[tuple[Tensor, Tensor]], seed: int = 1
) -> tuple[Tensor, Tensor]:
    """Bring each question near its reply; `groups`: questions and replies, shape (pairs, width), a language each."""
    generator = torch.Generator().manual_seed(seed)
    first = weight.clone()
    weight, shift = nn.Parameter(weight.clone()), nn.Parameter(shift.clone())
    optimiser = torch.optim.AdamW([weight, shift], lr=_RATE * float(first.abs().mean()), weight_decay=0.0)
    for _ in range(_STEPS):
        loss = _STAY * (weight - first).pow(2).sum() / first.pow(2).sum() * 100
        for questions, replies in groups:
            sides = [
                nn.functional.normalize(
                    (side + _NOISE * side.std() * torch.randn(side.shape, generator=generator)) @ weight.T + shift,
                    dim=-1,
                )
                for side in (questions, replies)
            ]
            loss = loss + near_loss(*sides)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return weight.detach(), shift.detach()


def recalled(weight: Tensor, shift: Tensor, questions: Tensor, replies: Tensor) -> float:
    """Recall@3 by that product and shift."""
    near = [nn.functional.normalize(side @ weight.T + shift, dim=-1).numpy() for side in (questions, replies)]
    return recall(near[0], near[1])


def folded(weight: Tensor, shift: Tensor, groups: Sequence[tuple[Tensor, Tensor]], folds: int = 5) -> list[float]:
    """Recall@3 a language on pairs that were not learnt from, neighbours in the file kept in one fold."""
    scores: list[list[float]] = [[] for _ in groups]
    for fold in range(folds):
        parts = [torch.arange(len(one)) * folds // len(one) == fold for one, _ in groups]
        rest = [(q[~part], r[~part]) for (q, r), part in zip(groups, parts, strict=True)]
        found = learn(weight, shift, rest)
        for row, ((q, r), part) in enumerate(zip(groups, parts, strict=True)):
            scores[row].append(recalled(*found, q[part], r[part]))
    return [sum(one) / len(one) for one in scores]


def main() -> None:
    """Learn as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, help="best.pt of a run")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True, help="folder of TSV files")
    parser.add_argument("--texts", type=Path, required=True, help="texts of any kind, a line each, for mean and spread")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    network = Network.blank(BertConfig.from_pretrained(asked.base, attn_implementation="sdpa"))
    state = torch.load(asked.weights, weights_only=True)
    network.remember(state)
    network.train(mode=False)
    pretend_int8(network.encoder)
    groups = []
    for file in sorted(asked.pairs.glob("*.tsv")):
        groups += [tuple(means(network, side, asked.base) for side in both) for both in pairs(file).values()]
    texts = [line for line in asked.texts.read_text("utf-8").split("\n") if line.strip()]
    start = evened(means(network, texts, asked.base))
    plain = torch.eye(len(start[1])), torch.zeros_like(start[1])
    for name, found in (("as learnt so far", plain), ("evened", start)):
        print(name, [round(recalled(*found, *group), 3) for group in groups])
    print("taught, in five folds", [round(one, 3) for one in folded(*start, groups)])
    weight, shift = learn(*start, groups)
    torch.save(state | {"embed.weight": weight, "embed.bias": shift}, asked.out)


if __name__ == "__main__":
    main()
