from dataclasses import replace

import pytest

from config.i18n import words
from models.status import IllegalMove, MentionStatus, ReplyStatus
from models.store.mentions import NotFound
from responders.outbox import Trouble
from responders.publisher import PostRef, Preview, Problem, ProblemCode
from responders.replies import AlreadyAnswered, CannotPublish, MayNotSpeak
from responders.seen import AnswerSeen
from responders.speaking import Silence
from responders.wording import Explained, explain, explain_answer
from tests.stage import BRAND, CAMILLE, START

ANSWER = AnswerSeen(1, ReplyStatus.SENT, "Bonjour.", "aeroplouf", CAMILLE, START, START, START, None, False, "")  # noqa: FBT003 - a table of cases
PREVIEW = Preview(
    PostRef("sandbox", "p1", "", "lea", {}), "aeroplouf", "x" * 1240, 1240, 500, (Problem(ProblemCode.TOO_LONG),)
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AlreadyAnswered(ANSWER), "Camille Roux a déjà répondu."),
        (MayNotSpeak(Silence.PAUSED, BRAND), "La publication est en pause."),
        (
            MayNotSpeak(Silence.NOT_LISTED, BRAND),
            "Vous n’êtes pas dans la liste des personnes qui peuvent publier pour Aéroplouf (publishers:).",
        ),
        (CannotPublish(PREVIEW), "Trop long\u00a0: 1\u202f240 caractères, pour 500 au maximum."),
        (
            IllegalMove("reply", ReplyStatus.SENDING, ReplyStatus.CANCELLED),
            "Trop tard\u00a0: cette réponse est en cours de publication.",
        ),
        (NotFound("mention", 4), "Cette mention n’est plus conservée."),
    ],
)
def test_a_refusal_reads_well_in_french(error: Explained, said: str):
    assert explain(error, words("fr")) == said


EVERY: list[Explained] = [
    *(MayNotSpeak(code, BRAND) for code in Silence),
    *(IllegalMove("reply", status, ReplyStatus.SENT) for status in ReplyStatus),
    *(IllegalMove("mention", status, MentionStatus.OPEN) for status in MentionStatus),
    *(CannotPublish(replace(PREVIEW, problems=(Problem(code),))) for code in ProblemCode),
    *(
        AlreadyAnswered(replace(ANSWER, status=status))
        for status in ReplyStatus
        if status not in {ReplyStatus.REFUSED, ReplyStatus.CANCELLED, ReplyStatus.RETRACTED}
    ),
    NotFound("mention", 1),
    NotFound("reply", 1),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: f"{type(error).__name__}-{error}")
def test_every_refusal_has_words_in_both_languages(error: Explained):
    french, english = explain(error, words("fr")), explain(error, words("en"))
    assert french != english
    assert "{" not in french + english


@pytest.mark.parametrize("code", [*Trouble, *Silence, *ProblemCode])
def test_every_problem_of_an_answer_has_words_in_both_languages(code: str):
    answer = replace(ANSWER, problem=f"{code}: HTTP 500")
    french, english = (explain_answer(answer, BRAND, words(language)) for language in ("fr", "en"))
    assert french != english
    assert french.endswith("(HTTP 500)")
    assert "{" not in french + english


def test_no_problem_no_words():
    assert explain_answer(ANSWER, BRAND, words("fr")) == ""
