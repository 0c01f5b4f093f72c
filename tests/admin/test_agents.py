"""Editing agents: checked as a whole, stored as versions, compared, restored, previewed."""

import json

import pytest
from django.urls import reverse

from chatapp.admin.differences import compare
from chatapp.admin.previews import preview_of
from chatapp.models import Agent, AgentVersion, AuditEntry
from chatapp.services.agents import save_agent
from tests.factories import make_session


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def page_of(agent, name="change", *more):
    return reverse(f"admin:chatapp_agent_{name}", args=[agent.pk, *more])


def fields_of(agent, **fields):
    names = ("model", "steps", "tool_configurations", "skills", "compaction", "starters")
    names += ("tool_output_offloading", "metadata", "metadata_schema")
    return {
        **{name: json.dumps(getattr(agent, name)) for name in names},
        "name": agent.name,
        "enabled": "on",
        "show_thinking": "collapsed",
        "first_step_name": agent.first_step_name,
        "instructions": "",
        "note": "Changed",
        "versions-TOTAL_FORMS": 0,
        "versions-INITIAL_FORMS": 0,
        **fields,
    }


def save(desk, agent, **fields):
    return desk.post(page_of(agent), fields_of(agent, **fields), follow=True)


def test_a_save_is_a_version_with_its_author_and_note(desk, ada, agent):
    save(desk, agent, description="Helps.", note="A description")

    version = agent.versions.first()
    assert (version.number, version.author, version.note) == (2, ada, "A description")
    assert version.snapshot["description"] == "Helps."


def test_a_save_without_a_note_is_refused(desk, agent):
    save(desk, agent, description="Helps.", note="")

    assert agent.versions.count() == 1


def test_the_instructions_are_written_into_the_first_step(desk, agent):
    save(desk, agent, instructions="Be brief.")

    agent.refresh_from_db()
    [entry] = agent.first_step["instructions"]
    assert entry["template"] == "Be brief."
    assert "Be brief." in desk.get(page_of(agent)).content.decode()


@pytest.mark.parametrize("wrong", [{"main": {"instructions": 5}}, {"main": 5}, {"other": {}}])
def test_instructions_have_no_place_in_steps_that_are_none(desk, agent, wrong):
    page = save(desk, agent, instructions="Be brief.", steps=json.dumps(wrong))

    assert page.context["adminform"].form.errors
    assert agent.versions.count() == 1


def test_instructions_left_alone_leave_the_steps_alone(desk, agent):
    agent.steps = {
        "main": {
            "instructions": [
                {"type": "inline", "name": "one", "template": "One.", "template_type": "velocity"},
                {"type": "inline", "name": "two", "template": "Two.", "template_type": "velocity"},
            ],
            "output_parser": {"type": "default"},
        }
    }
    save_agent(agent=agent, author=None)

    save(desk, agent, instructions="One.", description="New")

    agent.refresh_from_db()
    texts = [entry["template"] for entry in agent.first_step["instructions"]]
    assert texts == ["One.", "Two."]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"instructions": "#if($x)"}, "instructions"),
        ({"model": '{"name": }'}, "Line 1, column 10"),
        ({"model": "{}"}, "model"),
        ({"steps": "[]"}, "steps"),
        ({"first_step_name": "other"}, "first_step_name"),
        ({"metadata_schema": '{"type": 7}'}, "is not valid under any of the given schemas"),
        ({"tool_configurations": '{"x": {"type": "nothing"}}'}, "tool_configurations"),
        ({"starters": '{"a": 1}'}, "starters"),
        ({"name": "x" * 51}, "50"),
    ],
)
def test_what_would_not_work_is_refused_with_its_reason(desk, agent, fields, told):
    page = save(desk, agent, **fields)

    assert page.status_code == 200
    assert told in page.content.decode()
    assert agent.versions.count() == 1


def test_an_agent_can_be_added(desk, ada):
    fields = fields_of(Agent(name="Fresh", model={"name": "default"}), key="fresh")
    fields["steps"] = '{"main": {"output_parser": {"type": "default"}}}'

    desk.post(reverse("admin:chatapp_agent_add"), fields)

    agent = Agent.objects.get(key="fresh")
    assert agent.owner == ada
    assert agent.versions.count() == 1


def test_the_form_of_a_new_agent_opens(desk):
    assert desk.get(reverse("admin:chatapp_agent_add")).status_code == 200


def test_deleting_an_agent_deletes_its_sessions_and_is_noted(desk, alice, agent):
    make_session(owner=alice, agent=agent)

    desk.post(page_of(agent, "delete"), {"post": "yes"})

    assert not Agent.objects.exists()
    assert AuditEntry.objects.filter(action="agent.delete", object_key=agent.key).exists()


# Versions


@pytest.fixture
def changed(agent):
    agent.description = "Second"
    agent.metadata = {"<b>": "<script>"}
    save_agent(agent=agent, author=None, note="Second")
    return agent


def test_versions_are_compared_side_by_side(desk, changed):
    page = desk.get(page_of(changed, "compare", 1)).content.decode()

    assert "description" in page
    assert "Second" in page
    assert "<script>" not in page


def test_a_version_is_restored_as_a_new_one(desk, changed):
    desk.post(page_of(changed, "restore", 1))

    changed.refresh_from_db()
    assert changed.description == ""
    assert changed.versions.first().note == "Restored version 1"
    assert changed.versions.count() == 3


def test_looking_restores_nothing(desk, changed):
    assert desk.get(page_of(changed, "restore", 1)).status_code == 405
    assert changed.versions.count() == 2


def test_a_version_that_is_not_there_is_not_found(desk, changed):
    assert desk.get(page_of(changed, "compare", 9)).status_code == 404
    assert desk.post(page_of(changed, "restore", 9)).status_code == 404


def test_versions_are_listed_with_the_agent(desk, changed):
    page = desk.get(page_of(changed)).content.decode()

    assert page_of(changed, "compare", 1) in page
    assert AgentVersion.objects.count() == 2


def test_only_lines_near_a_difference_are_shown():
    old = {"steps": "\n".join(str(n) for n in range(50)), "same": 1}
    new = {"steps": "\n".join("ten" if n == 10 else str(n) for n in range(50)), "same": 1}

    [(name, lines)] = compare(old, new)

    assert name == "steps"
    assert [(line.old, line.new) for line in lines if line.kind == "replace"] == [("10", "ten")]
    assert len(lines) == 7


# Previews

SCHEMA = {"properties": {"language": {"type": "string"}, "role": {"type": "string"}}}


def test_a_preview_is_the_text_the_agent_gets(agent):
    template = "You are $agent.name. Answer in ${session.metadata.language}."

    preview = preview_of(template, agent=agent, schema=SCHEMA, metadata={"language": "French"})

    assert preview.text == "You are Support agent. Answer in French."
    assert preview.error == ""


def test_a_preview_names_what_the_schema_does_not_know(agent):
    preview = preview_of("A\n$session.metadata.langauge", agent=agent, schema=SCHEMA, metadata={})

    [variable] = preview.variables
    assert (variable.name, variable.line, variable.in_schema) == ("langauge", 2, False)
    assert variable.nearest == "language"
    assert preview.unused == ["language", "role"]


def test_a_preview_warns_of_headings_that_would_vanish(agent):
    preview = preview_of("## Rules\nBe brief.", agent=agent, schema={}, metadata={})

    assert "comment in Velocity" in preview.warnings[0].message


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"template": "#if($x)"}, "ine 1"),
        ({"template": "x", "metadata": "{,}"}, "line 1, column 2"),
        ({"template": "x", "metadata": "[]"}, "must be a JSON object"),
        ({"template": "x", "metadata": "[" * 100_000}, "recursion"),
        ({"template": "x", "session": "ase_none"}, "There is no session"),
        ({"template": "x" * 70_000}, "65,536"),
    ],
)
def test_a_preview_that_cannot_be_made_says_why(desk, fields, told):
    response = desk.post(reverse("admin:chatapp_agent_preview"), fields)

    assert response.status_code == 200
    assert told in response.content.decode()


def test_a_preview_takes_the_metadata_of_a_session(desk, alice, agent):
    session = make_session(owner=alice, agent=agent, metadata={"language": "<i>Welsh</i>"})
    fields = {"template": "$session.metadata.language", "session": session.key, "agent": agent.pk}

    page = desk.post(reverse("admin:chatapp_agent_preview"), fields).content.decode()

    assert "&lt;i&gt;Welsh&lt;/i&gt;" in page


def test_a_preview_stores_nothing(desk, agent):
    before = agent.versions.count()

    desk.post(reverse("admin:chatapp_agent_preview"), {"template": "New", "agent": agent.pk})

    assert agent.versions.count() == before


def test_previews_are_for_administrators(client, rita, agent):
    client.force_login(rita)

    response = client.post(reverse("admin:chatapp_agent_preview"), {"template": "x"})

    assert response.status_code == 302


def test_a_heading_that_would_vanish_is_told_and_stored(desk, agent):
    answer = save(desk, agent, instructions="Hello\n## Rules\nBe kind.")

    assert agent.versions.count() == 2
    assert "line 2" in str(next(iter(answer.context["messages"])))
    assert "line 2" in desk.get(page_of(agent)).content.decode()
