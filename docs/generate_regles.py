"""Writes docs/regles.md, the French page of the `when:` language, from the same fields and errors: `make docs`."""  # noqa: INP001 - a script

import sys
from pathlib import Path

from config.conditions import FIELDS, ConditionError, Kind, parse
from config.conditions.lexer import MAX_LENGTH
from config.conditions.parser import MAX_DEPTH, MAX_PARTS
from config.i18n import words

PAGE = Path(__file__).with_name("regles.md")
HEAD = """# Écrire des règles

*This page in English: [Writing rules](rules.md).*

Les règles disent quelles mentions sont montrées à l’équipe et lesquelles ne servent qu’aux chiffres. Elles se placent
sous `attention:` dans le fichier de configuration ; la première qui s’applique décide :

```yaml
attention:
  - {when: "spam and not danger", do: store}
  - {when: "risk >= 0.8 or reach >= 100k", do: card}
  - {when: "sentiment == negative and not unsure", do: card}
  - {when: "place == 'Carnets de vol' or author in ('@lea@social.example', '@bob')", do: store}
  - {do: store}
```

- `do: card` montre la mention sur une carte, dans le canal de la marque ; `do: store` la garde sans déranger personne.
- La dernière règle peut se passer de `when:` ; elle prend ce qui reste. Ce dont aucune règle ne parle est montré.
- Sans `attention:`, toute mention récente est montrée.
- Ce qui avait plus de 24 heures quand nous l’avons trouvé ne dérange jamais personne, quoi que disent les règles.
- Une règle décide une seule fois, à l’arrivée de la mention. Le risque, lui, est recalculé et la carte suit.
- `repartie check --explain "un texte"` dit quelle règle prendrait un texte, et ce que chacune y a trouvé.
- [Risque, portée et spam](model/risk.md) : de quoi ils sont faits. Une étiquette (colère, ironie…) vaut à partir d’une
  chance sur deux ; celle que le modèle n’a pas, ou qui n’a pas fait ses preuves, est inconnue.

Cette page est écrite par `make docs` à partir du programme ; ne la modifiez pas à la main. Les mots du langage restent
en anglais ; un mot français (`risque`, `colère`, `portée`) vous vaut une suggestion.

## Ce que l’on peut écrire

| vous écrivez | s’applique quand |
|---|---|
| `sentiment == negative`, `sentiment != negative` | la valeur est celle-ci ; en est une autre |
| `followers >= 10k` (aussi `>`, `<`, `<=`) | le nombre, l’heure ou la durée va jusque-là |
| `weekday in (saturday, sunday)` | c’est l’un de ceux-ci (`not in` : aucun d’eux) |
| `text contains "service client"` | ces mots s’y trouvent, entiers et côte à côte |
| `addressed`, `not addressed` | oui ; non |
| `followers is known`, `followers is unknown` | le réseau le dit ; il ne le dit pas |
| `… and …`, `… or …`, `not …`, `( … )` | les deux ; l’un ou l’autre ; le contraire ; un groupe |

## Ce que l’on peut demander

| champ | genre | sens | valeurs | exemple |
|---|---|---|---|---|
"""
KINDS = {
    Kind.CHOICE: "choix",
    Kind.NAME: "nom",
    Kind.TEXT: "texte",
    Kind.LANGUAGE: "langue",
    Kind.COUNT: "nombre",
    Kind.SHARE: "part (`0.8` ou `80%`)",
    Kind.HOUR: "heure (`0` à `23`)",
    Kind.DURATION: "durée (`10m`, `2h`, `1d`)",
    Kind.YES_NO: "oui ou non",
}
MEANINGS = {
    "sentiment": "ce que le modèle y a lu",
    "confidence": "à quel point le modèle est sûr du sentiment",
    "unsure": "si le modèle est trop peu sûr du sentiment pour qu’on s’y fie",
    "risk": "le tort qu’elle peut faire, de 0 à 1",
    "reach": "combien de personnes ont pu la voir",
    "intent": "ce que veut l’auteur : réclamation, question, suggestion, compliment, autre",
    "danger": "si une personne est peut-être en danger : menace, suicide, adresse privée",
    "anger": "si l’auteur est en colère",
    "joy": "si l’auteur est content",
    "sadness": "si l’auteur est triste",
    "fear": "si l’auteur a peur",
    "irony": "si c’est ironique",
    "offensive": "si elle insulte ou attaque quelqu’un",
    "spam": "si elle ressemble à du spam ou à une arnaque",
    "text": "ce qui est dit, titre compris",
    "title": "le titre, s’il y en a un",
    "words": "les mots qui ont répondu à la requête",
    "author": "qui le dit : identifiant ou nom",
    "followers": "combien de personnes suivent l’auteur",
    "likes": "combien de personnes ont aimé",
    "replies": "combien de personnes ont répondu",
    "reposts": "combien de personnes l’ont repris",
    "views": "combien de fois elle a été vue",
    "network": "le réseau où c’est dit",
    "source": "la source qui l’a entendue, par son nom dans votre fichier",
    "place": "l’endroit de ce réseau : titre d’un blog, nom d’un forum",
    "brand": "la marque dont il s’agit",
    "language": "la langue dans laquelle c’est écrit",
    "addressed": "si elle s’adresse à l’un de nos comptes",
    "reply": "si elle répond à un autre message",
    "hour": "l’heure à laquelle c’est dit, dans votre fuseau horaire",
    "weekday": "le jour où c’est dit, dans votre fuseau horaire",
    "age": "depuis combien de temps c’était dit quand nous l’avons trouvé",
}
UNKNOWN = """
## Ce que personne ne sait

Les réseaux ne disent pas tout : un flux n’a pas d’abonnés, un texte court pas de langue sûre. **Inconnu reste
inconnu, jamais 0.** Comparer avec l’inconnu n’est ni vrai ni faux, et son contraire non plus : pour un auteur dont
personne ne connaît les abonnés, ni `followers < 100` ni `not followers < 100` ne s’applique. Une règle s’applique
quand sa condition entière est vraie.

Peuvent être inconnus : {unknown}. Demandez-le par `is unknown` :

```yaml
attention:
  - {{when: "followers is unknown or followers >= 500", do: card}}
  - {{do: store}}
```

## Les fautes

Chacune est signalée à sa place dans le fichier, par `repartie check`, avant que rien ne démarre :

"""
MISTAKES = ("sentiment == negatif", "risque >= 0.8", "confidence > 90", "intent == plainte", "reply et addressed")
LIMITS = """## Limites

Une condition compte au plus {length} caractères, {parts} comparaisons et {depth} groupes l’un dans l’autre.
"""


def _mistake(source: str) -> str:
    try:
        parse(source)
    except ConditionError as error:
        return f"```text\n{error.render(words('fr'))}\n```\n"
    msg = f"{source!r} is no mistake"
    raise RuntimeError(msg)


def rules_page() -> str:
    """The whole of docs/regles.md.

    Raises:
        RuntimeError: what the page calls a mistake is none.
        KeyError: a field has no French meaning yet.
    """
    rows = [
        f"| `{field.name}` | {KINDS[field.kind]} | {MEANINGS[field.name]} "
        f"| {', '.join(f'`{choice}`' for choice in field.choices)} | `{field.example}` |"
        for field in FIELDS.values()
    ]
    unknown = ", ".join(f"`{field.name}`" for field in FIELDS.values() if field.may_be_unknown)
    limits = LIMITS.format(length=words("fr").number(MAX_LENGTH), parts=MAX_PARTS, depth=MAX_DEPTH)
    mistakes = "\n".join(map(_mistake, MISTAKES))
    return "\n".join([HEAD + "\n".join(rows), UNKNOWN.format(unknown=unknown) + mistakes, limits])


if __name__ == "__main__":
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.write_text(rules_page(), encoding="utf-8")
