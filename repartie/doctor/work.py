"""The work itself: who listens, what is deaf, what waits for a person."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from config.i18n import Words
from config.schema import Config
from models.status import ReplyStatus, SourceStatus
from models.store import gaps as gap_rows
from models.store import sources, switches
from models.tables import CardMentionRow, LeaseRow, MentionRow, ReplyRow
from repartie.doctor.diagnosis import Diagnosis, fine, warning, wrong
from repartie.jobs import ROLE

LATE: Final = timedelta(minutes=5)
RECENT: Final = timedelta(days=7)


def listening(session: Session, now: datetime, t: Words) -> Diagnosis:
    """Whether a process has the schedule."""
    row = session.get(LeaseRow, ROLE)
    if row is not None and row.until >= now:
        return fine(t("Listening"), t("process {pid} on {host}", pid=row.pid, host=row.host))
    return warning(t("Listening"), t("no process has the schedule: nothing is read"), "repartie run")


def places(session: Session, config: Config, t: Words) -> Iterator[Diagnosis]:
    """Every place that is disabled or deaf, since when and why; one line where none is."""
    zone, well = ZoneInfo(config.timezone), True
    for row in sources.every(session):
        if row.name not in config.sources or row.status not in {SourceStatus.DISABLED, SourceStatus.FAILING}:
            continue
        well = False
        what = f"{row.name} {row.place}"
        if row.status == SourceStatus.DISABLED:
            said = t("disabled since {at}: {reason}", at=t.moment(row.since, zone), reason=row.reason)
            yield wrong(what, said, t("Mend it, then: {command}", command=f"repartie sources enable {row.name}"))
        else:
            said = t("deaf since {at}: {reason}", at=t.moment(row.since, zone), reason=row.reason)
            yield warning(what, said, t("It is tried again by itself; if it lasts, mend or remove it."))
    if well:
        yield fine(t("Sources"), t("none is deaf"))


def gaps(session: Session, config: Config, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """What nobody can read any more, of this week."""
    zone = ZoneInfo(config.timezone)
    for gap in gap_rows.since(session, now - RECENT):
        start, end = t.moment(gap.starts_at, zone), t.moment(gap.ends_at, zone)
        said = t("lost to us from {start} to {end}: {reason}", start=start, end=end, reason=gap.reason)
        yield warning(f"{gap.source} {gap.place}", said, t("Do not read it as calm; nothing brings it back."))


def replies(session: Session, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """Answers that wait for a person, were refused lately, or should have left."""
    unclear = _count(session, ReplyStatus.UNCLEAR)
    refused = _count(session, ReplyStatus.REFUSED, ReplyRow.approved_at >= now - RECENT)
    late = _count(session, ReplyStatus.APPROVED, ReplyRow.due_at < now - LATE)
    if unclear:
        said = t.plural(
            "{count} answer may or may not stand in public", "{count} answers may or may not stand in public", unclear
        )
        yield warning(t("Answers"), said, t("Look under the original, then click on the card which it is."))
    if refused:
        said = t.plural("{count} answer was refused this week", "{count} answers were refused this week", refused)
        yield warning(t("Answers"), said, t("The card says why; write another one or close the mention."))
    if late:
        said = t.plural("{count} answer should have left already", "{count} answers should have left already", late)
        yield warning(t("Answers"), said, t("See whether publishing is paused and `repartie run` works."))
    if not unclear + refused + late:
        yield fine(t("Answers"), t("none waits for a person"))


def publishing(session: Session, config: Config, t: Words, *, allowed: bool) -> Diagnosis:
    """Whether somebody stopped all publication."""
    row = switches.pause_in_force(session)
    if row is not None:
        since = t.moment(row.at, ZoneInfo(config.timezone))
        said = t("paused by {name} since {at} {reason}", name=row.who_name, at=since, reason=row.reason).strip()
        return warning(t("Publishing"), said, "repartie resume")
    if not allowed:
        return warning(t("Publishing"), t("REPARTIE_PUBLISH is off"), t("Set it to on and start Repartie again."))
    live = [brand.name for brand in config.brands if config.is_live(brand.name)]
    return fine(
        t("Publishing"), t("live for {brands}", brands=t.listing(live)) if live else t("dry run for every brand")
    )


def backlog(session: Session, config: Config, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """Mentions that should stand in Slack and do not."""
    shown = select(CardMentionRow.mention_id)
    for brand in config.brands:
        if brand.slack is None:
            continue
        late = select(func.count()).select_from(MentionRow)
        late = late.where(
            MentionRow.brand == brand.name,
            col(MentionRow.shown),
            MentionRow.stored_at < now - LATE,
            col(MentionRow.id).not_in(shown),
        )
        if count := session.exec(late).one():
            said = t.plural("{count} mention waits to be shown", "{count} mentions wait to be shown", count)
            mend = t("See what is said of Slack above, and whether `repartie run` works.")
            yield warning(f"{brand.name} → {brand.slack.mentions}", said, mend)


def _count(session: Session, status: ReplyStatus, *more: object) -> int:
    found = select(func.count()).select_from(ReplyRow).where(ReplyRow.status == status.value)
    return session.exec(found.where(*more)).one()  # type: ignore[arg-type] # comparisons of columns, typed as bool
