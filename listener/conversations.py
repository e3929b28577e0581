"""What somebody wants who answers our answer: something more, only to say thanks, or neither. Pure, in one place.

French and English. In doubt a person is called: only words of thanks and politeness close a conversation.
"""

import re
import unicodedata
from typing import Final

from models.conversation import Turn
from models.verdict import Sentiment

_THANKS: Final = frozenset(
    """
    merci mercis remercie parfait top genial super nickel impeccable
    thanks thank thx ty cheers appreciated perfect great lovely brilliant awesome
    🙏 👍 ❤ 🧡 💛 💚 💙 💜 😊 🥰
    """.split()  # noqa: SIM905 - so many words are read best as words
)
_POLITE: Final = frozenset(
    """
    un une grand gros tres mille beaucoup bien infiniment encore a au aux de d la le l les vous toi tu je et c est ce
    cette equipe toute tout monde pour votre ta ton vos reponse reponses reactivite aide retour rapidite rapide info
    infos information informations precision precisions message avoir repondu ok okay accord note bonne bon journee
    soiree nuit week end bonjour bonsoir etes es si
    hello hi very much so lot again guys team all for the your you quick fast kind reply answer help response
    clarification everything getting back replying answering to me quickly have nice good day evening night weekend it
    is noted this that s everyone and really
    """.split()  # noqa: SIM905 - the same
)
_ADDRESSED: Final = re.compile(r"[@#][\w.@-]+")
_PART: Final = re.compile(r"\w+|[^\w\s.,;:!…()\"«»\ufe0f\u200d\U0001f3fb-\U0001f3ff^~-]")
_ASKS: Final = re.compile(
    r"[?\uff1f]|\b(?:pourquoi|comment (?:faire|puis|dois)|est ce que|quand (?:est|sera|aurai|vais)"
    r"|(?:pouvez|pourriez|avez) vous|peux tu|qui contacter|how (?:do|can|long|come)|when (?:will|can|do)|why"
    r"|(?:can|could|would|do) you|is there any|what about)\b"
)
_COMPLAINS: Final = re.compile(
    r"\b(?:toujours (?:pas|rien|aucun|en attente)|rien recu|pas (?:encore )?recu|sans reponse"
    r"|ne (?:marche|fonctionne) pas|j attends|inadmissible|inacceptable|scandaleux|honteux|honte|remboursez|reclamation"
    r"|avocat|mediateur|plainte|pour rien|still (?:no|not|nothing|waiting)|no (?:answer|reply|refund)"
    r"|does(?: not|n t) work|unacceptable|disgrace(?:ful)?|ridiculous|refund me|complaint|lawyer|for nothing)\b"
)


def turn(text: str, label: Sentiment | None) -> Turn:
    """What the author of `text`, an answer to ours, wants; `label` is what the model feels in it."""
    plain = _plain(text)
    if _ASKS.search(plain) or _COMPLAINS.search(plain):
        return Turn.WANTS_MORE
    parts = set(_PART.findall(plain))
    if parts & _THANKS and parts <= _THANKS | _POLITE:  # before the verdict: on three words a model is often wrong
        return Turn.THANKS
    return Turn.WANTS_MORE if label is Sentiment.NEGATIVE else Turn.REMARK


def _plain(text: str) -> str:
    """Small letters without accents, handles or apostrophes."""
    signs = unicodedata.normalize("NFKD", _ADDRESSED.sub(" ", text))
    bare = "".join(sign for sign in signs if not unicodedata.combining(sign))
    return re.sub(r"[\s'\u2019-]+", " ", bare.casefold()).strip()
