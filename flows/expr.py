"""The little language of `when:`: comparisons over earlier answers.

    mode != 'velo' and (age >= 18 or age == skipped)
    'danger' in freins
    mode in ['bus', 'velo']

The one rule: nothing an organiser writes is ever evaluated by Python. The small parser below reads a condition into
the closed list of nodes of `flows.conditions`. (Python's own parser would refuse good names of questions such as
`class` or `from`, and take in things that are no comparison.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flows.conditions import All, Among, Compare, Either, Expr, Has, Is, Literal, Node, Not, Test, both, reads, renamed
from flows.session import Given
from locales import tr

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Expr", "Unreadable", "both", "parse", "renamed"]

MAX_LENGTH = 1000
MAX_DEPTH = 20


class Unreadable(ValueError):
    """The condition cannot be read: `what` is wrong at offset `at`, and `hint` says what to write instead."""

    def __init__(self, what: str, hint: str, at: int) -> None:
        super().__init__(f"{what} - {hint}")
        self.what = what
        self.hint = hint
        self.at = at


def parse(source: str, lang: str = "en") -> Expr:
    """The condition written in `source`. Raises `Unreadable`, with sentences in `lang`."""
    tree = _Parser(source, lang).whole()
    return Expr(source, tree, reads(tree))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?!\w))
      | (?P<string>'[^']*'|"[^"]*")
      | (?P<op>==|!=|<=|>=|<|>)
      | (?P<mark>[()\[\],])
      | (?P<name>[^\W\d]\w*)""",
    re.VERBOSE,
)
_GIVEN = {"skipped": Given.SKIPPED, "dont_know": Given.DONT_KNOW, "abstain": Given.ABSTAIN}
_GIVEN_BESIDE = {"blank": Given.BLANK, "none": Given.NONE}
"""Words of votes. Questions may be called so, hence they mean these only beside a question."""
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_QUOTES = "’‘“”«»`"


@dataclass(frozen=True, slots=True)
class _Operand:
    """One side of a comparison: `kind` is question, literal, given or list."""

    kind: str
    at: int
    name: str = ""
    value: Literal = ""
    given: Given = Given.ANSWER
    values: tuple[_Operand, ...] = ()


class _Parser:
    """Reads one condition from left to right; refuses what it does not know."""

    def __init__(self, source: str, lang: str) -> None:
        self.source = source
        self.lang = lang
        self.next = 0
        if len(source) > MAX_LENGTH:
            raise Unreadable(
                tr(lang, "this condition is too long"),
                tr(lang, "at most {n} characters; split it over several steps", n=MAX_LENGTH),
                0,
            )
        self.tokens = self.scan()

    def scan(self) -> list[_Token]:
        found = []
        at = 0
        while at < len(self.source):
            match = _TOKEN.match(self.source, at)
            if match is None:
                raise self.stray(at)
            if match.lastgroup != "space":
                found.append(_Token(str(match.lastgroup), match[0], at))
            at = match.end()
        return [*found, _Token("end", "", at)]

    def stray(self, at: int) -> Unreadable:
        """A character that starts nothing we know: say what was probably meant."""
        lang, char = self.lang, self.source[at]
        what = tr(lang, "'{char}' is not expected in a condition", char=char)
        if char in "'\"":
            return Unreadable(
                tr(lang, "this quote is never closed"), tr(lang, "write {example}", example=f"{char}...{char}"), at
            )
        if char in _QUOTES:
            return Unreadable(what, tr(lang, "use straight quotes: {example}", example="'...'"), at)
        meant = {"=": "==", "&": "and", "|": "or", "!": "not", "≠": "!=", "≤": "<=", "≥": ">="}.get(char)
        if meant:
            return Unreadable(what, tr(lang, "write {example}", example=meant), at)
        return Unreadable(what, self.only_comparisons(), at)

    def only_comparisons(self) -> str:
        return tr(self.lang, "only comparisons are possible, for example {example}", example="mode == 'bus'")

    def peek(self, *texts: str) -> bool:
        token = self.tokens[self.next]
        return token.kind != "string" and token.text in texts

    def take(self) -> _Token:
        token = self.tokens[self.next]
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def unexpected(self, token: _Token) -> Unreadable:
        if token.kind == "end":
            return Unreadable(tr(self.lang, "the condition stops too early"), self.only_comparisons(), token.at)
        what = tr(self.lang, "'{char}' is not expected here", char=token.text)
        return Unreadable(what, self.only_comparisons(), token.at)

    def whole(self) -> Node:
        tree = self.either(0)
        if self.tokens[self.next].kind != "end":
            raise self.unexpected(self.take())
        return tree

    def either(self, depth: int) -> Node:
        parts = [self.every(depth)]
        while self.peek("or"):
            self.take()
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def every(self, depth: int) -> Node:
        parts = [self.single(depth)]
        while self.peek("and"):
            self.take()
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def single(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Unreadable(
                tr(self.lang, "there are too many levels of brackets"),
                tr(self.lang, "at most {n}", n=MAX_DEPTH),
                self.tokens[self.next].at,
            )
        if self.peek("not"):
            self.take()
            return Not(self.single(depth + 1))
        if self.peek("("):
            opened = self.take()
            inner = self.either(depth + 1)
            if not self.peek(")"):
                if self.tokens[self.next].kind == "end":
                    raise Unreadable(
                        tr(self.lang, "this bracket is never closed"),
                        tr(self.lang, "add {example}", example=")"),
                        opened.at,
                    )
                raise self.unexpected(self.take())
            self.take()
            return inner
        return self.comparison()

    def comparison(self) -> Node:
        left = self.operand()
        found: list[Node] = []
        while (op := self.operator()) is not None:
            right = self.operand()
            found.append(self.test(left, op, right))
            left = right
        if not found:
            raise self.bare(left)
        return found[0] if len(found) == 1 else All(tuple(found))

    def operator(self) -> str | None:
        if self.tokens[self.next].kind == "op":
            return self.take().text
        if self.peek("in"):
            return self.take().text
        if self.peek("not"):
            self.take()
            if not self.peek("in"):
                raise self.unexpected(self.take())
            self.take()
            return "not in"
        return None

    def bare(self, left: _Operand) -> Unreadable:
        """A question or a value standing alone, or something that looks like a call."""
        token = self.tokens[self.next]
        if token.kind != "end" and not self.peek("and", "or", ")"):
            raise self.unexpected(token)
        example = f"{left.name} == yes" if left.kind == "question" else "mode == 'bus'"
        return Unreadable(
            tr(self.lang, "this is not a comparison"),
            tr(self.lang, "write for example {example}", example=example),
            left.at,
        )

    def operand(self) -> _Operand:
        token = self.take()
        match token.kind:
            case "number":
                number = float(token.text) if "." in token.text else int(token.text)
                return _Operand("literal", token.at, value=number)
            case "string":
                return _Operand("literal", token.at, value=token.text[1:-1])
            case "name":
                return self.word(token)
            case "mark" if token.text == "[":
                return self.listed(token)
        raise self.unexpected(token)

    def word(self, token: _Token) -> _Operand:
        if token.text in _GIVEN:
            return _Operand("given", token.at, name=token.text, given=_GIVEN[token.text])
        if token.text in ("yes", "no"):
            return _Operand("literal", token.at, value=token.text)
        if token.text.lower() in ("true", "false"):
            raise Unreadable(
                tr(self.lang, "'{char}' is not expected here", char=token.text),
                tr(self.lang, "write {example}", example="yes" if token.text.lower() == "true" else "no"),
                token.at,
            )
        if token.text in ("and", "or", "in", "not"):
            raise self.unexpected(token)
        return _Operand("question", token.at, name=token.text)

    def listed(self, opened: _Token) -> _Operand:
        values: list[_Operand] = []
        while True:
            one = self.operand()
            if one.kind != "literal":
                raise Unreadable(
                    tr(self.lang, "a list holds only words in quotes and numbers"),
                    tr(self.lang, "write for example {example}", example="['bus', 'velo']"),
                    one.at,
                )
            values.append(one)
            if self.peek("]"):
                self.take()
                return _Operand("list", opened.at, values=tuple(values))
            if not self.peek(","):
                raise self.unexpected(self.take())
            self.take()

    def test(self, left: _Operand, op: str, right: _Operand) -> Test:
        if op in ("in", "not in"):
            return self.membership(left, op == "not in", right)
        first = left.at
        left, right = self.beside(left, right)
        if left.kind != "question":
            left, right, op = right, left, _FLIPPED[op]
        match left.kind, right.kind:
            case "question", "literal":
                return Compare(left.name, op, right.value, left.at, right.at)
            case "question", "given" if op in ("==", "!="):
                return Is(left.name, right.given, op == "!=", left.at, right.at)
            case "question", "given":
                raise Unreadable(
                    tr(self.lang, "'{word}' has no order", word=right.name),
                    tr(self.lang, "compare it with == or !="),
                    right.at,
                )
            case "question", "list":
                raise Unreadable(
                    tr(self.lang, "a list is compared with 'in'"),
                    tr(self.lang, "write for example {example}", example=f"{left.name} in ['a', 'b']"),
                    right.at,
                )
            case "question", "question":
                raise self.unquoted(left, op, right)
        raise Unreadable(tr(self.lang, "no question stands in this comparison"), self.only_comparisons(), first)

    @staticmethod
    def beside(left: _Operand, right: _Operand) -> tuple[_Operand, _Operand]:
        """Two names of which one is a word of votes: a question, and that word."""
        if left.kind == right.kind == "question":
            if right.name in _GIVEN_BESIDE:
                return left, replace(right, kind="given", given=_GIVEN_BESIDE[right.name])
            if left.name in _GIVEN_BESIDE:
                return replace(left, kind="given", given=_GIVEN_BESIDE[left.name]), right
        return left, right

    def membership(self, left: _Operand, negated: bool, right: _Operand) -> Test:
        match left.kind, right.kind:
            case "literal", "question":
                return Has(right.name, left.value, negated, right.at, left.at)
            case "question", "list":
                values = tuple(one.value for one in right.values)
                return Among(left.name, values, negated, left.at, tuple(one.at for one in right.values))
            case "question", "question":
                raise self.unquoted(right, "in", left)
            case "question", "literal":
                raise Unreadable(
                    tr(self.lang, "'in' needs a list after it"),
                    tr(self.lang, "write for example {example}", example=f"{left.name} in ['a', 'b']"),
                    right.at,
                )
        raise Unreadable(
            tr(self.lang, "'in' is not used this way"),
            tr(self.lang, "write for example {example}", example="'a' in themes"),
            left.at,
        )

    def unquoted(self, question: _Operand, op: str, value: _Operand) -> Unreadable:
        """Two names: mostly a choice whose quotes were forgotten."""
        quoted = f"'{value.name}'"
        example = f"{quoted} in {question.name}" if op == "in" else f"{question.name} {op} {quoted}"
        return Unreadable(
            tr(self.lang, "two questions cannot be compared with each other"),
            tr(self.lang, "if '{word}' is an answer, put it in quotes: {example}", word=value.name, example=example),
            value.at,
        )
