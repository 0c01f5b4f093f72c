"""What is told to whoever edits a template, and refused to nobody."""

import pytest

from chatapp.services.instructions import create_instruction
from chatapp.services.template_notices import instruction_notices, template_notices
from tests.factories import make_agent

SCHEMA = {"type": "object", "properties": {"language": {"type": "string"}}}


def columns(*, metadata=None, schema=None, **step):
    return {
        "steps": {"main": step},
        "tool_configurations": {},
        "metadata": metadata or {},
        "metadata_schema": schema or {},
    }


def inline(template):
    return {"type": "inline", "name": "i", "template": template}


def test_a_heading_that_would_vanish_is_noticed():
    [notice] = template_notices(columns(instructions=[inline("Hello\n## Rules\nBe kind.")]))

    assert (notice.place, notice.line) == ("steps.main.instructions.0.template", 2)


def test_a_glossary_that_is_not_there_is_noticed():
    reminders = [{"type": "glossary_expansion", "glossary_key": key} for key in ("here", "gone")]
    glossaries = {"here": {"ARR": "annual recurring revenue"}}

    notices = template_notices(columns(metadata={"glossaries": glossaries}, reminders=reminders))

    assert [notice.place for notice in notices] == ["steps.main.reminders.1"]
    assert "'gone'" in notices[0].message


@pytest.mark.django_db
def test_a_shared_instruction_that_reads_an_unknown_field_is_noticed_by_the_agent(ada):
    shared = create_instruction(author=ada, name="s", template="In\n$session.metadata.langauge.")
    reference = {"type": "reference", "id": shared.instruction.key}

    [notice] = template_notices(columns(schema=SCHEMA, instructions=[reference]))

    assert (notice.place, notice.line) == ("steps.main.instructions.0", 2)
    assert "Did you mean 'language'?" in notice.message


@pytest.mark.django_db
def test_a_shared_instruction_is_held_against_every_agent_that_uses_it(ada):
    shared = create_instruction(
        author=ada, name="s", template="$session.metadata.place"
    ).instruction
    steps = {"main": {"instructions": [{"type": "reference", "id": shared.key}]}}
    make_agent(key="strict", steps=steps, metadata_schema=SCHEMA)
    make_agent(key="open", steps=steps)
    make_agent(key="other", metadata_schema=SCHEMA)

    notices = instruction_notices(shared, shared.version().template)

    assert [notice.place for notice in notices] == ["agent strict"]
