"""A model of the Hugging Face hub, or of a folder, in the place of the bundled one: by PyTorch, the extra `torch`.

Fetched only because the configuration names it, by transformers' own client, into its own cache; with HF_HUB_OFFLINE=1
or a folder, nothing is. No code of a model is ever run, only its weights.
"""

import threading
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.ml.classifier import ModelMissing, Reading, micro_batches, prepare
from models.ml.embedding import unit
from models.ml.manner import ANY, CLASSES, Manner, manner_of
from models.verdict import Sentiment

MAX_TOKENS: Final = 128
_FLOOR: Final = 1e-9


class Trouble(StrEnum):
    """What is wrong with a configured model."""

    NO_TORCH = "no_torch"
    NOT_FOUND = "not_found"
    NO_CLASSIFIER = "no_classifier"
    NOT_MAPPED = "not_mapped"
    NO_SUCH_LABEL = "no_such_label"


class ModelUnfit(ModelMissing):
    """The configured model cannot judge: `trouble` says why; `labels` are the model's own, `wrong` those that fail."""

    def __init__(self, trouble: Trouble, model: str, labels: Sequence[str] = (), wrong: Sequence[str] = ()) -> None:
        super().__init__(f"model {model}: {trouble.value} {', '.join(wrong)}")
        self.trouble, self.model, self.labels, self.wrong = trouble, model, tuple(labels), tuple(wrong)


class _Loaded(NamedTuple):
    tokenizer: Any
    network: Any
    classes: NDArray[np.float32]
    """Shape (labels of the model, 3): 1 where a label means a `Sentiment`."""
    manner: Manner


class HubModel:
    """Reads texts with any sequence classification model. One instance serves every thread; loaded at the first text.

    It knows nothing of brands. Its probabilities are its own: not calibrated, and never unsure, unless its config.json
    says how under `repartie` (`models.ml.manner`).
    """

    def __init__(self, model: str, labels: Mapping[str, Sentiment], *, revision: str | None = None) -> None:
        self.model = model
        self.labels = labels
        self.revision = revision
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()  # its core may not be asked by two threads at once

    @property
    def name(self) -> str:
        """As it is configured, with its version where one is given."""
        return f"{self.model}@{self.revision}" if self.revision else self.model

    @property
    def encoder(self) -> str:
        """Whose embeddings: its own."""
        return self.name

    def read(
        self,
        texts: Sequence[str],
        brands: Sequence[str | None] | None = None,  # noqa: ARG002 - a Reader is asked; this one knows none
        languages: Sequence[str] | None = None,
    ) -> Reading:
        """The sentiment of `texts` and their embeddings (mean of the last layer), in their order.

        Raises:
            ModelUnfit: the model cannot judge.
        """
        with self._loading:
            loaded = self._loaded
        tongues = list(languages) if languages is not None else [ANY] * len(texts)
        logits = np.empty((len(texts), CLASSES), dtype=np.float32)
        embeddings: NDArray[np.float32] | None = None
        for rows in micro_batches(texts):
            found, vectors = self._pass(loaded, [prepare(texts[row]) for row in rows])
            logits[rows] = found
            if vectors is not None:
                if embeddings is None:
                    embeddings = np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
                embeddings[rows] = vectors
        sentiment = loaded.manner.sentiment(logits, tongues)
        return Reading(
            model=self.name,
            sentiment=sentiment,
            unsure=loaded.manner.unsure(sentiment, tongues),
            brands=[None] * len(texts),
            heads={},
            intents=None,
            embeddings=embeddings,
        )

    def _pass(self, loaded: _Loaded, texts: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        import torch  # noqa: PLC0415 - an extra, and slow to import

        with self._tokenizing:
            limit = min(MAX_TOKENS, int(loaded.tokenizer.model_max_length))
            feed = loaded.tokenizer(texts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
        with torch.inference_mode():
            answer = loaded.network(**feed, output_hidden_states=True)
        shares = answer.logits.float().softmax(dim=-1).numpy() @ loaded.classes
        layers = getattr(answer, "hidden_states", None)
        if not layers:
            return np.log(np.maximum(shares, _FLOOR)), None
        mask = feed["attention_mask"][:, :, None].float()
        mean = (layers[-1].float() * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
        return np.log(np.maximum(shares, _FLOOR)), unit(mean.numpy())

    @cached_property
    def _loaded(self) -> _Loaded:
        if find_spec("torch") is None:
            raise ModelUnfit(Trouble.NO_TORCH, self.model)
        import transformers  # noqa: PLC0415 - as in the classifier: slow, and nobody else should pay

        here = {"local_files_only": True} if Path(self.model).is_dir() else {"revision": self.revision}
        talk: Any = transformers.logging  # without types
        before = talk.get_verbosity()
        talk.set_verbosity_error()
        try:
            config = transformers.AutoConfig.from_pretrained(self.model, **here)
            self._check(config)
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.model, **here)
            network = transformers.AutoModelForSequenceClassification.from_pretrained(self.model, config=config, **here)
        except (OSError, ValueError) as error:  # what transformers raises for no such model, no network, odd files
            raise ModelUnfit(Trouble.NOT_FOUND, self.model) from error
        finally:
            talk.set_verbosity(before)
        network.train(mode=False)
        return _Loaded(tokenizer, network, self._classes(config.id2label), manner_of(config.to_dict()))

    def _check(self, config: Any) -> None:  # noqa: ANN401 - transformers publishes no types
        # Without such a head transformers would make one of random numbers, and only warn.
        if not any("ForSequenceClassification" in name for name in config.architectures or ()):
            raise ModelUnfit(Trouble.NO_CLASSIFIER, self.model)
        self._classes(config.id2label)

    def _classes(self, id2label: Mapping[int, str]) -> NDArray[np.float32]:
        """Which of its labels mean what: as configured, else by their names; all of them must be told."""
        own = [str(id2label[number]) for number in sorted(id2label)]
        means = {label.value: label for label in Sentiment} | {name.lower(): one for name, one in self.labels.items()}
        if wrong := [name for name in self.labels if name.lower() not in {label.lower() for label in own}]:
            raise ModelUnfit(Trouble.NO_SUCH_LABEL, self.model, own, wrong)
        if wrong := [label for label in own if label.lower() not in means]:
            raise ModelUnfit(Trouble.NOT_MAPPED, self.model, own, wrong)
        classes = np.zeros((len(own), CLASSES), dtype=np.float32)
        for row, label in enumerate(own):
            classes[row, list(Sentiment).index(means[label.lower()])] = 1
        return classes
