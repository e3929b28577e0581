"""What `check`, `collect` and `sources` show, as tables. Nothing here posts, and `check` stores nothing."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import indent
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from config.credentials import CredentialMissing
from config.i18n import Words, mark
from config.schema import Config
from listener.collector import Batch, Collector, Tells
from listener.known_risks import KnownRisks
from listener.pipeline import Run
from listener.registry import Place
from listener.triage import Subject, triage_of
from models.errors import AccessLost, NotYet, RetryLater
from models.ml.classifier import Classifier
from models.ml.judge import Ask, Judge, ModelJudge
from models.ml.language import LanguageReader
from models.ml.risk import risk, signals_of
from models.post import Author, Post
from models.status import SourceStatus
from models.store import gaps as gap_rows
from models.store import sources as source_rows
from models.tables import SourceRow
from models.verdict import HEADS
from repartie.app import App, matcher, now

AT_ONCE = 16
"""Places tried side by side."""
_TURNS, _LONGEST_TURN = 60, 10.0
"""How often a place waits for its turn at a host that many places share, and for how many seconds at most."""
_SOON = timedelta(minutes=2)
"""A turn further away is not waited for."""
REMEMBERED = timedelta(days=30)
_COLOURS = {SourceStatus.OK: "green", SourceStatus.FAILING: "yellow", SourceStatus.DISABLED: "red"}
_STATES = {
    SourceStatus.NEW: mark("not read yet"),
    SourceStatus.OK: mark("answers"),
    SourceStatus.FAILING: mark("deaf"),
    SourceStatus.DISABLED: mark("disabled"),
}
_TOLD_BY_TEXT = frozenset(
    {
        "text",
        "title",
        "words",
        "brand",
        "sentiment",
        "confidence",
        "language",
        "unsure",
        "intent",
        "spam",
        "risk",
        *HEADS,
    }
)
"""What rules may ask of a text alone; who said it, where and when is unknown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried and what came out."""

    what: str
    where: str
    well: bool
    said: str


def explained(config: Config, text: str, t: Words, judge: Judge | None = None) -> str:
    """Which brand `text` concerns and by which words, or why not, and what the rules would do; a paragraph a brand."""
    asked, rules, risks = matcher(config), triage_of(config), KnownRisks(config.brands)
    post = Post(network="explain", external_id="explain", text=text, author=Author(handle="somebody"), at=now())
    said = []
    for brand in config.brands:
        found = asked.explain(brand.name, post)
        said.append(found.render(t))
        if found.matched and rules.rules:
            judge = judge or ModelJudge(Classifier(), LanguageReader(config.languages))
            verdict = judge.judge([Ask(post, brand.name)])[0]
            grave = risk(signals_of(verdict, risks.of(brand.name, risks.named(post)))).value
            subject = Subject(post, brand.name, found.words, None, verdict, grave)
            known = {field: fact for field, fact in rules.facts(subject, now()).items() if field in _TOLD_BY_TEXT}
            said[-1] += "\n" + indent(rules.explain(known, t), "  ")
    return "\n\n".join(said)


def findings(findings: Iterable[Finding], t: Words) -> Table:
    """What was tried, where, and what it said."""
    table = Table(t("What"), box=None, pad_edge=False, header_style="bold")
    table.add_column(t("Where"), overflow="fold")
    table.add_column(t("Result"), overflow="fold")
    for found in findings:
        colour = "green" if found.well else "red"
        table.add_row(Text(found.what), Text(found.where), Text(f"{'✓' if found.well else '✗'} {found.said}", colour))
    return table


def tried(app: App, t: Words) -> list[Finding]:
    """Read every place once without storing anything."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = pool.map(lambda named: _try(app, named[1].collector, t), app.places)
        return [
            Finding(name, place.key, well, text) for (name, place), (well, text) in zip(app.places, said, strict=True)
        ]


def _try(app: App, collector: Collector, t: Words) -> tuple[bool, str]:
    try:
        batch = _in_turn(collector, app)
    except (RetryLater, AccessLost) as error:
        return False, error.reason
    hits = sum(bool(found) for found in app.listening.match(batch.posts))
    return True, t(
        "{posts}, {mentions}",
        posts=t.plural("{count} post", "{count} posts", len(batch.posts)),
        mentions=t.plural("{count} of them about a brand", "{count} of them about a brand", hits),
    )


def _in_turn(collector: Collector, app: App) -> Batch:
    for _ in range(_TURNS):
        try:
            return collector.collect(None)
        except NotYet as turn:
            if turn.at - app.clock() > _SOON:
                raise
            _wait_until(turn.at, app)
    return collector.collect(None)


def _wait_until(at: datetime | None, app: App) -> None:
    if at:
        time.sleep(min(max((at - app.clock()).total_seconds(), 0.0), _LONGEST_TURN))


def slack(app: App, t: Words) -> list[Finding]:
    """Ask Slack whether it knows us and our channels; nothing is posted."""
    from responders.slack.app import build_client  # noqa: PLC0415 - loads Slack's library, which only this needs
    from responders.slack.trial import check  # noqa: PLC0415 - the same

    channels = [brand.slack.mentions for brand in app.config.brands if brand.slack]
    if not channels:
        return []
    api = app.config.slack.api
    try:
        client = build_client(api, app.credentials.slack_bot(app.config.slack).for_url(api))
        app.credentials.slack_app(app.config.slack)  # missing, it is better said now than at `run`
    except CredentialMissing as missing:
        return [Finding("slack", missing.variable, well=False, said=missing.render(t))]
    return [Finding("slack", one.where, not one.wrong, one.wrong or t("ready")) for one in check(client, channels, t)]


def collected(app: App, t: Words) -> list[Finding]:
    """Read every place that is due once, and store what concerns a brand."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(lambda named: _run_in_turn(named[0], named[1], app), app.places))
    return [
        Finding(name, place.key, not run.problem, _run_said(run, app, t))
        for (name, place), run in zip(app.places, runs, strict=True)
    ]


def _run_in_turn(source: str, place: Place, app: App) -> Run:
    for _ in range(_TURNS):
        run = app.listening.run(source, place)
        if run.our_turn or (run.next_poll_at and run.next_poll_at - app.clock() > _SOON):
            return run
        _wait_until(run.next_poll_at, app)
    return app.listening.run(source, place)


def _run_said(run: Run, app: App, t: Words) -> str:
    if run.problem:
        return run.problem
    return t(
        "{posts}, {mentions}; next at {at}",
        posts=t.plural("{count} post", "{count} posts", run.posts),
        mentions=t.plural("{count} new mention", "{count} new mentions", run.mentions),
        at=_moment(run.next_poll_at, app, t),
    )


def sources(app: App, t: Words) -> Table:
    """How each place is, since when, why, and when it is read next."""
    with app.database.read() as session:
        rows = {(row.name, row.place): row for row in source_rows.every(session)}
    # Widths that leave each column readable on a terminal of 80 columns; what is long folds.
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column(t("Source"), overflow="fold", ratio=4)
    table.add_column(t("State"), no_wrap=True)
    for title in (t("Since"), t("Last read"), t("Next read")):
        table.add_column(title)
    table.add_column(t("Why"), overflow="fold", ratio=3)
    for name, place in app.places:
        row = rows.get((name, place.key)) or SourceRow(name=name, place=place.key, kind=place.kind, since=app.clock())
        state = SourceStatus(row.status)
        table.add_row(
            Text.assemble((name, "bold"), "\n", place.key),
            Text(t(_STATES[state]), _COLOURS.get(state, "")),
            _moment(row.since if row.id else None, app, t),
            _moment(row.last_ok_at, app, t),
            _moment(row.next_poll_at, app, t),
            Text("; ".join(filter(None, [row.reason, *row.notices, *_told(place.collector)]))),
        )
    return table


def gaps(app: App, t: Words) -> Table:
    """What nobody can read any more, of the last month."""
    table = Table(t("Lost to us"), t("From"), t("To"), t("Why"), box=None, pad_edge=False, header_style="bold red")
    with app.database.read() as session:
        for gap in gap_rows.since(session, app.clock() - REMEMBERED):
            source = Text.assemble((gap.source, "bold"), "\n", gap.place)
            table.add_row(source, _moment(gap.starts_at, app, t), _moment(gap.ends_at, app, t), Text(gap.reason))
    return table


def enable(app: App, source: str) -> None:
    """Read every disabled place of `source` again."""
    with app.database.write() as session:
        for row in source_rows.every(session):
            if row.name == source and row.status == SourceStatus.DISABLED.value:
                source_rows.enable(row, app.clock())
                row.next_poll_at = app.clock()


def _told(collector: Collector) -> Sequence[str]:
    return collector.tells() if isinstance(collector, Tells) else ()


def _moment(at: datetime | None, app: App, t: Words) -> str:
    """The time today, else the day: short enough for a table."""
    if at is None:
        return "-"
    zone = ZoneInfo(app.config.timezone)
    today = app.clock().astimezone(zone).date()
    return t.clock(at, zone) if at.astimezone(zone).date() == today else t.day(at, zone)
