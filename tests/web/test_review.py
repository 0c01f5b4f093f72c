"""The review desk: who gets in, what is found, what a look leaves behind."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chatapp.events.bodies import AgentOutput, Thinking, ToolOutput
from chatapp.models import AuditEntry, Session
from chatapp.services import compactions
from chatapp.services.events import append_events, hide_event
from chatapp.services.sessions import delete_session
from tests.factories import make_agent, make_artifact, make_session, send

LIST = reverse("review")


def page_of(session, **query):
    return reverse("review-session", args=[session.key])


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def last_active(session, days_ago):
    moment = timezone.now() - timedelta(days=days_ago)
    Session.objects.filter(pk=session.pk).update(last_event_at=moment)


def names(response):
    return [session.name for session in response.context["rows"]]


# Who gets in


@pytest.mark.parametrize("url", [LIST, "/review/ase_any"])
def test_strangers_are_sent_to_the_login(client, db, url):
    assert client.get(url).url.startswith(reverse("account_login"))


def test_to_users_the_desk_does_not_exist(client, bob, session):
    client.force_login(bob)

    assert client.get(LIST).status_code == 404
    assert client.get(page_of(session)).status_code == 404


def test_an_owner_is_no_reviewer_of_their_own_session(client, alice, session):
    client.force_login(alice)

    assert client.get(page_of(session)).status_code == 404
    assert not AuditEntry.objects.exists()


def test_admins_may_review(client, ada, session):
    client.force_login(ada)

    assert client.get(LIST).status_code == 200
    assert client.get(page_of(session)).status_code == 200


def test_a_deactivated_reviewer_is_out(desk, rita, session):
    rita.is_active = False
    rita.save()

    assert desk.get(page_of(session)).status_code == 302


# The list


def test_it_lists_everybodys_sessions_newest_first(desk, alice, bob, agent):
    last_active(make_session(owner=alice, agent=agent, name="Older"), 2)
    last_active(make_session(owner=bob, agent=agent, name="Newer"), 1)

    assert names(desk.get(LIST)) == ["Newer", "Older"]


def test_looking_at_the_list_is_no_read_of_a_session(desk, session):
    desk.get(LIST)

    assert not AuditEntry.objects.exists()


def test_deleted_sessions_are_not_listed(desk, session):
    delete_session(session=session)

    assert names(desk.get(LIST)) == []


@pytest.fixture
def four(alice, bob, agent):
    other = make_agent(name="Other agent", key="other")
    sessions = [
        make_session(owner=alice, agent=agent, name="Refund question"),
        make_session(owner=alice, agent=other, name="Import fails"),
        make_session(owner=bob, agent=agent, name="Refund again"),
        make_session(owner=bob, agent=other, name="Holidays"),
    ]
    for days_ago, session in enumerate(sessions):
        last_active(session, days_ago)
    Session.objects.filter(name="Import fails").update(state="failed")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "refund"}, ["Refund question", "Refund again"]),
        ({"agent": "other"}, ["Import fails", "Holidays"]),
        ({"user": "bob"}, ["Refund again", "Holidays"]),
        ({"state": "failed"}, ["Import fails"]),
        ({"user": "bob", "q": "refund"}, ["Refund again"]),
        ({"q": "%"}, []),
        ({"agent": "unknown"}, []),
    ],
)
def test_filters_stand_in_the_url(desk, query, found):
    assert names(desk.get(LIST, query)) == found


@pytest.mark.usefixtures("four")
def test_both_ends_of_a_date_range_belong_to_it(desk):
    today = timezone.localdate()
    query = {"since": today - timedelta(days=2), "until": today - timedelta(days=1)}

    assert names(desk.get(LIST, query)) == ["Import fails", "Refund again"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    "query",
    [{"since": "soon"}, {"state": "sideways"}, {"q": "x" * 300}, {"before": "yesterday~x"}],
)
def test_a_filter_that_makes_no_sense_is_said_and_left_out(desk, query):
    response = desk.get(LIST, query)

    assert response.status_code == 200
    assert len(names(response)) == 4


def test_pages_follow_each_other_without_gap_or_overlap(desk, alice, agent):
    made = {make_session(owner=alice, agent=agent, name=f"No {n}").name for n in range(120)}
    Session.objects.update(last_event_at=timezone.now())

    seen, url = [], LIST
    while url:
        response = desk.get(url, headers={"hx-request": "true"})
        seen += names(response)
        url = response.context["next_page"]

    assert len(seen) == 120
    assert set(seen) == made


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    desk, alice, agent, django_assert_num_queries
):
    make_session(owner=alice, agent=agent)
    with django_assert_num_queries(6):
        desk.get(LIST)
    for _ in range(30):
        make_session(owner=alice, agent=agent)
    with django_assert_num_queries(6):
        desk.get(LIST)


# One session


def test_each_look_leaves_exactly_one_entry(desk, rita, session):
    for _ in range(2):
        desk.get(page_of(session))

    entries = list(AuditEntry.objects.all())
    assert [(e.actor, e.action, e.object_key) for e in entries] == [
        (rita, "session.read", session.key)
    ] * 2
    assert entries[0].detail == {"owner": "alice"}


def test_staff_see_thinking_tools_and_timings(desk, session):
    turn = send(session, "Where is my parcel?").turn
    bodies = [
        Thinking(content="Ask the depot."),
        ToolOutput(
            tool_call_id="c1",
            tool_configuration_name="depot",
            tool_name="depot",
            tool_output={"place": "Lyon"},
            duration_ms=1200,
        ),
        AgentOutput(content="It is in **Lyon**."),
    ]
    append_events(session=session, bodies=bodies, turn_id=turn.pk)

    page = desk.get(page_of(session)).content.decode()

    for words in ("Where is my parcel?", "Ask the depot.", "<strong>Lyon</strong>", "1 s"):
        assert words in page
        assert f'id="turn-{turn.pk}"' in page


def test_staff_see_that_another_model_was_asked_for(desk, session):
    turn = send(session, "Hello").turn
    turn.usage, turn.model_name = {"model": "gpt-99"}, "builtin"
    turn.save()

    assert "gpt-99 was asked for" in desk.get(page_of(session)).content.decode()


def test_thinking_hidden_from_the_user_is_still_shown_to_staff(desk, alice):
    secretive = make_agent(name="Secretive", show_thinking="hidden")
    session = make_session(owner=alice, agent=secretive)
    append_events(session=session, bodies=[Thinking(content="Hm.")])

    assert "Hm." in desk.get(page_of(session)).content.decode()


def test_it_is_read_only(desk, session):
    page = desk.get(page_of(session)).content.decode()

    assert 'name="content"' not in page
    assert desk.post(page_of(session)).status_code == 405


def test_markup_in_names_and_metadata_stays_text(desk, alice, agent):
    evil = "<script>alert(1)</script>"
    session = make_session(owner=alice, agent=agent, name=evil, metadata={evil: evil})

    for url in (LIST, page_of(session)):
        assert evil not in desk.get(url).content.decode()


def test_files_are_listed(desk, session):
    make_artifact(session, "notes.txt", b"some notes")

    assert "notes.txt" in desk.get(page_of(session)).content.decode()


def test_earlier_events_come_in_pages_and_are_the_same_look(desk, session):
    append_events(session=session, bodies=[AgentOutput(content=f"Said {n}.") for n in range(250)])
    first = desk.get(page_of(session))
    assert "Said 49." not in first.content.decode()

    before = first.context["first_seq"]
    rest = desk.get(f"{page_of(session)}?before={before}").content.decode()

    assert "Said 0." in rest
    assert "Said 49." in rest
    assert "Said 50." not in rest
    assert AuditEntry.objects.count() == 1


def test_going_straight_to_earlier_events_is_a_look_as_well(desk, session):
    desk.get(f"{page_of(session)}?before=5")

    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_a_place_that_makes_no_sense_is_refused(desk, session, before):
    assert desk.get(f"{page_of(session)}?before={before}").status_code == 400


def test_an_unknown_session_is_not_found_and_not_noted(desk):
    assert desk.get("/review/ase_nothing").status_code == 404
    assert not AuditEntry.objects.exists()


def test_its_neighbours_are_those_of_the_filtered_list(desk, alice, bob, agent):
    first = make_session(owner=alice, agent=agent, name="First")
    between = make_session(owner=bob, agent=agent, name="Between")
    last = make_session(owner=alice, agent=agent, name="Last")
    for days_ago, session in enumerate((first, between, last)):
        last_active(session, days_ago)

    response = desk.get(f"{page_of(first)}?user=alice")

    assert response.context["newer"] is None
    assert response.context["older"] == last


def test_a_reviewer_may_open_a_file_and_that_is_noted(desk, session):
    artifact = make_artifact(session, "notes.txt", b"some notes")

    response = desk.get(reverse("artifact", args=[session.key, artifact.key]))

    assert response.status_code == 200
    assert [entry.object_key for entry in AuditEntry.objects.all()] == [session.key]


# What was hidden


@pytest.fixture
def hidden(session, ada):
    [frame] = append_events(session=session, bodies=[AgentOutput(content="Not for the user")])
    hide_event(session=session, key=frame.id, actor=ada)
    return frame.id


def unhide_url(session, key):
    return reverse("review-unhide", args=[session.key, key])


def test_a_hidden_event_says_who_hid_it(desk, session, hidden):
    page = desk.get(page_of(session)).content.decode()

    assert "by ada" in page
    assert unhide_url(session, hidden) not in page


def test_an_administrator_brings_it_back(client, ada, session, hidden):
    client.force_login(ada)
    assert unhide_url(session, hidden) in client.get(page_of(session)).content.decode()

    client.post(unhide_url(session, hidden))

    assert session.events.get(key=hidden).hidden_reason == ""
    assert AuditEntry.objects.filter(actor=ada, action="event.unhide").exists()


def test_a_reviewer_does_not(desk, session, hidden):
    assert desk.post(unhide_url(session, hidden)).status_code == 403
    assert session.events.get(key=hidden).hidden_reason


def test_what_was_summarised_stands_under_one_line(desk, session):
    append_events(session=session, bodies=[AgentOutput(content=f"Answer {n}") for n in range(3)])
    session.events.update(hidden_reason=compactions.REASON)

    page = desk.get(page_of(session)).content.decode()

    assert "3 events summarised" in page
    assert "Unhide" not in page
