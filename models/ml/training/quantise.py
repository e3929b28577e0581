"""Learn as int8 will compute, so that quantising afterwards loses nothing.

onnxruntime's dynamic int8 rounds weights to int8 a column and the input of each product to uint8 over the whole tensor,
with the range of that one input. Here the same is done in training, gradients passing straight through (Jacob et al.
2018, arXiv:1712.05877).
"""

from functools import partial

import torch
from torch import Tensor, nn


def pretend_int8(module: nn.Module) -> None:
    """Every linear layer of `module` from now on computes as its int8 twin will; the names of its weights stay."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            layer.forward = partial(_as_int8, layer)


def _as_int8(layer: nn.Linear, given: Tensor) -> Tensor:
    return nn.functional.linear(_uint8(given), _int8_columns(layer.weight), layer.bias)


def _int8_columns(weight: Tensor) -> Tensor:
    """A weight, shape (out, in), as symmetric int8 with a scale for each output."""
    with torch.no_grad():
        scale = weight.abs().amax(dim=1, keepdim=True).clamp_min(1e-8) / 127
        rounding = (weight / scale).round() * scale - weight
    return weight + rounding


def _uint8(given: Tensor) -> Tensor:
    """The input of a product as uint8 over the range it has now, zero kept exact."""
    with torch.no_grad():
        wide = given.float()
        scale = ((wide.max().clamp_min(0) - wide.min().clamp_max(0)) / 255).clamp_min(1e-8)
        rounding = ((wide / scale).round() * scale - wide).to(given.dtype)
    return given + rounding
