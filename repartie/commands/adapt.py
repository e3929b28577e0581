"""`repartie adapt`: teach the model a team's own labels, where that really helps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.database import Database
from models.migrate import NewerSchema, OlderSchema, prepare
from models.ml.adaptation import FEWEST, MOST, NOISE, TooFew, Trial, learn
from models.ml.adapted import BadHead, Kept, load, save
from models.ml.classifier import Reader
from models.ml.language import LanguageReader
from models.store.corrections import Correction, corrections, let_stand
from models.verdict import Sentiment
from repartie.commands.classify import Encoding, Format, Lossy, TextColumn, texts_of
from repartie.commands.db import NEWER, OLDER
from repartie.commands.judging import say, settings_of, told
from repartie.labels import fingerprint, labelled
from repartie.lines import Texts
from repartie.model import head_file, plain_reader
from repartie.shell import ENV, HERE, WRONG_INPUT, ConfigFile, EnvFile, fail, out, read_credentials, t

_ORDER = list(Sentiment)


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("adapt", help=t("Learn from your own labels, and keep what was learnt only if it judges better."))(
        _adapt
    )


def _adapt(
    file: Annotated[
        Path | None,
        typer.Option("--in", help=t("Labelled texts; without it, what people corrected and let stand in Slack.")),
    ] = None,
    labels: Annotated[str, typer.Option("--labels", help=t("The column of the label in that file."))] = "label",
    forget: Annotated[bool, typer.Option("--forget", help=t("Judge by the model alone again."))] = False,
    try_only: Annotated[bool, typer.Option("--try", help=t("Say what it would gain, and keep nothing."))] = False,
    form: Format = None,
    text: TextColumn = "text",
    encoding: Encoding = "utf-8",
    lossy: Lossy = False,
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    store = read_credentials(env_file).database
    head = head_file(store)
    if forget:
        _forget(head)
        return
    with told():
        reader = plain_reader(settings_of(config))
        rows = (
            _from_file(texts_of(file, form, text, encoding=encoding, lossy=lossy, needed=(labels,)), labels)
            if file
            else _from_store(store)
        )
        trial = _learn(reader, rows[-MOST:])
        _report(trial)
        if trial.better and not try_only:
            save(Kept(trial.head, reader.encoder, datetime.now(UTC), trial.texts, trial.before, trial.after), head)
            said = t("Kept in {file}: what is judged from now on is judged with it. repartie adapt --forget undoes it.",
                     file=head)  # fmt: skip
            say(said)


def _learn(reader: Reader, rows: Sequence[Correction]) -> Trial:
    if len(rows) < FEWEST:
        _too_few(len(rows))
    found = reader.read([row.text for row in rows], [row.brand or None for row in rows], [row.language for row in rows])
    if found.embeddings is None:
        fail(t("The model “{model}” has no embeddings: nothing can be learnt on it.", model=reader.name), WRONG_INPUT)
    known = np.array([_ORDER.index(row.label) for row in rows], dtype=np.int64)
    try:
        return learn(found.sentiment, found.embeddings, known, [fingerprint(row.text) for row in rows])
    except TooFew as few:
        if few.texts < FEWEST:
            _too_few(few.texts)
        fail(t("All labels are the same: there is nothing to tell apart."), WRONG_INPUT)


def _too_few(texts: int) -> None:
    have = t.plural("{count} labelled text", "{count} labelled texts", texts)
    fail(t("{have}: at least {least} are needed.", have=have, least=FEWEST), WRONG_INPUT)


def _report(trial: Trial) -> None:
    before, after = (t.number(round(100 * share, 1)) for share in (trial.before, trial.after))
    texts = t.plural("{count} labelled text", "{count} labelled texts", trial.texts)
    out.print(t("{texts}, five-fold cross-validation: macro-F1 {before} before, {after} after.",
                texts=texts, before=before, after=after))  # fmt: skip
    if trial.better:
        out.print(t("Luck alone brings such a gain in {share} of cases.", share=t.percent(trial.chance)))
    elif trial.after > trial.before:
        limit = t.percent(NOISE)
        out.print(t("Luck alone brings such a gain in {share} of cases, and {limit} is the limit: nothing was kept.",
                    share=t.percent(trial.chance), limit=limit))  # fmt: skip
    else:
        out.print(t("That is no gain: nothing was kept."))


def _forget(head: Path) -> None:
    try:
        kept = load(head)
        known = kept is not None
    except BadHead:
        known = True
    head.unlink(missing_ok=True)
    out.print(t("The model judges alone again.") if known else t("Nothing was learnt: there is nothing to forget."))


def _from_file(texts: Texts, column: str) -> list[Correction]:
    languages = LanguageReader()
    return [
        Correction(row.text, row.cell("brand") or "", languages.read(row.text, row.cell("lang")), label)
        for row, label in labelled(texts, column)
    ]


def _from_store(store: str) -> list[Correction]:
    """Corrections, and in the room that is left, what people let stand; the newest last."""
    database = Database(store)
    try:
        prepare(database)
        with database.read() as session:
            found = list(islice(corrections(session), MOST))
            found += let_stand(session, MOST - len(found))
    except NewerSchema:
        fail(t(NEWER), WRONG_INPUT)
    except OlderSchema as behind:
        fail(t(OLDER, at=behind.at, wanted=behind.wanted), WRONG_INPUT)
    finally:
        database.close()
    return found[::-1]
