"""`repartie add brand|feed|keyword`: the file grows by one thing, and keeps its comments and layout."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from config.base import fold
from config.credentials import Credentials, SettingsWrong
from config.edit import CannotEdit, ChangedMeanwhile, Draft, Value, appended, put, rewritten
from config.load import examine
from config.problems import ConfigErrors
from config.query import Query, QueryError, parse
from config.query.typed import from_words, narrowed, widened, written
from config.schema import Config
from config.sources import RssOptions
from listener.matching import Matcher
from models.database import Database
from models.store.posts import to_post
from models.tables import PostRow
from repartie.commands import finding
from repartie.first_file import slug
from repartie.shell import ENV, HERE, WRONG_INPUT, WRONG_OUTSIDE, ConfigFile, EnvFile, err, fail, out, t

adding = typer.Typer(no_args_is_help=True, help=t("Add a brand, a feed or a word to the configuration; comments stay."))
_STORED = 2000
"""Latest stored posts that a changed query is held against."""
_SHOWN = 3

BrandName = Annotated[str | None, typer.Option("--brand", help=t("Which brand; needed where there are several."))]
OnlyShow = Annotated[bool, typer.Option("--dry-run", help=t("Show the change without saving it."))]
Offline = Annotated[bool, typer.Option("--offline", help=t("Take the addresses as feeds, without asking them."))]
Private = Annotated[
    bool, typer.Option("--allow-private", help=t("The sites may stand on this machine or your own network."))
]


def register(app: typer.Typer) -> None:
    """Make it a group of commands of the program."""
    app.add_typer(adding, name="add")


@adding.command("brand", help=t("Watch one more brand."))
def _brand(
    name: Annotated[str, typer.Argument(help=t("The brand, as people read it."))],
    words: Annotated[
        str | None, typer.Option(help=t("Its words between commas, or a query: “aeroplouf, aéroplouf air”."))
    ] = None,
    feeds: Annotated[
        list[str] | None, typer.Option(help=t("Sites or feeds of its own; without, it listens where the first does."))
    ] = None,
    slack: Annotated[
        str | None, typer.Option(help=t("The Slack channel of its mentions, as #aeroplouf-mentions."))
    ] = None,
    config: ConfigFile = HERE,
    *,
    dry_run: OnlyShow = False,
    offline: Offline = False,
    allow_private: Private = False,
) -> None:
    read, draft = _opened(config)
    query = _typed(words or name)
    urls = _feeds(feeds, offline=offline, allow_private=allow_private) if feeds else []
    source = slug(name)
    heard_at = [source] if urls else list(read.brands[0].sources)
    channels: dict[str, Value] = {"slack": {"mentions": slack}} if slack else {}
    with _refusing(config):
        added: dict[str, Value] = {"name": name, "query": written(query), "sources": heard_at, **channels}
        text = appended(draft.before, ("brands",), added)
        if urls:
            text = put(text, ("sources",), source, _source(urls, allow_private=allow_private))
    _save(draft.saying(text), dry_run=dry_run)


@adding.command("feed", help=t("Read one more feed, or all feeds of a site: they are found by themselves."))
def _feed(
    address: Annotated[str, typer.Argument(help=t("The address of a feed, a page or a site."))],
    source: Annotated[
        str | None, typer.Option(help=t("The source it joins, or a new one; the only one if absent."))
    ] = None,
    brand: BrandName = None,
    config: ConfigFile = HERE,
    *,
    dry_run: OnlyShow = False,
    offline: Offline = False,
    allow_private: Private = False,
) -> None:
    read, draft = _opened(config)
    known = [name for name, options in read.sources.items() if isinstance(options, RssOptions)]
    if source is None:
        if len(known) != 1:
            names = ", ".join(known)
            fail(t("Which source? --source with one of: {names}; or a new name.", names=names or "-"), WRONG_INPUT)
        source = known[0]
    urls = _feeds([address], offline=offline, allow_private=allow_private)
    options = read.sources.get(source)
    with _refusing(config):
        if isinstance(options, RssOptions):
            text = draft.before
            for url in urls:
                if url not in options.feeds:
                    text = appended(text, ("sources", source, "feeds"), url)
        elif options is None:
            number = _which(read, brand)
            text = put(draft.before, ("sources",), source, _source(urls, allow_private=allow_private))
            text = appended(text, ("brands", number, "sources"), source)
        else:
            fail(t("{name} is no source of feeds: give another name.", name=source), WRONG_INPUT)
    _save(draft.saying(text), dry_run=dry_run)


@adding.command("keyword", help=t("Take one more word for a brand, or leave one out with --not."))
def _keyword(
    words: Annotated[str, typer.Argument(help=t("Words between commas, or a query."))],
    brand: BrandName = None,
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
    *,
    unwanted: Annotated[bool, typer.Option("--not", help=t("Posts with these words are no mentions."))] = False,
    dry_run: OnlyShow = False,
) -> None:
    read, draft = _opened(config)
    number = _which(read, brand)
    before = parse(read.brands[number].query)
    after = (narrowed if unwanted else widened)(before, _typed(words))
    if after == before:
        out.print(t("The query holds that already: nothing was changed."), markup=False)
        return
    with _refusing(config):
        text = rewritten(draft.before, ("brands", number, "query"), written(after))
    said = t("The query of {brand} becomes: {query}", brand=read.brands[number].name, query=after)
    out.print(said, markup=False, soft_wrap=True)
    _show_change(before, after, env_file)
    _save(draft.saying(text), dry_run=dry_run)


def _opened(file: Path) -> tuple[Config, Draft]:
    found = examine(file)
    if found.config is None:
        fail(ConfigErrors(found.problems).render(t), WRONG_INPUT)
    return found.config, Draft.of(file)


def _which(config: Config, name: str | None) -> int:
    names = [brand.name for brand in config.brands]
    if name is None and len(names) > 1:
        fail(t("Which brand? --brand with one of: {names}", names=", ".join(names)), WRONG_INPUT)
    found = [number for number, known in enumerate(names) if name is None or fold(known) == fold(name)]
    if not found:
        fail(t("No brand is called {name}; there are: {names}", name=name, names=", ".join(names)), WRONG_INPUT)
    return found[0]


def _typed(words: str) -> Query:
    try:
        return from_words(words)
    except QueryError as error:
        fail(error.render(t), WRONG_INPUT)


def _feeds(typed: list[str], *, offline: bool, allow_private: bool) -> list[str]:
    urls = finding.addresses(typed)
    if offline or not urls:
        return urls
    found = finding.look(urls, t, allow_private=allow_private)
    out.print("\n".join(finding.found_lines(found, t)), markup=False, soft_wrap=True)
    if not all(discovery.feeds for discovery in found.values()):
        fail(t("Nothing was changed. To take an address as it is: --offline"), WRONG_OUTSIDE)
    return list(dict.fromkeys(feed.url for discovery in found.values() for feed in discovery.feeds))


def _source(urls: list[str], *, allow_private: bool) -> dict[str, Value]:
    private: dict[str, Value] = {"allow_private": "true"} if allow_private else {}
    return {"kind": "rss", **private, "feeds": urls}


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    try:
        yield
    except CannotEdit as error:
        fail(error.render(t, file), WRONG_INPUT)


def _save(draft: Draft, *, dry_run: bool) -> None:
    if draft.after == draft.before:
        out.print(t("The file says that already: nothing was changed."), markup=False)
        return
    out.print(draft.diff(), markup=False, soft_wrap=True)
    if dry_run:
        return
    try:
        draft.save()
    except ConfigErrors as wrong:
        err.print(wrong.render(t), markup=False, soft_wrap=True)
        fail(t("That would be wrong: {file} is as it was.", file=draft.file), WRONG_INPUT)
    except ChangedMeanwhile:
        fail(t("Somebody saved {file} meanwhile: try again.", file=draft.file), WRONG_OUTSIDE)
    except OSError as error:
        fail(t("{file} cannot be written: {reason}", file=draft.file, reason=error.strerror), WRONG_OUTSIDE)
    out.print(t("Saved. A running `repartie run` takes it over by itself."), markup=False)


def _show_change(before: Query, after: Query, env_file: Path) -> None:
    """What the change would do to the latest stored posts; nothing where nothing is stored."""
    try:
        credentials = Credentials.read(env_file)
    except SettingsWrong:
        return
    url = make_url(credentials.database)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        return
    database = Database(credentials.database)
    try:
        with database.read() as session:
            rows = session.exec(select(PostRow).order_by(col(PostRow.id).desc()).limit(_STORED)).all()
    except SQLAlchemyError:  # an empty store, or one that is away: `repartie doctor` says which
        return
    finally:
        database.close()
    posts = [to_post(row) for row in rows]
    held = [{match.name for match in found} for found in Matcher({"before": before, "after": after}).match_many(posts)]
    for sign, only in (("+", {"after"}), ("-", {"before"})):
        changed = [post for post, names in zip(posts, held, strict=True) if names == only]
        said = t.plural("{count} stored post", "{count} stored posts", len(posts))
        out.print(f"{sign}{len(changed)} / {said}", markup=False)
        for post in changed[:_SHOWN]:
            out.print(f"  {sign} {' '.join((post.title or post.text).split())[:80]}", markup=False, soft_wrap=True)
