"""How full the model's context is: an estimate before the model is asked."""

from collections import Counter
from collections.abc import Iterable

from chatapp.errors import ContextLimitExceeded
from chatapp.events.bodies import EventBody
from chatapp.llm.base import LLMRequest, Provider


class ContextSize:
    """Counts the tokens of requests; each body is counted once a turn."""

    def __init__(self, provider: Provider, window: int) -> None:
        self.window = window
        self._provider = provider
        self._counted: dict[int, tuple[EventBody, int]] = {}

    def of(self, bodies: Iterable[EventBody]) -> int:
        return sum(self._of(body) for body in bodies)

    def of_request(self, request: LLMRequest) -> int:
        texts = [request.instructions, *_reminders(request)]
        texts += [f"{spec.name}{spec.description}{spec.input_schema}" for spec in request.tools]
        return sum(map(self._provider.count_tokens, texts)) + self.of(request.history)

    def check(self, request: LLMRequest) -> None:
        """Raises ContextLimitExceeded for what the model could not take."""
        tokens = self.of_request(request)
        if self.window and tokens > self.window:
            raise ContextLimitExceeded(
                "The conversation has grown too long for the language model.",
                context_limit=self.window,
                actual_tokens=tokens,
            )

    def is_over(self, percent: float, tokens: int) -> bool:
        return bool(self.window) and tokens >= self.window * percent / 100

    def _of(self, body: EventBody) -> int:
        # By identity: bodies are never changed, and kept here, so that no id is used again.
        if id(body) not in self._counted:
            self._counted[id(body)] = body, self._provider.count_tokens(body.model_dump_json())
        return self._counted[id(body)][1]


def _reminders(request: LLMRequest) -> list[str]:
    """Each as often as it is shown."""
    times: Counter[str] = Counter(["end", *(body.type for body in request.history)])
    return [one.text for one in request.reminders for _ in range(times[one.after])]
