"""Tokens and times of a turn, summed over its requests to the model."""

from typing import Any

from chatapp.llm.base import Usage
from chatapp.turns.happenings import Asked


class TurnUsage:
    def __init__(self, *, context_window: int = 0, model: str = "", served_by: str = "") -> None:
        self.requests = 0
        self._input = self._output = self._reasoning = 0
        self._last = Usage(0, 0)
        self._first_token_ms: int | None = None
        self._model_ms = 0
        self._window = context_window
        self._names = {"served_by": served_by, **({"model": model} if model else {})}

    def add(self, asked: Asked) -> None:
        self.requests += 1
        self._input += asked.usage.input_tokens
        self._output += asked.usage.output_tokens
        self._reasoning += asked.usage.reasoning_tokens
        self._last = asked.usage
        self._model_ms += asked.duration_ms
        if self._first_token_ms is None:
            self._first_token_ms = asked.first_token_ms

    def note_context(self, tokens: int) -> None:
        """The session's context was made smaller; so large is it now, as far as we know."""
        self._last = Usage(tokens, 0)

    def context(self) -> dict[str, Any]:
        """The wire's `session_context_usage`."""
        return {
            "input_tokens": {"count": self._last.input_tokens},
            "output_tokens": {
                "count": self._last.output_tokens,
                "reasoning_tokens": self._last.reasoning_tokens,
            },
            "total_tokens": self._last.input_tokens + self._last.output_tokens,
            "model_context_window": self._window,
        }

    def total(self) -> dict[str, Any]:
        """What the turn's row keeps. `model` is there if another model than asked for served."""
        return {
            **self._names,
            "requests": self.requests,
            "input_tokens": self._input,
            "output_tokens": self._output,
            "reasoning_tokens": self._reasoning,
            "first_token_ms": self._first_token_ms,
            "model_ms": self._model_ms,
            **({"session_context_usage": self.context()} if self._last.input_tokens else {}),
        }
