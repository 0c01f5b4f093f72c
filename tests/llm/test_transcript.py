"""Whatever happened in a session, the conversation made of it is one that servers accept."""

from hypothesis import given
from hypothesis import strategies as st

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    Compaction,
    EventBody,
    ImageRead,
    InputMessage,
    SessionInterrupted,
    SkillLoad,
    StepTransition,
    StructuredOutput,
    Thinking,
    TurnFailed,
    UploadedArtifact,
    text_message,
)
from chatapp.llm.base import ImageInput, LLMRequest, Reminder
from chatapp.llm.providers import anthropic, openai
from chatapp.llm.transcript import ModelMessage, UserMessage, transcribe
from tests.llm.asking import request, tool_input, tool_output

IMAGE = ImageInput("image/png", b"png")


def user_parts(*history: EventBody, **values: object) -> list[object]:
    message = transcribe(request(*history, **values)).messages[-1]
    assert isinstance(message, UserMessage)
    return list(message.parts)


def test_uploads_are_told_with_all_that_a_tool_needs():
    file = UploadedArtifact(
        artifact_id="art_1", filename='a "b"\n.pdf', mime_type="application/pdf", size_bytes=9
    )

    assert user_parts(ArtifactUpload(artifacts=(file,))) == [
        'Files added to this session:\n- "a \\"b\\"\\n.pdf" (id art_1, application/pdf, 9 bytes)'
    ]


def test_a_summary_joins_the_instructions():
    summary = Compaction(
        turns_compacted=1,
        events_compacted=2,
        summary_key="sum_1",
        summary_text="They spoke of tea.",
    )

    assert transcribe(request(summary, text_message("And?"))).system == (
        "Be brief.\n\nSummary of the conversation so far:\nThey spoke of tea."
    )


def test_a_loaded_skill_is_told():
    assert user_parts(SkillLoad(skill_name="tone", content="Be kind.")) == [
        "The skill 'tone' is loaded:\n\nBe kind."
    ]


def test_an_image_is_shown_and_a_lost_one_is_named():
    history = (ImageRead(artifact_id="art_1"), ImageRead(artifact_id="art_2"))

    assert user_parts(*history, images={"art_1": IMAGE}) == [
        IMAGE,
        "(The image art_2 is no longer there.)",
    ]


def test_thoughts_and_marks_of_the_session_are_kept_to_ourselves():
    history = (
        text_message("Hi"),
        Thinking(content="Hm."),
        StepTransition(from_step="a", to_step="b"),
        SessionInterrupted(),
    )

    assert transcribe(request(*history)).messages == [UserMessage(["Hi"])]


def test_what_a_failed_turn_had_said_was_said():
    history = (
        text_message("Hi"),
        TurnFailed(reason="incomplete", message="Broken.", partial="Hello, I"),
        text_message("Yes?"),
    )

    assert transcribe(request(*history)).messages[1] == ModelMessage("Hello, I")


def test_structured_output_is_json_that_the_model_said():
    history = (
        text_message("Hi"),
        StructuredOutput(schema_name="pick", content={"a": "é"}),
        text_message("Why?"),
    )

    assert transcribe(request(*history)).messages[1] == ModelMessage('{"a":"é"}')


def test_a_call_that_was_never_answered_is_answered_as_interrupted():
    [_, said] = transcribe(request(text_message("Hi"), tool_input())).messages

    assert isinstance(said, ModelMessage)
    assert said.outputs[0].is_error
    assert "interrupted" in said.outputs[0].text


def test_an_id_used_twice_becomes_two():
    history = (tool_input("x"), tool_output("x", n=1), tool_input("x"), tool_output("x", n=2))

    _, first, second = transcribe(request(*history)).messages

    assert [output.text for output in first.outputs + second.outputs] == ['{"n":1}', '{"n":2}']
    assert [call.id for call in first.calls + second.calls] == ["x", "x_2"]


def test_a_reminder_follows_every_message_it_hangs_on():
    reminders = (Reminder("Be kind.", "input_message"), Reminder(" ", "input_message"))
    said = (text_message("Hi"), AgentOutput(content="Hello."), text_message("Bye"))

    first, _, last = transcribe(request(*said, reminders=reminders)).messages

    assert [first, last] == [UserMessage(["Hi", "Be kind."]), UserMessage(["Bye", "Be kind."])]


def test_a_reminder_follows_every_output_it_hangs_on():
    calls = (tool_input("a"), tool_input("b"), tool_output("a", n=1), tool_output("b", n=2))
    reminders = (Reminder("Cite.", "tool_output"),)

    [_, said] = transcribe(request(text_message("Hi"), *calls, reminders=reminders)).messages

    assert [output.text for output in said.outputs] == ['{"n":1}\n\nCite.', '{"n":2}\n\nCite.']


def test_what_is_for_the_end_ends_the_last_message():
    reminders = (Reminder("Mend it."),)
    called = (text_message("Hi"), tool_input(), tool_output(n=1))

    assert user_parts(text_message("Hi"), reminders=reminders) == ["Hi", "Mend it."]
    [_, said] = transcribe(request(*called, reminders=reminders)).messages
    assert said.outputs[0].text == '{"n":1}\n\nMend it.'


def test_the_model_has_neither_the_first_word_nor_the_last():
    messages = transcribe(request(AgentOutput(content="Welcome."))).messages

    assert messages == [
        UserMessage(["(Earlier messages are not shown.)"]),
        ModelMessage("Welcome."),
        UserMessage(["(Continue.)"]),
    ]


ids = st.sampled_from(["a", "b", "c c", "", "x" * 90])
texts = st.sampled_from(["", " ", "Tea?", "\n", "a\0b"])
places = st.sampled_from(["input_message", "tool_output", "end"])
bodies: st.SearchStrategy[EventBody] = st.one_of(
    st.builds(text_message, texts),
    st.just(InputMessage(messages=())),
    st.builds(lambda text: AgentOutput(content=text), texts),
    st.builds(lambda text: Thinking(content=text), texts),
    st.builds(lambda text: TurnFailed(reason="x", message="x", partial=text), texts),
    st.builds(lambda text: SkillLoad(skill_name="tone", content=text), texts),
    st.builds(lambda value: StructuredOutput(schema_name="s", content=value), st.none()),
    st.builds(lambda key: ImageRead(artifact_id=key), ids),
    st.just(ArtifactUpload(artifacts=())),
    st.just(SessionInterrupted()),
    st.builds(tool_input, ids, st.sampled_from(["search", "no such tool!"])),
    st.builds(tool_output, ids),
)
requests = st.builds(
    lambda history, reminders: LLMRequest(
        "m", "", tuple(history), images={"a": IMAGE}, reminders=tuple(reminders)
    ),
    st.lists(bodies, max_size=14),
    st.lists(st.builds(Reminder, texts, places), max_size=2),
)


@given(requests)
def test_any_history_makes_messages_that_openai_accepts(asked: LLMRequest):
    messages = openai.request_body(asked)["messages"]

    assert messages[0]["role"] == "user"
    waiting: list[str] = []
    seen: set[str] = set()
    for before, message in zip([{"role": ""}, *messages], messages, strict=False):
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0)
            continue
        assert not waiting
        assert message["role"] == "assistant" or before["role"] != "user"
        waiting = [call["id"] for call in message.get("tool_calls", ())]
        assert not seen & set(waiting)
        assert all(0 < len(id) <= 40 for id in waiting)
        seen |= set(waiting)
        assert message["content"] or waiting
    assert not waiting
    assert messages[-1]["role"] in ("user", "tool")


@given(requests)
def test_any_history_makes_messages_that_anthropic_accepts(asked: LLMRequest):
    messages = anthropic.request_body(asked)["messages"]

    roles = [message["role"] for message in messages]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    waiting: list[str] = []
    for message in messages:
        kinds = [block["type"] for block in message["content"]]
        assert kinds
        results = [b["tool_use_id"] for b in message["content"] if b["type"] == "tool_result"]
        assert results == waiting
        assert kinds[: len(results)] == ["tool_result"] * len(results)
        assert all(b["text"].strip() for b in message["content"] if b["type"] == "text")
        waiting = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
    assert not waiting
