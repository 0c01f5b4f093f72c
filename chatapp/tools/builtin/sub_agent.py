"""Let another agent work on something, in a session of its own, and wait for what it says."""

import asyncio
from typing import Any

from django.conf import settings
from pydantic import Field

from chatapp.bus import bus, session_topic
from chatapp.errors import ToolError
from chatapp.models import Agent, Turn
from chatapp.services.sub_agents import Delivery, Mode, Task, delivery_of, hand_over, stop_child
from chatapp.tools.base import Tool, ToolArguments, ToolContext

# The bus is a rumour: look anyhow, now and then.
LOOK_EVERY = 1.0


class SubAgentInput(ToolArguments):
    message: str = Field(
        min_length=1,
        max_length=100_000,
        description="What it is to do. It sees nothing of this conversation but this.",
    )
    artifact_ids: list[str] = Field(
        default_factory=list, max_length=20, description="Files of this session it may use."
    )
    session_tti_minutes: int | None = Field(
        None, ge=1, le=525_600, description="Forget its session after so long without use."
    )
    session_key: str | None = Field(
        None, max_length=50, description="To go on with an earlier session of this sub-agent."
    )


class SubAgent(Tool[SubAgentInput], name="sub_agent"):
    """Ask another agent and get its final answer."""

    title = "Ask another agent"
    Input = SubAgentInput
    agent: Agent | None = None

    def __init__(self, configuration: dict[str, Any] | None = None) -> None:
        super().__init__(configuration)
        self.settings = self.configuration.get("sub_agent_configuration") or {}
        self.mode: Mode = self.settings.get("session_mode") or "llm_controlled"
        self.timeout = settings.TURN_WALL_SECONDS

    def load(self) -> bool:
        agents = Agent.objects.filter(key=self.settings.get("agent_key"), enabled=True)
        self.agent = agents.first()
        return self.agent is not None

    def description(self) -> str:
        if self.agent is None:
            return super().description()
        return f"Ask the agent “{self.agent.name}”. {self.agent.description}".strip()

    def input_schema(self) -> dict[str, Any]:
        schema = super().input_schema()
        if self.mode != "llm_controlled":
            schema["properties"].pop("session_key")
        return schema

    async def call(self, arguments: SubAgentInput, context: ToolContext) -> dict[str, Any]:
        if arguments.session_key and self.mode != "llm_controlled":
            raise ToolError("This sub-agent's session is not to be chosen.", code="not_allowed")
        turn: Turn = await context.database.run(
            hand_over, parent=context.session, task=self._task(arguments, context)
        )
        delivery = await self._wait(turn, context)
        if delivery.status != Turn.Status.COMPLETED:
            why = delivery.error or delivery.status
            raise ToolError(f"The sub-agent gave no answer: {why}", code="sub_agent_failed")
        return {
            "session_key": delivery.session_key,
            "sub_agent_response": delivery.answer,
            **({"artifacts": delivery.artifacts} if delivery.artifacts else {}),
        }

    def _task(self, arguments: SubAgentInput, context: ToolContext) -> Task:
        return Task(
            agent_key=self.settings.get("agent_key", ""),
            mode=self.mode,
            message=arguments.message,
            configuration_name=context.configuration_name,
            turn_id=context.turn_id,
            tool_call_id=context.tool_call_id,
            session_key=arguments.session_key,
            tti_minutes=arguments.session_tti_minutes or 0,
            metadata=self.settings.get("session_metadata") or {},
            artifact_keys=arguments.artifact_ids,
        )

    async def _wait(self, turn: Turn, context: ToolContext) -> Delivery:
        """Until the child's turn is over. If our own is cancelled, its end cancels the child's."""
        watch = await bus.watch(session_topic(turn.session_id))
        try:
            async with asyncio.timeout(0.8 * self.timeout):
                while True:
                    delivery: Delivery | None = await context.database.run(
                        delivery_of, parent=context.session, turn_id=turn.pk
                    )
                    if delivery is not None:
                        return delivery
                    await self._next_sign(watch)
        except TimeoutError:
            await context.database.run(stop_child, parent=context.session, turn_id=turn.pk)
            raise ToolError("The sub-agent took too long.", code="timeout") from None
        finally:
            await bus.unwatch(watch)

    async def _next_sign(self, watch: Any) -> None:
        """Something that may be the end. Text as it comes is not."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LOOK_EVERY
        while (left := until - loop.time()) > 0 and await watch.wait(left):
            if any(getattr(frame, "state", "") == "idle" for frame in watch.take()):
                return
