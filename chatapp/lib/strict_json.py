"""JSON that strangers wrote, read so that every database and every reader can hold it.

No key twice, no NaN, no numbers beyond 64 bits, not too deep; texts without NUL and without
halves of surrogate pairs.
"""

import json
import math
from typing import Any

MAX_DEPTH = 64
_LARGEST = 2**63


def parse_object(text: str) -> dict[str, Any]:
    """Raises ValueError."""
    try:
        value = json.loads(
            text or "{}",
            object_pairs_hook=_unique,
            parse_constant=_refused,
            parse_int=_whole_number,
        )
    except RecursionError as exc:
        raise ValueError("It is nested too deeply.") from exc
    if not isinstance(value, dict):
        raise ValueError("It is no JSON object.")
    cleaned: dict[str, Any] = clean(value)
    return cleaned


def clean(value: Any, depth: int = 0) -> Any:
    """A copy that can be stored. Raises ValueError where it is nested too deeply."""
    if depth > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return clean_text(str(value))


def clean_text(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Which of two values counts must not be luck.
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("A key is given twice.")
    return value


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON.")


def _whole_number(text: str) -> int | float:
    number = int(text)
    return number if -_LARGEST <= number < _LARGEST else float(text)
