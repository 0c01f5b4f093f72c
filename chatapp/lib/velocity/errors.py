"""What can be wrong with a template: one tree of errors, each with its place in the source.

VelocityError
├── VelocitySyntaxError      the source is not a template
├── VelocityLimitError       a budget is spent: source, nesting, steps, output, one value
└── VelocityEvaluationError  a value does not allow what the template does with it
"""

from typing import NamedTuple


class Position(NamedTuple):
    """A place in the source, counted from one as editors do."""

    line: int
    column: int


START = Position(1, 1)


class VelocityError(Exception):
    """A template that cannot be parsed or rendered."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    @property
    def line(self) -> int | None:
        return self.position.line if self.position else None

    @property
    def column(self) -> int | None:
        return self.position.column if self.position else None

    def __str__(self) -> str:
        if self.position is None:
            return self.message
        return f"Line {self.line}, column {self.column}: {self.message}"


class VelocitySyntaxError(VelocityError):
    """The source is not a template we know how to read."""


class VelocityLimitError(VelocityError):
    """The template asks for more work, depth or text than one rendering may have."""


class VelocityEvaluationError(VelocityError):
    """A value does not allow what the template does with it."""
