"""Every page of the admin: it opens, for administrators alone, under the strict policy."""

import pytest
from django.contrib import admin
from django.urls import reverse

from chatapp.models import Artifact, AuditEntry, Event, Instruction, Llm, Session, Turn
from chatapp.services.artifacts import remove_artifact
from chatapp.services.instructions import create_instruction
from chatapp.services.llms import ensure_default_llm
from chatapp.services.users import create_api_key
from tests.factories import make_artifact, make_session, send

PAGES = sorted(
    model._meta.model_name for model in admin.site._registry if model._meta.app_label == "chatapp"
)
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def rows(alice, agent):
    """One row of each kind, with hostile names."""
    session = make_session(owner=alice, agent=agent, name=EVIL, metadata={EVIL: EVIL})
    make_artifact(session, f"{EVIL}.txt", b"text")
    send(session, EVIL)
    ensure_default_llm()
    create_instruction(author=alice, name=EVIL[:50], template=EVIL)
    create_api_key(owner=alice, name=EVIL)
    return session


def list_of(name):
    return reverse(f"admin:chatapp_{name}_changelist")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", PAGES)
def test_lists_open_and_show_hostile_names_as_text(desk, name):
    response = desk.get(list_of(name))

    assert response.status_code == 200
    assert EVIL not in response.content.decode()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", PAGES)
def test_each_row_opens_and_shows_hostile_names_as_text(desk, name):
    model = next(m for m in admin.site._registry if m._meta.model_name == name)
    for row in model._default_manager.all()[:3]:
        page = desk.get(reverse(f"admin:chatapp_{name}_change", args=[row.pk]))

        assert page.status_code == 200
        assert EVIL not in page.content.decode()


@pytest.mark.parametrize("name", [*PAGES, "home"])
@pytest.mark.parametrize("person", ["alice", "rita", "nobody"])
def test_only_administrators_get_in(client, request, db, name, person):
    if person != "nobody":
        client.force_login(request.getfixturevalue(person))

    url = reverse("admin:index") if name == "home" else list_of(name)
    response = client.get(url, follow=True)

    assert response.status_code == (200 if person == "nobody" else 403)
    assert "admin" not in response.templates[0].name


def test_the_door_is_our_own_login_page(client, db):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.usefixtures("rows")
def test_nothing_inline_that_the_policy_would_block(desk, agent):
    urls = [reverse("admin:index"), *(list_of(name) for name in PAGES)]
    urls += [reverse("admin:chatapp_agent_change", args=[agent.pk])]
    for url in urls:
        page = desk.get(url).content.decode()
        assert "<style" not in page
        assert " onclick=" not in page
        assert ' style="' not in page, url


def test_home_shows_how_today_goes(desk, rows):
    page = desk.get(reverse("admin:index")).content.decode()

    assert "turns today" in page
    assert "waiting / running" in page


@pytest.mark.parametrize(
    "query", ["owner__password__startswith=a", "owner__email__contains=@", "actor__password__gt=a"]
)
def test_filters_reveal_nothing_that_is_not_offered(desk, rows, query):
    for name in ("session", "auditentry"):
        response = desk.get(f"{list_of(name)}?{query}")

        assert response.status_code in (302, 400)


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("event", {"type": "input_message"}, 1),
        ("event", {"type": "thinking"}, 0),
        ("session", {"state": "running"}, 1),
        ("session", {"state": "nonsense"}, 0),
        ("turn", {"status__exact": "queued"}, 1),
    ],
)
def test_filters_narrow_a_list(desk, rows, name, query, count):
    response = desk.get(list_of(name), query)

    assert response.context["cl"].result_count == count


@pytest.mark.parametrize("name", ["event", "turn", "auditentry"])
def test_what_happened_can_not_be_changed(desk, rows, name):
    model = next(m for m in admin.site._registry if m._meta.model_name == name)
    AuditEntry.objects.create(actor_name="x", action="x", object_type="x", object_key="x")
    row = model._default_manager.first()
    change = reverse(f"admin:chatapp_{name}_change", args=[row.pk])
    delete = reverse(f"admin:chatapp_{name}_delete", args=[row.pk])

    assert desk.post(change, {"status": "completed"}).status_code == 403
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    assert desk.get(reverse(f"admin:chatapp_{name}_add")).status_code == 403


def test_a_long_list_is_cut_instead_of_counted(desk, alice, agent, monkeypatch):
    monkeypatch.setattr("chatapp.admin.pages.MOST_ROWS", 3)
    for _ in range(5):
        make_session(owner=alice, agent=agent)

    response = desk.get(list_of("session"))

    assert response.context["cl"].result_count == 3


# Sessions


def change_metadata(desk, session, text, version=None):
    url = reverse("admin:chatapp_session_change", args=[session.pk])
    number = session.metadata_version if version is None else version
    return desk.post(url, {"metadata": text, "metadata_version": number}, follow=True)


def test_metadata_is_changed_through_its_service(desk, ada, session):
    change_metadata(desk, session, '{"plan": "gold"}')

    session.refresh_from_db()
    entry = AuditEntry.objects.get(action="session.metadata")
    assert session.metadata == {"plan": "gold"}
    assert entry.actor == ada
    assert entry.detail == {"changes": {"plan": [None, "gold"]}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "plan": gold\n}', "Line 2, column 11"),
        ("[1, 2]", "Not a JSON object"),
        ('{"a": NaN}', "NaN is no JSON"),
        ('{"a": "\\u0000"}', "U+0000"),
        ("[" * 100_000, "Nested too deeply"),
    ],
)
def test_metadata_that_does_not_fit_is_told_where(desk, session, text, told):
    page = change_metadata(desk, session, text).content.decode()

    session.refresh_from_db()
    assert told in page
    assert session.metadata == {}


def test_metadata_must_fit_the_agents_schema(desk, alice, agent):
    agent.metadata_schema = {"type": "object", "properties": {"age": {"type": "integer"}}}
    agent.save()
    session = make_session(owner=alice, agent=agent)

    page = change_metadata(desk, session, '{"age": "old"}').content.decode()

    assert "is not of type" in page


def test_metadata_that_somebody_else_has_changed_is_not_written_over(desk, session):
    page = change_metadata(desk, session, '{"mine": 1}', version=7).content.decode()

    session.refresh_from_db()
    assert "Somebody else has changed the metadata" in page
    assert session.metadata == {}


def test_a_session_can_not_be_deleted_here(desk, session):
    url = reverse("admin:chatapp_session_delete", args=[session.pk])

    assert desk.post(url, {"post": "yes"}).status_code == 403
    assert Session.objects.filter(pk=session.pk, deleted_at=None).exists()


# Turns


def test_a_turn_shows_what_the_model_was_shown(desk, session):
    turn = send(session, "Where is my parcel?").turn
    turn.model_calls.create(
        number=1, model_name="scripted", instructions="Be brief, always.", history=[1], tools=[]
    )

    page = desk.get(reverse("admin:chatapp_turn_change", args=[turn.pk])).content.decode()

    assert "Be brief, always." in page
    assert "Where is my parcel?" in page
    assert Turn.objects.count() == 1
    assert Event.objects.count() == 1


def test_a_turn_that_is_no_number_is_not_found(desk, db):
    assert desk.get("/admin/chatapp/turn/x/change/").status_code == 302


# Artifacts


def test_deleting_a_file_goes_through_its_service(desk, session):
    artifact = make_artifact(session, "notes.txt", b"text")
    url = reverse("admin:chatapp_artifact_delete", args=[artifact.pk])

    desk.post(url, {"post": "yes"})

    artifact.refresh_from_db()
    assert artifact.deleted_at is not None
    assert Artifact.objects.count() == 1


def test_a_deleted_file_is_shown_without_a_download(desk, session):
    artifact = make_artifact(session, "notes.txt", b"text")
    remove_artifact(session=session, key=artifact.key)

    page = desk.get(reverse("admin:chatapp_artifact_change", args=[artifact.pk])).content.decode()

    assert ">Download<" not in page


# Language models


def llm_fields(**fields):
    return {
        "name": "gpt",
        "provider": "openai",
        "context_window": "1000",
        "enabled": "on",
        "options": "{}",
        "parameters": "{}",
        "capabilities": "{}",
        "aliases": "[]",
        "base_url": "https://llm.example/v1",
        "secret": "sk-very-secret",
        **fields,
    }


@pytest.fixture
def llm(desk):
    desk.post(reverse("admin:chatapp_llm_add"), llm_fields())
    return Llm.objects.get(name="gpt")


def change(desk, llm, **fields):
    return desk.post(reverse("admin:chatapp_llm_change", args=[llm.pk]), llm_fields(**fields))


def test_a_secret_is_stored_and_never_shown(desk, llm):
    page = desk.get(reverse("admin:chatapp_llm_change", args=[llm.pk])).content.decode()

    assert llm.secret == "sk-very-secret"
    assert "sk-very-secret" not in page


@pytest.mark.parametrize(
    ("typed", "kept"), [("", "sk-very-secret"), ("••••••••", "sk-very-secret"), ("-", "")]
)
def test_an_empty_secret_keeps_the_old_one(desk, llm, typed, kept):
    change(desk, llm, secret=typed)

    llm.refresh_from_db()
    assert llm.secret == kept


def test_values_of_headers_are_stored_and_never_shown(desk, llm):
    change(desk, llm, secret="", options='{"headers": {"x-key": "sk-header"}, "idle_timeout": 9}')

    page = desk.get(reverse("admin:chatapp_llm_change", args=[llm.pk])).content.decode()

    assert "sk-header" not in page
    assert "x-key" in page


def test_a_masked_header_keeps_its_value(desk, llm):
    change(desk, llm, secret="", options='{"headers": {"x-key": "sk-header"}}')

    change(desk, llm, secret="", options='{"headers": {"x-key": "••••••••", "x-new": "n"}}')

    llm.refresh_from_db()
    assert llm.options == {"headers": {"x-key": "sk-header", "x-new": "n"}}


@pytest.mark.parametrize("options", ["[1]", '"x"', "null", '{"headers": ["a"]}', '{"headers": 1}'])
def test_options_that_no_model_could_be_asked_with_are_refused(desk, llm, options):
    answer = change(desk, llm, options=options)

    assert "options" in answer.context["adminform"].form.errors
    llm.refresh_from_db()
    assert llm.options == {}


@pytest.mark.parametrize("wrong", [{"aliases": "5"}, {"parameters": "[1]"}, {"capabilities": "0"}])
def test_a_column_keeps_its_kind_of_json(desk, llm, wrong):
    answer = change(desk, llm, **wrong)

    assert list(answer.context["adminform"].form.errors) == list(wrong)


def test_a_new_default_takes_the_place_of_the_old(desk, llm):
    before = ensure_default_llm()

    change(desk, llm, is_default="on", secret="")

    assert [row.name for row in Llm.objects.filter(is_default=True)] == ["gpt"]
    assert before.name == "builtin"
    assert ensure_default_llm().name == "gpt"


# Instructions


def test_each_save_of_an_instruction_is_a_version(desk):
    fields = {"name": "House", "enabled": "on", "metadata": "{}", "template": "Be brief."}
    management = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    desk.post(reverse("admin:chatapp_instruction_add"), {**fields, **management})
    instruction = Instruction.objects.get(name="House")
    url = reverse("admin:chatapp_instruction_change", args=[instruction.pk])

    desk.post(url, {**fields, **management, "template": "Be very brief."})

    templates = instruction.versions.values_list("number", "template")
    assert list(templates) == [(2, "Be very brief."), (1, "Be brief.")]


def test_an_instruction_that_does_not_parse_is_refused_with_its_place(desk):
    fields = {"name": "House", "enabled": "on", "metadata": "{}", "template": "#if($x)"}
    management = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}

    page = desk.post(reverse("admin:chatapp_instruction_add"), {**fields, **management})

    assert page.status_code == 200
    assert "line 1" in page.content.decode().lower()
    assert not Instruction.objects.exists()
