"""Pieces of SQL that carry their bound parameters with them.

Placeholders are Django's `%s` on every database. Texts come from this package alone; whatever a
filter says or names goes into the parameters.
"""

from dataclasses import dataclass

Parameter = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Sql:
    text: str
    parameters: tuple[Parameter, ...] = ()
    depth: int = 0


def sql(template: str, *pieces: Sql) -> Sql:
    """The pieces put in place of each `{}`, in their order, with their parameters in it too."""
    return Sql(
        template.format(*(piece.text for piece in pieces)),
        tuple(parameter for piece in pieces for parameter in piece.parameters),
        1 + max((piece.depth for piece in pieces), default=0),
    )
