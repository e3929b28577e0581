"""From pieces to a tree, by recursive descent. OR binds loosest, then AND, NOT, NEAR; depth is capped by MAX_DEPTH."""

from dataclasses import replace
from typing import Final

from config.i18n import mark
from config.query.errors import QueryError
from config.query.fields import NAMES, attribute, unknown
from config.query.lexer import Piece, pieces
from config.query.tree import And, Field, Near, Node, Not, Or, Query, Term

MAX_DEPTH: Final = 40
"""Parentheses and NOT inside one another."""

_JOINING: Final = {"and": "AND", "or": "OR", "not": "NOT", "et": "AND", "ou": "OR", "sauf": "NOT", "non": "NOT"}


def parse(source: str) -> Query:
    """Read a keyword query; the language is described in docs/queries.md. Takes time in proportion to its length.

    Raises:
        QueryError: it cannot be read, or asks for too much; says where, and what to write instead.
    """
    parser = _Parser(source)
    root = parser.whole()
    if (lone := _only_negative(root)) is not None:
        if lone is root or (isinstance(root, And) and lone in root.parts):
            message = mark("This query only says what it does not want.")
        else:
            message = mark("This NOT would let through nearly everything.")
        hint = mark("Put what to find before it: aeroplouf AND NOT recrutement")
        raise QueryError(message, source, lone.at, hint=hint)
    return Query(root)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces = pieces(source)
        self.next = 0
        self.depth = 0

    @property
    def piece(self) -> Piece:
        return self.pieces[self.next]

    def take(self) -> Piece:
        self.next += 1
        return self.pieces[self.next - 1]

    def error(self, message: str, at: int, hint: str = "", **values: object) -> QueryError:
        return QueryError(message, self.source, at, hint=hint, values=values)

    def deeper(self, piece: Piece) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            hint = mark("Join the inner groups with the same operator, or split the query.")
            raise self.error(mark("Groups are nested too deep: {limit} at most."), piece.at, hint, limit=MAX_DEPTH)

    def whole(self) -> Node:
        if self.piece.kind == "END":
            raise self.error(mark("The query is empty."), 0, mark("Write at least one word to find."))
        root = self.either(None)
        if self.piece.kind == ")":
            raise self.error(mark("This parenthesis closes nothing."), self.piece.at)
        return root

    def either(self, field: str | None) -> Node:
        """`both OR both OR ...`."""
        at = self.piece.at
        parts: list[Node] = []
        while True:
            part = self.both(field)
            parts.extend(part.parts if isinstance(part, Or) else (part,))
            if self.piece.kind != "OR":
                return parts[0] if len(parts) == 1 else Or(tuple(parts), at)
            self.take()

    def both(self, field: str | None) -> Node:
        """`negated AND negated NOT ...`; a NOT needs no AND before it."""
        at = self.piece.at
        parts: list[Node] = []
        while True:
            part = self.negated(field)
            parts.extend(part.parts if isinstance(part, And) else (part,))
            if self.piece.kind == "AND":
                self.take()
            elif self.piece.kind in {"TERM", "FIELD", "("}:
                raise self.side_by_side()
            elif self.piece.kind != "NOT":
                return parts[0] if len(parts) == 1 else And(tuple(parts), at)

    def side_by_side(self) -> QueryError:
        """The error for two terms with nothing between them."""
        before, here = self.pieces[self.next - 1], self.piece
        for piece in (here, before):
            if operator := _JOINING.get(piece.text.lower()):
                hint = mark("Operators are in English and in capitals: write {operator}")
                return self.error(mark("{word} is read as a word."), piece.at, hint, word=piece.text, operator=operator)
        if here.text.startswith("~"):
            hint = mark("For words close to each other, write offre NEAR/5 emploi")
            return self.error(mark("The sign {sign} means nothing here."), here.at, hint, sign="~")
        hint = mark('Put AND or OR between them, or quotes around a phrase: "{phrase}"')
        phrase = f"{before.text} {here.text}" if before.kind == here.kind == "TERM" else "service client"
        return self.error(mark("Nothing joins this to what stands before."), here.at, hint, phrase=phrase)

    def negated(self, field: str | None) -> Node:
        if self.piece.kind != "NOT":
            return self.close(field)
        piece = self.take()
        self.deeper(piece)
        part = self.negated(field)
        self.depth -= 1
        return Not(part, piece.at)

    def close(self, field: str | None) -> Node:
        """`operand NEAR/n operand`, or one operand."""
        at = self.piece.at
        left = self.operand(field)
        if self.piece.kind != "NEAR":
            return left
        near = self.take()
        if self.piece.kind == "NOT":
            raise self.cannot_be_near(self.piece.at)
        right = self.operand(field)
        if self.piece.kind == "NEAR":
            hint = mark("Say it in two parts: (a NEAR/3 b) AND (b NEAR/3 c)")
            raise self.error(mark("NEAR joins two things only."), self.piece.at, hint)
        return Near(self.nearable(left), self.nearable(right), near.distance, near.ordered, at)

    def nearable(self, part: Node) -> Term | Or:
        if isinstance(part, Term):
            return part
        if isinstance(part, Or):
            for one in part.parts:
                self.nearable(one)
            return part
        raise self.cannot_be_near(part.at)

    def cannot_be_near(self, at: int) -> QueryError:
        hint = mark("For instance: (vol OR avion) NEAR/5 (retard OR annul*)")
        return self.error(mark("NEAR joins words, phrases, and groups of them with OR, nothing else."), at, hint)

    def operand(self, field: str | None) -> Node:
        piece = self.take()
        if piece.kind == "TERM" and piece.term is not None:
            return piece.term if field is None else self.valued(field, piece.term)
        if piece.kind == "(":
            return self.group(piece, field)
        if piece.kind == "FIELD":
            return self.fielded(piece, field)
        before = self.pieces[self.next - 2] if self.next > 1 else None
        if before is not None and before.kind not in {"(", "TERM"}:  # the operator before is what lacks something
            raise self.error(mark("Nothing stands after {operator}."), before.at, operator=before.text)
        if piece.kind in {"AND", "OR", "NEAR"}:
            raise self.error(mark("Nothing stands before {operator}."), piece.at, operator=piece.text)
        if before is None:
            raise self.error(mark("This parenthesis closes nothing."), piece.at)
        if piece.kind == ")":
            raise self.error(mark("There is nothing between these parentheses."), before.at)
        raise self.unclosed(before)

    def group(self, opening: Piece, field: str | None) -> Node:
        self.deeper(opening)
        part = self.either(field)
        if self.piece.kind != ")":
            raise self.unclosed(opening)
        self.take()
        self.depth -= 1
        return part

    def unclosed(self, opening: Piece) -> QueryError:
        return self.error(mark("This parenthesis is never closed."), opening.at, mark("Put ) where the group ends."))

    def fielded(self, piece: Piece, outer: str | None) -> Node:
        name = piece.text
        if name not in NAMES:
            raise unknown(name, self.source, piece.at)
        if outer is not None:
            raise self.error(mark("A field cannot stand inside another."), piece.at)
        if self.piece.kind not in {"TERM", "("}:
            hint = mark("Write the value right after it: {field}")
            raise self.error(
                mark("Nothing stands after {operator}."), piece.at, hint, operator=f"{name}:", field=_EXAMPLES[name]
            )
        return self.operand(name)

    def valued(self, field: str, term: Term) -> Node:
        return replace(term, title=True) if field == "title" else attribute(Field(field), term, self.source)


_EXAMPLES: Final = {"author": "author:lea", "lang": "lang:fr", "site": "site:blog.example", "title": "title:aeroplouf"}


def _only_negative(node: Node) -> Node | None:
    """The part that makes `node` true of nearly every post, or None when something must be found for it to hold."""
    if isinstance(node, Not):
        return node
    if isinstance(node, And):
        found = [_only_negative(part) for part in node.parts]
        return found[0] if all(found) else None
    if isinstance(node, Or):
        return next((lone for part in node.parts if (lone := _only_negative(part)) is not None), None)
    return None
