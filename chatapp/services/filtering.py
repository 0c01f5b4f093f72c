"""Metadata filters of a corpus: checked against its declared attributes, compiled to bound SQL.

This is the border of access control. A filter that is not understood is an error, never an empty
condition; only "" is no filter.
"""

from django.db import connection

from chatapp.errors import InvalidInput
from chatapp.lib.filters import (
    AttributeType,
    Expr,
    FilterError,
    Level,
    check,
    compile,
    parse,
)
from chatapp.models import Corpus, FilterAttribute
from chatapp.services.indexes.scope import Scope

_LEVELS: dict[str, Level] = {
    FilterAttribute.Level.DOCUMENT: "doc",
    FilterAttribute.Level.PART: "part",
}


def scope_of(corpus: Corpus, metadata_filter: str = "", *, documents_only: bool = False) -> Scope:
    """What a filter leaves of a corpus. Raises InvalidInput that says what is wrong with it."""
    if metadata_filter == "":
        return Scope(corpus)
    expression = _checked(corpus, metadata_filter, ("doc",) if documents_only else ("doc", "part"))
    is_postgresql = connection.vendor == "postgresql"
    condition, params = compile(expression, "postgresql" if is_postgresql else "sqlite")
    return Scope(corpus, condition, tuple(params))


def _checked(corpus: Corpus, metadata_filter: str, levels: tuple[Level, ...]) -> Expr:
    try:
        return check(parse(metadata_filter), attributes_of(corpus), levels)
    except FilterError as exc:
        raise InvalidInput(f"The metadata filter: {exc}", {"metadata_filter": str(exc)}) from exc


def attributes_of(corpus: Corpus) -> dict[tuple[Level, str], AttributeType]:
    return {
        (_LEVELS[attribute.level], attribute.name): AttributeType(attribute.type)
        for attribute in corpus.filter_attributes.all()
    }
