"""Values as literals of the filter language, so that a value can never say more than itself."""

import math
from typing import Any

from .errors import FilterError
from .lexer import checked_text
from .numbers import MAX_INTEGER, MIN_INTEGER
from .parser import MAX_CHOICES


def quote_value(value: Any) -> str:
    """A literal, or for a list what stands after IN. Raises FilterError if there is none."""
    if isinstance(value, list):
        return _quote_list(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + checked_text(value, 0).replace("'", "''") + "'"
    if isinstance(value, int) and MIN_INTEGER <= value <= MAX_INTEGER:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise FilterError(f"A value of type {type(value).__name__} cannot stand in a filter.")


def _quote_list(values: list[Any]) -> str:
    if not values:
        raise FilterError("An empty list cannot stand in a filter.")
    if len(values) > MAX_CHOICES or any(isinstance(value, list) for value in values):
        raise FilterError("A list in a filter is plain and not too long.")
    return "(" + ", ".join(map(quote_value, values)) + ")"
