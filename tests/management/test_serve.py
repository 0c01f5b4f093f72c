"""`serve` as people run it: a real process on an empty folder."""

import signal
import socket

import httpx2
import pytest

from tests.installation import Installation, Person
from tests.processes import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("serve")) as installation:
        yield installation


@pytest.fixture(scope="module")
def web(installation):
    return installation.web()


def test_it_says_where_it_listens(web):
    assert f"Listening on http://127.0.0.1:{web.port}" in web.process.output.splitlines()


def test_it_is_up_and_ready(web):
    assert httpx2.get(f"{web.url}/healthz", timeout=60).text == "ok\n"
    assert httpx2.get(f"{web.url}/readyz", timeout=60).json()["ready"] is True


@pytest.mark.parametrize(("role", "path"), [("admin", "/admin/"), ("reviewer", "/review/")])
def test_its_first_start_prints_a_link_that_signs_in(web, role, path):
    person = Person(web, web.link_of(role))

    assert person.get(path).status_code == 200
    person.close()


def test_static_files_have_hashed_names_and_stay_in_caches(web):
    page = httpx2.get(f"{web.url}/accounts/login/", timeout=60).text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = httpx2.get(web.url + path, headers={"accept-encoding": "br"})

    assert answer.headers["cache-control"].startswith("max-age=31")
    assert answer.headers["content-encoding"] == "br"


def test_a_link_made_beside_it_leads_to_it(web, installation):
    assert installation.manage("signinlink", "uma").startswith(f"{web.url}/login/link/")


def test_a_port_in_use_ends_in_one_line(web, installation):
    with pytest.raises(RuntimeError) as refusal:
        installation.manage("serve", "--port", str(web.port))

    [line] = str(refusal.value).splitlines()
    assert "Address already in use" in line


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_a_host_that_is_not_ours_ends_in_one_line(installation, host):
    with pytest.raises(RuntimeError) as refusal:
        installation.manage("serve", "--host", host, "--port", "0")

    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("CHATAPP_MAX_UPLOAD_MB", "many"),
        ("CHATAPP_TURN_RUNNER", "sometimes"),
        ("CHATAPP_SECRET_KEY", "short"),
        ("CHATAPP_EMAIL_URL", "mail.example"),
        ("CHATAPP_LLM_BASE_URL", "http://llm.example/v1"),
    ],
)
def test_bad_configuration_ends_in_one_line_that_names_it(tmp_path, name, value):
    installation = Installation(tmp_path, **{name: value})
    with pytest.raises(RuntimeError) as refusal:
        installation.manage("serve", "--port", "0")

    [line] = str(refusal.value).splitlines()
    assert name in line


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_it_starts_again_on_what_is_there_and_ends_in_peace(installation, web, server):
    again = installation.web("--server", server)

    assert "A demo was made" not in again.process.output
    assert httpx2.get(f"{again.url}/readyz", timeout=60).json()["ready"] is True
    assert again.process.stop(signal.SIGTERM) == 0


def test_the_demo_can_be_left_out(tmp_path):
    with Installation(tmp_path) as installation:
        web = installation.web("--no-demo")

        assert "/login/link/" not in web.process.output
        assert installation.query("SELECT COUNT(*) AS n FROM chatapp_user") == [{"n": 0}]


def test_a_request_that_comes_while_it_starts_waits_for_it(tmp_path):
    with Installation(tmp_path) as installation:
        port = free_port()
        process = installation._start("serve", "--port", str(port))
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.is_running

        assert httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=120).text == "ok\n"
