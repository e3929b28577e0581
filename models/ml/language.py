"""Which language a text is in: the network's own tag first, else py3langid among the languages we know."""

import threading
from collections.abc import Iterable
from functools import cached_property
from importlib import resources
from typing import Any

from models.languages import READABLE, tagged
from models.ml.classifier import prepare

KNOWN = ("fr", "en", "de", "es", "it", "pt")
UNDETERMINED = "und"
FLOOR = 0.50
"""Below this probability we say `und`. On UMSAB's validation tweets in our six languages (1,944): 97.7% get an answer
and 99.3% of the answers are right; at 40 characters or fewer, 89.5% and 95.9%."""
_SHORTEST = 3  # letters: nothing can be said of fewer


class LanguageReader:
    """Reads languages; loads its model at the first text without a tag. Serves every thread.

    Raises:
        ValueError: py3langid cannot tell one of `languages`.
    """

    def __init__(self, languages: Iterable[str] = KNOWN) -> None:
        self.languages = tuple(dict.fromkeys(languages))
        if strange := [code for code in self.languages if code not in READABLE]:
            msg = f"nobody can tell {strange} by the text"
            raise ValueError(msg)
        self._loading = threading.Lock()

    def read(self, text: str, tag: str | None = None) -> str:
        """ISO 639-1 code, or `und`. `tag`, what the network says (fr, fr-FR), is trusted when it names a language."""
        if said := tagged(tag):
            return said
        plain = prepare(text).replace("@user", "").replace("http", "")
        if sum(character.isalpha() for character in plain) < _SHORTEST:
            return UNDETERMINED
        with self._loading:
            identifier = self._identifier
        language, probability = identifier.classify(plain)
        return str(language) if probability >= FLOOR else UNDETERMINED

    @cached_property
    def _identifier(self) -> Any:  # noqa: ANN401 - py3langid publishes no types
        from py3langid.langid import LanguageIdentifier  # noqa: PLC0415 - lazy: 1.7 s and 120 MB

        model = resources.files("py3langid").joinpath("data", "model.npz.xz")
        with resources.as_file(model) as file:
            identifier = LanguageIdentifier.from_model_file(str(file), norm_probs=True)
        identifier.set_languages(list(self.languages))
        return identifier
