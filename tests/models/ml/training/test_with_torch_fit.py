"""A run learns, and goes on where it was stopped."""

import json
from itertools import count
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from models.ml.training.batches import Batch
from models.ml.training.fit import Plan, Run, loss_of
from models.ml.training.network import Network
from models.ml.training.sources import NAN, fingerprint, own, own_targets
from models.ml.training.tasks import TASKS, Loss

CONFIG = BertConfig(
    vocab_size=60,
    hidden_size=32,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=64,
    max_position_embeddings=32,
    pad_token_id=1,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
)


def batch(seed: int) -> Batch:
    """The first token says the sentiment; nobody was asked anything else."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(10, 60, (24, 6), generator=generator)
    labels = torch.randint(0, 3, (24,), generator=generator)
    ids[:, 0] = labels + 4
    targets = {
        task.name: torch.full((24,), -100) if task.loss is Loss.ONE_OF else torch.full((24, task.width), NAN)
        for task in TASKS
    }
    targets["sentiment"] = labels
    return Batch(ids, torch.ones_like(ids), targets)


def run(folder: Path, minutes: float) -> Run:
    torch.manual_seed(1)
    network = Network.blank(CONFIG)
    ticks = count()  # a second for each look at the clock: a batch takes one
    plan = Plan(minutes, rate=5e-3)
    return Run(folder, network, BertModel(CONFIG, add_pooling_layer=False), plan, clock=lambda: float(next(ticks)))


def test_a_run_learns_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first = run(tmp_path, 0.5)
    first.go(map(batch, range(10_000)), lambda _: {})  # type: ignore[arg-type] # batches from anywhere
    assert first.step == 30
    again = run(tmp_path, 1)
    assert (again.step, again.trained) == (first.step, first.trained)
    for name, value in first.network.state_dict().items():
        torch.testing.assert_close(again.network.state_dict()[name], value)
    again.go(map(batch, range(10_000, 20_000)), lambda _: {})  # type: ignore[arg-type] # the same
    seen = batch(99_999)
    guesses = again.network.train(mode=False)(seen.ids, seen.mask)["sentiment"].argmax(dim=1)
    assert float((guesses == seen.targets["sentiment"]).float().mean()) > 0.9
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["minutes"] for line in lines] == sorted(line["minutes"] for line in lines)


def test_what_nobody_said_teaches_nothing() -> None:
    network = Network.blank(CONFIG)
    seen = batch(1)
    seen.targets["sentiment"].fill_(-100)
    loss = loss_of(network(seen.ids, seen.mask), seen, smoothing=0.0)
    assert float(loss.detach()) == 0


def test_our_lines_say_what_they_were_asked(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(
        "language\ttext\tbrand\tsentiment\temotion\tirony\toffensive\tdanger\tintent\n"
        "fr\tVoloair a perdu mon sac\tVoloair\tnegative\tanger,sadness\t0\t\t1\tcomplaint\n",
        "utf-8",
    )
    (line,) = own(tmp_path)
    assert (line.brand, line.language, line.source, line.row) == ("Voloair", "fr", "own/a", 0)
    assert line.targets == {
        "sentiment": 0, "intent": 0, "emotion": (1.0, 0.0, 1.0, 0.0), "irony": (0.0,), "danger": (1.0,),
    }  # fmt: skip
    assert own_targets({"emotion": "-"}) == {"emotion": (0.0, 0.0, 0.0, 0.0)}


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(ValueError, match="furious"):
        own_targets({"sentiment": "furious"})


def test_a_fingerprint_forgets_case_handles_and_addresses() -> None:
    first = fingerprint("@lea regarde https://blog.example/a  OK")
    assert first == fingerprint("@marc regarde http://b.example ok")
    assert first != fingerprint("@lea regarde")
    assert len(first) == 16
