"""What a tool is: one module in `builtin/`, an input class and a `Tool` subclass.

Tools get a `ToolContext`, never the ORM: what they may touch is bound to the session's owner.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from chatapp.models import Session


class ToolArguments(BaseModel):
    """Base of every tool's input class. What the model sends beyond it is refused."""

    model_config = ConfigDict(extra="forbid")


Arguments = TypeVar("Arguments", bound=ToolArguments)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the turn it runs in."""

    session: "Session"
    turn_id: int
    tool_call_id: str
    configuration_name: str
    configuration: dict[str, Any] = field(default_factory=dict)


class Tool(Generic[Arguments]):
    """Something an agent can do. The docstring is what the model reads.

    `call` returns a JSON object, or raises `ToolError`, which the model reads. `has_effects`
    says that a second run would change something outside the session: such a call is never
    repeated after a crash. `timeout` is in seconds.
    """

    registry: ClassVar[dict[str, type["Tool[Any]"]]] = {}
    name: ClassVar[str]
    title: ClassVar[str] = ""
    has_effects: ClassVar[bool] = False
    timeout: ClassVar[float] = 60.0
    Input: ClassVar[type[ToolArguments]]

    def __init_subclass__(cls, *, name: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name in cls.registry:
            raise TypeError(f"There are two tools named {name!r}.")
        cls.name = name
        cls.registry[name] = cls

    async def call(self, arguments: Arguments, context: ToolContext) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def description(cls) -> str:
        return " ".join((cls.__doc__ or "").split())
