"""Texts into batches: every set at its share, alike lengths together, a fixed number of tokens a batch."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from models.ml.classifier import MAX_TOKENS, prepare
from models.ml.training.sources import NAN, Corpus, Example
from models.ml.training.tasks import TASKS, Loss

_UNKNOWN = -100  # PyTorch's own "no class here"
_POOL = 48  # batches drawn together, so that alike lengths can be found


@dataclass(frozen=True)
class Batch:
    """`targets`: task -> shape (batch,) of class numbers, or (batch, classes) of 0, 1 and NaN."""

    ids: Tensor
    mask: Tensor
    targets: dict[str, Tensor]


class Drawer:
    """Draws batches for ever; the same seed and sets draw the same ones."""

    def __init__(
        self, corpora: Sequence[Corpus], tokenizer: PreTrainedTokenizerBase, *, tokens: int, seed: int
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible shuffling, no secret
        self._tokens = tokens
        self._pad = int(tokenizer.pad_token_id)
        self._weights = [corpus.weight for corpus in corpora]
        self._sets = [list(zip(encode(tokenizer, corpus.examples), corpus.examples, strict=True)) for corpus in corpora]
        self._streams = [self._shuffled(rows) for rows in self._sets]

    def __iter__(self) -> Iterator[Batch]:
        """Batches of about `tokens` tokens, padding counted."""
        while True:
            average = 30
            wanted = _POOL * self._tokens // average
            drawn = self._random.choices(range(len(self._streams)), self._weights, k=wanted)
            rows = sorted((next(self._streams[number]) for number in drawn), key=lambda row: len(row[0]))
            batches = list(self._cut(rows))
            self._random.shuffle(batches)
            yield from batches

    def _shuffled(self, rows: list[tuple[list[int], Example]]) -> Iterator[tuple[list[int], Example]]:
        while True:
            yield from self._random.sample(rows, len(rows))

    def _cut(self, rows: list[tuple[list[int], Example]]) -> Iterator[Batch]:
        chunk: list[tuple[list[int], Example]] = []
        for row in rows:
            if chunk and len(row[0]) * (len(chunk) + 1) > self._tokens:
                yield collate(chunk, self._pad)
                chunk = []
            chunk.append(row)
        yield collate(chunk, self._pad)


def encode(tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example]) -> list[list[int]]:
    """Token numbers of each example, the brand as second segment where one is asked about."""
    plain = [prepare(example.text) for example in examples]
    found: list[list[int]] = tokenizer(plain, truncation=True, max_length=MAX_TOKENS)["input_ids"]
    for row, example in enumerate(examples):
        if example.brand is not None:
            found[row] = tokenizer(plain[row], example.brand, truncation="only_first", max_length=MAX_TOKENS)[
                "input_ids"
            ]
    return found


def collate(chunk: Sequence[tuple[list[int], Example]], pad: int) -> Batch:
    """Rows to tensors."""
    longest = max(len(ids) for ids, _ in chunk)
    ids = torch.full((len(chunk), longest), pad)
    mask = torch.zeros((len(chunk), longest), dtype=torch.long)
    for row, (numbers, _) in enumerate(chunk):
        ids[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = 1
    targets = {}
    for task in TASKS:
        said = [example.targets.get(task.name) for _, example in chunk]
        if task.loss is Loss.ONE_OF:
            targets[task.name] = torch.tensor([_UNKNOWN if one is None else one for one in said])
        else:
            targets[task.name] = torch.tensor([(NAN,) * task.width if one is None else one for one in said])
    return Batch(ids, mask, targets)
