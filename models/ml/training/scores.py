"""Scores of a classifier, from (right, guessed) pairs."""

from collections.abc import Sequence


def macro_f1(pairs: Sequence[tuple[int, int]], classes: int) -> float:
    """Mean over the classes of F1 = 2 tp / (2 tp + fp + fn), in [0, 1]; a class nobody named or guessed counts 0."""
    total = 0.0
    for one in range(classes):
        hit = sum(right == guess == one for right, guess in pairs)
        missed = sum(right == one != guess for right, guess in pairs)
        false = sum(guess == one != right for right, guess in pairs)
        total += 2 * hit / (2 * hit + missed + false) if hit else 0.0
    return total / classes
