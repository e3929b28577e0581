"""The starter lists of words that nearly always need a person's eye, one file a language: data, not code."""

from functools import cache
from importlib import resources
from typing import Final

from ruamel.yaml import YAML

from models.ml.risk import Family

LANGUAGES: Final = ("fr", "en")

Risks = dict[str, Family]
"""Word or phrase, as listed -> what sort of risk it names."""


@cache
def starter() -> Risks:
    """Both lists as one: people mix languages, and a text's language is not always known. Do not change what it gives.

    Raises:
        ValueError: a file names a family there is not.
    """
    found: Risks = {}
    for language in LANGUAGES:
        with resources.files(__name__).joinpath(f"{language}.yaml").open("rb") as file:
            for family, words in YAML(typ="safe").load(file).items():
                found.update(dict.fromkeys(map(str, words), Family(family)))
    return found
