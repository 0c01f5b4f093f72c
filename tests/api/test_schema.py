"""Our answers against two schemas, the contract's and our own: the short tier.

The long one is `python -m tests.torture.contract`.
"""

import pytest

from chatapp.api.v2 import api
from tests.installation import Installation
from tests.torture.contract import CONTRACT, make_session, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = {"CHATAPP_API_REQUESTS_PER_MINUTE": "1000000"}
    with Installation(tmp_path_factory.mktemp("schema"), **settings) as installation:
        web = installation.web()
        key = installation.manage("createapikey", "ada")
        make_session(web.url, key)
        yield web.url, key


def test_what_may_be_null_may_be_left_out():
    """As it is, in answers: no member is null there."""
    schemas = api.get_openapi_schema()["components"]["schemas"]
    wrong = [
        f"{name}.{member}"
        for name, schema in schemas.items()
        for member in schema.get("required", ())
        if {"type": "null"} in schema["properties"][member].get("anyOf", ())
    ]

    assert wrong == []


@pytest.mark.parametrize("schema", ["contract", "ours"])
def test_no_answer_breaks_its_schema(server, schema):
    url, key = server
    source = str(CONTRACT) if schema == "contract" else f"{url}/v2/openapi.json"

    report = run(url, key, source, examples=3, seconds=20, seed=1)

    assert report.failures == 0, report.output[-5000:]
    assert report.generated > 100
