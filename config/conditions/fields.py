"""What a condition may ask of a mention. docs/rules.md is written from this table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.network import NETWORKS
from models.verdict import Intent, Sentiment

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Kind(StrEnum):
    """What sort of value a field has, and so what it may be compared with."""

    CHOICE = "choice"
    NAME = "name"
    """One of the names of the file: a brand, a source."""
    TEXT = "text"
    LANGUAGE = "language"
    COUNT = "count"
    SHARE = "share"
    HOUR = "hour"
    DURATION = "duration"
    YES_NO = "yes or no"

    @property
    def ordered(self) -> bool:
        """Whether one value may be less than another."""
        return self in {Kind.COUNT, Kind.SHARE, Kind.HOUR, Kind.DURATION}

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand between the field and the value."""
        if self is Kind.YES_NO:
            return ("==", "!=")
        if self is Kind.TEXT:
            return ("==", "!=", "in", "contains")
        return ("==", "!=", "<", "<=", ">", ">=", "in") if self.ordered else ("==", "!=", "in")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is known of a mention. `example` is a whole condition; a mute network leaves some unknown."""

    name: str
    kind: Kind
    meaning: str
    example: str
    choices: tuple[str, ...] = ()
    may_be_unknown: bool = False


FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (
        Field(
            "sentiment",
            Kind.CHOICE,
            "what the model read in it",
            "sentiment == negative",
            tuple(Sentiment),
        ),
        Field("confidence", Kind.SHARE, "how sure the model is of the sentiment", "confidence >= 80%"),
        Field("unsure", Kind.YES_NO, "whether the model is too little sure of the sentiment to count on it", "unsure"),
        Field("risk", Kind.SHARE, "how much it can hurt, from 0 to 1", "risk >= 0.8", may_be_unknown=True),
        Field("reach", Kind.COUNT, "how many people may have seen it", "reach >= 100k", may_be_unknown=True),
        Field(
            "intent",
            Kind.CHOICE,
            "what the author wants",
            "intent == question",
            tuple(Intent),
            may_be_unknown=True,
        ),
        *(
            Field(head, Kind.YES_NO, meaning, example, may_be_unknown=True)
            for head, meaning, example in (
                ("danger", "whether a person may be in danger: threat, suicide, private address", "danger"),
                ("anger", "whether the author is angry", "anger and followers >= 1k"),
                ("joy", "whether the author is glad", "joy"),
                ("sadness", "whether the author is sad", "sadness"),
                ("fear", "whether the author is afraid", "fear"),
                ("irony", "whether it is meant ironically", "irony"),
                ("offensive", "whether it insults or attacks somebody", "not offensive"),
            )
        ),
        Field("spam", Kind.YES_NO, "whether it looks like spam or a scam", "not spam", may_be_unknown=True),
        Field("text", Kind.TEXT, "what was said, title included", 'text contains "remboursement"'),
        Field("title", Kind.TEXT, "the title, where there is one", "title contains enquête"),
        Field("words", Kind.TEXT, "the words that matched the query", "words contains retard"),
        Field("author", Kind.TEXT, "who said it: handle or name", 'author in ("@lea@social.example", "Léa M.")'),
        Field("followers", Kind.COUNT, "how many people follow the author", "followers >= 10k", may_be_unknown=True),
        Field("likes", Kind.COUNT, "how many people liked it", "likes > 500", may_be_unknown=True),
        Field("replies", Kind.COUNT, "how many people answered it", "replies >= 20", may_be_unknown=True),
        Field("reposts", Kind.COUNT, "how many people passed it on", "reposts >= 50", may_be_unknown=True),
        Field("views", Kind.COUNT, "how many times it was seen", "views >= 1.2M", may_be_unknown=True),
        Field(
            "network",
            Kind.CHOICE,
            "the network it was said on",
            "network == rss",
            tuple(NETWORKS),
        ),
        Field("source", Kind.NAME, "the source it was heard by, as your file names it", "source in (presse, blogs)"),
        Field(
            "place",
            Kind.TEXT,
            "where on that network: the title of a blog, the name of a forum",
            'place == "Carnets de vol"',
            may_be_unknown=True,
        ),
        Field("brand", Kind.NAME, "the brand it is about", "brand == Aéroplouf"),
        Field(
            "language",
            Kind.LANGUAGE,
            "the language it is in",
            "language in (fr, en)",
            may_be_unknown=True,
        ),
        Field("addressed", Kind.YES_NO, "whether it speaks to one of our accounts", "addressed"),
        Field("reply", Kind.YES_NO, "whether it answers another message", "not reply"),
        Field("hour", Kind.HOUR, "the hour it was said at, in your time zone", "hour >= 8 and hour < 20"),
        Field(
            "weekday",
            Kind.CHOICE,
            "the day it was said on, in your time zone",
            "weekday in (saturday, sunday)",
            WEEKDAYS,
        ),
        Field("age", Kind.DURATION, "how long ago it was said when we found it", "age < 2h"),
    )
}

HABITS: Final = {
    "lang": "language",
    "langue": "language",
    "auteur": "author",
    "handle": "author",
    "reseau": "network",
    "réseau": "network",
    "abonnés": "followers",
    "abonnes": "followers",
    "subscribers": "followers",
    "mots": "words",
    "texte": "text",
    "titre": "title",
    "lieu": "place",
    "heure": "hour",
    "jour": "weekday",
    "day": "weekday",
    "âge": "age",
    "marque": "brand",
    "confiance": "confidence",
    "sentiments": "sentiment",
    "tone": "sentiment",
    "retweets": "reposts",
    "shares": "reposts",
    "risque": "risk",
    "severity": "risk",
    "portée": "reach",
    "portee": "reach",
    "audience": "reach",
    "intention": "intent",
    "colère": "anger",
    "colere": "anger",
    "angry": "anger",
    "joie": "joy",
    "tristesse": "sadness",
    "peur": "fear",
    "ironie": "irony",
    "ironique": "irony",
    "sarcasm": "irony",
    "sarcasme": "irony",
    "insulte": "offensive",
    "offensant": "offensive",
    "injurieux": "offensive",
    "toxic": "offensive",
    "incertain": "unsure",
    "pourriel": "spam",
    "indésirable": "spam",
    "arnaque": "spam",
    "scam": "spam",
}
"""French, and other tools' names, of our fields."""

MEANT: Final = {
    "lundi": "monday",
    "mardi": "tuesday",
    "mercredi": "wednesday",
    "jeudi": "thursday",
    "vendredi": "friday",
    "samedi": "saturday",
    "dimanche": "sunday",
    "neutre": "neutral",
    "plainte": "complaint",
    "reclamation": "complaint",
    "eloge": "praise",
    "compliment": "praise",
    "autre": "other",
}
"""French values whose English does not look alike."""
