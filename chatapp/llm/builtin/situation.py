"""What a rule may look at when it decides: the request, read and put in order."""

from dataclasses import dataclass

from chatapp.llm.base import LLMRequest, ToolSpec
from chatapp.llm.builtin.conversation import Call, Conversation, read_history
from chatapp.llm.builtin.files import SessionFile, named_in, session_files
from chatapp.llm.builtin.languages import language_for
from chatapp.llm.builtin.moves import Act, PlannedCall, Say
from chatapp.llm.builtin.phrases import phrase
from chatapp.llm.builtin.speech import question_in
from chatapp.search.embedder import Embedder
from chatapp.search.words import folded

MOST_CALLS_AT_ONCE = 8
MOST_CALLS_A_TURN = 32


@dataclass(frozen=True, slots=True)
class Situation:
    request: LLMRequest
    conversation: Conversation
    files: tuple[SessionFile, ...]
    language: str
    embedder: Embedder

    @property
    def message(self) -> str:
        return self.conversation.message

    @property
    def folded(self) -> str:
        """The message as the patterns of `wishes` expect it."""
        return folded(self.message[:2000]).strip()

    @property
    def question(self) -> str:
        """What the message asks; all of it when it asks nothing."""
        return question_in(self.message)

    @property
    def concerned_files(self) -> list[SessionFile]:
        """The files the message names, else those that came with it."""
        named = named_in(self.message, self.files)
        return named or [file for file in self.files if file.is_fresh]

    def phrase(self, key: str, /, **values: object) -> str:
        return phrase(self.language, key, **values)

    def say(self, key: str, /, **values: object) -> Say:
        return Say(self.phrase(key, **values))

    def act(self, thought: str, calls: list[PlannedCall], /, **values: object) -> Act | None:
        """Call what was not called in this turn yet. None if nothing is left, or it is enough."""
        done = [(call.tool, call.arguments) for call in self.conversation.calls_now]
        left = [call for call in calls if (call.name, call.arguments) not in done]
        if not left or len(done) >= MOST_CALLS_A_TURN:
            return None
        return Act(self.phrase(thought, **values), tuple(left[:MOST_CALLS_AT_ONCE]))

    def tools(self, *types: str) -> list[ToolSpec]:
        return [tool for tool in self.request.tools if tool.tool_type in types]

    def tool(self, *types: str) -> ToolSpec | None:
        return next(iter(self.tools(*types)), None)

    def called(self, *types: str) -> list[Call]:
        """The calls of this turn to tools of these types that have come back."""
        return [
            call
            for call in self.conversation.calls_now
            if call.tool_type in types and call.output is not None
        ]


def read_situation(request: LLMRequest, embedder: Embedder) -> Situation:
    conversation = read_history(request.history, request.tools)
    messages = (conversation.message, *reversed(conversation.earlier))
    return Situation(
        request=request,
        conversation=conversation,
        files=tuple(session_files(conversation)),
        language=language_for(request.instructions, messages),
        embedder=embedder,
    )
