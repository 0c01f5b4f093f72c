import pytest

from chatapp.errors import InvalidInput, Unprocessable
from chatapp.services.agent_secrets import set_secrets
from chatapp.services.template_checks import check_templates
from tests.factories import make_agent, make_session

SCHEMA = {
    "type": "object",
    "properties": {
        "language": {"type": "string"},
        "customer": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}


def columns(template="", schema=None, tools=None, **step):
    instructions = [{"type": "inline", "name": "i", "template": template}] if template else []
    return {
        "steps": {"main": {"instructions": instructions, **step}},
        "tool_configurations": tools or {},
        "metadata_schema": schema or {},
    }


def test_a_template_that_does_not_parse_is_refused_with_its_line():
    with pytest.raises(InvalidInput) as caught:
        check_templates(columns("Hello\n#if($x)"))

    [(place, told)] = caught.value.field_errors.items()
    assert place == "steps.main.instructions.0.template"
    assert "ine 2" in told


def test_a_name_that_is_not_in_the_schema_is_refused_with_the_nearest():
    with pytest.raises(InvalidInput, match="Did you mean 'language'"):
        check_templates(columns("In ${session.metadata.langauge}.", SCHEMA))


@pytest.mark.parametrize(
    "template",
    [
        "$session.metadata.language.toUpperCase()",
        "$session.metadata.customer.name",
        "$!session.metadata.get('language')",
        "$session.key $anything.else",
    ],
)
def test_names_of_the_schema_may_be_used(template):
    check_templates(columns(template, SCHEMA))


@pytest.mark.parametrize("schema", [{}, {**SCHEMA, "additionalProperties": True}])
def test_without_a_closed_schema_every_name_may_be_used(schema):
    check_templates(columns("$session.metadata.whatever", schema))


def test_references_of_tools_are_held_against_the_schema_too():
    tools = {"read": {"argument_override": {"artifact_id": {"$ref": "session.metadata.lang"}}}}

    with pytest.raises(InvalidInput, match=r"session\.metadata\.lang"):
        check_templates(columns(schema=SCHEMA, tools=tools))


@pytest.mark.parametrize(
    "step",
    [
        {"next_steps": [{"step_name": "nowhere"}]},
        {"next_steps": [{"step_name": "main", "condition": "get("}]},
        {"reentry_step": "nowhere"},
    ],
)
def test_steps_must_lead_somewhere(step):
    with pytest.raises(InvalidInput):
        check_templates(columns(**step))


@pytest.mark.django_db
def test_a_session_without_what_its_tools_refer_to_cannot_begin(alice):
    override = {"artifact_id": {"$ref": "session.metadata.file"}}
    agent = make_agent(
        tool_configurations={"read": {"type": "artifact_read", "argument_override": override}}
    )

    with pytest.raises(Unprocessable, match=r"tool 'read': unresolved refs \[session.metadata.f"):
        make_session(owner=alice, agent=agent)
    make_session(owner=alice, agent=agent, metadata={"file": "art_1"})


@pytest.mark.django_db
def test_what_is_no_path_of_ours_is_text_but_not_in_a_filter(alice):
    in_text = {"type": "web_get", "argument_override": {"body": "${HOME}"}}
    one = {"corpus_key": "k", "metadata_filter": "doc.a = ${HOME}"}
    in_filter = {
        "type": "corpora_search",
        "query_configuration": {"search": {"corpora": [one]}},
    }

    make_session(owner=alice, agent=make_agent(key="text", tool_configurations={"t": in_text}))
    agent = make_agent(key="filter", tool_configurations={"t": in_filter})
    with pytest.raises(Unprocessable, match=r"unresolved refs \[HOME\]"):
        make_session(owner=alice, agent=agent)


@pytest.mark.django_db
def test_a_secret_is_there_once_it_is_set(alice):
    override = {"headers": {"Authorization": {"$ref": "agent.secrets.TOKEN"}}}
    agent = make_agent(
        tool_configurations={"get": {"type": "web_get", "argument_override": override}}
    )

    with pytest.raises(Unprocessable):
        make_session(owner=alice, agent=agent)
    set_secrets(agent=agent, actor=alice, secrets={"TOKEN": "t"}, replace=True)
    make_session(owner=alice, agent=agent)
