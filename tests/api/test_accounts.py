"""/v2/api_keys and /v2/users."""

import pytest

from chatapp.models import ApiKey, User
from chatapp.services.users import create_user


def test_a_key_shows_its_secret_once(api):
    created = api.post("/api_keys", {"name": "k", "api_key_role": "serving"}).json()

    assert created["secret_key"].startswith("zk_")
    assert "secret_key" not in api.get(f"/api_keys/{created['id']}").json()
    assert created["secret_key"] not in api.get("/api_keys").content.decode()


def test_a_key_is_switched_off_and_deleted(api):
    url = f"/api_keys/{api.post('/api_keys', {'name': 'k'}).json()['id']}"

    assert api.patch(url, {"enabled": False}).json()["enabled"] is False
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert ApiKey.objects.count() == 1


def test_a_user_is_added_found_by_either_name_and_removed(admin):
    created = admin.post("/users", {"email": "new+1@example.com"}).json()

    assert (created["username"], created["enabled"]) == ("new+1@example.com", True)
    assert admin.get("/users/new+1@example.com").json() == created
    assert created in admin.get("/users").json()["users"]
    patch = {"enabled": False, "description": "d", "api_roles": ["administrator"]}
    patched = admin.patch("/users/new+1@example.com", patch).json()
    assert {**created, **patch} == patched
    assert User.objects.get(email="new+1@example.com").is_superuser
    assert admin.delete("/users/new+1@example.com").status_code == 204
    assert admin.get("/users/new+1@example.com").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "no address"}, 400),
        ({"email": "a@example.com", "username": "a b"}, 400),
        ({"email": "ADA@example.com"}, 409),
        ({"email": "a@example.com", "username": "ada"}, 409),
        ({"email": "a@example.com", "api_roles": ["emperor"]}, 400),
    ],
)
def test_a_bad_user_is_refused(admin, body, status):
    assert admin.post("/users", body).status_code == status


def test_nobody_locks_themselves_out(admin):
    assert admin.patch("/users/ada", {"enabled": False}).status_code == 403
    assert admin.patch("/users/ada", {"api_roles": []}).status_code == 403
    assert admin.delete("/users/ada").status_code == 403


def test_a_new_password_is_a_link_that_works_once(admin):
    create_user(username="new", email="new@example.com")

    answer = admin.post("/users/new/reset_password").json()

    assert answer["one_time_code_link"].endswith(f"/login/link/{answer['one_time_code']}")
