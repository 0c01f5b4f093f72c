"""How full the context is, while a turn asks again and again."""

from collections.abc import AsyncIterator, Sequence

from chatapp.events.bodies import EventBody, ToolInput, ToolOutput, text_message
from chatapp.lib.glossary import Glossary
from chatapp.llm.base import Chunk, Finish, LLMRequest, TextDelta, ToolCall, ToolSpec
from chatapp.llm.providers.scripted import Scripted
from chatapp.turns.context import ContextSize
from chatapp.turns.loop import Brain, Step, run_turn

ROUNDS = 12


class Locked:
    """Tools whose calls hold an argument that the model is not shown."""

    def specs(self) -> tuple[ToolSpec, ...]:
        return ()

    def input_of(self, call: ToolCall) -> ToolInput:
        return ToolInput(
            tool_call_id=call.id,
            tool_configuration_name="look",
            tool_name="look",
            tool_input={"query": call.arguments, "corpus": "handbook"},
            locked=("corpus",),
        )

    async def call(self, body: ToolInput) -> Sequence[EventBody]:
        named = {"tool_configuration_name": "look", "tool_name": "look"}
        return [ToolOutput(tool_call_id=body.tool_call_id, tool_output={}, **named)]


async def test_what_the_model_is_shown_is_counted_anew_in_every_round():
    size, counts = ContextSize(Scripted(), 0), []

    async def ask(request: LLMRequest) -> AsyncIterator[Chunk]:
        counts.append((size.of_request(request), ContextSize(Scripted(), 0).of_request(request)))
        asked = len(counts)
        if asked < ROUNDS:
            yield ToolCall(str(asked), "look", "ARR " * asked * 10)
        yield TextDelta("Done.")
        yield Finish("stop" if asked == ROUNDS else "tool_calls")

    step = Step("main", "", Locked(), glossaries=(Glossary({"ARR": "annual revenue"}),))
    brain = Brain(ask=ask, model="m", steps={"main": step}, first_step="main")
    told = [text_message("ARR " * words) for words in (1, 200, 30)]

    # What happens holds the requests; the runner lets go of them, too.
    async for _ in run_turn(brain, told):
        pass

    assert len(counts) == ROUNDS
    assert all(kept == fresh for kept, fresh in counts)


def test_a_body_that_is_gone_is_not_taken_for_another():
    size = ContextSize(Scripted(), 0)

    counts = [size.of([text_message("a" * 40 * length)]) for length in range(50)]

    assert counts == sorted(set(counts))
