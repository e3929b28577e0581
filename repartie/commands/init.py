"""`repartie init`: four questions, then a commented file that works."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from config.base import Channel
from config.edit import create
from config.i18n import LOCALES
from config.i18n import words as messages
from config.problems import ConfigErrors
from config.query import Query, QueryError
from config.query.typed import from_words, is_query, written
from listener.discovery import FoundFeed
from repartie.commands import finding
from repartie.first_file import Answers, configuration, environment, local_zone
from repartie.shell import HERE, WRONG_INPUT, WRONG_OUTSIDE, ConfigFile, err, fail, language, out, t

_Answer = TypeVar("_Answer")
_LONGEST_NAME = 100
_EXAMPLE = Path(".env.example")


class NotThat(Exception):
    """An answer that cannot be; the message says why, in the shell's language."""


def register(app: typer.Typer) -> None:
    """Make it a command of the program."""
    app.command("init", help=t("Ask four questions, find the feeds by itself and write a commented configuration."))(
        _init
    )


def _init(
    config: ConfigFile = HERE,
    brand: Annotated[str | None, typer.Option(help=t("The brand, as people read it."))] = None,
    words: Annotated[
        str | None, typer.Option(help=t("Its words between commas, or a query: “aeroplouf, aéroplouf air”."))
    ] = None,
    feeds: Annotated[list[str] | None, typer.Option(help=t("Addresses of sites or feeds; may be repeated."))] = None,
    spoken: Annotated[str | None, typer.Option("--language", help=t("fr or en."))] = None,
    slack: Annotated[
        str | None, typer.Option(help=t("The Slack channel of its mentions, as #aeroplouf-mentions."))
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=t("Ask nothing: what is not given is taken as proposed."))
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=t("Write over a configuration that is there."))] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help=t("Take the addresses as feeds, without asking them."))
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help=t("The sites may stand on this machine or your own network."))
    ] = False,
) -> None:
    if config.exists() and not force:
        fail(t("{file} is there already: edit it with `repartie add`, or write over it with --force.", file=config), 2)
    asking = _Asking(yes=yes)
    name = asking.ask(t("1/4 Which brand?"), brand, None, _name)
    query = asking.ask(t("2/4 Which words speak of it (between commas)?"), words, name, _query)
    if is_query(words or "") or len(str(query).split()) > 1:
        out.print(t("A post is a mention when it holds:"), markup=False)
        out.print("\n".join(finding.explained(query, t)), markup=False, highlight=False)
    look = _addresses if offline else _finder(allow_private=allow_private)
    found = asking.ask(t("3/4 Which sites or feeds?"), " ".join(feeds or ()) or None, None, look)
    tongue = asking.ask(t("4/4 Which language for the team (fr, en)?"), spoken, language(), _language)
    said = Answers(
        brand=name,
        query=written(query),
        feeds={feed.url: feed.title for feed in found},
        language=tongue,
        channel=_channel(slack) if slack else "",
        allow_private=allow_private,
        timezone=local_zone(),
    )
    if not offline:
        _show_caught(query, found, said.timezone)
    _write(config, said)


class _Asking:
    """Asks a person, or takes what was given and proposed where nobody should be asked."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes

    def ask(self, question: str, given: str | None, proposed: str | None, check: Callable[[str], _Answer]) -> _Answer:
        """The answer to `question`. Asked again until `check` takes it; a wrong option ends the command."""
        if given is not None or self._yes:
            if (answer := given if given is not None else proposed) is None:
                fail(t("{question} Say it with an option: see `repartie init --help`.", question=question), WRONG_INPUT)
            try:
                return check(answer)
            except NotThat as wrong:
                fail(str(wrong), WRONG_INPUT)
        while True:
            try:
                return check(str(typer.prompt(question, default=proposed, prompt_suffix=" ")))
            except NotThat as wrong:
                err.print(str(wrong), markup=False, soft_wrap=True)


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise NotThat(t("A name of 1 to {most} characters, please.", most=_LONGEST_NAME))
    return name


def _query(typed: str) -> Query:
    try:
        return from_words(typed)
    except QueryError as error:
        raise NotThat(error.render(t)) from error


def _language(typed: str) -> str:
    if typed.strip().lower() not in LOCALES:
        raise NotThat(t("fr or en, please."))
    return typed.strip().lower()


def _channel(typed: str) -> str:
    try:
        return str(TypeAdapter(Channel).validate_python(typed))
    except ValidationError:
        fail(t("{written} is not a Slack channel: write it as #aeroplouf-mentions.", written=typed), WRONG_INPUT)


def _addresses(typed: str) -> list[FoundFeed]:
    urls = finding.addresses([typed])
    if not urls:
        raise NotThat(t("At least one address, please."))
    return [FoundFeed(url, "", ()) for url in urls]


def _finder(*, allow_private: bool) -> Callable[[str], list[FoundFeed]]:
    def find(typed: str) -> list[FoundFeed]:
        urls = [feed.url for feed in _addresses(typed)]
        with out.status(t("Looking for feeds…")):
            found = finding.look(urls, t, allow_private=allow_private)
        out.print("\n".join(finding.found_lines(found, t)), markup=False, soft_wrap=True)
        feeds = {feed.url: feed for discovery in found.values() for feed in discovery.feeds}
        if not feeds:
            raise NotThat(t("No feed there. Try the address of the blog or of the news page."))
        return list(feeds.values())

    return find


def _show_caught(query: Query, feeds: list[FoundFeed], zone: str) -> None:
    hits, total = finding.caught(query, feeds)
    out.print()
    out.print(finding.caught_said(len(hits), total, t), markup=False)
    if hits:
        out.print(finding.caught_table(hits, zone, t))


def _write(file: Path, said: Answers) -> None:
    try:
        create(file, configuration(said))
    except ConfigErrors as wrong:
        fail(wrong.render(t), WRONG_INPUT)
    except OSError as error:
        fail(t("{file} cannot be written: {reason}", file=file, reason=error.strerror), WRONG_OUTSIDE)
    example = file.with_name(_EXAMPLE.name)
    if not example.exists():
        example.write_text(environment(messages(said.language)), encoding="utf-8")
    out.print()
    out.print(t("{file} is written, and right.", file=file), markup=False)
    for number, step in enumerate(_steps(file), 1):
        out.print(f"{number}. {step}", markup=False, soft_wrap=True)


def _steps(file: Path) -> list[str]:
    named = "" if file == HERE else f" --config {file}"
    slack = [
        t("Slack: `repartie slack manifest`, pasted at api.slack.com/apps, “Create New App”, “From a manifest”."),
        t("Tokens: `cp .env.example .env`, `chmod 600 .env`, and put both tokens in."),
        t("In {file}, take the # away before “slack:” and invite the app to that channel.", file=file.name),
    ]
    return [
        t("Try it: `{command}`", command=f"repartie check{named}"),
        *slack,
        t("What is missing still: `{command}`", command=f"repartie doctor{named}"),
        t("Listen: `{command}`", command=f"repartie run{named}"),
    ]
