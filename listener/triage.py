"""Which mentions are shown to the team. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.conditions import Condition, Facts, facts_of, parse
from config.conditions.rules import written
from config.i18n import Words, mark
from config.schema import Config
from models.post import Post
from models.verdict import Verdict

FRESH = timedelta(hours=24)
"""An older post is history: stored and judged for the figures, but nobody is rung for it, whatever the rules say."""

RECENT = mark("every mention of the last 24 hours")
HISTORY = mark("older than 24 hours when we found it")
NO_RULE = mark("no rule spoke of it")


class Ruling(NamedTuple):
    """Whether a mention is shown on a card, and what decided: a key of the catalogues, or a numbered rule."""

    shown: bool
    rule: str


class Rule(NamedTuple):
    """One rule of `attention:`; `when` is None where it always holds."""

    when: Condition | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A post as a mention of `brand`: by which source, for which words, what the model thinks, how grave, how far."""

    post: Post
    brand: str
    words: tuple[str, ...]
    source: str | None
    verdict: Verdict | None
    risk: float | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class Triage:
    """The rules of a configuration. `accounts`: brand -> network -> our own handle there."""

    rules: Sequence[Rule] = ()
    accounts: Mapping[str, Mapping[str, str]] | None = None
    timezone: tzinfo = UTC

    def decide(self, subject: Subject, now: datetime) -> Ruling:
        """What is done with one mention: history never rings, then the first rule that holds decides.

        What no rule speaks of is shown: a forgotten case is seen, never lost.
        """
        if now - subject.post.at > FRESH:
            return Ruling(shown=False, rule=HISTORY)
        if not self.rules:
            return Ruling(shown=True, rule=RECENT)
        return self.ruled(self.facts(subject, now))

    def facts(self, subject: Subject, now: datetime) -> Facts:
        """What the rules may ask of one mention at `now`."""
        account = (self.accounts or {}).get(subject.brand, {}).get(subject.post.network)
        return facts_of(
            subject.post,
            brand=subject.brand,
            source=subject.source,
            words=subject.words,
            verdict=subject.verdict,
            risk=subject.risk,
            reach=subject.reach,
            accounts=(account,) if account else (),
            now=now,
            timezone=self.timezone,
        )

    def ruled(self, facts: Facts) -> Ruling:
        """What the first rule that holds says."""
        for number, rule in enumerate(self.rules, 1):
            if rule.when is None or rule.when.holds(facts):
                return Ruling(rule.shown, written(number, rule.when))
        return Ruling(shown=True, rule=NO_RULE)

    def explain(self, facts: Facts, t: Words) -> str:
        """Each rule up to the one that decides, with what is known, and what is done; a line each."""
        lines = []
        for number, rule in enumerate(self.rules, 1):
            lines.append(t("rule {number}:", number=number) if rule.when else t("rule {number}: always", number=number))
            if rule.when is None:
                break
            lines += [f"  {line}" for line in rule.when.explain(facts, t).splitlines()]
            if rule.when.holds(facts):
                break
        shown = self.ruled(facts).shown
        return "\n".join([*lines, t("→ shown on a card") if shown else t("→ stored, shown to nobody")])


WITHOUT_RULES = Triage()
"""Shows every recent mention."""


def triage_of(config: Config) -> Triage:
    """The rules of `config`, read once.

    Raises:
        ConditionError: a condition cannot be read; `config.load` has told so before.
    """
    rules = tuple(Rule(parse(rule.when) if rule.when else None, rule.do == "card") for rule in config.attention)
    accounts = {brand.name: brand.accounts for brand in config.brands}
    return Triage(rules, accounts, ZoneInfo(config.timezone))
