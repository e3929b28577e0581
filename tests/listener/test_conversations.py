"""Who only says thanks closes a conversation; who wants more opens it again; in doubt a person is called."""

import pytest

from listener.conversations import turn
from models.conversation import Turn
from models.verdict import Sentiment

NEGATIVE, NEUTRAL, POSITIVE = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE


@pytest.mark.parametrize(
    "text",
    [
        "Merci !",
        "Merci beaucoup pour votre réponse 🙏",
        "@aeroplouf Un grand merci à toute l'équipe !",
        "ok merci, bonne journée",
        "Super, merci pour votre réactivité",
        "Parfait. Merci bien.",
        "Mille mercis ❤️",
        "MERCI POUR L’AIDE",
        "🙏",
        "👍👍",
        "Thanks a lot!",
        "Thank you so much for the quick reply, have a great day",
        "@aeroplouf perfect, thanks again :)",
        "thx",
        "Cheers guys",
    ],
)
@pytest.mark.parametrize("label", [NEGATIVE, NEUTRAL, POSITIVE, None])
def test_only_thanks(text: str, label: Sentiment | None):
    assert turn(text, label) is Turn.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "Merci, mais quand serai-je remboursée ?",
        "Merci pour rien.",
        "Merci, j'attends toujours ma valise",
        "Et pourquoi personne ne décroche",
        "Je n'ai toujours rien reçu.",
        "Thanks, but how do I rebook?",
        "thanks for nothing",
        "Still no refund.",
        "super, donc comment faire",
        "？",
    ],
)
@pytest.mark.parametrize("label", [NEUTRAL, POSITIVE])
def test_who_asks_or_complains_wants_more_whatever_the_model_feels(text: str, label: Sentiment):
    assert turn(text, label) is Turn.WANTS_MORE


@pytest.mark.parametrize(
    ("text", "label", "wanted"),
    [
        ("C'est une honte, vous vous moquez de nous.", NEGATIVE, Turn.WANTS_MORE),
        ("Vous me répondez n'importe quoi.", NEGATIVE, Turn.WANTS_MORE),
        ("Je vous envoie un message.", NEUTRAL, Turn.REMARK),
        ("Merci, je vous envoie ma référence.", NEUTRAL, Turn.REMARK),
        ("Super compagnie, je reviendrai avec les enfants.", POSITIVE, Turn.REMARK),
        ("Bonjour", NEUTRAL, Turn.REMARK),
        ("", NEUTRAL, Turn.REMARK),
    ],
)
def test_else_the_verdict_says(text: str, label: Sentiment, wanted: Turn):
    assert turn(text, label) is wanted
