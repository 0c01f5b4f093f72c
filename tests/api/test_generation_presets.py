"""/v2/generation_presets, and what they do to a summary."""

import json

import pytest

from chatapp.services.presets import with_preset
from chatapp.services.query_requests import GenerationParameters
from tests.knowledge import core_document, make_corpus

PRESET = {
    "name": "mine",
    "llm_name": "gpt-4o",
    "max_used_search_results": 2,
    "max_tokens": 100,
    "temperature": 0,
    "additional_model_params": {"top_p": 0.5},
}


def named(api, name):
    [found] = [one for one in presets(api) if one["name"] == name]
    return found


def presets(api):
    return api.get("/generation_presets").json()["generation_presets"]


def test_there_are_two_to_begin_with(api):
    assert [one["name"] for one in presets(api) if one["enabled"]] == [
        "grounded-answer", "grounded-brief",
    ]  # fmt: skip
    assert [one["name"] for one in presets(api) if one["default"]] == ["grounded-answer"]


def test_one_is_added_replaced_and_deleted(admin):
    created = admin.post("/generation_presets", PRESET)
    url = f"/generation_presets/{created.json()['id']}"

    replaced = admin.put(url, {"name": "mine", "max_tokens": 7}).json()

    assert created.status_code == 201
    assert created.json()["additional_model_params"] == {"top_p": 0.5}
    assert replaced["max_tokens"] == 7
    assert "temperature" not in replaced
    assert admin.delete(url).status_code == 204
    assert admin.delete(url).status_code == 404


def test_they_are_listed_by_their_model_and_in_pages(admin):
    admin.post("/generation_presets", PRESET)
    first = admin.get("/generation_presets", limit=2).json()
    rest = admin.get("/generation_presets", page_key=first["metadata"]["page_key"]).json()

    of_model = admin.get("/generation_presets", llm_name="gpt-4o").json()

    assert [one["name"] for one in rest["generation_presets"]] == ["mine"]
    assert [one["name"] for one in of_model["generation_presets"]] == ["mine"]


def test_a_new_default_takes_the_place_of_the_old(admin):
    admin.post("/generation_presets", {**PRESET, "default": True})
    admin.post("/generation_presets", {**PRESET, "name": "other", "default": True})

    assert [one["name"] for one in presets(admin) if one["default"]] == ["other"]


@pytest.mark.parametrize("name", ["mine", "grounded-answer"])
def test_a_name_is_there_once(admin, name):
    admin.post("/generation_presets", PRESET)

    assert admin.post("/generation_presets", {**PRESET, "name": name}).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"name": None}, {"max_tokens": 0}, {"prompt_template": "#if("}, {"temperature": "hot"}],
)
def test_a_bad_value_is_refused_and_named(admin, wrong):
    answer = admin.post("/generation_presets", {**PRESET, **wrong})

    assert answer.status_code == 400
    assert list(answer.json()["field_errors"]) == list(wrong)


def test_what_comes_with_the_product_stays(admin):
    assert admin.put("/generation_presets/gpr_grounded-brief", PRESET).status_code == 403
    assert admin.delete("/generation_presets/gpr_grounded-answer").status_code == 403


def test_only_administrators_change_them(api):
    assert api.post("/generation_presets", PRESET).status_code == 403


def test_a_request_has_the_last_word(admin):
    admin.post("/generation_presets", PRESET)

    generation = with_preset(
        GenerationParameters(generation_preset_name="mine", model_parameters={"max_tokens": 9})
    )

    assert generation.max_used_search_results == 2
    assert generation.model_parameters.llm_name == "gpt-4o"
    assert generation.model_parameters.sent() == {"top_p": 0.5, "max_tokens": 9, "temperature": 0}


@pytest.fixture
def honey(alice):
    corpus = make_corpus(owner=alice, key="honey")
    texts = ("Bees make honey.", "Honey keeps for years.", "Wax is made by bees.", "Bees dance.")
    core_document(corpus, "bees", *texts)
    return corpus


def asked(api, **generation):
    return api.post("/corpora/honey/query", {"query": "honey bees", "generation": generation})


def test_a_query_is_answered_by_the_preset_it_names(api, honey):
    whole = asked(api).json()
    brief = asked(api, generation_preset_name="grounded-brief").json()

    [told, question] = json.loads(brief["rendered_prompt"])
    assert "two sentences" in told["content"]
    assert "[3]" in question["content"]
    assert "[4]" not in question["content"]
    assert "[4]" in whole["rendered_prompt"]


def test_a_preset_that_is_not_there_is_refused_by_name(api, honey):
    answer = asked(api, generation_preset_name="nope")

    assert answer.status_code == 400
    assert "grounded-brief" in answer.json()["messages"][0]


def test_the_answer_says_its_language(api, honey):
    assert asked(api, response_language="de").json()["response_language"] == "deu"
    assert asked(api, response_language="klingon").status_code == 400
