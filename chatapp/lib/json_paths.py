"""The part of JSONPath that names members to leave out: `$.a.b`, `$['a b'][0]`, `$.list[*].x`,
`$..x` for any depth. Knows plain values only."""

import re
from collections.abc import Iterable
from typing import Any

_STEP = re.compile(
    r"""(?P<deep>\.\.)?(?:(?P<dot>\.)?(?P<name>[\w-]+|\*)|"""
    r"""\[(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<place>\d{1,9}|\*))\])"""
)


class Path:
    """Raises ValueError for what is none, or is beyond this part of the language."""

    def __init__(self, text: str) -> None:
        rest = text.removeprefix("$")
        # A bare name is a member of the root.
        rest = rest if rest.startswith((".", "[")) else f".{rest}"
        self._steps: list[tuple[bool, str]] = []
        place = 0
        while place < len(rest):
            match = _STEP.match(rest, place)
            if match is None or not (match["deep"] or match["dot"] or rest[place] == "["):
                raise ValueError(f"{text!r} is not a path such as $.a.b or $..x.")
            names = (match["name"], match["single"], match["double"], match["place"])
            self._steps.append((bool(match["deep"]), next(n for n in names if n is not None)))
            place = match.end()

    def leave_out(self, value: Any) -> Any:
        """A copy without what the path names."""
        return _left_out(value, self._steps)


def leave_out(value: Any, paths: Iterable[str]) -> Any:
    for path in paths:
        value = Path(path).leave_out(value)
    return value


def _left_out(value: Any, steps: list[tuple[bool, str]]) -> Any:
    if not isinstance(value, dict | list):
        return value
    (is_deep, name), rest = steps[0], steps[1:]
    members = value.items() if isinstance(value, dict) else enumerate(value)
    kept = []
    for key, member in members:
        inner = _left_out(member, steps) if is_deep else member
        if name not in ("*", str(key)):
            kept.append((key, inner))
        elif rest:
            kept.append((key, _left_out(inner, rest)))
    return dict(kept) if isinstance(value, dict) else [member for _, member in kept]
