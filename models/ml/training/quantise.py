"""Learn as int8 will compute, so that quantising afterwards loses nothing.

onnxruntime's dynamic int8 (MatMulInteger) rounds weights to int8 a column and the input of each product to uint8 over
the whole tensor, with the range of that one input. Here the same is done in training, gradients passing straight
through (Jacob et al. 2018, arXiv:1712.05877).
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class _Int8Columns(nn.Module):
    """A weight, shape (out, in), as symmetric int8 with a scale for each output."""

    def forward(self, weight: Tensor) -> Tensor:
        scale = weight.detach().abs().amax(dim=1, keepdim=True).clamp_min(1e-8) / 127
        return weight + ((weight / scale).round() * scale - weight).detach()


def _uint8_input(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The input of a product as uint8 over the range it has now, zero kept exact."""
    (given,) = inputs
    with torch.no_grad():
        low, high = given.min().clamp_max(0), given.max().clamp_min(0)
        scale = ((high - low) / 255).clamp_min(1e-8)
        rounded = ((given / scale).round() * scale - given).to(given.dtype)
    return (given + rounded,)


def pretend_int8(module: nn.Module) -> None:
    """Every linear layer of `module` from now on computes as its int8 twin will."""
    for layer in module.modules():
        if type(layer) is nn.Linear:
            layer.register_forward_pre_hook(_uint8_input)
            parametrize.register_parametrization(layer, "weight", _Int8Columns())
