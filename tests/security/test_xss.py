"""Hostile texts in every place a text can be shown (T-XS-1, -4, -7): none of them acts (G10)."""

import random
import re
from typing import get_args

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from chatapp.events import bodies as kinds
from chatapp.events.frames import EventFrame
from chatapp.lib import markdown
from chatapp.lib.blocks import BlockStream, render_blocks
from chatapp.models import Artifact, Session, User
from chatapp.render import render_event
from chatapp.services.artifacts import add_artifact
from chatapp.services.events import append_events
from tests.factories import make_agent, make_session, send
from tests.security import world
from tests.security.parsing import assert_only_text, dangers, elements, skeleton
from tests.security.vectors import MARK, VECTORS

# Text of an event that is Markdown, and so becomes elements.
MARKDOWN = {("agent_output", "content"), ("turn_failed", "partial"), ("compaction", "summary_text")}
SOME = random.Random(7).sample(VECTORS, 24)


def test_there_are_enough_of_them():
    assert len(set(VECTORS)) >= 300


def test_no_vector_gets_through_the_markdown():
    for vector in VECTORS:
        assert_only_text(markdown.render(vector))
        assert_only_text(markdown.render_inline(vector))
        assert_only_text("".join(render_blocks(vector)))


@pytest.mark.parametrize("seed", range(4))
def test_no_vector_gets_through_a_stream(seed):
    """Cut anywhere, with the clock anywhere: what the page shows at each moment is harmless."""
    dice = random.Random(seed)
    for vector in dice.sample(VECTORS, 25):
        blocks, now, shown = BlockStream(), 0.0, {}
        text = dice.choice(["", "Look:\n\n", "- one\n- ", "**"]) + vector + "\n\nThe end."
        while text:
            size = dice.choice([1, 2, 3, 7, 40])
            piece, text = text[:size], text[size:]
            now += dice.choice([0.0, 0.05, 0.6])
            for change in blocks.feed(piece, now=now):
                before = shown.get(change.index, "") if hasattr(change, "offset") else ""
                shown[change.index] = before + change.html
            assert_only_text("".join(shown[index] for index in sorted(shown)))


def texts_of(kind):
    """Each place in an event's body where a text can be, as a function from the text to a body."""
    for name, field in kind.model_fields.items():
        if name == "type" or (kind.model_fields["type"].default, name) in MARKDOWN:
            continue
        if field.annotation is str:
            yield name, lambda text, name=name: kind(**sample(kind, **{name: text}))
        elif field.annotation == kinds.JSON or name == "content":
            yield name, lambda text, name=name: kind(**sample(kind, **{name: nested(text)}))


def nested(text):
    return {text: text, "query": text, "list": [text], "error": text, "filename": text, "n": 1}


def sample(kind, **given):
    """The least that makes one."""
    values = {}
    for name, field in kind.model_fields.items():
        if not field.is_required() or name in given:
            continue
        values[name] = {str: "a", int: 1, kinds.JSON: {"a": 1}}.get(field.annotation, ())
    if kind is kinds.StructuredOutput:
        values.setdefault("content", {"a": 1})
    return {**values, **given}


ALL_KINDS = get_args(get_args(kinds.EventBody)[0])
PLACES = [
    (kind.model_fields["type"].default, name, make)
    for kind in ALL_KINDS
    for name, make in texts_of(kind)
]
SPECIAL = [
    (
        "agent_output",
        "sources",
        lambda text: kinds.AgentOutput(content="x", sources=(source(text),)),
    ),
    ("artifact_upload", "artifacts", lambda text: kinds.ArtifactUpload(artifacts=(upload(text),))),
    ("input_message", "messages", kinds.text_message),
    ("input_message", "skill", lambda text: skill(text)),
    ("tool_output", "search_results", lambda text: tool_output(search_results=[found(text)])),
    ("tool_output", "a file", lambda text: tool_output(artifact_id="art_1", filename=text)),
    ("tool_output", "a file's id", lambda text: tool_output(artifact_id=text, filename="x")),
    ("tool_output", "a failure", lambda text: tool_output(error=True, given=text)),
    ("structured_output", "items", lambda text: structured({"items": text, "keys": [text]})),
    ("structured_output", "a list", lambda text: structured([text])),
]


def source(text):
    return kinds.Source(
        number=1, title=text, location=text, artifact_id=text, corpus_key=text, text=text
    )


def upload(text):
    return kinds.UploadedArtifact(artifact_id="art_1", filename=text, mime_type=text, size_bytes=1)


def skill(text):
    return kinds.InputMessage(messages=(kinds.SkillPart(skill_name=text),))


def tool_output(error=False, given=None, **output):
    return kinds.ToolOutput(
        tool_call_id="c",
        tool_configuration_name="t",
        tool_name="t",
        tool_output={"error": given} if error else output,
        error=error,
    )


def found(text):
    return {"text": text, "document_id": text, "document_metadata": {"title": text}, "score": 1}


def structured(content):
    return kinds.StructuredOutput(schema_name="s", content=content)


def card(body, key, *, staff):
    frame = EventFrame(
        id=f"aev_{key}",
        seq=1,
        session_key="ase_1",
        turn_id=1,
        created_at="2026-01-01T00:00:00Z",
        body=body,
        hidden_reason="",
    )
    html = render_event(frame, staff=staff)
    return html.replace(frame.id, "aev_x")


@pytest.mark.parametrize(
    ("kind", "name", "make"),
    [*PLACES, *SPECIAL],
    ids=[f"{p[0]}.{p[1]}" for p in [*PLACES, *SPECIAL]],
)
def test_a_text_changes_nothing_but_text(kind, name, make):
    """The card of a hostile text has the same elements as that of a friendly one."""
    for staff in (False, True):
        friendly = skeleton(card(make("my friend"), f"{kind}-{name}-friend", staff=staff))
        for number, vector in enumerate(SOME):
            html = card(make(vector), f"{kind}-{name}-{number}", staff=staff)
            if (kind, name) != ("thinking", "content"):  # has a paragraph for each of its own
                assert skeleton(html) == friendly, vector
            assert dangers(html) == [], vector


@pytest.mark.parametrize(("kind", "name"), sorted(MARKDOWN))
def test_markdown_in_a_card_is_markdown_only(kind, name):
    body_class = next(k for k in ALL_KINDS if k.model_fields["type"].default == kind)
    for number, vector in enumerate(VECTORS[::3]):
        body = body_class(**sample(body_class, **{name: vector}))
        assert dangers(card(body, f"{kind}-{name}-m{number}", staff=True)) == [], vector


# Whole pages


@pytest.fixture
def hostile_world(alice, rita, ada):
    """Alice's session, in which every name and text is `<hostile>`, until a test says which."""
    agent = make_agent(name="hostile", description="hostile", starters=["hostile"])
    session = make_session(owner=alice, agent=agent, name="hostile")
    make_session(owner=alice, agent=agent, name="hostile too")
    file = add_artifact(session=session, file=ContentFile(b"hostile"), filename="x.txt")
    send(session, "hostile")
    append_events(session=session, bodies=[kinds.AgentOutput(content="hostile")])
    return session, file


def poison(session, file, vector):
    vector = re.sub("[\x00\n\r]", " ", vector)
    Session.objects.filter(pk=session.pk).update(
        name=vector[:200], description=vector, metadata={vector: vector, "n": {"x": vector}}
    )
    Artifact.objects.filter(pk=file.pk).update(filename=vector[:200], description=vector)
    type(session.agent).objects.filter(pk=session.agent_id).update(
        name=vector[:50],
        description=vector,
        starters=[vector, {"title": vector, "message": vector}],
    )
    User.objects.filter(pk=session.owner_id).update(first_name=vector[:150], description=vector)
    session.turns.update(error=vector, cancelled_by=vector[:150])


def pages(session, file):
    own = [session.key]
    return {
        "alice": [
            "/",
            "/search?q=",
            "/sidebar",
            "/settings",
            *(reverse(name, args=own) for name in PAGES_OF_A_SESSION),
            reverse("artifact-preview", args=[session.key, file.key]),
        ],
        "rita": ["/review/", reverse("review-session", args=own)],
        "ada": [
            reverse(f"admin:chatapp_{name}_change", args=[pk])
            for name, pk in (
                ("session", session.pk),
                ("agent", session.agent_id),
                ("artifact", file.pk),
                ("user", session.owner_id),
                ("event", session.events.last().pk),
                ("turn", session.turns.last().pk),
            )
        ]
        + [reverse(f"admin:chatapp_{name}_changelist") for name in ("session", "agent", "user")],
    }


PAGES_OF_A_SESSION = ("session", "session-row", "session-details", "artifacts", "queue")


def test_no_page_is_more_than_it_was(hostile_world, alice, rita, ada):
    session, file = hostile_world
    clients = {person.username: world.signed_in(person) for person in (alice, rita, ada)}
    for vector in SOME[:4]:
        poison(session, file, vector)
        for name, urls in pages(session, file).items():
            for url in urls:
                response = clients[name].get(url)
                assert response.status_code == 200, url
                html = response.content.decode()
                assert dangers(html) == [], (url, vector)
                assert f"<script>{MARK}" not in html
                assert not [t for t, a in elements(html) if t == "script" and not a.get("src")], url


def test_what_is_asked_for_is_not_said_back_as_html(client, alice):
    client.raise_request_exception = False
    client.force_login(alice)
    for vector in SOME:
        query = {"q": vector, "agent": vector, "before": vector, "next": vector}
        for path in ("/", "/search", "/sidebar", "/accounts/login/", "/nothing/here"):
            response = client.get(path, query, headers={"Referer": "x" + vector[:50].strip()})
            assert dangers(response.content.decode()) == [], (path, vector)
