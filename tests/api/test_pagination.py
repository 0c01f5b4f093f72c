"""Pages: nothing twice, nothing missed, nothing made up."""

import pytest

from chatapp.api.pagination import open_page_key, page_key
from chatapp.errors import InvalidInput
from tests.factories import make_artifact, make_session


def walk(api, path, plural, **query):
    """All items, page by page, and how many pages there were."""
    items, pages, key = [], 0, None
    while pages < 50:
        page = api.get(path, **query, **({"page_key": key} if key else {})).json()
        items += page[plural]
        pages += 1
        key = page["metadata"].get("page_key")
        if not key:
            return items, pages
    raise AssertionError("the list has no end")


@pytest.fixture
def url(agent):
    return f"/agents/{agent.key}/sessions"


def test_every_item_comes_once(api, url, alice, agent):
    keys = [make_session(owner=alice, agent=agent).key for _ in range(7)]

    items, pages = walk(api, url, "sessions", limit=3)

    assert [item["key"] for item in items] == keys[::-1]
    assert pages == 3


def test_a_full_last_page_is_the_last(api, url, alice, agent):
    for _ in range(4):
        make_session(owner=alice, agent=agent)

    assert walk(api, url, "sessions", limit=2)[1] == 2


def test_what_comes_and_goes_meanwhile_moves_nothing(api, url, alice, agent):
    sessions = [make_session(owner=alice, agent=agent) for _ in range(4)]
    first = api.get(url, limit=2).json()

    make_session(owner=alice, agent=agent)
    sessions[2].delete()
    second = api.get(url, limit=2, page_key=first["metadata"]["page_key"]).json()

    assert [item["key"] for item in second["sessions"]] == [sessions[1].key, sessions[0].key]


def test_artifacts_of_one_moment_are_not_lost(api, url, session):
    moment = make_artifact(session, "first.txt", b"x").created_at
    for number in range(4):
        make_artifact(session, f"{number}.txt", b"x")
    session.artifacts.update(created_at=moment)

    items, _ = walk(api, f"{url}/{session.key}/artifacts", "artifacts", limit=2, order_by="asc")

    assert [item["filename"] for item in items] == ["first.txt", *(f"{n}.txt" for n in range(4))]


def test_pages_keep_their_filter(api, url, alice, agent):
    for number in range(9):
        make_session(owner=alice, agent=agent, name=f"{'even' if number % 2 == 0 else 'odd'}")

    items, pages = walk(api, url, "sessions", limit=2, filter="even")

    assert len(items) == 5
    assert pages == 3


@pytest.mark.parametrize("limit", [0, -1, 101, "x", 10**30])
def test_a_limit_out_of_range_is_refused(api, limit):
    assert api.get("/agents", limit=limit).status_code == 400


@pytest.mark.parametrize("key", ["x", "MTIz", "!!", "é", "a" * 1001, "\x00"])
def test_a_page_key_cannot_be_made_up(api, agent, key):
    assert api.get("/agents", page_key=key).status_code == 400


def test_a_page_key_is_of_one_list():
    key = page_key([7], "one")

    assert open_page_key(key, "one") == [7]
    with pytest.raises(InvalidInput):
        open_page_key(key, "two")


@pytest.mark.parametrize("pattern", ["(", "a{1,99999}", "(?<=a)b", r"\1"])
def test_a_filter_that_is_no_expression_is_refused(api, pattern):
    assert api.get("/agents", filter=pattern).status_code == 400


def test_a_filter_takes_no_longer_than_the_text_is_long(api, alice, agent):
    """This one takes years where patterns are tried by going back."""
    make_session(owner=alice, agent=agent, description="a" * 5000)

    assert api.get(f"/agents/{agent.key}/sessions", filter="(a+)+$x").json()["sessions"] == []
