"""The methods a template may call: a fixed list for each type, all pure.

A method is found by the exact type of its value and of its arguments, written as a signature.
Nothing else is ever called: a name that is not in the table is a reference without a value.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from .errors import VelocityEvaluationError, VelocityLimitError
from .values import (
    MAX_VALUE,
    Budget,
    Value,
    checked_integer,
    checked_text,
    is_number,
    text,
)

Methods: TypeAlias = dict[str, Callable[..., Value]]

# These take the same time however large the value is.
_INSTANT = frozenset({"size", "length", "isEmpty", "get", "getOrDefault", "containsKey"})
_SCALARS = ("str", "int", "float", "bool")


def call(value: Value, name: str, arguments: list[Value], budget: Budget) -> Value:
    """The result of `value.name(arguments)`, or nothing if there is no such method."""
    method = _find(value, name, arguments)
    if method is None:
        return getter(value, name) if not arguments else None
    if name not in _INSTANT:
        budget.spend_on(sum(map(_length, (value, *arguments))))
    result = method(value, *arguments)
    if type(result) is list:
        budget.spend(1 + len(result) // 4)
    return checked_text(result) if type(result) is str else result


def getter(value: Value, name: str) -> Value:
    """`getName()` and `name()` of what is an object in Java and a map here: a look into it."""
    if type(value) is not dict:
        return None
    if name in value:
        return value[name]
    bare = name.removeprefix("get")
    return value.get(bare[:1].lower() + bare[1:])


def _find(value: Value, name: str, arguments: list[Value]) -> Callable[..., Value] | None:
    table = METHODS.get(type(value), {})
    kinds = [type(argument).__name__ for argument in arguments]
    exact = table.get(f"{name}({','.join(kinds)})")
    return exact or table.get(f"{name}({','.join([*kinds[:-1], 'any'])})")


def _length(value: Value) -> int:
    return len(value) if isinstance(value, str | list | dict) else 1


def _substring(value: str, begin: int, end: int | None = None) -> str:
    stop = len(value) if end is None else end
    if not 0 <= begin <= stop <= len(value):
        raise VelocityEvaluationError(f"substring({begin}, {stop}) of {len(value)} characters.")
    return value[begin:stop]


def _sub_list(items: list[Value], begin: int, end: int) -> list[Value]:
    if not 0 <= begin <= end <= len(items):
        raise VelocityEvaluationError(f"subList({begin}, {end}) of {len(items)} items.")
    return items[begin:end]


def _replace(value: str, old: str, new: str, times: int = -1) -> str:
    found = value.count(old) if times < 0 else times
    if found * len(new) > MAX_VALUE:
        raise VelocityLimitError("The replacement makes a string too large.")
    return value.replace(old, new, times)


def _plain(pattern: str) -> str:
    """What a Java regular expression without any operator stands for."""
    if _OPERATOR.search(_ESCAPED.sub("", pattern)):
        raise VelocityEvaluationError(f"{pattern!r}: only plain text is searched, no patterns.")
    return _ESCAPED.sub(r"\1", pattern)


def _split(value: str, separator: str) -> list[Value]:
    plain = _plain(separator)
    pieces = value.split(plain) if plain else list(value)
    while len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return [*pieces]


def _join(items: list[Value], separator: str) -> str:
    pieces: list[str] = []
    size = 0
    for item in items:
        pieces.append(_shown(item))
        size += len(pieces[-1]) + len(separator)
        if size > MAX_VALUE:
            raise VelocityLimitError("join() makes a string too large.")
    return separator.join(pieces)


def _shown(value: Value) -> str:
    return text(value, Budget(MAX_VALUE))


def _whole(value: float) -> Value:
    return int(value) if is_number(value) else None


def _fractional(value: float) -> Value:
    return float(checked_integer(value) if type(value) is int else value)


def _same(left: Value, right: Value) -> bool:
    return type(left) is type(right) and left == right


def _index(items: Iterable[Value], wanted: Value) -> int:
    """Where a scalar is, or -1."""
    return next((place for place, item in enumerate(items) if _same(item, wanted)), -1)


def _for_scalars(name: str, method: Callable[..., Value]) -> Methods:
    return {f"{name}({kind})": method for kind in _SCALARS}


_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_OPERATOR = re.compile(r"[\\^$.|?*+()\[\]{}]")

_ANY: Methods = {"toString()": _shown, "equals(any)": _same}

_STRING: Methods = {
    **_ANY,
    "length()": len,
    "isEmpty()": lambda value: not value,
    "toUpperCase()": str.upper,
    "toLowerCase()": str.lower,
    "trim()": str.strip,
    "substring(int)": _substring,
    "substring(int,int)": _substring,
    "charAt(int)": lambda value, place: _substring(value, place, place + 1),
    "indexOf(str)": str.find,
    "indexOf(str,int)": lambda value, part, start: value.find(part, max(start, 0)),
    "lastIndexOf(str)": str.rfind,
    "contains(str)": lambda value, part: part in value,
    "startsWith(str)": lambda value, part: value.startswith(part),
    "endsWith(str)": lambda value, part: value.endswith(part),
    "equalsIgnoreCase(str)": lambda value, other: value.casefold() == other.casefold(),
    "concat(str)": lambda value, other: value + other,
    "replace(str,str)": _replace,
    "replaceAll(str,str)": lambda value, old, new: _replace(value, _plain(old), new),
    "replaceFirst(str,str)": lambda value, old, new: _replace(value, _plain(old), new, 1),
    "split(str)": _split,
}

_NUMBER: Methods = {
    **_ANY,
    "intValue()": _whole,
    "longValue()": _whole,
    "floatValue()": _fractional,
    "doubleValue()": _fractional,
}

_LIST: Methods = {
    "toString()": _shown,
    "size()": len,
    "isEmpty()": lambda items: not items,
    "get(int)": lambda items, place: items[place] if 0 <= place < len(items) else None,
    "subList(int,int)": _sub_list,
    "join(str)": _join,
    **_for_scalars("contains", lambda items, wanted: _index(items, wanted) >= 0),
    **_for_scalars("indexOf", _index),
}

_MAP: Methods = {
    "toString()": _shown,
    "size()": len,
    "isEmpty()": lambda entries: not entries,
    "get(str)": lambda entries, key: entries.get(key),
    "get(int)": lambda entries, key: entries.get(_shown(key)),
    "getOrDefault(str,any)": lambda entries, key, default: entries.get(key, default),
    "containsKey(str)": lambda entries, key: key in entries,
    **_for_scalars("containsValue", lambda entries, value: _index(entries.values(), value) >= 0),
    "keySet()": list,
    "values()": lambda entries: [*entries.values()],
    "entrySet()": lambda entries: [{"key": key, "value": entries[key]} for key in entries],
}

METHODS: dict[type, Methods] = {
    str: _STRING,
    int: _NUMBER,
    float: _NUMBER,
    bool: _ANY,
    list: _LIST,
    dict: _MAP,
}
