"""Which texts are copies. Whether two posts share a story is asked of their fingerprints alone."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener import links
from listener.stories import EXACT, SKETCH, fingerprint
from models.post import Post
from models.story import ALIKE, resemblance
from tests.listener.told import COPIES, TITLE, WIRE, article, post, reworded


def copies(one: Post, other: Post) -> bool:
    """Whether `other`, heard after `one`, joins its story."""
    first, second = fingerprint(one), fingerprint(other)
    if {*first.left} & {*second.text_sought, *second.link_sought}:
        return True
    return bool({*first.bands} & {*second.bands}) and resemblance(first.sketch, second.sketch) >= ALIKE


LINK = "https://media.example/economie/aeroplouf-annule-cent-vols-lundi"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (post(), post()),
        (post(title=TITLE), post(title="Grève : la pagaille annoncée chez Aéroplouf")),
        (post(), post(f"{WIRE} (Agence Plume, avec notre correspondant à Valbrume)")),
        (post(), post(WIRE.partition(" - ")[2])),
        (post(), post(f"RT @media: {WIRE} https://court.example/x1 #Aéroplouf")),
        (post(), post(f"Via @lea@social.example {WIRE}")),
        (post(), post(f"« {WIRE} »")),
        (post(), post(f"{WIRE}\nL’article Grève est apparu en premier sur Le Phare de Valbrume.")),
        (post(), post(" ".join(WIRE.split()[:45]) + " […]")),
        (post(), post(WIRE[:230] + "... Lire la suite")),
        (post(WIRE[:230] + "…"), post(WIRE[:330] + "…")),
        (post(title=TITLE), post(TITLE)),
        (post(title=TITLE), post("", TITLE)),
        (post("", TITLE), post(f"{TITLE} {LINK}")),
        (post(url=LINK), post(f"Encore eux… {LINK}?utm_source=x&fbclid=9#titre")),
        (post(url=LINK), post("", "", accounts=("a",), links=(LINK.replace("https://", "http://m."),))),
        (post(f"Lamentable {LINK}"), post(f"Courage aux équipes {LINK}/amp")),
        (post("Bravo https://aeroplouf.example/nous"), post("bravo ! http://www.aeroplouf.example/nous/")),
        (post("Le vol 12 pour Valbrume a six heures de retard"),
         post("LE VOL 12 pour Valbrume a six heures de retard !")),
    ],
)  # fmt: skip
def test_one_story(one: Post, other: Post) -> None:
    assert copies(one, other)
    assert copies(other, one)


ENGLISH = (
    "Airline Aéroplouf will cancel about a hundred flights from Porto-sur-Mer on Monday because of a pilots' strike. "
    "Management promises to refund every passenger within seven days, said its director, Odile Bruyère."
)
OTHER = (
    "PARIS, 20 nov 2026 (Agence Plume) - La compagnie Aéroplouf ouvrira au printemps une ligne entre Porto-sur-Mer et "
    "Valbrume, avec deux vols par jour. La direction promet des billets à petit prix. « Nous en rêvions », a déclaré "
    "sa directrice, Odile Bruyère. Les syndicats saluent l'annonce, tandis que Voloair ne commente pas."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (post(), post(OTHER)),
        (post(), post(ENGLISH)),
        (post("Merci !"), post("Merci !")),
        (post("Merci Aéroplouf pour ce vol"), post("Merci Aéroplouf pour ce vol")),
        (post("Bravo https://aeroplouf.example/"), post("Bravo https://aeroplouf.example/")),
        (post(""), post("")),
        (post("#aeroplouf"), post("#aeroplouf")),
        # A form is no news: everybody who complains names it.
        (post("Valise perdue https://aeroplouf.example/reclamations"), post("Vol annulé https://aeroplouf.example/reclamations")),
        # Who says a lot themselves passes nothing on.
        (post(f"{ENGLISH} {LINK}"), post(f"Deux lignes de colère. {LINK}")),
        # Two comments under one article.
        (post("Bien fait", url=f"{LINK}#comment-1"), post("Quelle honte", url=f"{LINK}#comment-2")),
        (post("Bien fait", url=LINK, parent_id="a"), post("Quelle honte", url=LINK, parent_id="a")),
        # Two links, two subjects.
        (post(f"Lu : {LINK} et https://media.example/autre-sujet-du-jour-ici"), post(f"Vu {LINK}")),
        # The same opening sentences before different news, both cut, and whole.
        (post(WIRE[:160] + OTHER[150:] + "…"), post(WIRE[:400] + "…")),
        # A form of words with other particulars.
        (post("Mon vol 112 de Valbrume à Clairval a deux heures de retard, merci Aéroplouf !"),
         post("Mon vol 480 de Montclair à Havreneuf a six heures de retard, merci Aéroplouf !")),
    ],
)  # fmt: skip
def test_two_stories(one: Post, other: Post) -> None:
    assert not copies(one, other)
    assert not copies(other, one)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("http://www.Media.example:80/a/?utm_source=rss#xtor=RSS-1", "media.example/a"),
        ("https://m.media.example/a/amp", "media.example/a"),
        ("https://amp.media.example/a.amp.html", "media.example/a.html"),
        ("https://media.example/a?outputType=amp&b=2&a=1", "media.example/a?a=1&b=2"),
        ("https://media-example.cdn.ampproject.org/c/s/media.example/a", "media.example/a"),
        ("https://alertes.example/url?q=https://media.example/a", "media.example/a"),
        ("https://media.example/fr/", ""),
        ("https://media.example/index.html", ""),
        ("https://m.example/a", "m.example/a"),
        ("mailto:lea@media.example", ""),
        ("http://[", ""),
    ],
)
def test_a_page_has_one_name(address: str, page: str) -> None:
    assert links.page(address) == page


def test_a_place_is_a_site() -> None:
    assert fingerprint(post(url="https://www.media.example/a")).site == "media.example"
    assert fingerprint(post(url="mailto:a", network="sandbox", place="rue")).site == "sandbox rue"


def test_measured_on_generated_news() -> None:
    """Precision and recall over pairs; the figures stand in docs/decisions/0032-stories.md."""
    chance = random.Random(20261120)  # noqa: S311 - a seed, not a secret
    by_title = dict(article(chance) for _ in range(200))  # one headline, one piece of news
    news = [(title, text, f"https://source{n}.example/2026/11/{n}") for n, (title, text) in enumerate(by_title.items())]
    kept = [fingerprint(post(text, title, url)) for title, text, url in news]
    found = dict.fromkeys(COPIES, 0)
    wrong = 0
    for number, (title, text, url) in enumerate(news):
        for kind, copying in COPIES.items():
            drawn = fingerprint(copying(title, text, url, chance))
            for other, first in enumerate(kept):
                sought = {*first.left} & {*drawn.text_sought, *drawn.link_sought}
                near = {*first.bands} & {*drawn.bands} and resemblance(first.sketch, drawn.sketch) >= ALIKE
                if sought or near:
                    found[kind] += number == other
                    wrong += number != other
    recall = {kind: share / len(news) for kind, share in found.items()}
    assert wrong <= 0.001 * sum(found.values()), recall
    assert min(recall.values()) >= 0.97, recall


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_has_a_fingerprint(text: str, title: str) -> None:
    drawn = fingerprint(post(text, title, number=1))
    assert drawn == fingerprint(post(text, title, number=1))
    assert len(drawn.sketch) in {0, SKETCH * 2}
    assert all(-(2**63) <= key < 2**63 for key in (*drawn.left, *drawn.bands, *drawn.text_sought))


@given(st.lists(st.sampled_from([word for word in WIRE.split() if word.isalpha()]), min_size=EXACT + 2, max_size=80))
def test_signs_and_case_make_no_difference(words: list[str]) -> None:
    one = post(" ".join(words), number=1)
    other = post("@lea " + " !\n".join(words).upper() + " https://court.example/a", number=2)
    assert copies(one, other)


@given(st.randoms(use_true_random=False), st.integers(2, 60))
def test_the_sketch_tells_how_alike_two_texts_are(chance: random.Random, every: int) -> None:
    _, text = article(chance)
    one, other = text, reworded(text, chance, every)
    shingles = [
        {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
        for words in ([word for word, _, _ in _read(said)] for said in (one, other))
    ]
    true = len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])
    # 128 minima: a standard error of 0.044 at most, five of them here
    assert abs(resemblance(fingerprint(post(one)).sketch, fingerprint(post(other)).sketch) - true) < 0.22


def _read(said: str) -> list[tuple[str, int, int]]:
    from listener.text import words  # noqa: PLC0415 - reads better beside its one use

    return words(said)


def test_a_megabyte_is_as_quick_as_a_page() -> None:
    start = time.perf_counter()
    fingerprint(post("aéroplouf en retard " * 50_000))
    fingerprint(post("e" + "\u0301" * 1_000_000))
    fingerprint(post("http://x" * 100_000))
    fingerprint(post("…" * 500_000))
    assert time.perf_counter() - start < 3
