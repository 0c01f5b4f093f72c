"""Inputs and what comes of them, as JSON and as a stream (wire contract, §10 to §13)."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatapp.api.threads import threads
from chatapp.errors import ProviderError
from chatapp.llm.base import TextDelta, ThinkingDelta, ToolCall
from chatapp.models import Llm, Schedule, Turn
from chatapp.turns.hosting import Host
from tests.api.caller import caller_for
from tests.factories import make_agent, make_session, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def talk(transactional_db, settings):
    """Alice's session with an agent on the scripted model, over the API, with a runner."""
    cache.clear()
    settings.TURN_SWEEP_SECONDS = 0.5
    host = Host()
    await host.start()
    session = await sync_to_async(_session)()
    yield Talk(await caller_for(session.owner), session)
    await host.stop()
    await threads.close()


def _session():
    Llm.objects.get_or_create(name="scripted", defaults={"provider": "scripted"})
    return make_session(owner=make_user("alice"), agent=make_agent())


async def until(happened):
    async with asyncio.timeout(20):
        while True:
            if await happened():
                return
            await asyncio.sleep(0.01)


class Talk:
    def __init__(self, caller, session):
        self.call, self.session = caller, session
        self.url = f"/agents/{session.agent.key}/sessions/{session.key}/events"

    async def over(self):
        await until(lambda: Turn.objects.filter(finished_at__isnull=False).aexists())

    async def say(self, text="Hello", **body):
        return await self.post({"messages": [{"type": "text", "content": text}], **body})

    async def post(self, body, **options):
        return await self.call("post", self.url, body, **options)

    async def stream(self, text="Hello", **body):
        answer = await self.say(text, stream_response=True, **body)
        assert answer.status_code == 201
        raw = b"".join([chunk async for chunk in answer.streaming_content])
        return frames_of(raw)

    async def events(self):
        return (await self.call("get", self.url)).json()["events"]


def frames_of(raw):
    """The frames, each of which says its type twice; comments are dropped."""
    blocks = [block for block in raw.decode().split("\n\n") if not block.startswith(":")]
    assert blocks.pop() == ""
    frames = []
    for block in blocks:
        event, data = block.split("\n")
        frames.append(json.loads(data.removeprefix("data:")))
        assert event == f"event:{frames[-1]['type']}"
    return frames


def types(events):
    return [event["type"] for event in events]


async def test_the_answer_has_all_events_of_the_input(talk, llm):
    llm.will_answer([ThinkingDelta("Hm."), TextDelta("Hel"), TextDelta("lo.")])

    answer = await talk.say("Hi")

    assert answer.status_code == 201
    body = answer.json()
    assert types(body["events"]) == ["input_message", "thinking", "agent_output"]
    assert body["events"][2]["content"] == "Hello."
    assert body["session_key"] == talk.session.key
    assert body["events"] == await talk.events()


async def test_only_the_events_of_this_input_are_in_its_answer(talk, llm):
    llm.will_answer([TextDelta("One.")])
    await talk.say("1")
    llm.will_answer([TextDelta("Two.")])

    answer = (await talk.say("2")).json()

    assert [event.get("content") for event in answer["events"]] == [None, "Two."]


async def test_since_adds_what_came_after_an_event(talk, llm):
    llm.will_answer([TextDelta("One.")])
    first = (await talk.say("1")).json()["events"][0]
    llm.will_answer([TextDelta("Two.")])

    answer = (await talk.say("2", since=first["id"])).json()

    assert types(answer["events"]) == ["agent_output", "input_message", "agent_output"]


async def test_a_stream_tells_it_as_it_happens(talk, llm):
    llm.will_answer([ThinkingDelta("Hm."), TextDelta("Zoë"), TextDelta(" 🦊")])

    frames = await talk.stream("Hi")

    told = [frame for frame in frames if frame["type"] != "context_consumed"]
    assert types(told)[0] == "input_message"
    assert types(told)[-1] == "end"
    text = "".join(f["content"] for f in told if f["type"] == "streaming_agent_output")
    thought = "".join(f["content"] for f in told if f["type"] == "streaming_thinking")
    assert (text, thought) == ("Zoë 🦊", "Hm.")
    [end] = [frame for frame in told if frame["type"] == "streaming_agent_output_end"]
    assert end["event_id"] == (await talk.events())[-1]["id"]


async def test_a_stream_is_ascii_and_says_what_it_is(talk, llm):
    llm.will_answer([TextDelta("é")])

    answer = await talk.say(stream_response=True)
    raw = b"".join([chunk async for chunk in answer.streaming_content])

    assert answer.headers["Content-Type"] == "text/event-stream;charset=UTF-8"
    assert raw.isascii()
    assert raw.endswith(b'data:{"type":"end"}\n\n')


async def test_a_client_that_goes_away_does_not_stop_the_turn(talk, llm):
    llm.will_answer([TextDelta("All the same.")])

    answer = await talk.say(stream_response=True)
    chunks = aiter(answer.streaming_content)
    await anext(chunks)
    await chunks.aclose()

    await talk.over()
    assert (await talk.events())[-1]["content"] == "All the same."


async def test_a_failed_turn_is_a_bad_gateway(talk, llm):
    llm.will_answer([ProviderError("The model is away.", reason="provider_unreachable")])

    answer = await talk.say()

    assert answer.status_code == 502
    assert answer.json()["messages"] == ["The model is away."]
    assert types(await talk.events()) == ["input_message"]


async def test_a_failed_stream_says_so_and_ends(talk, llm):
    llm.will_answer([ProviderError("The model is away.", reason="provider_unreachable")])

    frames = await talk.stream()

    assert frames[-2:] == [
        {"type": "error", "messages": ["The model is away."]},
        {"type": "end"},
    ]


async def test_an_input_while_busy_waits_for_its_turn(talk, llm):
    llm.will_answer([TextDelta("One.")])
    llm.will_answer([TextDelta("Two.")])

    first, second = await asyncio.gather(talk.say("1"), talk.say("2"))

    answers = [answer.json()["events"][-1]["content"] for answer in (first, second)]
    assert sorted(answers) == ["One.", "Two."]
    assert types(await talk.events()) == ["input_message", "agent_output"] * 2


async def test_the_same_key_again_is_the_same_turn(talk, llm):
    llm.will_answer([TextDelta("Once.")])
    body = {"messages": [{"type": "text", "content": "Hi"}]}
    talk.call._headers["Idempotency-Key"] = "k"

    first, second = await talk.post(body), await talk.post(body)

    assert first.json() == second.json()
    assert await Turn.objects.acount() == 1


async def test_a_turn_that_takes_longer_than_granted_goes_on_alone(talk, llm):
    go = asyncio.Event()
    llm.will_answer([go, TextDelta("Late.")])
    talk.call._headers["Request-Timeout-Millis"] = "300"

    answer = await talk.say()
    go.set()

    assert answer.status_code == 408
    await talk.over()
    assert (await talk.events())[-1]["content"] == "Late."


async def test_an_interrupt_ends_the_running_turn(talk, llm):
    llm.will_answer([asyncio.Event(), TextDelta("Never.")])
    running = asyncio.create_task(talk.say())
    await until(lambda: Turn.objects.filter(status="running").aexists())

    interrupt = (await talk.post({"type": "interrupt"})).json()

    assert types(interrupt["events"]) == ["session_interrupted"]
    assert types((await running).json()["events"])[-1] == "session_interrupted"


async def test_a_compaction_hides_the_past_behind_a_summary(talk, llm):
    for text in ("One.", "Two.", "Three."):
        llm.will_answer([TextDelta(text)])
        await talk.say()
    before = await talk.events()
    llm.will_answer([TextDelta("So far: one.")])

    answer = await talk.post({"type": "compact", "compact_up_to_event_id": before[1]["id"]})

    assert answer.status_code == 201
    assert types(answer.json()["events"]) == ["compaction"]
    assert types(await talk.events()) == [*["input_message", "agent_output"] * 2, "compaction"]


async def test_files_and_a_message_make_one_turn(talk, llm):
    llm.will_answer([TextDelta("Two files.")])
    files = [SimpleUploadedFile("a.txt", b"A"), SimpleUploadedFile("b.txt", b"B")]

    answer = await talk.call("post", talk.url, data={"files": files, "message": "How many?"})

    assert answer.status_code == 201
    events = answer.json()["events"]
    assert set(types(events)) == {"artifact_upload", "input_message", "agent_output"}
    assert len(events) == 3


async def test_a_message_that_steers_joins_the_running_turn(talk, llm):
    go = asyncio.Event()
    call = ToolCall("c1", "nothing", "{}")
    llm.will_answer([go, call], [TextDelta("Both.")])
    first = asyncio.create_task(talk.say("1"))
    await until(lambda: Turn.objects.filter(status="running").aexists())
    second = asyncio.create_task(talk.say("2", behavior="steer"))
    await until(lambda: Turn.objects.filter(steers=True).aexists())
    go.set()

    answers = [(await task).json()["events"] for task in (first, second)]

    assert [events[-1]["content"] for events in answers] == ["Both.", "Both."]
    assert types(answers[1]) == ["input_message", "agent_output"]


async def test_a_schedule_is_run_by_the_runner(talk, llm):
    llm.will_answer([TextDelta("News.")])
    body = {
        "key": "soon",
        "name": "Soon",
        "message": [{"type": "text", "content": "What is new?"}],
        "schedule": {"type": "interval", "interval": "PT1M"},
    }
    url = f"/agents/{talk.session.agent.key}/schedules"
    await talk.call("post", url, body)
    await Schedule.objects.aupdate(next_run_at=timezone.now())

    await talk.over()

    [run] = (await talk.call("get", f"{url}/soon/executions")).json()["executions"]
    path = f"/agents/{talk.session.agent.key}/sessions/{run['session_key']}/events"
    events = (await talk.call("get", path)).json()["events"]
    assert types(events) == ["input_message", "agent_output"]
