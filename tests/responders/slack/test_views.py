"""What any view may never do, whatever stands in a mention: ring somebody, break Slack's limits, fake a link."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.i18n import words
from models.status import MentionStatus, ReplyStatus
from responders.publisher import Act, PostRef, Preview, ProblemCode, Standing
from responders.seen import AnswerSeen, Eligibility, MentionSeen, Person
from responders.slack import kit
from responders.slack.home import view as home
from responders.slack.mention import view as mention
from responders.slack.queue import view as queue
from responders.slack.reply import view as reply

OURS = re.compile(r"<(!date\^\d+\^[^|<>]+\|[^|<>]+|https?://[^|<>\s]+\|[^<>]*)>")
FR, EN = words("fr"), words("en")


def drawings(seen: MentionSeen, answer: AnswerSeen, typed: str = "Bonjour") -> Iterator[tuple[int, list[Any], str]]:
    """Everything we can draw of a mention: blocks allowed, blocks, top-level text."""
    person = Person("U1", seen.author_name)
    to = PostRef("sandbox", "p1", seen.url, seen.author_handle, {})
    preview = Preview(to, answer.account, typed, len(typed), 500)
    for t in (FR, EN):
        for message in (
            mention.card(seen, t, problem=seen.text),
            mention.card(seen, t, short=True),
            queue.card([seen] * 50, t),
            queue.card([seen], t, short=True),
            kit.bare(mention.headline(seen, t)),
        ):
            yield 50, [block.to_dict() for block in message.blocks], message.text
        for shown in (
            mention.modal(seen, t),
            mention.ask_sentiment(seen, t),
            reply.opening(t),
            reply.write(seen, typed, t),
            reply.silenced(seen, seen.text, t),
            reply.confirm(seen, preview, t),
            reply.occupied(seen, person, t),
            reply.answered(seen, answer, t),
            reply.impossible(seen, t),
            reply.stopped(seen, typed, seen.text, t),
            home.home(home.Overview({seen.brand: 3}, {seen.brand: True}, [seen] * 21, seen.author_name), t),
        ):
            drawn = shown.to_dict()  # slack_sdk refuses what is over its limits
            assert len(drawn.get("private_metadata", "")) <= 3000
            assert len(json.dumps(drawn)) < 250_000
            yield 100, drawn["blocks"], ""


def marked(value: Any) -> Iterator[str]:
    """Every text that Slack reads as markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            assert value["verbatim"] is True
            yield value["text"]
        for part in value.values():
            yield from marked(part)
    elif isinstance(value, list):
        for part in value:
            yield from marked(part)


def check(seen: MentionSeen, answer: AnswerSeen, typed: str = "Bonjour") -> None:
    for most, blocks, text in drawings(seen, answer, typed):
        assert 1 <= len(blocks) <= most
        assert len(text) <= 4000
        if most == 50:
            assert sum(len(part) for part in texts(blocks)) <= 13_000
        for said in (text, *marked(blocks)):
            assert not set(OURS.sub("", said)) & {"<", ">"}, said
        for part in kinds(blocks):
            assert part not in {"user", "broadcast", "usergroup", "channel"}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "text" and isinstance(part, str):
                yield part
            else:
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def kinds(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield value.get("type", "")
        for part in value.values():
            yield from kinds(part)
    elif isinstance(value, list):
        for part in value:
            yield from kinds(part)


FOREIGN = tuple(
    field.name for field in fields(MentionSeen) if field.type is str and field.name not in {"network", "language"}
)
HOSTILE = (
    "<!channel> <@U012AB3CD> <!subteam^S1|x> <https://evil.example|https://bank.example>",
    "&" * 5000,
    "<" * 100_000,
    "a " * 500_000,
    "\u202e*_~`" * 2000,
    "Z" + "\u0301" * 9000,
    "👩‍👩‍👧" * 4000,
    "",
    "\u200b",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_everywhere(seen: Callable[..., MentionSeen], answer: Callable[..., AnswerSeen], text: str):
    person = Person("U1", text)
    spoilt = dict.fromkeys(FOREIGN, text)
    said = answer(text=text, account=text, by=person, url=text, problem=text)
    possible = Eligibility(text, 500, dry_run=True)
    check(seen(**spoilt, words=(text,) * 20, owner=person, writing=person, answer=said, eligibility=possible), said)
    spoilt |= {"url": "https://e.example/" + "&" * 2900, "author_url": "https://e.example/" + "é" * 300}
    check(seen(**spoilt), said)


TEXT = st.text(st.characters(exclude_categories=()), max_size=400) | st.sampled_from(HOSTILE[:3])


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking draws every view some thousand times
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_text_everywhere(seen: Callable[..., MentionSeen], answer: Callable[..., AnswerSeen], data: st.DataObject):
    foreign = {name: data.draw(TEXT, name) for name in FOREIGN}
    person = Person("U1", data.draw(TEXT))
    said = answer(status=data.draw(st.sampled_from(ReplyStatus)), text=data.draw(TEXT), by=person)
    check(
        seen(
            **foreign,
            status=data.draw(st.sampled_from(MentionStatus)),
            standing=data.draw(st.none() | st.sampled_from(Standing)),
            acts=tuple(data.draw(st.lists(st.sampled_from(Act), unique=True))),
            followers=data.draw(st.none() | st.integers(0, 10**12)),
            answer=data.draw(st.none() | st.just(said)),
            eligibility=Eligibility(
                "@a", None, dry_run=False, reason=data.draw(st.none() | st.sampled_from(ProblemCode))
            ),
        ),
        said,
        data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=400)),  # what the preview lets through
    )


def test_a_text_of_the_longest_kind_travels_and_shows_whole(seen: Callable[..., MentionSeen]):
    typed = "é" * reply.MAX_TYPED
    preview = Preview(PostRef("sandbox", "p", "", "@lea", {}), "@a", typed, len(typed), None)
    drawn = reply.confirm(seen(), preview, FR).to_dict()
    assert json.loads(drawn["private_metadata"])["text"] == typed
    assert typed in list(texts(drawn["blocks"]))


@pytest.mark.parametrize(
    ("standing", "buttons", "said"),
    [
        (None, [], ""),
        (Standing.APPROVED, ["Mettre en attente", "Indésirable", "Corbeille"], ""),
        (Standing.HELD, ["Approuver", "Indésirable", "Corbeille"], "En attente de modération"),
        (Standing.SPAM, ["Approuver", "Mettre en attente", "Corbeille"], "indésirable sur le site"),
        (Standing.BINNED, ["Approuver", "Mettre en attente", "Indésirable"], "Dans la corbeille"),
    ],
)
def test_a_comment_is_moderated_from_its_card(
    seen: Callable[..., MentionSeen], standing: Standing | None, buttons: list[str], said: str
):
    hosting = (Act.APPROVE, Act.HOLD, Act.SPAM, Act.BIN)
    now = {Standing.APPROVED: Act.APPROVE, Standing.HELD: Act.HOLD, Standing.SPAM: Act.SPAM, Standing.BINNED: Act.BIN}
    acts = tuple(act for act in hosting if standing and act is not now[standing])
    blocks = [block.to_dict() for block in mention.card(seen(standing=standing, acts=acts), FR).blocks]
    found = [
        element
        for block in blocks
        for element in block.get("elements", [])
        if element.get("action_id", "").startswith("comment.")
    ]
    assert [element["text"]["text"] for element in found] == buttons
    asks_first = {element["text"]["text"] for element in found if "confirm" in element}
    assert asks_first == {"Indésirable", "Corbeille"} & set(buttons)
    assert said in json.dumps(blocks, ensure_ascii=False)


def test_times_are_written_by_each_readers_slack(seen: Callable[..., MentionSeen]):
    at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    drawn = json.dumps([block.to_dict() for block in mention.card(seen(at=at), FR).blocks])
    assert f"<!date^{int(at.timestamp())}^{{ago}}|2026-11-22 08:30 UTC>" in drawn
