"""The same filter in a flatter form, since SQLite reads no more than a hundred open items.

Negation is carried down to where it ends, and AND inside AND is one AND. Both are as true in
logic of three values as in that of two.
"""

from collections.abc import Iterator
from dataclasses import replace

from .nodes import Among, And, Comparison, Expr, IsNull, Not, Or

_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def normalized(expression: Expr, *, negated: bool = False) -> Expr:
    match expression:
        case Not(operand=operand):
            return normalized(operand, negated=not negated)
        case And(operands=operands) | Or(operands=operands):
            node = And if isinstance(expression, And) is not negated else Or
            inner = (normalized(operand, negated=negated) for operand in operands)
            return node(tuple(_flat(node, inner)), expression.position)
        case Comparison(operator=operator, left=left, right=right):
            return replace(
                expression,
                operator=_OPPOSITE[operator] if negated else operator,
                left=normalized(left),
                right=normalized(right),
            )
        case Among(operand=operand) | IsNull(operand=operand):
            expression = replace(expression, operand=normalized(operand))
    return Not(expression, expression.position) if negated else expression


def _flat(node: type[And | Or], operands: Iterator[Expr]) -> Iterator[Expr]:
    for operand in operands:
        if isinstance(operand, And | Or) and isinstance(operand, node):
            yield from operand.operands
        else:
            yield operand
