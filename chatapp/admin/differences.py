"""Two versions side by side, field by field, line by line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` is equal, replace, delete, insert, or gap for lines left out."""

    kind: str
    old_number: int | None
    old: str
    new_number: int | None
    new: str


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, list[Line]]]:
    """Only fields that differ, in the order of the newer version."""
    names = [*new, *(name for name in old if name not in new)]
    return [
        (name, list(_lines(_text(old.get(name)), _text(new.get(name)))))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _text(value: Any) -> list[str]:
    if value is None:
        return []
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    # A template inside JSON is easier to compare by its own lines.
    return text.replace("\\n", "\\n\n").split("\n")


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        if number:
            yield Line("gap", None, "…", None, "…")
        for kind, old_from, old_to, new_from, new_to in group:
            for place in range(max(old_to - old_from, new_to - new_from)):
                left, right = old_from + place, new_from + place
                yield Line(
                    kind,
                    left + 1 if left < old_to else None,
                    old[left] if left < old_to else "",
                    right + 1 if right < new_to else None,
                    new[right] if right < new_to else "",
                )
