"""Tool names as model servers accept them: letters, digits, `_` and `-`, at most 64."""

import re
from collections.abc import Iterable

MAX_LENGTH = 64


class ToolNames:
    """Gives every name one that a server accepts, and knows the way back."""

    def __init__(self, names: Iterable[str]) -> None:
        self._sent: dict[str, str] = {}
        self._own: dict[str, str] = {}
        for name in names:
            self.sent(name)

    def sent(self, name: str) -> str:
        """The name to send for one of ours."""
        if name not in self._sent:
            sent = self._free(re.sub(r"[^a-zA-Z0-9_-]", "_", name) or "tool")
            self._sent[name] = sent
            self._own[sent] = name
        return self._sent[name]

    def own(self, sent: str) -> str:
        """Our name for one the model used. What we never sent stays as it is."""
        return self._own.get(sent, sent)

    def _free(self, wanted: str) -> str:
        name, number = wanted[:MAX_LENGTH], 1
        while name in self._own:
            number += 1
            ending = f"_{number}"
            name = wanted[: MAX_LENGTH - len(ending)] + ending
        return name
