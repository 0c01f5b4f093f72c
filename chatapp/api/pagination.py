"""Lists in pages. A page key is the place of the last item, signed, so it cannot be made up.

Keyset, not offset: what comes or goes meanwhile makes no item appear twice or be missed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import re2
from django.core.signing import BadSignature, Signer
from django.db import models
from pydantic import BaseModel, Field

from chatapp.errors import InvalidInput

Row = TypeVar("Row", bound=models.Model)
T = TypeVar("T")
Place = TypeVar("Place", bound=tuple[Any, ...])


class ListMetadata(BaseModel):
    page_key: str | None = None


class PageQuery(BaseModel):
    """How every list is asked for its pages."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page_key: Annotated[str | None, Field(max_length=1000)] = None


class FilterQuery(PageQuery):
    """`filter` is a regular expression (RE2), sought in name and description."""

    filter: Annotated[str | None, Field(max_length=500)] = None

    def matcher(self) -> Callable[[str], bool] | None:
        return matcher(self.filter) if self.filter else None

    def of_rows(self) -> "RowFilter | None":
        """Whether the filter is found in a row's name or description; None takes them all."""
        found = self.matcher()
        if found is None:
            return None
        return RowFilter(
            ("name", "description"), lambda row: found(row.name) or found(row.description)
        )


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A test of some columns: only rows that pass it are read whole."""

    columns: tuple[str, ...]
    test: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    metadata: ListMetadata


def page_of(
    rows: "models.QuerySet[Row]",
    query: PageQuery,
    *,
    scope: str,
    order: str = "-pk",
    matches: RowFilter | Callable[[Row], bool] | None = None,
) -> Page[Row]:
    """One page of the rows, in the order of `order`, then of pk. `scope` says which list it is."""
    descending, field = order.startswith("-"), order.removeprefix("-")
    if place := open_page_key(query.page_key, scope):
        rows = rows.filter(_beyond(field, place, descending))
    sign = "-" if descending else ""
    ordered = rows.order_by(*dict.fromkeys([f"{sign}{field}", f"{sign}pk"]))
    found = _first(ordered, query.limit + 1, matches)
    items = found[: query.limit]
    key = None
    if len(found) > query.limit:
        last = items[-1]
        key = page_key([last.pk] if field == "pk" else [last.pk, str(getattr(last, field))], scope)
    return Page(items, ListMetadata(page_key=key))


def _beyond(field: str, place: list[Any], descending: bool) -> models.Q:
    ahead = "lt" if descending else "gt"
    if field == "pk":
        return models.Q(**{f"pk__{ahead}": place[0]})
    return models.Q(**{f"{field}__{ahead}": place[1]}) | models.Q(
        **{field: place[1], f"pk__{ahead}": place[0]}
    )


def _first(
    rows: "models.QuerySet[Row]", count: int, matches: "RowFilter | Callable[[Row], bool] | None"
) -> list[Row]:
    if matches is None:
        return list(rows[:count])
    if not isinstance(matches, RowFilter):
        return take((row for row in rows.iterator(chunk_size=500) if matches(row)), count)
    looks: Iterable[Any] = rows.values_list("pk", *matches.columns, named=True).iterator(2000)
    found = take((look.pk for look in looks if matches.test(look)), count)
    whole = rows.in_bulk(found)
    return [whole[pk] for pk in found if pk in whole]


def take(items: Iterable[T], count: int) -> list[T]:
    return [item for item, _ in zip(items, range(count), strict=False)]


def page_of_places(places: Iterable[Place], query: PageQuery, *, scope: str) -> Page[Place]:
    """A page of a list that lies in memory, in the order of its places."""
    after = open_page_key(query.page_key, scope)
    ordered = sorted(places)
    found = take((p for p in ordered if after is None or list(p) > after), query.limit + 1)
    items = found[: query.limit]
    key = page_key(list(items[-1]), scope) if len(found) > query.limit else None
    return Page(items, ListMetadata(page_key=key))


def matcher(pattern: str) -> Callable[[str], bool]:
    """RE2 takes time in proportion to the text, whatever the pattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as exc:
        raise InvalidInput(
            "The filter is not a regular expression.", {"filter": "Not a regular expression."}
        ) from exc
    return lambda text: compiled.search(text) is not None


def page_key(place: list[Any], scope: str) -> str:
    signed = _signer(scope).sign_object(place)
    return urlsafe_b64encode(signed.encode()).decode().rstrip("=")


def open_page_key(key: str | None, scope: str) -> list[Any] | None:
    if not key:
        return None
    try:
        signed = urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
        place: list[Any] = _signer(scope).unsign_object(signed)
    except (BadSignature, ValueError) as exc:
        raise InvalidInput(
            "This page_key is not of this list.", {"page_key": "Not of this list."}
        ) from exc
    return place


def _signer(scope: str) -> Signer:
    return Signer(salt=f"chatapp.page_key.{scope}")
