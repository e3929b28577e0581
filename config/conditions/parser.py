"""From pieces to a tree, by recursive descent. `or` binds loosest, then `and`, then `not`."""

from collections.abc import Mapping
from typing import Final

from config.base import closest
from config.conditions import values
from config.conditions.errors import ConditionError
from config.conditions.fields import FIELDS, HABITS, Field, Kind
from config.conditions.lexer import Piece, pieces
from config.conditions.tree import And, Comparison, Condition, Known, Literal, Node, Not, Operator, Or
from config.i18n import mark

MAX_DEPTH: Final = 20
"""Parentheses and `not` inside one another."""
MAX_PARTS: Final = 200
"""Comparisons of one condition."""

Names = Mapping[str, tuple[str, ...]]
"""Field -> the names your file gives: `brand` and `source`."""

_JOINING: Final = {"et": "and", "ou": "or", "non": "not", "pas": "not", "sauf": "not", "&": "and", "|": "or"}
_OPERATING: Final = {"equals": "==", "eq": "==", "contient": "contains", "dans": "in", "est": "==", "has": "contains"}
_KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "contains"})


def parse(source: str, names: Names | None = None) -> Condition:
    """Read a condition; the language is described in docs/rules.md. Takes time in proportion to its length.

    `names` are the brands and sources there are; without it any name is taken.

    Raises:
        ConditionError: it cannot be read, or asks for what there is not; says where, and what to write instead.
    """
    return Condition(_Parser(source, names or {}).whole())


class _Parser:
    def __init__(self, source: str, names: Names) -> None:
        self.source = source
        self.names = names
        self.pieces = pieces(source)
        self.next = 0
        self.depth = 0
        self.parts = 0

    @property
    def piece(self) -> Piece:
        return self.pieces[self.next]

    def take(self) -> Piece:
        self.next += 1
        return self.pieces[self.next - 1]

    def error(self, message: str, at: int, hint: str = "", **filled: object) -> ConditionError:
        return ConditionError(message, self.source, at, hint=hint, values=filled)

    def deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = mark("Groups are nested too deep: {limit} at most.")
            raise self.error(message, piece.at, mark("Split it into several rules."), limit=MAX_DEPTH)

    def whole(self) -> Node:
        if self.piece.kind == "END":
            raise self.error(mark("The condition is empty."), 0, mark("Write for instance sentiment == negative"))
        root = self.either()
        if self.piece.kind == ")":
            raise self.error(mark("This parenthesis closes nothing."), self.piece.at)
        if self.piece.kind != "END":
            raise self.unjoined()
        return root

    def either(self) -> Node:
        """`both or both or ...`."""
        at = self.piece.at
        parts = self.flat(Or, self.both())
        while self.piece.word == "or":
            self.take()
            parts += self.flat(Or, self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts), at)

    def both(self) -> Node:
        """`negated and negated and ...`."""
        at = self.piece.at
        parts = self.flat(And, self.negated())
        while self.piece.word == "and":
            self.take()
            parts += self.flat(And, self.negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts), at)

    def flat(self, kind: type[And | Or], part: Node) -> list[Node]:
        return list(part.parts) if isinstance(part, And | Or) and isinstance(part, kind) else [part]

    def negated(self) -> Node:
        if self.piece.word != "not":
            return self.operand()
        piece = self.take()
        self.deeper(piece)
        part = self.negated()
        self.depth -= 1
        return Not(part, piece.at)

    def operand(self) -> Node:
        piece = self.take()
        if piece.kind == "(":
            return self.group(piece)
        if piece.kind == "WORD" and piece.word not in _KEYWORDS:
            return self.comparison(piece)
        before = self.pieces[self.next - 2] if self.next > 1 else None
        if before is not None and before.word in {"and", "or", "not"}:
            raise self.error(mark("Nothing stands after {operator}."), before.at, operator=before.text)
        if piece.kind == ")":
            empty = before is not None and before.kind == "("
            message = mark("There is nothing between these parentheses.")
            raise self.error(message if empty else mark("This parenthesis closes nothing."), piece.at)
        if piece.kind == "END" and before is not None:
            raise self.unclosed(before)
        if piece.kind == "SIGN" or piece.word in _KEYWORDS:
            raise self.error(mark("Nothing stands before {operator}."), piece.at, operator=piece.text)
        raise self.field_first(piece)

    def group(self, opening: Piece) -> Node:
        self.deeper(opening)
        part = self.either()
        if self.piece.kind == "END":
            raise self.unclosed(opening)
        if self.piece.kind != ")":
            raise self.unjoined()
        self.take()
        self.depth -= 1
        return part

    def unclosed(self, opening: Piece) -> ConditionError:
        return self.error(mark("This parenthesis is never closed."), opening.at, mark("Put ) where the group ends."))

    def unjoined(self) -> ConditionError:
        """The error for something that no `and` or `or` joins to what stands before."""
        before, here = self.pieces[self.next - 1], self.piece
        if operator := _JOINING.get(here.word):
            message = mark("{word} is not understood.")
            hint = mark("Operators are in English: write {operator}")
            return self.error(message, here.at, hint, word=here.text, operator=operator)
        message = mark("Nothing joins this to what stands before.")
        if here.kind == "," and before.text[-1:].isdigit():
            return self.error(message, here.at, mark("Decimals are written with a point: 1.2M"))
        if here.text[:1].isdigit() and before.text.isdigit():
            return self.error(message, here.at, mark("Numbers are written without spaces: 100000 or 100k"))
        if here.kind in {"WORD", "QUOTED"} and before.kind == "WORD":
            hint = mark('Put and or or between them, or quotes around a text: "{text}"')
            return self.error(message, here.at, hint, text=f"{before.text} {here.text}")
        return self.error(message, here.at, mark("Put and or or between them."))

    def comparison(self, piece: Piece) -> Node:
        field = self.field(piece)
        self.parts += 1
        if self.parts > MAX_PARTS:
            message = mark("There are too many comparisons: {limit} at most.")
            raise self.error(message, piece.at, mark("Split it into several rules."), limit=MAX_PARTS)
        here = self.piece
        if here.word == "is":
            return self.known(field, piece.at)
        if here.word == "not":
            self.take()
            if self.piece.word not in {"in", "contains"}:
                hint = mark("Write not before the field: not {field} …")
                raise self.error(mark("not cannot stand here."), here.at, hint, field=field.name)
            return Not(self.compared(field, piece.at), here.at)
        if here.kind == "SIGN" or here.word in {"in", "contains"}:
            return self.compared(field, piece.at)
        if field.kind is Kind.YES_NO and here.word not in _OPERATING:
            return Comparison(field.name, Operator.IS, (Literal("yes", value=True),), piece.at)
        if operator := _OPERATING.get(here.word):
            message, hint = mark("{word} is not understood."), mark("Did you mean {suggestion}?")
            raise self.error(message, here.at, hint, word=here.text, suggestion=operator)
        hint = mark("Write an operator and a value: {example}")
        raise self.error(
            mark("{field} is compared with nothing."), piece.at, hint, field=field.name, example=field.example
        )

    def field(self, piece: Piece) -> Field:
        name = piece.text.lower()
        if name in FIELDS:
            return FIELDS[name]
        owner = next((field for field in FIELDS.values() if name in field.choices), None)
        if owner is not None:
            raise self.field_first(piece, owner)
        close = HABITS.get(name) or closest(name, list(FIELDS))
        hint = mark("Did you mean {suggestion}?") if close else mark("The fields are: {fields}.")
        message = mark("There is no field {field}.")
        raise self.error(message, piece.at, hint, field=piece.text, suggestion=close, fields=", ".join(FIELDS))

    def field_first(self, piece: Piece, owner: Field | None = None) -> ConditionError:
        example = f"{owner.name} == {piece.text.lower()}" if owner else "sentiment == negative"
        hint = mark("The field stands first: {example}")
        return self.error(mark("{value} is no field."), piece.at, hint, value=piece.text, example=example)

    def known(self, field: Field, at: int) -> Node:
        self.take()
        said = self.take()
        if said.word not in {"known", "unknown"}:
            hint = mark("Write is known or is unknown; to compare, write ==")
            raise self.error(mark("Only known or unknown may stand after is."), said.at, hint)
        return Known(field.name, said.word == "known", at)

    def compared(self, field: Field, at: int) -> Comparison:
        sign = self.take()
        operator = sign.word or sign.text
        if operator not in field.kind.operators:
            hint = mark("Here you may write: {operators}")
            message = mark("{field} cannot be compared with {operator}.")
            operators = " ".join(field.kind.operators)
            raise self.error(message, sign.at, hint, field=field.name, operator=operator, operators=operators)
        if operator == Operator.IN:
            return Comparison(field.name, Operator.IN, self.several(field, sign), at)
        return Comparison(field.name, Operator(operator), (self.literal(field, sign),), at)

    def several(self, field: Field, sign: Piece) -> tuple[Literal, ...]:
        """`(value, value, ...)`."""
        opening = self.take()
        if opening.kind != "(":
            hint = mark("Write the values between parentheses: {field} in (…, …)")
            at = sign.at if opening.kind == "END" else opening.at
            raise self.error(mark("A list must stand after in."), at, hint, field=field.name)
        found = [self.literal(field, opening)]
        while self.piece.kind == ",":
            found.append(self.literal(field, self.take()))
        if self.piece.kind == "END":
            raise self.unclosed(opening)
        if self.piece.kind != ")":
            raise self.error(mark("A comma is missing here."), self.piece.at)
        self.take()
        return tuple(found)

    def literal(self, field: Field, before: Piece) -> Literal:
        piece = self.piece
        if piece.kind not in {"WORD", "QUOTED"} or piece.word in _KEYWORDS:
            hint = mark("Write a value: {example}")
            message = mark("Nothing stands after {operator}.")
            raise self.error(message, before.at, hint, operator=before.text, example=field.example)
        self.take()
        try:
            return values.read(field, piece.text, self.names.get(field.name))
        except values.Refused as refused:
            raise self.error(refused.message, piece.at, refused.hint, **refused.values) from refused
