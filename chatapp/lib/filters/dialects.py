"""How each database reads JSON values: by their types, and never with an error.

A value of another type than the wanted one is NULL. `column` is a fixed name of ours; the name
of an attribute is always a parameter.
"""

from abc import ABC, abstractmethod

from .numbers import LARGEST_WHOLE_REAL, MAX_INTEGER, MIN_INTEGER, Range
from .sql import Parameter, Sql, sql


class Dialect(ABC):
    unknown: Sql

    @abstractmethod
    def value(self, value: Parameter) -> Sql: ...
    @abstractmethod
    def text(self, column: str, name: str) -> Sql: ...
    @abstractmethod
    def key(self, column: str) -> Sql: ...
    @abstractmethod
    def whole(self, column: str, name: str) -> Sql: ...
    @abstractmethod
    def real(self, column: str, name: str, sizes: Range) -> Sql: ...
    @abstractmethod
    def boolean(self, column: str, name: str) -> Sql: ...
    @abstractmethod
    def is_list(self, column: str, name: str) -> Sql: ...
    @abstractmethod
    def contains(self, column: str, name: str, item: str | int | float) -> Sql: ...
    @abstractmethod
    def as_real(self, whole: Sql) -> Sql: ...
    @abstractmethod
    def quotient(self, left: Sql, right: Sql) -> Sql: ...
    @abstractmethod
    def remainder(self, left: Sql, right: Sql) -> Sql: ...


_AS_INTEGER, _AS_REAL = "CAST(e.atom AS INTEGER)", "CAST(e.atom AS REAL)"


class Sqlite(Dialect):
    unknown = Sql("NULL")

    def value(self, value: Parameter) -> Sql:
        return Sql("%s", (value,))

    def text(self, column: str, name: str) -> Sql:
        return Sql(
            f"CASE json_type({column}, %s) WHEN 'text' THEN json_extract({column}, %s) END",
            (_path(name), _path(name)),
        )

    def key(self, column: str) -> Sql:
        return Sql(column)

    def whole(self, column: str, name: str) -> Sql:
        exact = "typeof(e.atom) = 'integer'"
        small = f"abs({_AS_REAL}) < {LARGEST_WHOLE_REAL!r}"
        integral = f"({exact} OR ({small} AND e.atom = {_AS_INTEGER}))"
        return self._number(column, name, _AS_INTEGER, integral)

    def real(self, column: str, name: str, sizes: Range) -> Sql:
        size = f"abs({_AS_REAL}) BETWEEN {sizes.smallest!r} AND {sizes.largest!r}"
        return self._number(column, name, _AS_REAL, f"(e.atom = 0 OR {size})")

    def boolean(self, column: str, name: str) -> Sql:
        return Sql(
            f"CASE json_type({column}, %s) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
            (_path(name),),
        )

    def is_list(self, column: str, name: str) -> Sql:
        return Sql(f"(json_type({column}, %s) IS 'array')", (_path(name),))

    def contains(self, column: str, name: str, item: str | int | float) -> Sql:
        types = "'text'" if isinstance(item, str) else "'integer', 'real'"
        found = (
            f"SELECT 1 FROM json_each({column}, %s) AS e WHERE e.type IN ({types}) AND e.atom = %s"
        )
        return Sql(
            f"CASE json_type({column}, %s) WHEN 'array' THEN EXISTS ({found}) END",
            (_path(name), _path(name), item),
        )

    def as_real(self, whole: Sql) -> Sql:
        return sql("CAST({} AS REAL)", whole)

    def quotient(self, left: Sql, right: Sql) -> Sql:
        return sql("({} / {})", left, right)

    def remainder(self, left: Sql, right: Sql) -> Sql:
        return sql("({} %% {})", left, right)

    def _number(self, column: str, name: str, number: str, condition: str) -> Sql:
        return Sql(
            f"(SELECT {number} FROM json_each({column}) AS e "
            f"WHERE e.key = %s AND e.type IN ('integer', 'real') AND {condition} LIMIT 1)",
            (name,),
        )


class Postgresql(Dialect):
    unknown = Sql("NULL::boolean")

    def value(self, value: Parameter) -> Sql:
        kinds = {str: 'text COLLATE "C"', int: "bigint", float: "float8", bool: "boolean"}
        return Sql(f"%s::{kinds[type(value)]}", (value,))

    def text(self, column: str, name: str) -> Sql:
        return sql('({} COLLATE "C")', self._member(column, name, "string", "text"))

    def key(self, column: str) -> Sql:
        return Sql(f'({column} COLLATE "C")')

    def whole(self, column: str, name: str) -> Sql:
        integral = f"n = trunc(n) AND n BETWEEN {MIN_INTEGER} AND {MAX_INTEGER}"
        return self._number(column, name, f"CASE WHEN {integral} THEN n::bigint END")

    def real(self, column: str, name: str, sizes: Range) -> Sql:
        size = f"abs(n) BETWEEN {sizes.smallest!r} AND {sizes.largest!r}"
        return self._number(column, name, f"CASE WHEN n = 0 OR {size} THEN n::float8 END")

    def boolean(self, column: str, name: str) -> Sql:
        return self._member(column, name, "boolean", "boolean")

    def is_list(self, column: str, name: str) -> Sql:
        return Sql(f"(jsonb_typeof({column} -> %s::text) IS NOT DISTINCT FROM 'array')", (name,))

    def contains(self, column: str, name: str, item: str | int | float) -> Sql:
        items = f"{column} -> %s::text"
        found = sql(f"{items} @> to_jsonb({{}})", self.value(item))
        return Sql(
            f"CASE jsonb_typeof({items}) WHEN 'array' THEN {found.text} END",
            (name, name, *found.parameters),
        )

    def as_real(self, whole: Sql) -> Sql:
        return sql("{}::float8", whole)

    def quotient(self, left: Sql, right: Sql) -> Sql:
        return sql("({} / NULLIF({}, 0))", left, right)

    def remainder(self, left: Sql, right: Sql) -> Sql:
        return sql("mod({}, NULLIF({}, 0))::float8", _cut(left), _cut(right))

    def _member(self, column: str, name: str, kind: str, cast: str) -> Sql:
        return Sql(
            f"(CASE jsonb_typeof({column} -> %s::text) WHEN '{kind}' "
            f"THEN ({column} ->> %s::text)::{cast} END)",
            (name, name),
        )

    def _number(self, column: str, name: str, result: str) -> Sql:
        number = self._member(column, name, "number", "numeric")
        return sql(f"(SELECT {result} FROM (SELECT {{}} AS n) AS numbers)", number)


def _cut(number: Sql) -> Sql:
    return sql(
        f"(SELECT CASE WHEN n >= {MAX_INTEGER} THEN {MAX_INTEGER} "
        f"WHEN n <= {MIN_INTEGER} THEN {MIN_INTEGER} ELSE trunc(n)::bigint END "
        "FROM (SELECT {} AS n) AS numbers)",
        number,
    )


def _path(name: str) -> str:
    return f'$."{name}"'
