"""The graph that ships computes what the network learnt."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import BertConfig

from models.ml.training.graph import build, four_bits, int8_columns
from models.ml.training.network import Network
from models.ml.training.quantise import pretend_int8
from models.ml.training.restore import restore
from models.ml.training.tasks import TASKS

CONFIG = BertConfig(
    vocab_size=200,
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=128,
    max_position_embeddings=160,
    pad_token_id=1,
)


@pytest.fixture
def network() -> Network:
    torch.manual_seed(4)
    found = Network.blank(CONFIG)
    table = found.encoder.embeddings.word_embeddings.weight
    steps = torch.randint(-8, 8, table.shape).float()
    steps[:, ::32] = -8  # each block's furthest value
    table.data = (steps.view(200, 2, 32) * (torch.rand(200, 2, 1) - 0.5) * 0.1).view(
        200, 64
    )  # a step of its own, some negative
    with torch.no_grad():
        found.queries.normal_()
        for layer in found.encoder.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.weight.normal_(std=0.2)
    return found.train(mode=False)


def rows() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(5)
    ids, mask = torch.randint(4, 200, (3, 11)), torch.ones(3, 11, dtype=torch.long)
    ids[1, 6:], mask[1, 6:] = 1, 0
    return ids, mask


def answers(model: onnx.ModelProto, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
    return dict(zip(names, session.run(names, feed), strict=True))


def test_the_graph_says_what_the_network_says_in_int8(network: Network) -> None:
    ids, mask = rows()
    shipped = answers(build(network), ids, mask)
    pretend_int8(network.encoder)
    with torch.no_grad():
        learnt = network(ids, mask)
    assert set(shipped) == {*(task.name for task in TASKS), "embedding"}
    for name, value in learnt.items():
        assert np.abs(shipped[name] - value.numpy()).max() < 0.08, name  # a half rounded the other way
    np.testing.assert_allclose(np.linalg.norm(shipped["embedding"], axis=1), 1, atol=1e-5)


def test_a_longer_neighbour_changes_a_text_only_by_rounding(network: Network) -> None:
    ids, mask = rows()
    model = build(network)
    alone = answers(model, ids[1:2, :6], mask[1:2, :6])["sentiment"]
    assert np.abs(answers(model, ids, mask)["sentiment"][1] - alone[0]).max() < 0.1


def test_what_ships_can_be_restored(network: Network, tmp_path: Path) -> None:
    onnx.save(build(network), tmp_path / "model.onnx")
    CONFIG.save_pretrained(tmp_path)
    ids, mask = rows()
    again = restore(tmp_path)
    with torch.no_grad():
        first, second = network(ids, mask), again(ids, mask)
    for name, value in first.items():
        assert float((value - second[name]).abs().max()) < 0.05, name  # int8 rounds the weights
    shipped = {one.name: one for one in build(again).graph.initializer}
    for one in build(network).graph.initializer:
        if one.name.endswith(".int8") or one.name == "word":
            assert one.raw_data == shipped[one.name].raw_data, one.name


def test_a_table_of_four_bits_loses_nothing() -> None:
    steps = np.random.default_rng(1).integers(-8, 8, (6, 64)).astype(np.float32)
    steps[:, 5], steps[:, 40] = -8, -8
    table = steps * np.float32(0.125)
    table[0] = -table[0]
    packed, scale = four_bits(table)
    low, high = ((half ^ 8).astype(np.float32) - 8 for half in (packed & 15, packed >> 4))
    numbers = np.stack([low, high], axis=2).reshape(6, 2, 32)
    np.testing.assert_array_equal((numbers * scale[:, :, None]).reshape(6, 64), table)


def test_a_table_of_more_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="not 4-bit"):
        four_bits(np.random.default_rng(1).normal(size=(4, 64)).astype(np.float32))


def test_int8_is_off_by_half_a_step_at_most() -> None:
    weight = np.random.default_rng(1).normal(size=(40, 7)).astype(np.float32)
    numbers, scale = int8_columns(weight)
    assert np.abs(numbers * scale - weight).max() <= scale.max() / 2 + 1e-6
    assert (np.abs(numbers).max(axis=0) == 127).all()
