"""What an agent needs beyond its shape: templates that parse, references that lead somewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from chatapp.errors import InvalidInput
from chatapp.models import Instruction, InstructionVersion, Tool
from chatapp.services.metadata import check_metadata, check_metadata_schema
from chatapp.services.template_checks import check_template, check_templates

__all__ = ["check_agent", "check_template"]


def check_agent(columns: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Templates parse, and what is referred to exists. Raises InvalidInput.

    What was referred to `before` may stay: an instruction disabled since keeps its agents.
    """
    check_metadata(columns["metadata"], {})
    check_metadata_schema(columns["metadata_schema"])
    check_templates(columns)
    for place, schema in _output_schemas(columns):
        _check_output_schema(schema, place)
    known = set(_instruction_references(before))
    for reference in _instruction_references(columns):
        if reference not in known:
            _check_instruction(*reference)
    _check_tools(columns, before)


def _output_schemas(columns: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, step in columns["steps"].items():
        if specification := step["output_parser"].get("json_schema"):
            yield f"steps.{name}.output_parser.json_schema.schema", specification["schema"]


def _check_output_schema(schema: Any, place: str) -> None:
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as exc:
        raise InvalidInput(f"{place}: {exc.message}", {place: exc.message}) from exc


def _instruction_references(columns: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    for step in columns.get("steps", {}).values():
        for instruction in step.get("instructions", ()):
            if instruction.get("type") == "reference":
                yield instruction["id"], instruction.get("version")


def _check_instruction(key: str, version: int | None) -> None:
    instruction = Instruction.objects.filter(key=key).first()
    if instruction is None:
        raise InvalidInput(f"There is no instruction {key!r}.", {"instructions": f"No {key!r}."})
    if not instruction.enabled:
        raise InvalidInput(f"{key!r} is disabled.", {"instructions": f"{key!r} is disabled."})
    versions = InstructionVersion.objects.filter(instruction=instruction)
    if version is not None and not versions.filter(number=version).exists():
        raise InvalidInput(
            f"{key!r} has no version {version}.", {"instructions": f"No version {version}."}
        )


def _check_tools(columns: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    known = before.get("tool_configurations", {})
    for name, configuration in columns["tool_configurations"].items():
        tool_id = configuration.get("tool_id")
        # Those exist at Vectara alone: the agent is taken as it is, the tool says no.
        if configuration["type"] == "dynamic_vectara":
            continue
        if tool_id is None or known.get(name, {}).get("tool_id") == tool_id:
            continue
        if not Tool.objects.filter(key=tool_id).exists():
            place = f"tool_configurations.{name}.tool_id"
            raise InvalidInput(f"There is no tool {tool_id!r}.", {place: "No such tool."})
