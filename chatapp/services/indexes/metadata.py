"""What fields of metadata hold, read and counted in the database.

The name of a field is always a parameter.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from chatapp.models import FilterAttribute
from chatapp.services.indexes.scope import Scope, fetch, stream

AT_ONCE = 20_000

# Each value of a field, one a row: of a list its items, of anything else itself.
_SQLITE_VALUES = """
    SELECT CASE WHEN e.type IN ('integer', 'real') THEN 'number' ELSE e.type END AS kind,
        e.atom AS value
    FROM ({rows}) AS m, json_each(m.metadata, %s) AS e
    WHERE e.type IN ('text', 'integer', 'real', 'true', 'false')
        AND json_type(m.metadata, %s) <> 'object'
"""
_POSTGRESQL_VALUES = """
    SELECT jsonb_typeof(e.value) AS kind, e.value
    FROM ({rows}) AS m, jsonb_array_elements(CASE jsonb_typeof(m.metadata -> %s::text)
        WHEN 'array' THEN m.metadata -> %s::text
        ELSE jsonb_build_array(m.metadata -> %s::text) END) AS e(value)
    WHERE jsonb_typeof(e.value) IN ('string', 'number', 'boolean')
"""
# The values that are there most, and with each of them the figures of all numbers.
_COUNTED = """
    WITH found AS MATERIALIZED (
        SELECT kind, value, count(*) AS times FROM ({values}) AS v GROUP BY kind, value
    ), numbers AS MATERIALIZED (
        SELECT {number} AS number, times FROM found WHERE kind = 'number'
    ), figures AS MATERIALIZED (
        SELECT min(number) AS least, max(number) AS most, {total} AS total,
            sum(times) AS times FROM numbers
    )
    SELECT f.kind, f.value, f.times, n.least, n.most, n.total, n.times
    FROM found f CROSS JOIN figures n ORDER BY f.times DESC, f.kind, f.value LIMIT %s
"""

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Counted:
    """`values` and how often each is there, the commonest first.

    `figures` if there are numbers, without those that no float can be.
    """

    values: list[tuple[Value, int]]
    figures: dict[str, int | float]


def counted(scope: Scope, attribute: FilterAttribute, limit: int) -> Counted:
    rows, bound = _rows(scope, attribute.level)
    name: tuple[str, ...]
    if connection.vendor == "postgresql":
        values, name = _POSTGRESQL_VALUES.format(rows=rows), (attribute.name,) * 3
        number, total = "(value #>> '{}')::numeric", "sum(number * times)"
    else:
        values, name = _SQLITE_VALUES.format(rows=rows), (f'$."{attribute.name}"',) * 2
        # As floats: a sum of integers that is beyond 64 bits would be an error.
        number, total = "value", "sum(number * 1.0 * times)"
    sql = _COUNTED.format(values=values, number=number, total=total)
    found = fetch(sql, (*bound, *name, limit))
    return Counted(
        [(_value(kind, value), times) for kind, value, times, *_ in found],
        _figures(*found[0][3:]) if found else {},
    )


def texts_of(scope: Scope, level: str, name: str) -> Iterator[list[tuple[int, int, str]]]:
    """Many at a time: row, document, and the field's value as text; without rows that lack it."""
    rows, bound = _rows(scope, level)
    if connection.vendor == "postgresql":
        sql = f"SELECT id, document_id, metadata ->> %s::text FROM ({rows}) AS m"
        sql += " WHERE metadata ->> %s::text IS NOT NULL"
        bound = (name, *bound, name)
    else:
        text = "CASE f.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE f.value END"
        sql = f"SELECT m.id, m.document_id, CAST({text} AS TEXT) FROM ({rows}) AS m,"
        sql += " json_each(m.metadata) AS f WHERE f.key = %s AND f.type <> 'null'"
        bound = (*bound, name)
    yield from stream(sql, bound, AT_ONCE)


def _rows(scope: Scope, level: str) -> tuple[str, tuple[Any, ...]]:
    """The parts in a scope, or the documents of which it has a part."""
    if level == FilterAttribute.Level.PART:
        return f"SELECT p.id, p.document_id, p.metadata FROM {scope.parts}", scope.bound
    sql = "SELECT id, id AS document_id, metadata FROM chatapp_document WHERE corpus_id = %s"
    if not scope.condition:
        return sql, (scope.corpus.pk,)
    within = f"{sql} AND id IN (SELECT p.document_id FROM {scope.parts})"
    return within, (scope.corpus.pk, *scope.bound)


def _figures(least: Any, most: Any, total: Any, times: Any) -> dict[str, int | float]:
    if not times:
        return {}
    # Of infinities with both signs SQLite makes a sum that is NULL.
    total = math.nan if total is None else _number(total)
    figures = {"min": _number(least), "max": _number(most)}
    figures |= {"avg": total / int(times), "sum": total}
    return {name: figure for name, figure in figures.items() if math.isfinite(figure)}


def _value(kind: str, value: Any) -> Value:
    if connection.vendor == "postgresql":
        value = orjson.loads(value)
    if kind in ("true", "false"):
        return kind == "true"
    return _number(value) if kind == "number" else value


def _number(value: Any) -> int | float:
    """Without a fraction that says nothing; what no float can be, as near as one can."""
    number = value if isinstance(value, int | float) else float(value)
    if not math.isfinite(number):
        return number
    return int(number) if number == int(number) and abs(number) < 2**53 else number
