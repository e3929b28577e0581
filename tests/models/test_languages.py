from importlib import resources

import pytest
from py3langid.langid import LanguageIdentifier

from models.languages import READABLE, tagged
from models.ml.language import KNOWN, LanguageReader


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("FR_ca", "fr"),
        (" pt-BR ", "pt"),
        ("fra", "fr"),
        ("ger", "de"),
        ("in", "id"),
        ("iw", "he"),
        ("vec", "vec"),
        ("und", None),
        ("zxx", None),
        ("art", None),
        ("qme", None),
        ("qht", None),
        ("qu", "qu"),  # Quechua
        ("mul", None),
        ("French", None),
        ("x-klingon", None),
        ("f", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_tag_means(tag: str | None, language: str | None) -> None:
    assert tagged(tag) == language


def test_what_can_be_told_is_what_the_library_knows() -> None:
    with resources.as_file(resources.files("py3langid").joinpath("data", "model.npz.xz")) as file:
        known = set(LanguageIdentifier.from_model_file(str(file)).nb_classes)
    assert {code for code in known if len(code) == 2} == READABLE


def test_only_the_configured_languages_are_sought() -> None:
    text = "Trois heures d'attente au guichet et personne ne répond"
    assert LanguageReader().languages == KNOWN
    assert LanguageReader(("fr", "en", "fr")).languages == ("fr", "en")
    assert LanguageReader(("fr", "en")).read(text) == "fr"
    assert LanguageReader(("de", "en")).read(text) in {"de", "en", "und"}
    assert LanguageReader(("de", "en")).read(text, "fr") == "fr"  # the network's word counts more
    with pytest.raises(ValueError, match="tlh"):
        LanguageReader(("fr", "tlh"))
