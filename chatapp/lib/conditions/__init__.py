"""Expressions on data: `get('$.output.topic') == 'billing' and get('$.session.key') != 'x'`.

The language that the wire contract calls UserFn: conditions of an agent's steps, and functions
that score a search result. There are `get` with a path and a default, literals, arithmetic,
comparisons, `and or not` (also `&& || !`), `if (…) a else b`, and a fixed list of pure functions.
Nothing in it loops.

A value that is missing is null, and so is what is calculated from it; comparing what cannot be
compared is false. Times less times are durations, which `seconds`, `minutes` and `hours` turn
into numbers and back.
"""

from .errors import ConditionError
from .operators import LARGEST, is_number
from .parser import KNEE, Condition, Scope, parse

__all__ = ["KNEE", "LARGEST", "Condition", "ConditionError", "Scope", "is_number", "parse"]
