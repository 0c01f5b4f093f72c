"""/v2/agents: what create, patch and replace make of what they are told (wire contract, §6)."""

import pytest

from chatapp.models import Agent
from chatapp.services.agent_secrets import open_secrets
from chatapp.services.instructions import create_instruction, update_instruction

SMALL = {
    "key": "small",
    "name": "Small",
    "model": {"name": "gpt-4o"},
    "first_step": {"type": "conversational", "output_parser": {"type": "default"}},
}


@pytest.fixture
def small(admin):
    return admin.post("/agents", SMALL).json()


def test_a_small_agent_is_filled_up(small):
    assert small["first_step"] == {
        "name": "main",
        "type": "conversational",
        "instructions": [],
        "output_parser": {"type": "default"},
    }
    assert small["first_step_name"] == "main"
    assert small["tool_configurations"] == {}
    assert small["enabled"] is True


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("artifact_read", {"max_lines": 0}),
        ("artifact_read", {"max_size_bytes": "many"}),
        ("get_document_text", {"metadata": {"exclude_paths": ["$.a b"]}}),
        ("get_document_text", {"metadata": {"include": "some"}}),
    ],
)
def test_settings_of_a_tool_that_make_no_sense_are_refused(admin, kind, values):
    tools = {"t": {"type": kind, "tool_configuration": values}}

    answer = admin.post("/agents", {**SMALL, "tool_configurations": tools})

    assert answer.status_code == 400
    assert next(iter(answer.json()["field_errors"])).startswith("tool_configurations.t.")


def test_a_tool_that_only_vectara_has_is_kept_as_it_is(admin):
    tools = {"theirs": {"type": "dynamic_vectara", "tool_id": "tol_theirs"}}

    answer = admin.post("/agents", {**SMALL, "tool_configurations": tools})

    assert answer.json()["tool_configurations"] == tools


def test_a_first_step_must_have_the_name_that_is_given_beside_it(admin):
    answer = admin.post("/agents", {**SMALL, "first_step_name": "other"})

    assert answer.status_code == 400
    assert answer.json()["field_errors"] == {
        "body": "first_step_name 'other' is not the name of first_step."
    }
    assert admin.post("/agents", {**SMALL, "first_step_name": "main"}).status_code == 201


@pytest.mark.parametrize("kind", [{}, {"type": None}, {"type": "inline"}])
def test_reminders_are_told_in_full(admin, kind):
    glossary = {"type": "glossary_expansion", "glossary_key": "finance"}
    first_step = {**SMALL["first_step"], "reminders": [{**kind, "template": "Cite."}, glossary]}

    told = admin.post("/agents", {**SMALL, "first_step": first_step}).json()

    assert told["first_step"]["reminders"] == [
        {"type": "templated", "template": "Cite.", "hooks": ["input_message"]},
        glossary,
    ]


@pytest.mark.parametrize("reminder", [{"type": "song", "template": "x"}, "x", None, 5, ["x"]])
def test_a_reminder_of_an_unknown_kind_is_refused(admin, reminder):
    first_step = {**SMALL["first_step"], "reminders": [reminder]}

    answer = admin.post("/agents", {**SMALL, "first_step": first_step})

    assert answer.status_code == 400
    assert "first_step.reminders.0" in answer.json()["field_errors"]


def test_an_agent_without_a_key_gets_one_from_its_name(admin):
    body = {**SMALL, "key": None, "name": "Tech docs"}

    assert admin.post("/agents", body).json()["key"].startswith("agt_tech_docs_")


def test_the_key_of_another_agent_is_a_conflict(admin, small):
    answer = admin.post("/agents", SMALL)

    assert answer.status_code == 409
    assert "small" in answer.json()["messages"][0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 51}, "name"),
        ({"model": {}}, "model.name"),
        ({"key": "not a key"}, "key"),
        ({"key": "key\n"}, "key"),
        ({"tool_configurations": {"x": {"type": "teleport"}}}, "tool_configurations.x"),
        ({"skills": {"x": {"content": "c"}}}, "skills.x.description"),
        ({"skills": {"x": {"description": "d" * 501, "content": ""}}}, "skills.x.description"),
        ({"compaction": {"threshold_percent": 10}}, "compaction.threshold_percent"),
        ({"metadata": []}, "metadata"),
        *(
            ({"model": {"name": "m", "retry_configuration": {member: value}}}, f"model.{place}")
            for member, value in (
                *(("max_retries", 11), ("max_retries", -1), ("initial_backoff_ms", 99)),
                *(("max_backoff_ms", 300_001), ("backoff_factor", 0.5), ("enabled", "perhaps")),
            )
            for place in (f"retry_configuration.{member}",)
        ),
    ],
)
def test_what_does_not_fit_is_named(admin, change, field):
    answer = admin.post("/agents", {**SMALL, **change})

    assert answer.status_code == 400
    assert field in answer.json()["field_errors"]


@pytest.mark.parametrize(
    "change",
    [
        {"first_step": None},
        {"first_step": None, "first_step_name": "a", "steps": {"b": {}}},
        {"first_step": {"name": "a"}, "first_step_name": "b", "steps": {"a": {}, "b": {}}},
        {"first_step": {"name": "a"}, "first_step_name": "a", "steps": {"a": {"type": "other"}}},
    ],
)
def test_an_agent_needs_one_entry_point(admin, change):
    assert admin.post("/agents", {**SMALL, **change}).status_code == 400


def test_steps_and_first_step_may_say_the_same(admin):
    step = {"instructions": [], "output_parser": {"type": "default"}}
    body = {
        **SMALL,
        "first_step": {"name": "a", **step},
        "first_step_name": "a",
        "steps": {"a": step, "b": step},
    }

    answer = admin.post("/agents", body)

    assert answer.status_code == 201
    assert set(answer.json()["steps"]) == {"a", "b"}


def test_a_template_that_does_not_parse_is_refused(admin):
    step = {"instructions": [{"type": "inline", "name": "i", "template": "#if($x"}]}

    answer = admin.post("/agents", {**SMALL, "first_step": step})

    assert answer.status_code == 400
    assert list(answer.json()["field_errors"]) == ["steps.main.instructions.0.template"]


def test_an_instruction_that_is_not_there_is_refused(admin):
    step = {"instructions": [{"type": "reference", "id": "ins_nope"}]}

    assert admin.post("/agents", {**SMALL, "first_step": step}).status_code == 400


def test_an_instruction_disabled_since_keeps_its_agents(admin, ada):
    key = create_instruction(author=ada, name="i", template="Be brief.").instruction.key
    step = {"instructions": [{"type": "reference", "id": key}]}
    admin.post("/agents", {**SMALL, "first_step": step})
    update_instruction(key=key, author=ada, changes={"enabled": False})

    kept = admin.patch("/agents/small", {"description": "Still here"})
    refused = admin.post("/agents", {**SMALL, "key": "new", "first_step": step})

    assert (kept.status_code, refused.status_code) == (200, 400)


def test_a_patch_keeps_what_it_does_not_name(admin, small):
    patched = admin.patch("/agents/small", {"description": "New"}).json()

    assert {**patched, "description": "", "updated_at": ""} == {**small, "updated_at": ""}
    assert patched["description"] == "New"


def test_null_clears(admin, small):
    admin.patch(
        "/agents/small",
        {
            "description": "d",
            "metadata": {"a": 1},
            "tool_configurations": {"w": {"type": "web_search"}},
            "skills": {"s": {"description": "d", "content": "c"}},
            "compaction": {"enabled": True},
            "enabled": False,
        },
    )

    names = ("description", "metadata", "tool_configurations", "skills", "compaction", "enabled")
    cleared = admin.patch("/agents/small", dict.fromkeys(names)).json()

    assert [cleared.get(name) for name in names] == ["", {}, {}, {}, None, True]


def test_maps_are_merged_and_a_null_member_goes(admin, small):
    web, grep = {"type": "web_search"}, {"type": "artifact_grep"}
    admin.patch("/agents/small", {"tool_configurations": {"w": web, "g": grep}})

    patch = {"tool_configurations": {"w": {**web, "argument_override": {"limit": 3}}, "g": None}}
    patched = admin.patch("/agents/small", patch).json()

    assert patched["tool_configurations"] == {"w": {**web, "argument_override": {"limit": 3}}}


def test_a_step_is_patched_member_by_member(admin, small):
    inline = {"type": "inline", "name": "i", "template": "Be brief."}
    admin.patch("/agents/small", {"first_step": {"instructions": [inline], "allowed_tools": []}})

    patched = admin.patch("/agents/small", {"steps": {"main": {"allowed_tools": None}}}).json()

    assert patched["first_step"]["instructions"] == [inline]
    assert "allowed_tools" not in patched["first_step"]


def test_the_first_step_cannot_be_taken_away(admin, small):
    assert admin.patch("/agents/small", {"steps": {"main": None}}).status_code == 400


def test_put_replaces_everything_but_the_key(admin, small):
    admin.patch("/agents/small", {"description": "d", "metadata": {"a": 1}})

    replaced = admin.put("/agents/small", {**SMALL, "key": None, "name": "Other"}).json()

    assert (replaced["key"], replaced["name"]) == ("small", "Other")
    assert (replaced["description"], replaced["metadata"]) == ("", {})
    assert admin.put("/agents/small", {**SMALL, "key": "other"}).status_code == 400


def test_every_save_is_a_version(admin, small):
    admin.patch("/agents/small", {"description": "d"})

    versions = Agent.objects.get(key="small").versions.all()
    assert [version.number for version in versions] == [2, 1]


def test_a_deleted_agent_takes_its_sessions_along(admin, small):
    session = admin.post("/agents/small/sessions").json()["key"]

    assert admin.delete("/agents/small").status_code == 204
    assert admin.get("/agents/small").status_code == 404
    assert admin.get(f"/agents/small/sessions/{session}").status_code == 404


def test_others_do_not_see_how_an_agent_is_told_to_behave(api, admin, small):
    inline = {"type": "inline", "name": "i", "template": "A secret of the trade."}
    admin.patch("/agents/small", {"first_step": {"instructions": [inline]}})

    answer = api.get("/agents/small")

    assert answer.status_code == 200
    assert "secret" not in answer.content.decode()


def test_a_disabled_agent_is_hidden_from_others(api, admin, small):
    admin.patch("/agents/small", {"enabled": False})

    assert admin.get("/agents/small").json()["enabled"] is False
    assert api.get("/agents/small").status_code == 404


def test_the_identity_follows_the_tools_until_it_is_frozen(admin, small):
    sub = {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "helper"}}
    admin.patch("/agents/small", {"tool_configurations": {"h": sub}})
    auto = admin.get("/agents/small/identity").json()

    frozen = admin.patch("/agents/small/identity", {"mode": "manual"}).json()
    admin.patch("/agents/small", {"tool_configurations": None})

    assert auto["agent_roles"] == [{"agent_key": "helper", "role": "agent_user"}]
    assert frozen == {**auto, "mode": "manual"}
    assert admin.get("/agents/small/identity").json() == frozen


def test_secrets_are_never_read_back(admin, small):
    admin.put("/agents/small/secrets", {"secrets": {"A": "one", "B": "two"}})

    answer = admin.patch("/agents/small/secrets", {"secrets": {"A": "****", "B": None, "C": "3"}})

    assert answer.json() == {"secrets": {"A": "****", "C": "****"}}
    agent = Agent.objects.get(key="small")
    assert open_secrets(agent) == {"A": "one", "C": "3"}
    assert "one" not in str(agent.secrets)
