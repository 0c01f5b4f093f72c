"""What the loop tells whoever drives it, besides the bodies of events."""

from dataclasses import dataclass

from chatapp.events.bodies import EventBody
from chatapp.events.frames import DeltaKind, RunState
from chatapp.llm.base import LLMRequest, Usage


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a body that is still being written."""

    kind: DeltaKind
    text: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What is going on now, in words for people."""

    state: RunState
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the model and how it went."""

    request: LLMRequest
    step_name: str
    usage: Usage
    outcome: str
    first_token_ms: int | None
    duration_ms: int

    @classmethod
    def unfinished(cls, request: LLMRequest, outcome: str) -> "Asked":
        """A request whose answer nobody waited for to its end."""
        return cls(request, "", Usage(0, 0), outcome, None, 0)


Happening = EventBody | Delta | Doing | Asked
