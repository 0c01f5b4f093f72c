"""/v2/llms, chat completions, and the lists of what there is to choose from."""

from chatapp.models import Llm

MODEL = {"type": "openai-compatible", "name": "mine", "uri": "https://llm.example.com/v1"}


def test_a_language_model_is_added_and_changed(admin):
    auth = {"type": "bearer", "token": "a secret"}
    created = admin.post("/llms", {**MODEL, "model": "m", "auth": auth}).json()
    url = f"/llms/{created['id']}"

    patched = admin.patch(url, {"type": MODEL["type"], "enabled": False}).json()

    assert (created["ownership"], created["default"], patched["enabled"]) == (
        "customer", False, False,
    )  # fmt: skip
    llm = Llm.objects.get(name="mine")
    assert (llm.secret, llm.upstream_name, llm.provider) == ("a secret", "m", "openai")
    assert admin.post("/llms", MODEL).status_code == 409
    assert admin.delete(url).status_code == 204


def test_there_is_always_a_model_and_it_stays(admin):
    [default] = admin.get("/llms").json()["llms"]

    assert default["default"] is True
    assert admin.delete(f"/llms/{default['id']}").status_code == 403


def test_a_type_we_cannot_serve_is_refused(admin):
    assert admin.post("/llms", {**MODEL, "type": "vertex-ai"}).status_code == 400


def test_the_built_in_model_completes_chats(api):
    messages = [{"role": "user", "content": "What is 6 * 7?"}]

    answer = api.post("/llms/chat/completions", {"model": "gpt-4o", "messages": messages})

    assert answer.status_code == 200
    assert "42" in answer.json()["choices"][0]["message"]["content"]


def test_there_is_something_to_choose_from(api):
    presets = api.get("/generation_presets").json()["generation_presets"]

    assert len([preset for preset in presets if preset["enabled"]]) >= 2
    assert any(preset["default"] for preset in presets)
    assert api.get("/rerankers").json()["rerankers"]
    assert api.get("/pipelines").json() == {"pipelines": [], "metadata": {}}
    assert api.get("/jobs").json() == {"jobs": [], "metadata": {}}
