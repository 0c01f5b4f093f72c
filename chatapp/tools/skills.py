"""Skills: texts that an agent loads when it needs them. The tool is there if there are any."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from chatapp.errors import ToolError
from chatapp.events.bodies import SkillLoad
from chatapp.tools.base import Tool, ToolArguments, ToolContext

NAME = "invoke_skill"


class InvokeSkillInput(ToolArguments):
    skill_name: str = Field(description="The skill's name.")


class InvokeSkill(Tool[InvokeSkillInput], name=NAME):
    """Load a skill: instructions for a kind of task. Do so before you begin such a task."""

    title = "Load a skill"
    Input = InvokeSkillInput
    skills: Mapping[str, Mapping[str, Any]] = {}

    @classmethod
    def offering(cls, skills: Mapping[str, Mapping[str, Any]]) -> "InvokeSkill":
        tool = cls({"type": NAME})
        tool.skills = skills
        return tool

    def description(self) -> str:
        listed = [
            f"- {name}: {skill.get('description', '')}" for name, skill in self.skills.items()
        ]
        return "\n".join((super().description(), "Skills:", *listed))

    def input_schema(self) -> dict[str, Any]:
        schema = super().input_schema()
        schema["properties"]["skill_name"]["enum"] = list(self.skills)
        return schema

    async def call(self, arguments: InvokeSkillInput, context: ToolContext) -> dict[str, Any]:
        skill = self.skills.get(arguments.skill_name)
        if skill is None:
            raise ToolError(
                f"There is no skill {arguments.skill_name!r}. There are: {', '.join(self.skills)}.",
                code="not_found",
            )
        context.said.append(SkillLoad(skill_name=arguments.skill_name, content=skill["content"]))
        return {"skill_name": arguments.skill_name, "loaded": True}
