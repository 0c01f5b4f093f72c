"""What the built-in model can do next: call tools, or say something."""

from dataclasses import dataclass, field
from typing import Any

from chatapp.events.bodies import Source


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A tool, by the name the model knows it by, and its arguments."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """Call these tools at once, and think again when they have answered."""

    thought: str
    calls: tuple[PlannedCall, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """The answer, in Markdown, with the sources its numbers stand for."""

    text: str
    sources: tuple[Source, ...] = ()
    thought: str = ""


Move = Act | Say
