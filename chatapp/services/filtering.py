"""Metadata filters of a corpus: checked against its declared attributes, compiled to bound SQL.

This is the border of access control. A filter that is not understood is an error, never an empty
condition; only "" is no filter.
"""

from typing import Literal

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


def scope_of(corpus: Corpus, *metadata_filters: str, documents_only: bool = False) -> Scope:
    """What all of the filters leave of a corpus. Raises InvalidInput that says what is wrong.

    Each filter is parsed by itself, so that none can close what another has opened.
    """
    levels: tuple[Level, ...] = ("doc",) if documents_only else ("doc", "part")
    dialect: Literal["postgresql", "sqlite"] = (
        "postgresql" if connection.vendor == "postgresql" else "sqlite"
    )
    compiled = [
        compile(_checked(corpus, metadata_filter, levels), dialect)
        for metadata_filter in metadata_filters
        if metadata_filter != ""
    ]
    return Scope(
        corpus,
        " AND ".join(f"({condition})" for condition, _ in compiled),
        tuple(value for _, params in compiled for value in params),
    )


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
