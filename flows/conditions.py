"""What a condition is once it has been read: a closed list of nodes, and the walk that answers yes or no.

The one rule: nothing an organiser writes is ever evaluated by Python. `flows.expr` reads text into `Node`, and
`Expr.holds` walks those nodes, nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from flows.session import Answer, Given

Literal: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class Compare:
    """`question op value`, op being one of == != < <= > >=. `at` and `value_at` are offsets in the source."""

    question: str
    op: str
    value: Literal
    at: int = field(default=0, compare=False)
    value_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Is:
    """`question == skipped`, and the like."""

    question: str
    given: Given
    negated: bool
    at: int = field(default=0, compare=False)
    value_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """`'x' in question`: one of the codes picked is this one."""

    question: str
    value: Literal
    negated: bool
    at: int = field(default=0, compare=False)
    value_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """`question in ['x', 'y']`: the answer, or one of the codes picked, is in the list."""

    question: str
    values: tuple[Literal, ...]
    negated: bool
    at: int = field(default=0, compare=False)
    value_at: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]


Test: TypeAlias = Compare | Is | Has | Among
Node: TypeAlias = Test | Not | All | Either


@dataclass(frozen=True, slots=True)
class Expr:
    """A checked condition. `reads` are the questions it looks at; `source` is what the organiser wrote."""

    source: str
    tree: Node
    reads: frozenset[str]

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Is the condition true of these answers? A question that has no answer makes each comparison false."""
        return _holds(self.tree, answers)


def both(first: Expr | None, second: Expr | None) -> Expr | None:
    """True when both are; None is the condition that always holds."""
    if first is None or second is None:
        return first or second
    tree = All((first.tree, second.tree))
    return Expr(write(tree), tree, first.reads | second.reads)


def renamed(expr: Expr, names: Mapping[str, str]) -> Expr:
    """The same condition over questions that carry other names."""
    if not expr.reads & names.keys():
        return expr
    tree = _rename(expr.tree, names)
    return Expr(write(tree), tree, reads(tree))


def reads(tree: Node) -> frozenset[str]:
    """The questions a condition looks at."""
    return frozenset(test.question for test in tests(tree))


def tests(tree: Node) -> tuple[Test, ...]:
    """The single comparisons of a condition, in the order written."""
    match tree:
        case Compare() | Is() | Has() | Among():
            return (tree,)
        case Not(part):
            return tests(part)
        case All(parts) | Either(parts):
            return tuple(test for part in parts for test in tests(part))
        case _:
            assert_never(tree)


def write(tree: Node) -> str:
    """The condition in the form that `parse` reads."""
    match tree:
        case Compare(question, op, value):
            return f"{question} {op} {_write_literal(value)}"
        case Is(question, given, negated):
            return f"{question} {'!=' if negated else '=='} {given.value}"
        case Has(question, value, negated):
            return f"{_write_literal(value)} {'not in' if negated else 'in'} {question}"
        case Among(question, values, negated):
            listed = ", ".join(_write_literal(value) for value in values)
            return f"{question} {'not in' if negated else 'in'} [{listed}]"
        case Not(part):
            return f"not {_write_part(part)}"
        case All(parts):
            return " and ".join(_write_part(part) for part in parts)
        case Either(parts):
            return " or ".join(_write_part(part) for part in parts)
        case _:
            assert_never(tree)


def _write_part(tree: Node) -> str:
    return f"({write(tree)})" if isinstance(tree, All | Either) else write(tree)


def _write_literal(value: Literal) -> str:
    if not isinstance(value, str):
        return f"{value}"
    return f'"{value}"' if "'" in value else f"'{value}'"


def _rename(tree: Node, names: Mapping[str, str]) -> Node:
    match tree:
        case Compare(question, op, value, at, value_at):
            return Compare(names.get(question, question), op, value, at, value_at)
        case Is(question, given, negated, at, value_at):
            return Is(names.get(question, question), given, negated, at, value_at)
        case Has(question, value, negated, at, value_at):
            return Has(names.get(question, question), value, negated, at, value_at)
        case Among(question, values, negated, at, value_ats):
            return Among(names.get(question, question), values, negated, at, value_ats)
        case Not(part):
            return Not(_rename(part, names))
        case All(parts):
            return All(tuple(_rename(part, names) for part in parts))
        case Either(parts):
            return Either(tuple(_rename(part, names) for part in parts))
        case _:
            assert_never(tree)


def _holds(tree: Node, answers: Mapping[str, Answer]) -> bool:
    match tree:
        case Compare(question, op, value):
            answer = answers.get(question)
            return answer is not None and _compares(answer, op, value)
        case Is(question, given, negated):
            answer = answers.get(question)
            return answer is not None and (answer.given is given) is not negated
        case Has(question, value, negated):
            answer = answers.get(question)
            return answer is not None and _picked(answer, (value,)) is not negated
        case Among(question, values, negated):
            answer = answers.get(question)
            return answer is not None and _picked(answer, values) is not negated
        case Not(part):
            return not _holds(part, answers)
        case All(parts):
            return all(_holds(part, answers) for part in parts)
        case Either(parts):
            return any(_holds(part, answers) for part in parts)
        case _:
            assert_never(tree)


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compares(answer: Answer, op: str, value: Literal) -> bool:
    mine = answer.value if answer.given is Given.ANSWER else None
    if op == "==":
        return mine == value
    if op == "!=":
        return mine != value
    if mine is None or isinstance(mine, tuple) or isinstance(mine, str) is not isinstance(value, str):
        return False
    return _ORDER[op](mine, value)


def _picked(answer: Answer, values: tuple[Literal, ...]) -> bool:
    if answer.given is not Given.ANSWER:
        return False
    mine = answer.value
    return any(one in values for one in mine) if isinstance(mine, tuple) else mine in values
