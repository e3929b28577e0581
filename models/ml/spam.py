"""How much a post looks like spam or a scam, in [0, 1], and why. Pure: plain signs, no model, each with its weight.

Signs add up as independent hints do: 1 - (1 - a)(1 - b)... One sign alone never reaches `LIKELY`. Somebody who warns of
a scam, or asks whether a message is one, uses its very words: what warns counts half.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import regex

from models.post import Post

LIKELY: Final = 0.6
"""From here on a post counts as spam: the card says so, and `spam` holds in a rule."""
_READ: Final = 4_000  # characters


class Sign(StrEnum):
    """One hint of spam."""

    LINK = "link"
    SHORT_LINK = "short link"
    BAIT = "bait"
    MONEY = "money"
    COINS = "coins"
    GIVEAWAY = "giveaway"
    SUPPORT = "support"
    CONTACT = "contact"
    HASHTAGS = "hashtags"
    HANDLES = "handles"
    EMOJI = "emoji"
    CAPITALS = "capitals"
    CROWD = "crowd"


SIGNS: Final[Mapping[Sign, float]] = {
    Sign.LINK: 0.25,
    Sign.SHORT_LINK: 0.30,
    Sign.BAIT: 0.45,
    Sign.MONEY: 0.55,
    Sign.COINS: 0.40,
    Sign.GIVEAWAY: 0.45,
    Sign.SUPPORT: 0.55,
    Sign.CONTACT: 0.45,
    Sign.HASHTAGS: 0.30,
    Sign.HANDLES: 0.30,
    Sign.EMOJI: 0.20,
    Sign.CAPITALS: 0.15,
    Sign.CROWD: 0.55,
}
"""What each sign weighs alone."""
WARNED: Final = 0.5
"""What is left of it where the text warns of a scam."""


def _any(*patterns: str) -> re.Pattern[str]:
    """One of these, from the start of a word on."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE)


_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:example|com|net|xyz|io|top|click|link|shop|site|live)/\S+", re.IGNORECASE
)
_SHORT: Final = re.compile(
    r"(?:https?://|www\.|\b)(?:bit\.(?:ly|do)|tinyurl\.\w+|is\.gd|cutt\.ly|rb\.gy|ow\.ly|goo\.gl|t\.ly|s\.id"
    r"|shorturl\.\w+|urlz\.\w+|adf\.ly|[\w-]+\.(?:xyz|top|click|buzz|icu)"
    r"|[\w-]{2,9}\.\w{2,7}(?=/[\w-]{3,9}(?:[\s)!?]|$)))(?:/\S*|\b)",
    re.IGNORECASE,
)
"""Known shorteners, cheap top-level domains, and any short host with a short path."""
_CONTACT: Final = re.compile(
    r"(?:t|wa)\.me/|whats?app|telegram|\btg\b|signal me|\bdm (?:me|now|open)|\bmp\b|en (?:mp|dm)\b|inbox me|message me"
    r"|écri(?:s|vez)[- ]moi|contacte[zr]?[- ](?:moi|le|la|@)|\+\d[\d .-]{8,}\d",
    re.IGNORECASE,
)
_MONEY: Final = _any(
    r"(?:gagne[zr]?|earn(?:ing|ed)?|make|made|win|won|profit of|receive|recevez|touchez|reçu)\b[^.!?\n]{0,30}"
    r"(?:[$€£]\s?\d|\d[\d ,.]*\s?(?:[$€£]|(?:k|euros?|dollars?|usd|eur)\b))",
    r"\d[\d ,.]*\s?[$€£]\s?(?:par|a|per|/)\s?(?:jour|semaine|heure|day|week|hour)",
    r"revenus? passifs?|argent facile|liberté financière|travail à domicile|doublez vo",
    r"(?:crédit|prêt) (?:rapide|sans justificatif|entre particuliers)|sans justificatif|rendements? garantis?",
    r"récupérer (?:vos|tes) fonds|passive income|easy money",
    r"(?:quick|fast) cash|financial freedom|work from home|no credit check|double your",
    r"recover (?:your|my) (?:funds|money)|funds recovery|guaranteed (?:returns?|profit)|100 ?% (?:garanti|guaranteed)",
)
_COINS: Final = _any(
    r"(?:bitcoins?|btc|ethereum|eth|usdt|crypto(?:s|monnaies?|currency)?|airdrops?|nfts?|forex|trading|defi)\b",
    r"(?:memecoins?|presale|prévente|altcoins?|x100|100x|wallet|seed phrase|options binaires)\b",
)
_GIVEAWAY: Final = _any(
    r"give ?aways?\b|gift ?cards?\b|free (?:tickets?|iphones?|vouchers?|flights?|samples?|followers)\b",
    r"first \d+ (?:people|persons|users)|you(?:'ve| have)? (?:won|been (?:selected|chosen))|claim (?:your|now|it)\b",
    r"congratulations|lucky winners?|cartes? cadeaux?|bons? d'achat|félicitations|réclame[zr]|heureux gagnants?",
    r"(?:tickets?|billets?|vols?|iphones?|abonnés) (?:gratuite?s?|offerts?)|(?:les )?\d+ premi(?:ers|ères)",
    r"vous avez (?:gagné|été (?:sélectionné|tiré)e?)|tirage au sort",
)
_BAIT: Final = _any(
    r"click (?:here|the link|below|now)|link in (?:my )?bio|check my (?:profile|bio|page)|follow (?:me|back|4follow)\b",
    r"f4f\b|like4like|retweet (?:and|&) follow|rt (?:\+|et|and) follow|limited (?:time|offer|spots)|act (?:now|fast)",
    r"only today|buy now|promo code|hurry\b|clique[zr]? (?:ici|sur|vite|maintenant)|lien (?:en|dans (?:ma|la)) bio",
    r"voir mon profil|offre limitée|places limitées|dépêche(?:z-vous|-toi)|profite[zr] vite|seulement aujourd'hui",
    r"achetez maintenant|code promo|\d{2} ?% (?:off\b|de réduction)|onlyfans|hot (?:pics|girls)|rencontres? coquines?",
    r"viagra|casino|paris sportifs?|bet(?:ting)? tips|pronostics?\b|voyante?\b|marabout|retour de l'être aimé",
    r"followers? (?:pas chers?|cheap)|cheap followers|abonnés pas chers",
)
_SUPPORT: Final = _any(
    r"(?:contact|message|reach out to|text|follow) @?\w+ (?:on|via|sur) (?:instagram|ig|telegram|whatsapp)",
    r"he(?:lped)? (?:helped )?me (?:recover|get back)|recovered my (?:account|money|funds|wallet)|ethical hacker",
    r"your account (?:will be|has been|is) (?:suspended|locked|limited)|verify your (?:account|identity|wallet)",
    r"official support|(?:customer )?support team here|pending refund|unclaimed (?:parcel|refund)",
    r"m'a aidée? à récupérer|hackeurs? (?:éthiques?|pro)|votre compte (?:sera|a été|est) (?:suspendu|bloqué)",
    r"vérifiez votre (?:compte|identité)|confirme[zr] vos (?:coordonnées|informations)|service client officiel",
    r"frais de (?:livraison|douane) (?:de|:) ?\d|remboursement en attente|colis (?:est )?en attente",
)
_WARNING: Final = _any(
    r"(?:arnaque(?! par)|arnaques|arnaqueurs?|escrocs?|escroquerie|fraudeurs?|faux compte|méfiez|hameçonnage)\b",
    r"(?:c'est vous|scams?|scammers?|phishing|fake (?:account|email|text)|beware|is this (?:you|real|legit)|dodgy)\b",
)
_HASHTAG: Final = re.compile(r"(?<!\w)#\w+")
_HANDLE: Final = re.compile(r"(?<!\w)@\w[\w.@-]*")
_EMOJI: Final = regex.compile(r"\p{Extended_Pictographic}")
_TAGS, _NAMES, _PICTURES, _AUTHORS, _SHOUTED = 6, 5, 6, 3, 12


@dataclass(frozen=True, slots=True)
class Spam:
    """`likelihood` in [0, 1] (a weight of hints, not a measured frequency); `because`: the signs that were seen."""

    likelihood: float
    because: tuple[Sign, ...]


def spam(text: str, *, same_text_authors: int | None = None) -> Spam:
    """How much `text` looks like spam. `same_text_authors`: how many accounts said just that; None is not known."""
    read = text[:_READ]
    seen = [sign for sign, looks in _LOOKS.items() if looks(read)]
    if same_text_authors is not None and same_text_authors >= _AUTHORS:
        seen.append(Sign.CROWD)
    likelihood = 1 - math.prod(1 - SIGNS[sign] for sign in seen)
    return Spam(likelihood * (WARNED if _WARNING.search(read) else 1.0), tuple(seen))


def spam_of(post: Post) -> Spam:
    """`spam` of a post, its title and links read with it."""
    apart = " ".join(link for link in post.links if link not in post.text)
    return spam("\n".join(filter(None, (post.title, post.text[:_READ], apart))))


def _has(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _many(pattern: re.Pattern[str], least: int) -> Callable[[str], bool]:
    return lambda text: len(pattern.findall(text)) >= least


def _shouts(text: str) -> bool:
    letters = [letter for letter in _LINK.sub("", text) if letter.isalpha()]
    return len(letters) >= _SHOUTED and sum(map(str.isupper, letters)) > len(letters) / 2


_LOOKS: Final[Mapping[Sign, Callable[[str], bool]]] = {
    Sign.LINK: _has(_LINK),
    Sign.SHORT_LINK: _has(_SHORT),
    Sign.BAIT: _has(_BAIT),
    Sign.MONEY: _has(_MONEY),
    Sign.COINS: _has(_COINS),
    Sign.GIVEAWAY: _has(_GIVEAWAY),
    Sign.SUPPORT: _has(_SUPPORT),
    Sign.CONTACT: _has(_CONTACT),
    Sign.HASHTAGS: _many(_HASHTAG, _TAGS),
    Sign.HANDLES: _many(_HANDLE, _NAMES),
    Sign.EMOJI: lambda text: len(_EMOJI.findall(text)) >= _PICTURES,
    Sign.CAPITALS: _shouts,
}
