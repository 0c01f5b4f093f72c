"""Editing shared instructions: what their agents cannot give them is told."""

import pytest
from django.urls import reverse

from chatapp.services.instructions import create_instruction
from tests.factories import make_agent


@pytest.fixture
def shared(ada):
    return create_instruction(author=ada, name="Tone", template="Be kind.").instruction


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def test_a_field_that_an_agent_does_not_have_is_told_and_the_text_is_stored(desk, shared):
    steps = {"main": {"instructions": [{"type": "reference", "id": shared.key}]}}
    schema = {"type": "object", "properties": {"language": {"type": "string"}}}
    make_agent(key="guide", steps=steps, metadata_schema=schema)
    page = reverse("admin:chatapp_instruction_change", args=[shared.pk])
    form = {"name": "Tone", "enabled": "on", "metadata": "{}"}
    form |= {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}

    answer = desk.post(page, {**form, "template": "In $session.metadata.lang."}, follow=True)

    told = "agent guide, line 1: The agent's metadata schema has no 'session.metadata.lang'."
    assert str(next(iter(answer.context["messages"]))).startswith(told)
    assert shared.version().template == "In $session.metadata.lang."
