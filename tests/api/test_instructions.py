"""/v2/instructions: versions, trials, refusals (wire contract, §8)."""

import pytest

from tests.factories import make_agent

HELLO = {"type": "initial", "name": "hello", "template": "Hello $session.metadata.who!"}


@pytest.fixture
def hello(admin):
    return admin.post("/instructions", HELLO).json()


def test_a_change_of_an_instruction_is_its_next_version(admin, hello):
    url = f"/instructions/{hello['id']}"

    changed = admin.patch(url, {"type": "initial", "template": "Bye"}).json()

    assert (hello["version"], changed["version"]) == (1, 2)
    assert admin.get(url).json()["template"] == "Bye"
    assert admin.get(url, version=1).json()["template"] == HELLO["template"]
    assert admin.get(url, version=3).status_code == 404


def test_an_instruction_can_be_tried_out(admin, hello):
    url = f"/instructions/{hello['id']}/test"

    assert admin.post(url, {"context": {"who": "Ada"}}).json() == {
        "rendered_instruction": "Hello Ada!"
    }
    without_body = admin("post", url, data=b"", content_type="application/json")
    assert without_body.json() == {"rendered_instruction": "Hello $session.metadata.who!"}


def test_a_template_that_cannot_be_rendered_is_unprocessable(admin, hello):
    url = f"/instructions/{hello['id']}"
    endless = "#foreach($a in [1..9999])#foreach($b in [1..9999])x#end#end"
    admin.patch(url, {"type": "initial", "template": endless})

    assert admin.post(f"{url}/test", {}).status_code == 422


def test_a_bad_template_is_refused(admin, hello):
    assert admin.post("/instructions", {**HELLO, "template": "#if("}).status_code == 400


def test_a_version_in_use_cannot_be_deleted(admin, hello):
    url = f"/instructions/{hello['id']}"
    admin.patch(url, {"type": "initial", "template": "Bye"})
    reference = {"type": "reference", "id": hello["id"], "version": 1}
    make_agent(steps={"main": {"instructions": [reference], "output_parser": {"type": "default"}}})

    assert admin.delete(f"{url}/versions/1").status_code == 409
    assert admin.delete(f"{url}/versions/2").status_code == 204
    assert admin.delete(f"{url}/versions/2").status_code == 404
    assert admin.delete(f"{url}/versions/{10**30}").status_code == 404
    assert admin.delete(url).status_code == 204
