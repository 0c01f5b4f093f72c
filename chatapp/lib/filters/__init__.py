"""The language of metadata filters: `doc.year >= 2020 AND 'red' IN part.colours`.

A filter is text from an operator, a user or a model, and it decides what may be seen. So it is
parsed, checked against the declared attributes and compiled to SQL with bound parameters, and
what is not understood is a `FilterError`, never everything. `evaluate` says the same as the SQL
of each database, for one part at a time; the tests compare them.

It knows nothing of corpora and of Django, only of a level, a name and a type.
"""

from .checker import BUILT_IN, check
from .compiler import Columns, compile
from .errors import FilterError
from .evaluator import evaluate
from .nodes import AttributeType, Expr, Level, conjunction
from .parser import parse
from .quoting import quote_value

__all__ = [
    "BUILT_IN",
    "AttributeType",
    "Columns",
    "Expr",
    "FilterError",
    "Level",
    "check",
    "compile",
    "conjunction",
    "evaluate",
    "parse",
    "quote_value",
]
