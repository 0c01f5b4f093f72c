"""Velocity 1.7 templates on plain data, safe to render for anyone who may write an instruction.

A template can read the values it is given and nothing else: a property is a look into a map, a
method is one of a fixed list, there is no way to an attribute of a Python object. Each rendering
has a budget of steps, output, value size and nesting, and ends in a `VelocityError` beyond it.

Where this differs from Velocity 1.7: lists and maps print as JSON; `#macro`, `#define`,
`#evaluate`, `#parse`, `#include` and `#literal` are refused; an index that is out of range is a
reference without a value; methods of strings take plain text, not regular expressions; methods
that would change a list or a map do not exist. It knows nothing of agents and sessions.
"""

from .errors import (
    VelocityError,
    VelocityEvaluationError,
    VelocityLimitError,
    VelocitySyntaxError,
)
from .template import (
    Reference,
    Template,
    TemplateWarning,
    parse,
    references,
    render,
    warnings,
)
from .values import Value

__all__ = [
    "Reference",
    "Template",
    "TemplateWarning",
    "Value",
    "VelocityError",
    "VelocityEvaluationError",
    "VelocityLimitError",
    "VelocitySyntaxError",
    "parse",
    "references",
    "render",
    "warnings",
]
