"""A backtest as text for a terminal, as Markdown for a pull request, as JSON for a program."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from config.base import host
from config.i18n import Words
from repartie.backtest import Backtest, Change
from repartie.examples import Example

_SAFE: Final = "%/:?#[]@!$&'*+,;="
"""Signs of an address that mean nothing to Markdown between < and >."""


class Format(StrEnum):
    """How a backtest is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Shown:
    """One brand's change with some of its posts."""

    change: Change
    added: list[Example]
    dropped: list[Example]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is said of a backtest."""

    tried: Backtest
    shown: list[Shown]
    timezone: ZoneInfo
    t: Words

    def written(self, form: Format) -> str:
        """The whole, without a final line break."""
        writers: dict[Format, Callable[[], str]] = {
            Format.TEXT: self._text,
            Format.MARKDOWN: self._markdown,
            Format.JSON: self._json,
        }
        return writers[form]()

    def _text(self) -> str:
        lines = [*self._tried_on(), ""]
        for shown in self.shown:
            lines.append(f"{self._name(shown.change)}: {self._sum(shown.change)}")
            for sign, examples in (("+", shown.added), ("-", shown.dropped)):
                for example in examples:
                    lines += [f"  {sign} {example.text}", f"      {self._by(example)}", f"      {example.why}"]
                    lines += [f"      {example.url}"] if host(example.url) else []
            lines.append("")
        return "\n".join([*lines, self._end()])

    def _markdown(self) -> str:
        t = self.t
        lines = [f"### {t('Queries: what this change would do')}", "", *self._tried_on(), ""]
        if self.shown:
            titles = (t("Brand"), t("Before"), t("After"), t("Added"), t("Dropped"))
            lines += [f"| {' | '.join(titles)} |", "|---|--:|--:|--:|--:|"]
        for change in (shown.change for shown in self.shown):
            counts = (len(change.was), len(change.now), len(change.added), len(change.dropped))
            before, after, added, dropped = map(t.number, counts)
            lines.append(f"| {_escaped(self._name(change))} | {before} | {after} | +{added} | −{dropped} |")  # noqa: RUF001 - a real minus sign
        for shown in self.shown:
            lines += ["", f"#### {_escaped(self._name(shown.change))}", "", _escaped(self._sum(shown.change))]
            for title, examples in ((t("Added"), shown.added), (t("Dropped"), shown.dropped)):
                if examples:
                    lines += ["", f"**{title}**", "", *map(self._item, examples)]
        return "\n".join([*lines, "", _escaped(self._end())])

    def _item(self, example: Example) -> str:
        # In a code span nobody is mentioned, no picture is loaded and no mark-up is read.
        link = f" · [{self.t('open')}](<{quote(example.url, safe=_SAFE)}>)" if host(example.url) else ""
        return f"- {_code(example.text)}  \n  {_code(self._by(example))}{link}  \n  {_code(example.why)}"

    def _json(self) -> str:
        tried = self.tried
        return json.dumps(
            {
                "since": tried.since.isoformat(),
                "posts": tried.posts,
                "candidates": tried.candidates,
                "recorded": [asdict(each) for each in tried.recorded],
                "changes": [_plain(shown) for shown in self.shown],
                "unchanged": list(tried.unchanged),
            },
            ensure_ascii=False,
            indent=2,
        )

    def _tried_on(self) -> list[str]:
        t, tried = self.t, self.tried
        lines = [
            t(
                "Tried on {posts} and {candidates} met since {day}.",
                posts=t.plural("{count} stored post", "{count} stored posts", tried.posts),
                candidates=t.plural("{count} recorded candidate", "{count} recorded candidates", tried.candidates),
                day=t.day(tried.since, self.timezone),
            )
        ]
        lines += [
            t(
                "Of “{source}”, {kept} of about {brought} candidates are kept, an even sample.",
                source=each.source,
                kept=t.number(each.kept),
                brought=t.number(each.brought),
            )
            for each in tried.recorded
            if each.brought > each.kept
        ]
        return lines

    def _name(self, change: Change) -> str:
        if change.earlier_name:
            return self.t("{brand} (was {earlier})", brand=change.brand, earlier=change.earlier_name)
        return self.t("{brand} (no longer watched)", brand=change.brand) if change.gone else change.brand

    def _sum(self, change: Change) -> str:
        t = self.t
        said = t(
            "{before} before, {after} after: {added} added, {dropped} dropped",
            before=t.number(len(change.was)),
            after=t.number(len(change.now)),
            added=t.number(len(change.added)),
            dropped=t.number(len(change.dropped)),
        )
        if change.added_in_all > len(change.added):
            said += t("; about {number} added in all, samples taken into account", number=t.number(change.added_in_all))
        return said

    def _by(self, example: Example) -> str:
        day = self.t.day(example.at, self.timezone)
        return ", ".join(filter(None, (example.author, example.place, day)))

    def _end(self) -> str:
        names = self.tried.unchanged
        if not names:
            return self.t("Every brand changes.") if self.shown else self.t("Nothing changes.")
        return self.t("Nothing changes for: {brands}.", brands=", ".join(names))


def _plain(shown: Shown) -> dict[str, Any]:
    change = shown.change

    def example(one: Example) -> dict[str, Any]:
        return asdict(one) | {"at": one.at.isoformat()}

    return {
        "brand": change.brand,
        "earlier_name": change.earlier_name,
        "gone": change.gone,
        "before": len(change.was),
        "after": len(change.now),
        "added": len(change.added),
        "added_in_all": change.added_in_all,
        "dropped": len(change.dropped),
        "share": change.share,
        "examples": {"added": list(map(example, shown.added)), "dropped": list(map(example, shown.dropped))},
    }


def _code(text: str) -> str:
    """`text` as a Markdown code span: its fence is longer than any run of backquotes inside."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}" if text else ""


def _escaped(text: str) -> str:
    """Words of the configuration, as Markdown reads them."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
