"""What a tool is: one module in `builtin/`, an input class and a `Tool` subclass.

Tools get a `ToolContext`, never a request: what they may touch is bound to the session.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chatapp.errors import ToolError
from chatapp.events.bodies import EventBody
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import ImageInput

if TYPE_CHECKING:
    from chatapp.models import Session


class ToolArguments(BaseModel):
    """Base of every tool's input class. What the model sends beyond it is refused."""

    model_config = ConfigDict(extra="forbid")


Arguments = TypeVar("Arguments", bound=ToolArguments)


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the turn it runs in.

    `configuration` is the agent's tool configuration with every reference resolved; the locked
    arguments that are no arguments of the model lie in its `argument_override`.
    `database.run(service, **arguments)` is the way to the database.

    What a tool puts into `said` is stored as events before its output; what it puts into
    `images`, under an artifact's id, the model sees from its next request on.
    """

    session: "Session"
    turn_id: int
    tool_call_id: str
    configuration_name: str
    configuration: dict[str, Any] = field(default_factory=dict)
    database: DatabaseThreads = field(default_factory=lambda: DatabaseThreads("tools", 1))
    said: list[EventBody] = field(default_factory=list)
    images: dict[str, ImageInput] = field(default_factory=dict)


class Tool(Generic[Arguments]):
    """Something an agent can do. The docstring is what the model reads.

    An instance stands for one configuration of it. `call` returns a JSON object, or raises
    `ToolError`, which the model reads. `has_effects` says that a second run would change
    something outside the session: such a call is never repeated after a crash. `timeout` is in
    seconds. `may_offload` says that a long output may go to an artifact, as the agent wishes.
    """

    registry: ClassVar[dict[str, type["Tool[Any]"]]] = {}
    name: ClassVar[str]
    title: ClassVar[str] = ""
    has_effects: bool = False
    timeout: float = 60.0
    may_offload: ClassVar[bool] = True
    Input: ClassVar[type[ToolArguments]] = ToolArguments

    def __init_subclass__(cls, *, name: str = "", **kwargs: Any) -> None:
        """Without a name it is no tool itself, but what others have in common."""
        super().__init_subclass__(**kwargs)
        if not name:
            return
        if name in cls.registry:
            raise TypeError(f"There are two tools named {name!r}.")
        cls.name = name
        cls.registry[name] = cls

    def __init__(self, configuration: dict[str, Any] | None = None) -> None:
        self.configuration = configuration or {}

    @property
    def shown_name(self) -> str:
        """What events call it: its own name, where several tools are of one type."""
        return self.name

    @classmethod
    def may_repeat(cls, arguments: dict[str, Any]) -> bool:
        """Whether a call that a crash has interrupted can be made again."""
        return not cls.has_effects

    def load(self) -> bool:
        """Read what the tool needs from the database, once a turn, on a database thread.

        False when it is not to be had: the model is not offered it then.
        """
        return True

    def description(self) -> str:
        return " ".join((self.__doc__ or "").split())

    def input_schema(self) -> dict[str, Any]:
        return self.Input.model_json_schema()

    def validate(self, arguments: dict[str, Any]) -> Arguments:
        """The arguments as `call` takes them. Raises ToolError for the model to mend."""
        try:
            return self.Input.model_validate(arguments)  # type: ignore[return-value]
        except ValidationError as exc:
            problems = "; ".join(
                f"{'.'.join(map(str, error['loc'])) or 'arguments'}: {error['msg']}"
                for error in exc.errors()[:5]
            )
            raise ToolError(f"Invalid arguments: {problems}", code="invalid_arguments") from exc

    async def call(self, arguments: Arguments, context: ToolContext) -> dict[str, Any]:
        raise NotImplementedError
