"""What a function takes and gives, read from its source. Nothing of it is run.

The entry point is `process`. Its annotations become JSON Schemas; a parameter with a default is
optional. `def process(request)`, with no annotation at all, takes the whole input as one object.
"""

import ast
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
ENTRY_POINT = "process"
MAX_CODE = 100_000

_SCALARS: dict[str, JSON] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
    "Any": {},
    "object": {},
}
_BARE = {"dict", "Dict", "list", "List"}


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether code can be a tool. `parameter` is set where the whole input is one argument."""

    errors: tuple[str, ...] = ()
    input_schema: JSON = field(default_factory=dict)
    output_schema: JSON = field(default_factory=dict)
    parameter: str = ""

    @property
    def status(self) -> str:
        return "invalid" if self.errors else "valid"


class _Unreadable(Exception):
    pass


def validate_code(code: str) -> Validation:
    """Never raises: what is wrong with the code stands in `errors`."""
    try:
        return _read(_entry_point(code))
    except _Unreadable as exc:
        return Validation(errors=(str(exc),))


def _entry_point(code: str) -> ast.FunctionDef:
    if len(code) > MAX_CODE:
        raise _Unreadable(f"The code has more than {MAX_CODE:,} characters.")
    try:
        module = ast.parse(code)
    except SyntaxError as exc:
        raise _Unreadable(f"Line {exc.lineno}: {exc.msg}") from exc
    except (ValueError, RecursionError, MemoryError) as exc:
        raise _Unreadable("This is no Python code that can be read.") from exc
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == ENTRY_POINT:
            return statement
    raise _Unreadable(f"There must be a function named {ENTRY_POINT!r}.")


def _read(function: ast.FunctionDef) -> Validation:
    arguments = function.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        raise _Unreadable(f"{ENTRY_POINT} takes named parameters only, no *args or **kwargs.")
    parameters = [*arguments.args, *arguments.kwonlyargs]
    output = _schema(function.returns, "The result") if function.returns else {}
    if len(parameters) == 1 and parameters[0].annotation is None:
        return Validation((), {"type": "object"}, output, parameters[0].arg)
    defaults = _defaults(arguments)
    properties = {}
    for parameter in parameters:
        schema = _schema(parameter.annotation, f"Parameter {parameter.arg!r}")
        properties[parameter.arg] = {**schema, **_default(defaults.get(parameter.arg))}
    required = [p.arg for p in parameters if p.arg not in defaults]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return Validation((), {**schema, "required": required}, output)


def _defaults(arguments: ast.arguments) -> dict[str, ast.expr]:
    last = arguments.args[len(arguments.args) - len(arguments.defaults) :]
    defaults = dict(zip((p.arg for p in last), arguments.defaults, strict=True))
    for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            defaults[parameter.arg] = value
    return defaults


def _default(value: ast.expr | None) -> JSON:
    """The default as the schema shows it, where it is a plain value."""
    if value is None:
        return {}
    try:
        plain = ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return {}
    shown = isinstance(plain, str | int | float | list | dict) and plain == plain
    return {"default": plain} if shown else {}


def _schema(annotation: ast.expr | None, place: str) -> JSON:
    match annotation:
        case None:
            return {}
        case ast.Constant(value=None):
            return {"type": "null"}
        case ast.Constant(value=str(text)):
            return _schema(_quoted(text, place), place)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _named(name, place)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _any_of([_schema(left, place), _schema(right, place)])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return _generic(name, members, place)
    raise _Unreadable(f"{place} has an annotation that cannot be read.")


def _quoted(text: str, place: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as exc:
        raise _Unreadable(f"{place} has an annotation that cannot be read.") from exc


def _named(name: str, place: str) -> JSON:
    if name in _BARE:
        raise _Unreadable(f"{place}: say what is in it, such as dict[str, int] or list[str].")
    if name not in _SCALARS:
        known = ", ".join(_SCALARS)
        raise _Unreadable(f"{place} is {name!r}; use {known}, list, dict, Optional, Literal.")
    return dict(_SCALARS[name])


def _generic(name: str, members: list[ast.expr], place: str) -> JSON:
    match name, members:
        case ("list" | "List" | "Sequence", [member]):
            return {"type": "array", "items": _schema(member, place)}
        case ("dict" | "Dict" | "Mapping", [ast.Name(id="str"), member]):
            return {"type": "object", "additionalProperties": _schema(member, place)}
        case ("Optional", [member]):
            return _any_of([_schema(member, place), {"type": "null"}])
        case ("Union", _):
            return _any_of([_schema(member, place) for member in members])
        case ("Literal", _) if all(isinstance(member, ast.Constant) for member in members):
            return {
                "enum": [member.value for member in members if isinstance(member, ast.Constant)]
            }
    raise _Unreadable(f"{place} has an annotation that cannot be read.")


def _any_of(schemas: list[JSON]) -> JSON:
    """One flat list of choices; `int | None` is a list of types, as models read best."""
    flat = [part for schema in schemas for part in schema.get("anyOf", [schema])]
    if {} in flat:
        return {}
    types = [part.get("type") for part in flat if set(part) == {"type"}]
    return {"type": types} if len(types) == len(flat) else {"anyOf": flat}
