"""Every kind of event has a card, and nothing that people, models or tools write breaks out."""

from itertools import count

import pytest
from bs4 import BeautifulSoup

from chatapp.events import bodies
from chatapp.events.frames import EventFrame
from chatapp.render import render_event

HOSTILE = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)> \' hx-get="/x" id="composer" {{ 7 }}'
)
TOOL = {"tool_call_id": HOSTILE, "tool_configuration_name": HOSTILE, "tool_name": HOSTILE}
BODIES = [
    bodies.InputMessage(
        messages=(bodies.TextPart(content=HOSTILE * 20), bodies.SkillPart(skill_name=HOSTILE))
    ),
    bodies.ArtifactUpload(
        artifacts=(
            bodies.UploadedArtifact(
                artifact_id="art_1", filename=HOSTILE, mime_type=HOSTILE, size_bytes=1
            ),
        )
    ),
    bodies.SkillLoad(skill_name=HOSTILE, content=HOSTILE),
    bodies.Thinking(content=HOSTILE, duration_ms=5),
    bodies.ToolInput(**TOOL, tool_input={HOSTILE: HOSTILE, "n": {"m": HOSTILE}}, locked=("n.m",)),
    bodies.ToolOutput(**TOOL, tool_output={"error": HOSTILE}, error=True),
    bodies.ToolOutput(**TOOL, tool_output={"search_results": [{"text": HOSTILE}]}),
    bodies.ToolOutput(**TOOL, tool_output={"artifact_id": "art_1", "filename": HOSTILE}),
    bodies.ToolOutput(**TOOL, tool_output={HOSTILE: HOSTILE * 200}, duration_ms=3),
    bodies.ImageRead(artifact_id="art_1"),
    bodies.StepTransition(from_step=HOSTILE, to_step=HOSTILE, content=HOSTILE),
    bodies.StructuredOutput(schema_name=HOSTILE, content={HOSTILE: [HOSTILE]}),
    bodies.StructuredOutput(schema_name="list", content=[HOSTILE]),
    bodies.AgentOutput(
        content=HOSTILE,
        sources=(bodies.Source(number=1, title=HOSTILE, location=HOSTILE, text=HOSTILE),),
        truncated=True,
        served_by=HOSTILE,
    ),
    bodies.Compaction(
        turns_compacted=1, events_compacted=2, summary_key="k", summary_text=HOSTILE
    ),
    bodies.ContextLimitExceededBody(message=HOSTILE, context_limit=1, actual_tokens=2),
    bodies.StepTransitionLimitExceeded(message=HOSTILE),
    bodies.SessionInterrupted(by=HOSTILE),
    bodies.TurnFailed(reason=HOSTILE, message=HOSTILE, detail=HOSTILE, partial=HOSTILE),
]  # fmt: skip

numbers = count()


def card(body, *, staff=False, hidden_reason=""):
    frame = EventFrame(
        # Cards are cached by their id.
        id=f"aev_{next(numbers)}",
        seq=7,
        session_key="ses_1",
        turn_id=1,
        created_at="2026-11-22T10:00:00+00:00",
        body=body,
        hidden_reason=hidden_reason,
    )
    return render_event(frame, staff=staff)


def elements(html):
    return BeautifulSoup(html, "html.parser").find_all(True)


def test_every_kind_of_event_is_in_this_test():
    kinds = {kind.__name__ for kind in bodies.EventBody.__origin__.__args__}

    assert {type(body).__name__ for body in BODIES} == kinds


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.type)
def test_nothing_breaks_out_of_a_card(body, staff):
    for node in elements(card(body, staff=staff)):
        assert node.name not in {"script", "style", "iframe"}
        assert node.name != "img" or node["src"].startswith("/s/ses_1/a/")
        assert not any(name.startswith("on") for name in node.attrs)
        assert node.get("id", "aev_").startswith(("aev_", "up-aev_", "down-aev_"))
        assert node.get("hx-get", "/s/ses_1/").startswith("/s/ses_1/")


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.type)
def test_a_card_says_which_event_it_is(body):
    article = elements(card(body))[0]

    assert article.name == "article"
    assert (article.get("data-seq"), article.get("data-type")) == ("7", body.type)
    assert article.get("aria-label")


def test_an_answer_says_when_the_default_model_gave_it():
    said = "Served by the default model builtin"

    for body in (
        bodies.AgentOutput(content="Hi", served_by="builtin"),
        bodies.StructuredOutput(schema_name="s", content={"a": 1}, served_by="builtin"),
    ):
        assert said in card(body)
        assert said not in card(body.model_copy(update={"served_by": ""}))


def test_steps_and_skills_are_for_staff():
    body = bodies.StepTransition(from_step="main", to_step="verification")

    assert "verification" not in card(body)
    assert "Moved to: verification" in card(body, staff=True)


def test_the_detail_of_a_failure_is_for_staff():
    body = bodies.TurnFailed(reason="provider_busy", message="Overloaded.", detail="HTTP 529")

    assert "529" not in card(body)
    assert "529" in card(body, staff=True)


def test_a_hidden_event_is_folded_for_staff():
    html = card(bodies.text_message("gone"), staff=True, hidden_reason="manual")

    assert html.startswith('<div class="event event--hidden"')
    assert "Hidden" in html
    assert 'data-type="input_message"' in html


def test_a_long_message_is_shortened_and_can_be_shown_whole():
    assert "Show all" in card(bodies.text_message("line\n" * 30))
    assert "Show all" not in card(bodies.text_message("line\n" * 3))


def test_an_answer_is_rendered_and_a_message_is_not():
    assert "<strong>b</strong>" in card(bodies.AgentOutput(content="**b**"))
    assert "**b**" in card(bodies.text_message("**b**"))
