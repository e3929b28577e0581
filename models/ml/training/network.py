"""The network: the base encoder, one learned pooling and one small dense layer a head, and an embedding.

Each head weighs the tokens with a query of its own (all queries in one product), so a further head costs a 384 x 384
product on one vector: the encoder's pass is over 99% of the work.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from models.ml.training.tasks import TASKS, Task


class Head(nn.Module):
    """One task: pooled vector -> logits."""

    def __init__(self, width: int, task: Task) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.out = nn.Linear(width, task.width)
        nn.init.eye_(self.dense.weight)  # starts as mean pooling of the base, which is known to be good
        nn.init.zeros_(self.dense.bias)
        nn.init.normal_(self.out.weight, std=0.05)
        nn.init.zeros_(self.out.bias)

    def forward(self, pooled: Tensor) -> Tensor:
        """Shape (batch, width) -> (batch, classes)."""
        return cast("Tensor", self.out(torch.tanh(self.dense(pooled) * 2)))


class Network(nn.Module):
    """Encoder, heads and embedding in one pass."""

    def __init__(self, encoder: BertModel, tasks: tuple[Task, ...] = TASKS) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.tasks = tasks
        self.encoder = encoder
        self.queries = nn.Parameter(torch.zeros(len(tasks), width))  # zero: every token weighs the same
        self.heads = nn.ModuleDict({task.name: Head(width, task) for task in tasks})
        self.embed = nn.Linear(width, width)
        nn.init.eye_(self.embed.weight)
        nn.init.zeros_(self.embed.bias)
        self.drop = nn.Dropout(0.1)

    @classmethod
    def start(cls, base: Path) -> "Network":
        """From the base encoder; its embedding table (exactly 4-bit) stays as it is.

        Raises:
            OSError: there is no checkpoint in `base`.
        """
        encoder = BertModel.from_pretrained(
            base, dtype=torch.float32, add_pooling_layer=False, attn_implementation="sdpa"
        )
        return cls(_frozen_table(encoder))

    @classmethod
    def blank(cls, config: BertConfig) -> "Network":
        """The same shape with weights to be filled in."""
        return cls(_frozen_table(BertModel(config, add_pooling_layer=False)))

    def remember(self, state: Mapping[str, Tensor]) -> None:
        """Take the weights of a run; those of a run whose embedding had no shift yet have none."""
        self.load_state_dict({"embed.bias": torch.zeros_like(self.embed.bias)} | dict(state))

    def hidden(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Shape (batch, tokens, width)."""
        return cast("Tensor", self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state)

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """What the heads say of `ids` and `mask`, shape (batch, tokens).

        Returns:
            Task -> logits, shape (batch, classes); `embedding`, shape (batch, width), unit rows.
        """
        return self.answers(self.hidden(ids, mask).float(), mask)

    def answers(self, hidden: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """The heads' part of `forward`, on the encoder's output."""
        pooled = self.drop(self.pool(hidden, mask))
        answers = {task.name: self.heads[task.name](pooled[:, row]) for row, task in enumerate(self.tasks)}
        answers["embedding"] = nn.functional.normalize(self.embed(mean_pool(hidden, mask)), dim=-1)
        return answers

    def pool(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Each task's weighted mean of the tokens, shape (batch, tasks, width)."""
        scores = hidden @ self.queries.T  # (batch, tokens, tasks)
        scores = scores.masked_fill(mask[:, :, None] == 0, -1e4)
        return scores.softmax(dim=1).transpose(1, 2) @ hidden


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real tokens, shape (batch, width)."""
    weights = mask[:, :, None].to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)


def _frozen_table(encoder: BertModel) -> BertModel:
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)  # noqa: FBT003 - PyTorch's signature
    return encoder
