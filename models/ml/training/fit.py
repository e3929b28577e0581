"""Train: `python -m models.ml.training.fit RUN --data DIR --base DIR --minutes 55`.

A run is a folder: `state.pt` (weights, moving average, optimiser, time trained), `log.jsonl`, and at the end
`best.pt`. Started again it goes on where it was. The learning rate follows the time trained, so that a run ends
when it was told to on any machine.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, BertModel, PreTrainedTokenizerBase

from models.ml.evaluation import confusion, macro_f1
from models.ml.training.batches import Batch, Drawer, collate, encode
from models.ml.training.network import Network, mean_pool
from models.ml.training.pairs import near_loss, pairs
from models.ml.training.quantise import pretend_int8
from models.ml.training.sources import READERS, Corpus, Example, fingerprint, own, umsab
from models.ml.training.tasks import SENTIMENT, TASKS, Loss

_DECAY = 0.92  # of the learning rate, a layer down
_WARM = 0.05
_LEAST = 0.05  # of the learning rate, at the end
_AVERAGE = 0.998  # of the moving average, a step
_KEEP_MEANING = 0.5  # weight of "stay near what the base thinks two texts share"
_EVERY_MEANING = 4
_NEAR = 0.4  # weight of bringing a question near its reply
_EVERY_PAIRS = 2
_SAVE = 240.0  # seconds


@dataclass(frozen=True)
class Plan:
    """How a run learns."""

    minutes: float
    rate: float = 8e-5
    tokens: int = 1_200
    seed: int = 1
    smoothing: float = 0.05
    int8: bool = False


def corpora(root: Path, ours: Iterable[Path], shares: dict[str, float], without: set[str]) -> list[Corpus]:
    """The training sets named in `shares`, without any text whose fingerprint is in `without`."""
    found = []
    for name, weight in shares.items():
        if name.startswith("own:"):
            examples = [one for folder in ours for one in own(folder) if one.source == f"own/{name[4:]}"]
        else:
            examples = list(READERS[name](root))
        kept = [one for one in examples if fingerprint(one.text) not in without and one.text.strip()]
        if name == "semeval":
            kept = _levelled(kept)
        if kept:
            found.append(Corpus(name, weight, kept))
    return found


def _levelled(examples: list[Example]) -> list[Example]:
    """At most twice as many rows of a class as of the rarest: what is judged is the mean over classes."""
    counts = Counter(example.targets[SENTIMENT.name] for example in examples)
    left = dict.fromkeys(counts, 2 * min(counts.values()))
    kept = []
    for example in examples:
        label = example.targets[SENTIMENT.name]
        left[label] -= 1
        if left[label] >= 0:
            kept.append(example)
    return kept


def groups(network: Network, rate: float) -> list[dict[str, object]]:
    """Lower layers learn slower; what is new learns faster."""
    encoder: Any = network.encoder
    layers = encoder.encoder.layer
    found: list[dict[str, object]] = []
    for number, layer in enumerate(layers):
        found.append({"params": list(layer.parameters()), "peak": rate * _DECAY ** (len(layers) - 1 - number)})
    rest = [one for one in network.encoder.embeddings.parameters() if one.requires_grad]
    found.append({"params": rest, "peak": rate * _DECAY ** len(layers)})
    known = {id(one) for one in encoder.parameters()}
    fresh = [one for one in network.parameters() if id(one) not in known]
    found.append({"params": fresh, "peak": rate * 4})
    return found


def loss_of(answers: dict[str, Tensor], batch: Batch, smoothing: float) -> Tensor:
    """Every text counts the same, whatever it was labelled for."""
    total = torch.zeros(())
    for task in TASKS:
        logits, wanted = answers[task.name], batch.targets[task.name]
        if task.loss is Loss.ONE_OF:
            if bool((wanted >= 0).any()):
                total = total + nn.functional.cross_entropy(
                    logits, wanted, ignore_index=-100, reduction="sum", label_smoothing=smoothing
                )
        elif bool((known := ~wanted.isnan()).any()):
            each = nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[known], reduction="none")
            total = total + each.sum() / task.width * 1.5
    return total / len(batch.ids)


class Run:
    """One run in its folder."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a run works with
        self,
        folder: Path,
        network: Network,
        teacher: BertModel,
        plan: Plan,
        clock: Callable[[], float] = time.monotonic,
        pairs: "Pairs | None" = None,
    ) -> None:
        self.pairs = pairs
        self.folder, self.network, self.teacher, self.plan, self.clock = folder, network, teacher, plan, clock
        self.optimiser = torch.optim.AdamW(groups(network, plan.rate), lr=plan.rate, weight_decay=0.01, fused=True)
        self.average = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.trained = 0.0  # seconds
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").exists():
            state = torch.load(folder / "state.pt", weights_only=True)
            network.load_state_dict(state["weights"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.average, self.trained, self.step = state["average"], state["trained"], state["step"]

    def go(self, drawer: Drawer, check: "Check") -> None:
        """Until the time is used up."""
        saved = checked = self.trained
        texts, sums = 0, 0.0
        while self.trained < self.plan.minutes * 60:
            for batch in drawer:
                began = self.clock()
                sums += self._learn(batch) * len(batch.ids)
                texts += len(batch.ids)
                self.trained += self.clock() - began
                if self.trained - saved > _SAVE:
                    self.log({"loss": sums / texts, "texts": texts, "per_second": texts / (self.trained - saved)})
                    self.save()
                    saved, texts, sums = self.trained, 0, 0.0
                if self.trained - checked > 3 * _SAVE:
                    self.log({"validation": check(self.averaged())})
                    checked = self.trained
                if self.trained >= self.plan.minutes * 60:
                    break
        self.save()
        self.log({"validation": check(self.averaged()), "raw": check(self.network)})
        torch.save(self.average, self.folder / "best.pt")

    def _learn(self, batch: Batch) -> float:
        progress = self.trained / (self.plan.minutes * 60)
        share = min(progress / _WARM, 1.0) * max(1 - progress, _LEAST)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share
        self.network.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.network.hidden(batch.ids, batch.mask)
        answers = self.network.answers(hidden.float(), batch.mask)
        loss = loss_of(answers, batch, self.plan.smoothing)
        if self.step % _EVERY_MEANING == 0:
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                meant = self.teacher(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
            meant = nn.functional.normalize(mean_pool(meant.float(), batch.mask), dim=-1)
            loss = loss + _KEEP_MEANING * meaning_loss(answers["embedding"], meant)
        if self.pairs and self.step % _EVERY_PAIRS == 0:
            questions, replies = self.pairs.draw()
            loss = loss + _NEAR * near_loss(self._embedded(questions), self._embedded(replies))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(_AVERAGE, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.dtype.is_floating_point and not name.endswith("word_embeddings.weight"):
                self.average[name].lerp_(value, 1 - keep)
        return float(loss.detach())

    def _embedded(self, batch: Batch) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.network.hidden(batch.ids, batch.mask)
        return self.network.answers(hidden.float(), batch.mask)["embedding"]

    def averaged(self) -> Network:
        """A copy that carries the moving average."""
        copy = Network.blank(self.network.encoder.config)
        copy.load_state_dict(self.average)
        if self.plan.int8:
            pretend_int8(copy.encoder)
        return copy

    def save(self) -> None:
        """Write the state; a kill in the middle leaves the one before."""
        state = {
            "weights": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "trained": self.trained,
            "step": self.step,
        }
        torch.save(state, self.folder / "state.part")
        (self.folder / "state.part").replace(self.folder / "state.pt")

    def log(self, entry: dict[str, object]) -> None:
        """One line of `log.jsonl`."""
        line = {"minutes": round(self.trained / 60, 1), "step": self.step, **entry}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")


def meaning_loss(ours: Tensor, meant: Tensor) -> Tensor:
    """Keep each text's direction, and who is near whom, as the base has them. Both shape (batch, width), unit rows."""
    nearness = (ours @ ours.T - meant @ meant.T).pow(2).mean()
    return (1 - (ours * meant).sum(dim=-1)).mean() + 10 * nearness


class Pairs:
    """Invented questions and the replies that answer them: TSV files with the columns question and reply."""

    def __init__(self, folder: Path, tokenizer: PreTrainedTokenizerBase, seed: int, size: int = 24) -> None:
        self._random, self._size, self._pad = random.Random(seed), size, int(tokenizer.pad_token_id)  # noqa: S311 - reproducible
        self._groups = []
        for file in sorted(folder.glob("*.tsv")):
            for language, both in pairs(file).items():
                sides = [[Example(text, {}, language, file.stem, at) for at, text in enumerate(side)] for side in both]
                self._groups.append([list(zip(encode(tokenizer, side), side, strict=True)) for side in sides])

    def draw(self) -> tuple[Batch, Batch]:
        """As many questions of one language, and their replies in the same rows."""
        questions, replies = self._random.choice(self._groups)
        rows = self._random.sample(range(len(questions)), min(self._size, len(questions)))
        drawn = [collate([side[row] for row in rows], self._pad) for side in (questions, replies)]
        return drawn[0], drawn[1]


class Check:
    """Macro-F1 of sentiment a language on UMSAB's validation tweets."""

    def __init__(self, root: Path, tokenizer: PreTrainedTokenizerBase) -> None:
        examples = list(umsab(root, "val"))
        rows = sorted(zip(encode(tokenizer, examples), examples, strict=True), key=lambda row: len(row[0]))
        pad = int(tokenizer.pad_token_id)
        self.batches = [(rows[at : at + 64], collate(rows[at : at + 64], pad)) for at in range(0, len(rows), 64)]

    def __call__(self, network: Network) -> dict[str, float]:
        """Language -> macro-F1 in percent, and their mean."""
        network.eval()
        said: dict[str, list[tuple[int, int]]] = {}  # language -> (label, guess)
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            for rows, batch in self.batches:
                guesses = network(batch.ids, batch.mask)[SENTIMENT.name].argmax(dim=-1).tolist()
                for (_, example), guess in zip(rows, guesses, strict=True):
                    label = example.targets[SENTIMENT.name]
                    said.setdefault(example.language, []).append((int(str(label)), guess))
        tables = {language: np.array(pairs, dtype=np.int64) for language, pairs in sorted(said.items())}
        scores = {
            language: round(100 * macro_f1(confusion(table[:, 0], table[:, 1])), 2)
            for language, table in tables.items()
        }
        return {**scores, "mean": round(sum(scores.values()) / len(scores), 2)}


def main() -> None:
    """Train as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of this run")
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--shares", type=Path, required=True, help="JSON: set -> its share of the batches")
    parser.add_argument(
        "--own", type=Path, nargs="*", default=[], help="folders of `own:<file>`: TSV as `sources.own` reads"
    )
    parser.add_argument("--without", type=Path, nargs="*", default=[], help="files whose first column is a fingerprint")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to begin with")
    parser.add_argument("--pairs", type=Path, help="folder of questions with the replies that answer them")
    parser.add_argument("--int8", action="store_true", help="learn as int8 will compute")
    parser.add_argument("--minutes", type=float, default=55)
    parser.add_argument("--rate", type=float, default=Plan.rate)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    tokenizer = AutoTokenizer.from_pretrained(asked.base, local_files_only=True)
    held = {fingerprint(example.text) for example in umsab(asked.data, "val")}
    for file in asked.without:
        held |= {line.split("\t")[0] for line in file.read_text("utf-8").split("\n")}
    shares = json.loads(asked.shares.read_text("utf-8"))
    found = corpora(asked.data, asked.own, shares, held)
    network = Network.start(asked.base)
    if asked.start:
        network.remember(torch.load(asked.start, weights_only=True))
    if asked.int8:
        pretend_int8(network.encoder)  # names stay: a run may begin without and go on with it
    teacher = BertModel.from_pretrained(asked.base, dtype=torch.float32, add_pooling_layer=False)
    teacher.train(mode=False)
    plan = Plan(asked.minutes, asked.rate, seed=asked.seed, int8=asked.int8)
    near = Pairs(asked.pairs, tokenizer, asked.seed) if asked.pairs else None
    run = Run(asked.run, network, teacher, plan, pairs=near)
    run.log({"plan": vars(asked) | {"shares": shares, "rows": {one.name: len(one.examples) for one in found}}})
    run.go(
        Drawer(found, tokenizer, tokens=plan.tokens, seed=asked.seed * 1000 + run.step), Check(asked.data, tokenizer)
    )


if __name__ == "__main__":
    main()
