"""Invented news and posts, and the ways in which they are copied; which belong together is known."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from models.post import Author, Post

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
_numbers = count(1)

WIRE = (
    "PARIS, 20 nov 2026 (Agence Plume) - La compagnie Aéroplouf annulera lundi une centaine de vols au départ de "
    "Porto-sur-Mer en raison d'une grève des pilotes, qui réclament de meilleurs horaires. La direction promet de "
    "rembourser chaque passager sous sept jours. « Nous regrettons cette situation et travaillons avec les équipes », "
    "a déclaré sa directrice, Odile Bruyère. Les syndicats annoncent un second préavis pour la semaine suivante, "
    "tandis que Voloair propose des places supplémentaires sur les mêmes lignes."
)
TITLE = "Aéroplouf : une centaine de vols annulés lundi à cause d'une grève des pilotes"


def post(text: str = WIRE, title: str = "", url: str = "", *, number: int | None = None, **more: object) -> Post:
    """A post of its own place and author."""
    number = next(_numbers) if number is None else number
    values: dict[str, object] = {
        "network": "rss",
        "external_id": f"post {number}",
        "url": url or f"https://media{number}.example/a/{number}",
        "title": title,
        "text": text,
        "author": Author(handle=f"auteur{number}"),
        "at": NOW,
    }
    return Post.model_validate(values | more)


NAMES = [
    "Odile Bruyère",
    "Marc Tilleul",
    "Inès Fougère",
    "Paul Genêt",
    "Lise Chardon",
    "Hugo Lierre",
    "Anna Mélèze",
    "Karim Sureau",
]
CITIES = ["Porto-sur-Mer", "Valbrume", "Montclair", "Sainte-Aube", "Rochebelle", "Havreneuf", "Clairval", "Belleroche"]
WHAT = [
    "annule {n} vols au départ de {city}",
    "ouvre une ligne entre {city} et {other}",
    "ferme son guichet de {city}",
    "rembourse {n} passagers bloqués à {city}",
    "commande {n} avions à hélices",
    "recrute {n} stewards à {city}",
    "augmente de {n} % le prix des bagages",
    "change ses uniformes et ses sièges",
    "perd {n} valises à {city}",
]
WHY = [
    "en raison d'une grève des pilotes",
    "après une panne de ses serveurs",
    "pour répondre à Voloair",
    "faute de contrôleurs",
    "malgré un bénéfice record",
    "sur décision de sa directrice",
    "à la demande de la mairie",
    "au grand dam des voyageurs",
]
THEN = [
    "« Nous n'avions plus le choix », explique {name}",
    "Les syndicats parlent d'une décision brutale",
    "La mesure entrera en vigueur le {n} décembre",
    "Les passagers seront prévenus par message",
    "{name}, qui représente les usagers, demande des explications",
    "Voloair n'a pas souhaité commenter",
    "Le tribunal de {city} doit se prononcer dans {n} jours",
    "Un numéro vert répond de {n} h à minuit",
    "L'an dernier, {n} vols avaient connu le même sort",
    "{name} a promis un geste commercial",
    "La ville de {city} craint pour sa saison",
    "L'action a perdu {n} % à la Bourse de {other}",
    "Une réunion est prévue à {city} mardi prochain",
    "Le ministère suit le dossier avec attention",
]


def article(chance: random.Random) -> tuple[str, str]:
    """One piece of news: title and text, of the same kit of phrases as all others."""

    def fill(sentence: str) -> str:
        return sentence.format(
            n=chance.randint(2, 99), city=chance.choice(CITIES), other=chance.choice(CITIES), name=chance.choice(NAMES)
        )

    title = f"Aéroplouf {fill(chance.choice(WHAT))} {chance.choice(WHY)}"
    text = f"La compagnie Aéroplouf {fill(chance.choice(WHAT))} {chance.choice(WHY)}. "
    return title, text + ". ".join(map(fill, chance.sample(THEN, chance.randint(4, 8)))) + "."


def reworded(text: str, chance: random.Random, every: int) -> str:
    """One word in `every` replaced."""
    words = text.split(" ")
    for at in range(chance.randrange(every), len(words), every):
        words[at] = chance.choice(["finalement", "selon nous", "hier", "dit-on"])
    return " ".join(words)


Copying = Callable[[str, str, str, random.Random], Post]
COPIES: dict[str, Copying] = {
    "exact": lambda title, text, _, __: post(text, title),
    "another headline": lambda _, text, __, ___: post(text, "Coup dur chez Aéroplouf"),
    "agency before, credits after": lambda title, text, _, __: post(
        f"PARIS (Agence Plume) — {text} (avec notre correspondante)", title
    ),
    "excerpt": lambda title, text, _, chance: post(
        " ".join(text.split()[: chance.randint(22, 40)]) + "… Lire la suite", title
    ),
    "small capitals and no accents": lambda title, text, _, __: post(text.upper().replace("É", "E"), title),
    "one word in thirty": lambda title, text, _, chance: post(reworded(text, chance, 30), title),
    "the link, with tracking": lambda _, __, url, ___: post(
        f"À lire {url}?utm_source=x", "", network="sandbox", url="https://social.example/1"
    ),
    "headline and mobile link": lambda title, _, url, __: post(
        f"{title} {url.replace('https://', 'http://m.')}/amp via @media", "", network="sandbox"
    ),
}
