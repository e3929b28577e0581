"""Writes docs/rules.md from the fields and errors of the `when:` language: `make docs`. A test compares."""  # noqa: INP001 - a script

import sys
from pathlib import Path

from config.conditions import FIELDS, ConditionError, Field, Kind, parse
from config.conditions.lexer import MAX_LENGTH
from config.conditions.parser import MAX_DEPTH, MAX_PARTS
from config.i18n import words

PAGE = Path(__file__).with_name("rules.md")
HEAD = """# Writing rules

*Cette page en français : [Écrire des règles](regles.md).*

Rules say which mentions are shown to the team and which are only kept for the figures. They stand under `attention:` in
the configuration file, and the first one that holds decides:

```yaml
attention:
  - {when: "spam and not danger", do: store}
  - {when: "risk >= 0.8 or reach >= 100k", do: card}
  - {when: "sentiment == negative and not unsure", do: card}
  - {when: "place == 'Carnets de vol' or author in ('@lea@social.example', '@bob')", do: store}
  - {when: "sentiment in (negative, neutral) and hour >= 8 and hour < 20", do: card}
  - {do: store}
```

- `do: card` shows the mention on a card in the brand's channel; `do: store` keeps it and rings nobody.
- The last rule may have no `when:`; it takes what is left. Without such a rule, what no rule speaks of is shown.
- Without `attention:`, every recent mention is shown.
- What was said more than 24 hours before we found it never rings anybody, whatever the rules say.
- A rule decides once, when the mention is stored. Later edits, likes and corrections do not move it.
- `repartie check --explain "some text"` says which rule would take a text, and what each rule before it found.
- [Risk, reach and spam](model/risk.md) says what these three are made of. A label such as anger holds from even odds
  on; one that the model does not have, or was not shown to be good at, is unknown.
- The card says by which rule it is here: *here by rule 2: risk >= 0.8 or reach >= 100000*.

This page is written by `make docs` from the program itself; do not edit it by hand.

## What you may write

| you write | it holds when |
|---|---|
| `sentiment == negative`, `sentiment != negative` | the value is this one; is another one |
| `followers >= 10k` (also `>`, `<`, `<=`) | the number, hour or duration is that large |
| `weekday in (saturday, sunday)`, `weekday not in (saturday, sunday)` | it is one of these; it is none of these |
| `text contains "service client"` | these words stand in it, whole and side by side |
| `addressed`, `not addressed` | yes; no |
| `followers is known`, `followers is unknown` | the network says it; it does not |
| `… and …`, `… or …`, `not …`, `( … )` | both; one of them; the contrary; grouping. `and` binds tighter than `or` |

`and`, `or` and `not` may be written in capitals. Texts of one word need no quotes; others stand between `"…"`, `'…'` or
`« … »`. In a YAML file, put the whole condition between the other kind of quotes.

| kind | values | operators |
|---|---|---|
"""
KINDS = {
    Kind.CHOICE: "one of the names in the table below",
    Kind.NAME: "a name of your file, with or without its capitals and accents",
    Kind.TEXT: "any text; capitals and accents make no difference",
    Kind.LANGUAGE: "a code: `fr`, `en`, `es`, `de`, `it`, `pt`…",
    Kind.COUNT: "`500`, `10k`, `1.2M`",
    Kind.SHARE: "`0.8` or `80%`",
    Kind.HOUR: "`0` to `23`",
    Kind.DURATION: "`30s`, `10m`, `2h`, `1d`",
    Kind.YES_NO: "`yes` or `no`; the field alone means yes",
}
FIELDS_HEAD = """
## What you may ask

| field | kind | what | values | example |
|---|---|---|---|---|
"""
UNKNOWN = """
## What nobody knows

Networks do not say everything: a feed has no followers, a short text no sure language. **Unknown is unknown, never 0.**
A comparison with an unknown value is neither true nor false, and neither is its contrary: for an author whose followers
nobody knows, `followers < 100` does not hold, and `not followers < 100` does not hold either. `A or B` holds when one
part is true; `A and B` does not when one part is false. A rule holds only when its whole condition is true.

May be unknown: {unknown}. Ask with `is unknown`:

```yaml
attention:
  - {{when: "followers is unknown or followers >= 500", do: card}}
  - {{do: store}}
```

## Mistakes

Each is told with its place in the file, by `repartie check`, before anything starts. Here with the condition alone:

"""
MISTAKES = (
    "sentimnt == negative",
    "sentiment == negatif",
    "negative == sentiment",
    "sentiment = negative",
    "sentiment < negative",
    "followers >= 1,2M",
    "followers >= 100 000",
    "confidence > 90",
    "weekday == lundi",
    "hour == 8.5",
    "age < 2",
    "place == Carnets de vol",
    "reply et addressed",
    "sentiment in negative",
    "(reply or addressed",
)
LIMITS = """## Limits

A condition has at most {length} characters, {parts} comparisons and {depth} groups inside one another. It is read once,
when the file is; nothing in it is ever run as a program.
"""


def _row(field: Field) -> str:
    values = ", ".join(f"`{choice}`" for choice in field.choices)
    return f"| `{field.name}` | {field.kind} | {field.meaning} | {values} | `{field.example}` |"


def _mistake(source: str) -> str:
    try:
        parse(source)
    except ConditionError as error:
        return f"```text\n{error.render(words('en'))}\n```\n"
    msg = f"{source!r} is no mistake"
    raise RuntimeError(msg)


def rules_page() -> str:
    """The whole of docs/rules.md.

    Raises:
        RuntimeError: what the page calls a mistake is none.
    """
    kinds = [
        f"| {kind} | {said} | {' '.join(f'`{sign}`' for sign in kind.operators)} |" for kind, said in KINDS.items()
    ]
    unknown = ", ".join(f"`{field.name}`" for field in FIELDS.values() if field.may_be_unknown)
    limits = LIMITS.format(length=f"{MAX_LENGTH:,}", parts=MAX_PARTS, depth=MAX_DEPTH)
    return "\n".join(
        [
            HEAD + "\n".join(kinds),
            FIELDS_HEAD + "\n".join(map(_row, FIELDS.values())),
            UNKNOWN.format(unknown=unknown) + "\n".join(map(_mistake, MISTAKES)),
            limits,
        ]
    )


if __name__ == "__main__":
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.write_text(rules_page(), encoding="utf-8")
