"""One rendering under way: the variables, the text written so far, the budget left."""

from collections.abc import Mapping

from .errors import Position, VelocityLimitError
from .values import Budget, Value

MAX_OUTPUT = 262_144


class Output:
    """Text that grows up to a limit."""

    __slots__ = ("_pieces", "_room")

    def __init__(self, limit: int) -> None:
        self._pieces: list[str] = []
        self._room = limit

    def write(self, piece: str) -> None:
        self._room -= len(piece)
        if self._room < 0:
            raise VelocityLimitError("The template writes too much text.")
        self._pieces.append(piece)

    def text(self) -> str:
        return "".join(self._pieces)


class Run:
    """What the nodes of a template share while they render.

    The caller's data stays as it is: only `variables` is ours to change, and values are
    replaced, never altered.
    """

    __slots__ = ("budget", "output", "position", "variables")

    def __init__(self, context: Mapping[str, Value]) -> None:
        self.variables = dict(context)
        self.output = Output(MAX_OUTPUT)
        self.budget = Budget()
        self.position: Position | None = None
