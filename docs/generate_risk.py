"""Writes docs/model/risk.md from the weights, formulas and signs of the program: `make docs`. A test compares."""  # noqa: INP001 - a script

import sys
from pathlib import Path

from models.ml.risk import BASE, GRAVITIES, TOLD, WEIGHTS, WIDE, WORD_OF_DANGER, Family, Named, Signal, Signals, risk
from models.ml.spam import LIKELY, SIGNS, WARNED, Sign
from models.reach import ELSEWHERE, ENOUGH, FORMULAS, PER_REPOST, Formula, yardstick
from models.store.risk import LOOKED_AT

PAGE = Path(__file__).with_name("model") / "risk.md"
HEAD = """# Risk, reach and spam

**Risk** says how much one mention can hurt the brand, from 0 to 1. It orders the work; it decides nothing by itself.
The card tells it in one line with its main reasons:

    négatif 93 % · risque 0,71 : colère, compte suivi 3 fois plus que d'habitude · portée ~ 1 900

This page is written by `make docs` from the program itself; do not edit it by hand.

## What makes risk

    bad    = 1 - (1 - negative) x (1 - words)
    harm   = 1 / (1 + exp(-({base} + sum of points x signal)))       reach and spread count times bad
    risk   = 1 - (1 - harm) x (1 - danger)

| signal | what it is, from 0 to 1 | points | where it is unknown |
|---|---|---|---|
"""
SAID = {
    Signal.NEGATIVE: "probability that the text is negative towards the brand; a person's correction takes its place",
    Signal.ANGER: "probability of anger",
    Signal.OFFENSIVE: "probability of insults or attacks",
    Signal.WORDS: "how grave the known risks in the text are together, see below",
    Signal.REACH: "quantile of its reach among the brand's mentions on that network, see below",
    Signal.SPREAD: "log(1 + others) / log(1 + {wide}): copies by others, and reposts; {wide} is the most",
    Signal.DANGER: "probability that a person is in danger (threat, suicide, private address)",
}
RULES = """
- **More of anything never lowers the risk.** Every number of points is positive; a test draws thousands of pairs.
- **Unknown is unknown**, neither calm nor grave: the value of the last column stands for it, and the card names no such
  reason. A network without followers, a label the model does not have yet, a story nobody copied so far are unknown.
- **A person in danger dominates.** Danger counts beside the sum: {danger:.0%} of danger is a risk of {floor:.2f} or
  more, however few people saw it. A word of the family `danger` stands for {word:.0%}, whatever the model says. The
  card says it first, in bold.
- **Praise may go far**: reach and spread count only as much as what is said is bad.
- **Why**: a reason counts by how many log-odds lower the risk were, if that signal were unknown. Under {told} it is not
  told.
- Risk is weighed when a mention is heard, and again when its story grows, when its figures are read anew, and when
  somebody corrects its sentiment; the card follows when it moves by 0.05. Rules decided at the first hearing only.

| for instance | risk |
|---|---|
"""
EXAMPLES = (
    ("calm and small: negative 5 %, nothing else", Signals(negative=0.05, reach=0.3)),
    ("nothing known but negative 50 %", Signals(negative=0.5)),
    ("negative 93 %, usual audience", Signals(negative=0.93, reach=0.5)),
    ("the same, angry (80 %), three times the usual audience", Signals(negative=0.93, anger=0.8, reach=0.9)),
    ("the same, passed on 200 times", Signals(negative=0.93, anger=0.8, reach=0.9, others=200)),
    ("negative 80 %, “incendie”", Signals(negative=0.8, words=(Named("incendie", Family.SAFETY),))),
    ("praise seen by everybody", Signals(negative=0.02, reach=1.0, others=1000)),
    ("“en finir avec la vie”, read as neutral", Signals(negative=0.1, words=(Named("x", Family.DANGER),))),
)
WORDS = """
## Known risks

A brand lists its own under `known_risks`; the lists that come with Repartie (`config/known_risks/fr.yaml`, `en.yaml`)
count too, unless `starter_risks` is `false`. Capitals and accents make no difference, words are whole, and a final `*`
takes any ending.

```yaml
brands:
  - name: Aéroplouf
    query: aeroplouf
    sources: [presse]
    known_risks: [amiante, "vol 212", grève*]
```

| family | how grave one word is |
|---|---|
"""
FAMILIES = {
    Family.DANGER: "somebody may be in danger",
    Family.SAFETY: "health and safety of people",
    Family.ABUSE: "discrimination, violence, harm done to people",
    Family.OWN: "listed by the brand",
    Family.DATA: "personal data, fraud",
    Family.LAW: "justice, press, mobilisation",
    Family.CALL: "a call for help, or to act at once",
    Family.PUBLIC: "it becomes public",
    Family.VULNERABLE: "children, sick, old or disabled people",
}
REACH = """
Several words add up as 1 - (1 - a)(1 - b)...: never less than the gravest of them.

## Reach

How many people may have seen a post: the larger of its views and of the audience it was offered to, which is the
author's followers and {repost} more for each repost. That {repost} is our assumption: no network says how many people a
repost reaches. A fresh post has few views yet, so views alone would hide a great account.

| network | reach | where the counts are described |
|---|---|---|
"""
QUANTILE = """
The **quantile** says which share of the brand's mentions on that network went less far (half of the equals counted),
among its last {looked:,} mentions on all networks. "3 times more than usual" compares with their median. While fewer
than {enough} of them have a known reach there is nothing usual to compare with: a plain yardstick stands in (100
people: {hundred:.1f}, 1,000: {thousand:.1f}, 100,000: {many:.1f}, a million: 1), and the card says so.

## Spam and scams

`spam` holds in a rule, and the card says so, from {likely} on. Hints add up as 1 - (1 - a)(1 - b)...; where the text
warns of a scam, {warned:.0%} of it is left. It is a weight of hints, no measured frequency, and lowers no risk.

| hint | alone |
|---|---|
"""
HINTS = {
    Sign.LINK: "a link",
    Sign.SHORT_LINK: "a shortened link",
    Sign.BAIT: "“click here”, “link in bio”, “lien en bio”, casino, tips",
    Sign.MONEY: "easy money, loans, guaranteed returns",
    Sign.COINS: "crypto and trading",
    Sign.GIVEAWAY: "giveaways, prizes, gift cards",
    Sign.SUPPORT: "false support, recovered accounts, parcels on hold",
    Sign.CONTACT: "a phone number or a private channel to write to",
    Sign.HASHTAGS: "six hashtags or more",
    Sign.HANDLES: "five handles or more",
    Sign.EMOJI: "six emoji or more",
    Sign.CAPITALS: "mostly capitals",
    Sign.CROWD: "the same text by three authors or more, where that is known",
}
MEASURED = """
## Measured

On 2026-11-22, with the first bundled model, which knows neither anger, insults nor danger yet. `urgent` are the 300
invented lines of `tests/models/ml/data/urgent_lines.tsv`, 110 of which need a person now; `spam` are the 90 of
`tests/models/ml/data/spam_lines.tsv`, 46 of them spam.

| what | on | figure |
|---|---|---|
| risk | `urgent` | AUC 0.90 (French 0.88, English 0.92) |
| the probability of negative alone | `urgent` | AUC 0.65 |
| risk, with the word lists as first written | `urgent` | AUC 0.78 |
| spam | `spam` | precision 1.00, recall 0.91 |

Word lists and weights were completed in the light of these very lines, and the spam signs and lines have one author: on
posts nobody has seen, expect the third row rather than the first. What goes wrong: jokes that use grave words ("mon
banquier va me tuer"), grave things said calmly and without a listed word, and films about fires.
"""


def _recipe(formula: Formula) -> str:
    offered = [*(["followers"] if formula.followers else []), *([f"{PER_REPOST} x reposts"] if formula.reposts else [])]
    if not offered:
        return "views where they are known; otherwise unknown"
    audience = " + ".join(offered)
    return f"the larger of views and {audience}" if formula.views else audience


def risk_page() -> str:
    """The whole of docs/model/risk.md."""
    lines = [HEAD.format(base=BASE).rstrip("\n")]
    for signal, weight in WEIGHTS.items():
        points = "beside the sum" if signal is Signal.DANGER else f"{weight.points:g}"
        unknown = "never" if signal is Signal.WORDS else f"{weight.unknown:g}"
        lines.append(f"| {signal} | {SAID[signal].format(wide=WIDE)} | {points} | {unknown} |")
    floor = risk(Signals(negative=0.0, danger=0.9, reach=0.0)).value
    lines.append(RULES.format(danger=0.9, floor=int(floor * 100) / 100, word=WORD_OF_DANGER, told=TOLD).rstrip("\n"))
    lines += [f"| {said} | {risk(signals).value:.2f} |" for said, signals in EXAMPLES]
    lines.append(WORDS.rstrip("\n"))
    lines += [f"| `{family}`: {FAMILIES[family]} | {grave:g} |" for family, grave in GRAVITIES.items()]
    lines.append(REACH.format(repost=PER_REPOST).rstrip("\n"))
    lines += [f"| {name} | {_recipe(formula)} | {formula.source} |" for name, formula in FORMULAS.items()]
    lines.append(f"| any other | {_recipe(ELSEWHERE)} | {ELSEWHERE.source} |")
    lines.append(
        QUANTILE.format(
            looked=LOOKED_AT,
            enough=ENOUGH,
            hundred=yardstick(100),
            thousand=yardstick(1_000),
            many=yardstick(100_000),
            likely=LIKELY,
            warned=WARNED,
        ).rstrip("\n")
    )
    lines += [f"| {HINTS[sign]} | {weight:g} |" for sign, weight in SIGNS.items()]
    return "\n".join([*lines, MEASURED])


if __name__ == "__main__":
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.write_text(risk_page(), encoding="utf-8")
