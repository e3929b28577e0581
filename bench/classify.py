"""How fast texts are judged, against `transformers.pipeline` with PyTorch in fp32: same weights, texts and threads.

    PYTHONPATH=. python bench/classify.py [--threads 2] [--rounds 3]

The baseline's weights are read back from the very file that ships (`models/ml/training/restore.py`), so it needs the
`training` extra; without it the bundled model is timed alone. Texts are invented and seeded, of the lengths of posts.
Every figure is the best of the rounds; wall clock.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from models.ml.classifier import BUNDLED, Classifier

BEGINS = (
    "Trois heures d'attente au guichet Aéroplouf",
    "Merci à l'équipe de Voloair",
    "Still waiting for @voloair to answer",
    "Honnêtement, le service était correct",
    "What a lovely crew on flight 212",
    "Je déménage demain et la ligne est toujours coupée",
)
ENDS = (
    "et personne ne répond. Honteux.",
    "😡😡",
    "on verra bien la prochaine fois https://blog.example/article",
    "and nobody could tell me why my bag is in Oslo #travel",
    "je recommande !",
    "is this a joke?",
    "la dame au comptoir a tout fait pour nous trouver une place sur le vol suivant, bravo à elle",
)
MUST = {1: 5.0, 32: 3.0}
"""Times as fast as the baseline, by batch."""


def texts(count: int, seed: int = 1) -> list[str]:
    """Invented posts, 5 to 60 words, no two alike: what is asked twice is read once."""
    chance = random.Random(seed)  # noqa: S311 - reproducible texts, no secret
    return [
        " ".join([f"{number}:", chance.choice(BEGINS), *(chance.choice(ENDS) for _ in range(chance.randint(1, 3)))])
        for number in range(count)
    ]


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest round."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def one_by_one(judge: Callable[[list[str]], object], said: Sequence[str]) -> list[float]:
    """Seconds of each text, asked alone."""
    found = []
    for text in said:
        began = time.perf_counter()
        judge([text])
        found.append(time.perf_counter() - began)
    return found


def baseline(threads: int) -> Callable[[list[str], int], object] | None:
    """`transformers.pipeline` on the restored weights, or None where PyTorch is not installed."""
    if find_spec("torch") is None or find_spec("onnx") is None:
        return None
    import torch  # noqa: PLC0415 - where it is installed
    from transformers import AutoTokenizer, pipeline  # noqa: PLC0415 - the same

    from models.ml.training.restore import SentimentOnly, restore  # noqa: PLC0415 - the same

    torch.set_num_threads(threads)
    model = SentimentOnly(restore(BUNDLED))
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED, local_files_only=True)
    judge = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)
    return lambda said, batch: judge(said, batch_size=batch, truncation=True, max_length=96)


def memory_and_start(threads: int) -> str:
    """Seconds from a new process to its first verdict, and the megabytes it then holds."""
    script = (
        "import time, sys; began = time.perf_counter()\n"
        "from models.ml.classifier import Classifier\n"
        f"judge = Classifier(threads={threads}); judge.probabilities(['Bonjour'])\n"
        "first = time.perf_counter() - began\n"
        "judge.probabilities([f'Trois heures au guichet {n} et personne ne répond.' for n in range(256)])\n"
        "status = open('/proc/self/status').read()\n"
        "print(round(first, 2), [line.split()[1] for line in status.splitlines() if line.startswith('VmRSS')][0])"
    )
    done = subprocess.run(  # noqa: S603 - this interpreter, our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    first, kilobytes = done.stdout.split()
    return f"cold start {first} s to the first verdict, {int(kilobytes) / 1024:.0f} MB resident after 257 texts"


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=256)
    asked = parser.parse_args()
    said = texts(asked.texts)
    ours = Classifier(threads=asked.threads)
    ours.probabilities(said[:8])  # loaded before the clock runs
    theirs = baseline(asked.threads)
    print(f"{len(said)} texts, {asked.threads} threads, best of {asked.rounds}\n")
    alone = said[:64]
    single = min((one_by_one(ours.probabilities, alone) for _ in range(asked.rounds)), key=sum)
    rates = {1: len(alone) / sum(single), 32: len(said) / best(lambda: ours.probabilities(said), asked.rounds)}
    print("| batch | ours, texts/s | pipeline, texts/s | times | must |")
    print("|---|---|---|---|---|")
    for batch, rate in rates.items():
        if theirs is None:
            print(f"| {batch} | {rate:.0f} | PyTorch is not installed | | {MUST[batch]} |")
            continue
        part = alone if batch == 1 else said
        theirs(part[:4], batch)
        other = len(part) / best(lambda part=part, batch=batch: theirs(part, batch), asked.rounds)
        print(f"| {batch} | {rate:.0f} | {other:.0f} | {rate / other:.1f} | {MUST[batch]} |")
    many = one_by_one(ours.probabilities, texts(400, seed=2))
    print(f"\none text when calm: median {statistics.median(many) * 1e3:.1f} ms, ", end="")
    print(f"p99 {statistics.quantiles(many, n=100)[98] * 1e3:.1f} ms\n\n| words | texts/s alone | texts/s in batches |")
    print("|---|---|---|")
    for words in (5, 10, 20, 40, 80):
        same = [" ".join((text.split() * 8)[:words]) for text in said[:64]]
        lone = len(same) / sum(one_by_one(ours.probabilities, same))
        packed = len(same) / best(lambda same=same: ours.probabilities(same), asked.rounds)
        print(f"| {words} | {lone:.0f} | {packed:.0f} |")
    print("\n| threads | texts/s |\n|---|---|")
    for threads in (1, 2, 4):
        judge = Classifier(threads=threads)
        judge.probabilities(said[:8])
        print(f"| {threads} | {len(said) / best(lambda judge=judge: judge.probabilities(said), asked.rounds):.0f} |")
    print(f"\n{memory_and_start(asked.threads)}")


if __name__ == "__main__":
    main()
