"""Questions and the replies that answer them: reading, teaching and measuring who is near whom."""

import csv
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_TEMPERATURE = 0.05


def pairs(file: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Language -> questions, and their replies in the same order; columns language, question, reply."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    with file.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE):
            questions, replies = found.setdefault(row["language"], ([], []))
            questions.append(row["question"])
            replies.append(row["reply"])
    return found


def near_loss(questions: Tensor, replies: Tensor) -> Tensor:
    """Each question is nearer to its own reply than to the others, and the other way (InfoNCE). Unit rows.

    van den Oord et al. 2018, arXiv:1807.03748.
    """
    nearness = questions @ replies.T / _TEMPERATURE
    right = torch.arange(len(nearness))
    return nn.functional.cross_entropy(nearness, right) + nn.functional.cross_entropy(nearness.T, right)


def recall(questions: NDArray[np.float32], replies: NDArray[np.float32], first: int = 3) -> float:
    """Share of questions whose reply, in the same row, is among the `first` nearest. Unit rows."""
    nearness = questions @ replies.T
    better = (nearness > nearness.diagonal()[:, None]).sum(axis=1)
    return float((better < first).mean())
