"""Paths into data: `$.output.items[0].name`, also `$['a name']`."""

import re
from collections.abc import Mapping
from typing import Any

from .errors import ConditionError

_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")


def steps_of(path: str) -> tuple[str | int, ...]:
    if not path.startswith("$"):
        raise ConditionError(f"A path begins with '$.', unlike {path[:50]!r}.")
    steps: list[str | int] = []
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            raise ConditionError(f"{path[:100]!r} is no path.")
        name, index, *quoted = match.groups()
        steps.append(int(index) if index else next(n for n in (name, *quoted) if n is not None))
        place = match.end()
    return tuple(steps)


def walked(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            return None
    return value
