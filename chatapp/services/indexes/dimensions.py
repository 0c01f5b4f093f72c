"""Parts by their custom dimensions: numbers a part has, times weights a query gives them."""

from collections.abc import Mapping, Sequence

from django.db import connection

from chatapp.services.indexes.scope import Scope, fetch


def heaviest(
    scope: Scope, weights: Mapping[str, float], limit: int, ids: Sequence[int] | None = None
) -> dict[int, float]:
    """Part id → the dot product, the largest first; of the parts `ids`, if given."""
    if ids is not None and not ids:
        return {}
    terms, params = [], []
    for name, weight in weights.items():
        terms.append(f"COALESCE({_number()}, 0) * %s")
        params += [_place(name), weight]
    chosen = "" if ids is None else f" AND p.id IN ({', '.join(['%s'] * len(ids))})"
    rows = fetch(
        f"SELECT p.id, {' + '.join(terms)} AS boost FROM {scope.parts}{chosen}"
        " ORDER BY boost DESC, p.id LIMIT %s",
        (*params, *scope.bound, *(ids or ()), limit),
    )
    return {part_id: float(boost) for part_id, boost in rows}


def _number() -> str:
    if connection.vendor == "postgresql":
        return "(p.custom_dimensions ->> %s)::float"
    return "json_extract(p.custom_dimensions, %s)"


def _place(name: str) -> str:
    return name if connection.vendor == "postgresql" else f'$."{name}"'
