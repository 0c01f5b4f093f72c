"""Steps, skills, reminders, structured answers and templates, in turns with a scripted model."""

import json

import pytest
from asgiref.sync import sync_to_async

from chatapp.events.bodies import InputMessage
from chatapp.llm.base import TextDelta, ToolCall
from chatapp.services.inputs import submit_message
from chatapp.services.sessions import set_metadata

pytestmark = pytest.mark.django_db(transaction=True)

TOPIC = {
    "type": "object",
    "properties": {"topic": {"enum": ["billing", "other"]}},
    "required": ["topic"],
    "additionalProperties": False,
}
CLASSIFY = {
    "type": "structured",
    "json_schema": {"name": "topic", "schema": TOPIC},
}
SKILLS = {
    "tone": {"description": "How to speak", "content": "Be brief."},
    "law": {"description": "Contracts", "content": "Quote the clause."},
}


def inline(template):
    return [{"type": "inline", "name": "main", "template": template}]


async def test_metadata_from_es_to_fr_changes_the_next_turn_s_instruction(start_chat, llm):
    chat = await start_chat(
        steps={"main": {"instructions": inline("Answer in ${session.metadata.language}.")}},
        metadata_of_session={"language": "es"},
    )
    llm.will_answer([TextDelta("Hola.")], [TextDelta("Bonjour.")])

    await chat.answered()
    await sync_to_async(set_metadata)(
        session=chat.session, metadata={"language": "fr"}, actor=chat.session.owner
    )
    await chat.answered()

    assert [request.instructions for request in llm.requests] == [
        "Answer in es.",
        "Answer in fr.",
    ]


async def test_templates_know_the_tools_of_their_step(start_chat, llm):
    chat = await start_chat(
        steps={
            "main": {
                "instructions": inline("#foreach($t in $tools)$t.name #end"),
                "allowed_tools": ["read"],
            }
        },
        tool_configurations={"read": {"type": "artifact_read"}, "grep": {"type": "artifact_grep"}},
    )
    llm.will_answer([TextDelta("Yes.")])

    await chat.answered()

    assert llm.requests[0].instructions == "read "
    assert [spec.name for spec in llm.requests[0].tools] == ["read"]


async def test_a_template_that_fails_ends_the_turn_and_says_why(start_chat, llm):
    chat = await start_chat(
        steps={"main": {"instructions": inline("#foreach($i in [1..100000])x#end")}}
    )

    turn, bodies = await chat.answered()

    assert (turn.status, turn.reason) == ("failed", "agent_setup")
    assert bodies[-1].detail.startswith("Instruction 1 of step 'main'")
    assert llm.requests == []


async def test_a_tool_that_the_step_does_not_allow_is_not_there(start_chat, llm):
    chat = await start_chat(
        steps={"main": {"allowed_tools": []}},
        tool_configurations={"read": {"type": "artifact_read"}},
    )
    llm.will_answer([ToolCall("c1", "read", '{"artifact_id": "art_1"}')], [TextDelta("No.")])

    await chat.answered()

    assert (await chat.outputs())[0]["code"] == "unknown_tool"


async def test_the_first_condition_that_holds_leads_on(start_chat, llm):
    chat = await start_chat(
        first_step_name="classify",
        steps={
            "classify": {
                "output_parser": CLASSIFY,
                "next_steps": [
                    {"condition": "get('$.output.topic') == 'billing'", "step_name": "billing"},
                    {"step_name": "other"},
                ],
            },
            "billing": {"instructions": inline("You know bills."), "reentry_step": "classify"},
            "other": {},
        },
    )
    llm.will_answer([TextDelta('{"topic": "billing"}')], [TextDelta("It is paid.")])

    turn, bodies = await chat.answered()

    assert [body.type for body in bodies] == [
        *("input_message", "structured_output", "step_transition", "agent_output")
    ]
    assert (bodies[2].from_step, bodies[2].to_step) == ("classify", "billing")
    assert llm.requests[1].instructions == "You know bills."
    await chat.session.arefresh_from_db()
    assert (turn.status, chat.session.current_step_name) == ("completed", "")


async def test_the_next_turn_goes_on_where_the_last_one_ended(start_chat, llm):
    chat = await start_chat(
        first_step_name="hello",
        steps={
            "hello": {"next_steps": [{"step_name": "talk"}]},
            "talk": {"instructions": inline("Talk.")},
        },
    )
    llm.will_answer([TextDelta("Hi.")], [TextDelta("Well.")], [TextDelta("So.")])

    await chat.answered()
    await chat.answered()

    await chat.session.arefresh_from_db()
    assert chat.session.current_step_name == "talk"
    assert [request.instructions for request in llm.requests] == ["", "Talk.", "Talk."]


async def test_a_condition_may_ask_what_a_tool_has_found(start_chat, llm):
    found = "len(get('$.tools.read.outputs.latest.error')) > 0"
    chat = await start_chat(
        steps={"main": {"next_steps": [{"condition": found, "step_name": "sorry"}]}, "sorry": {}},
        tool_configurations={"read": {"type": "artifact_read"}},
    )
    llm.will_answer(
        [ToolCall("c1", "read", '{"artifact_id": "art_1"}')], [TextDelta("Hm.")], [TextDelta("No.")]
    )

    await chat.answered()

    assert (await chat.types())[-2:] == ["step_transition", "agent_output"]


async def test_steps_that_go_in_circles_are_stopped(start_chat, llm, monkeypatch):
    monkeypatch.setattr("chatapp.turns.loop.MAX_TRANSITIONS", 3)
    chat = await start_chat(steps={"main": {"next_steps": [{"step_name": "main"}]}})
    llm.will_answer(*[[TextDelta("Again.")]] * 5)

    turn, bodies = await chat.answered()

    assert (turn.status, turn.reason) == ("failed", "step_transition_limit")
    assert bodies[-1].type == "step_transition_limit_exceeded"
    assert [body.type for body in bodies].count("step_transition") == 3


async def test_words_beside_a_call_are_no_answer_where_that_is_to_be_json(start_chat, llm):
    chat = await start_chat(
        steps={"main": {"output_parser": CLASSIFY}},
        tool_configurations={"read": {"type": "artifact_read"}},
    )
    llm.will_answer(
        [TextDelta("Let me look."), ToolCall("c1", "read", '{"artifact_id": "art_1"}')],
        [TextDelta('{"topic": "billing"}')],
    )

    await chat.answered()

    assert await chat.types() == [
        *("input_message", "thinking", "tool_input", "tool_output", "structured_output")
    ]


async def test_an_answer_that_does_not_fit_is_mended(start_chat, llm):
    chat = await start_chat(steps={"main": {"output_parser": CLASSIFY}})
    llm.will_answer(
        [TextDelta("It is billing.")],
        [TextDelta('{"topic": "bills"}')],
        [TextDelta('```json\n{"topic": "billing"}\n```')],
    )

    _, bodies = await chat.answered()

    assert [body.type for body in bodies] == ["input_message", "structured_output"]
    assert bodies[1].content == {"topic": "billing"}
    assert "did not fit" in llm.requests[1].reminders[0].text
    assert "bills" in llm.requests[2].reminders[0].text


async def test_an_answer_that_never_fits_fails_the_turn(start_chat, llm):
    chat = await start_chat(steps={"main": {"output_parser": CLASSIFY}})
    llm.will_answer(*[[TextDelta("Never.")]] * 3)

    turn, bodies = await chat.answered()

    assert (turn.status, turn.reason) == ("failed", "schema")
    assert bodies[-1].type == "turn_failed"


async def test_json_is_not_shown_while_it_is_written(start_chat, llm):
    chat = await start_chat(steps={"main": {"output_parser": CLASSIFY}})
    llm.will_answer([TextDelta('{"topic": '), 0.05, TextDelta('"other"}')])

    async with chat.watching() as watch:
        await chat.answered()
        kinds = {type(frame).__name__ for frame in watch.take()}

    assert "DeltaFrame" not in kinds


async def test_a_skill_is_loaded_by_the_model(start_chat, llm):
    chat = await start_chat(skills=SKILLS, steps={"main": {"allowed_skills": ["tone"]}})
    llm.will_answer(
        [ToolCall("c1", "invoke_skill", '{"skill_name": "tone"}')],
        [ToolCall("c2", "invoke_skill", '{"skill_name": "law"}')],
        [TextDelta("OK.")],
    )

    _, bodies = await chat.answered()

    [spec] = llm.requests[0].tools
    assert "- tone: How to speak" in spec.description
    assert "law" not in spec.description
    assert [body.type for body in bodies] == [
        *("input_message", "tool_input", "skill_load", "tool_output"),
        *("tool_input", "tool_output", "agent_output"),
    ]
    assert bodies[2].content == "Be brief."
    assert bodies[5].tool_output["code"] == "not_found"


async def test_no_skills_no_tool(start_chat, llm):
    chat = await start_chat(skills=SKILLS, steps={"main": {"allowed_skills": []}})
    llm.will_answer([TextDelta("OK.")])

    await chat.answered()

    assert llm.requests[0].tools == ()


async def test_a_skill_sent_with_a_message_is_loaded_after_it(start_chat, llm):
    chat = await start_chat(skills=SKILLS)
    llm.will_answer([TextDelta("OK.")])
    parts = [{"type": "text", "content": "Hi"}, {"type": "skill", "skill_name": "tone"}]
    body = InputMessage.model_validate({"messages": parts})

    submission = await sync_to_async(submit_message)(
        session=chat.session, author=chat.session.owner, body=body
    )
    await chat.over(submission.turn)

    assert await chat.types() == ["input_message", "skill_load", "agent_output"]


async def test_reminders_follow_what_they_hang_on(start_chat, llm):
    chat = await start_chat(
        steps={
            "main": {
                "reminders": [
                    {"type": "templated", "template": "Be kind.", "hooks": ["input_message"]},
                    {"type": "templated", "template": "Cite.", "hooks": ["tool_output"]},
                ]
            }
        },
        tool_configurations={"read": {"type": "artifact_read"}},
    )
    llm.will_answer([ToolCall("c1", "read", '{"artifact_id": "x"}')], [TextDelta("OK.")])

    await chat.answered()

    assert [(one.text, one.after) for one in llm.requests[1].reminders] == [
        ("Be kind.", "input_message"),
        ("Cite.", "tool_output"),
    ]


async def test_a_glossary_is_written_into_what_the_user_says_for_the_model_only(start_chat, llm):
    reminder = {"type": "glossary_expansion", "glossary_key": "finance"}
    unknown = {"type": "glossary_expansion", "glossary_key": "no such"}
    chat = await start_chat(
        steps={"main": {"reminders": [reminder, unknown]}},
        metadata={"glossaries": {"finance": {"ARR": "annual recurring revenue", "x": 7}}},
    )
    llm.will_answer([TextDelta("Fine.")])

    _, bodies = await chat.answered("How is our ARR, x?")

    [message] = llm.requests[0].history
    assert message.text == "How is our ARR (annual recurring revenue), x?"
    assert bodies[0].text == "How is our ARR, x?"


async def test_a_call_s_secrets_and_locks_stay_with_the_operator(start_chat, llm):
    override = {"artifact_id": {"$ref": "session.metadata.file"}}
    chat = await start_chat(
        tool_configurations={"read": {"type": "artifact_read", "argument_override": override}},
        metadata_of_session={"file": "art_locked"},
    )
    llm.will_answer(
        [ToolCall("c1", "read", '{"artifact_id": "art_mine", "start_line": 1}')],
        [TextDelta("OK.")],
    )

    _, bodies = await chat.answered()

    assert "artifact_id" not in json.dumps(llm.requests[0].tools[0].input_schema)
    assert bodies[1].tool_input == {"artifact_id": "art_locked", "start_line": 1}
    assert bodies[1].locked == ("artifact_id",)
    assert "art_locked" in bodies[2].tool_output["error"]
