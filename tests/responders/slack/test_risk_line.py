"""What a card says of risk, labels and reach, in both languages; a person in danger comes first."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import update

from config.i18n import words
from models.ml.risk import Because, Family, Named, Signal, Signals, packed, risk
from models.status import MentionStatus
from models.tables import VerdictRow
from models.verdict import Intent
from responders.seen import Judgement, MentionSeen
from responders.slack.mention import judged, view
from responders.slack.queue import view as queue

SPACES = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
ANGRY = Because((Signal.ANGER, Signal.NEGATIVE, Signal.REACH), (), 3.0, 0)


def said(blocks: list[Any]) -> str:
    return str([block.to_dict() for block in blocks]).translate(SPACES)


@pytest.mark.parametrize(
    ("thought", "french", "english"),
    [
        (
            Judgement(risk=0.7104, because=ANGRY, reach=1_938, labels=("anger",)),
            "🔴 négatif 93 % · risque 0,71 : colère, compte suivi 3 fois plus que d’habitude · portée ~ 1 900",
            "🔴 negative 93% · risk 0.71: anger, account with 3 times the usual audience · reach ~ 1,900",
        ),
        (
            Judgement(risk=0.5, because=Because((Signal.REACH, Signal.SPREAD), (), 42.4, 14), reach=900_000),
            "🔴 négatif 93 % · risque 0,5 : vu 42 fois plus que d’habitude, repris 14 fois · portée ~ 900 000",
            "🔴 negative 93% · risk 0.5: seen 42 times more than usual, passed on or copied 14 times · reach ~ 900,000",
        ),
        (
            Judgement(
                unsure=True,
                labels=("irony",),
                intent=Intent.QUESTION,
                risk=0.9,
                because=Because((Signal.WORDS,), (Named("explos*", Family.SAFETY), Named("gaz", Family.OWN)), None, 0),
            ),
            "🔴 négatif 93 % (peu sûr) · ironie, question · risque 0,9 : « explos… », « gaz » · portée inconnue",
            "🔴 negative 93% (not sure) · irony, question · risk 0.9: “explos…”, “gaz” · reach unknown",
        ),
        (
            Judgement(spam=True, intent=Intent.OTHER, risk=0.04, because=Because((), (), None, 0), reach=0),
            "🔴 négatif 93 % · probablement indésirable · risque 0,04 · portée ~ 0",
            "🔴 negative 93% · looks like spam · risk 0.04 · reach ~ 0",
        ),
        (
            Judgement(risk=0.4, because=Because((Signal.REACH,), (), None, 0), reach=240_000),
            "🔴 négatif 93 % · risque 0,4 : large audience, sans recul pour comparer · portée ~ 240 000",
            "🔴 negative 93% · risk 0.4: large audience, with nothing yet to compare it to · reach ~ 240,000",
        ),
        (Judgement(), "🔴 négatif 93 %", "🔴 negative 93%"),
    ],
)
def test_one_line(seen: Callable[..., MentionSeen], thought: Judgement, french: str, english: str) -> None:
    for language, line in (("fr", french), ("en", english)):
        assert str(judged.line(seen(judged=thought), words(language))).translate(SPACES) == line


def test_a_brands_word_cannot_ring_anybody(seen: Callable[..., MentionSeen]) -> None:
    because = Because((Signal.WORDS,), (Named("<!channel>", Family.OWN),), None, 0)
    drawn = said(view.card(seen(judged=Judgement(risk=0.9, because=because)), words("fr")).blocks)
    assert "<!channel>" not in drawn
    assert "&lt;!channel&gt;" in drawn


def test_a_person_in_danger_comes_first_while_it_waits(seen: Callable[..., MentionSeen]) -> None:
    endangered = seen(judged=Judgement(danger=True, risk=0.97, because=Because((Signal.DANGER,), (), None, 0)))
    card = view.card(endangered, words("fr"))
    assert "🆘 *Une personne est peut-être en danger*" in said(card.blocks[:1])
    assert card.text.startswith("🆘")
    done = view.card(seen(judged=endangered.judged, status=MentionStatus.DONE), words("fr"))
    assert "🆘" not in said(done.blocks)


def test_a_group_lists_danger_first_then_risk(seen: Callable[..., MentionSeen]) -> None:
    group = [
        seen(mention_id=1, text="un", judged=Judgement(risk=0.2)),
        seen(mention_id=2, text="deux", judged=Judgement(risk=0.9)),
        seen(mention_id=3, text="trois", judged=Judgement(risk=0.5, danger=True)),
    ]
    drawn = said(queue.card(group, words("fr")).blocks)
    assert drawn.index("trois") < drawn.index("deux")


def test_it_is_what_the_store_knows(make_office: Callable[..., Any]) -> None:
    office = make_office()
    mention = office.mention()
    assert office.moderation.see(mention).judged.risk is None
    found = risk(Signals(negative=0.9, words=[Named("vais en finir", Family.DANGER)]))
    values = {
        "risk": found.value,
        "risk_because": packed(found),
        "heads": {"irony": 0.6, "joy": 0.4},
        "intent": "complaint",
        "spam": 0.9,
        "unsure": True,
    }
    with office.database.write() as session:
        session.exec(update(VerdictRow).values(**values))
    thought = office.moderation.see(mention).judged
    assert thought.danger
    assert thought.labels == ("irony",)
    assert (thought.unsure, thought.spam, thought.intent, thought.reach) == (True, True, Intent.COMPLAINT, 1240)
    assert thought.because is not None
    assert thought.because.words == (Named("vais en finir", Family.DANGER),)
