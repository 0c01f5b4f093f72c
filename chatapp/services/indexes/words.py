"""Parts that share words with a query: FTS5 on SQLite, `tsvector` on PostgreSQL.

Terms come stemmed and folded (`search/words.py`), for parts and queries alike. They are bound and
quoted, so that none of them is taken for syntax.
"""

from chatapp.services.indexes.scope import Scope, fetch

MOST_TERMS = 64


class Fts5:
    def best(self, scope: Scope, terms: list[str], limit: int) -> dict[int, float]:
        quoted = [f'"{term}"' for term in _distinct(terms)]
        if not quoted:
            return {}
        # CROSS JOIN: SQLite starts with the words, never with the parts.
        rows = fetch(
            "SELECT p.id, -bm25(chatapp_part_words) AS score"
            f" FROM chatapp_part_words CROSS JOIN {scope.parts}"
            " AND p.id = chatapp_part_words.rowid AND chatapp_part_words MATCH %s"
            " ORDER BY score DESC, p.id LIMIT %s",
            (*scope.bound, " OR ".join(quoted), limit),
        )
        # A word that most parts have weighs less than nothing in bm25; it still is a match.
        return {part_id: max(score, 1e-9) for part_id, score in rows}


class Tsvector:
    """PostgreSQL does not weigh words by how rare they are, so this does."""

    def best(self, scope: Scope, terms: list[str], limit: int) -> dict[int, float]:
        distinct = _distinct(terms)
        if not distinct:
            return {}
        rows = fetch(
            "SELECT id, sum(fit * ln(1 + most / matches)) AS score FROM ("
            "SELECT *, max(matches) OVER ()::float AS most FROM ("
            "SELECT p.id, ts_rank(p.words, q.term, 1) AS fit,"
            " count(*) OVER (PARTITION BY q.term)::float AS matches"
            " FROM (SELECT plainto_tsquery('simple', word) AS term"
            " FROM unnest(%s::text[]) AS word) q"
            f" CROSS JOIN {scope.parts} AND p.words @@ q.term"
            ") counted) weighed GROUP BY id ORDER BY score DESC, id LIMIT %s",
            (distinct, *scope.bound, limit),
        )
        return {part_id: float(score) for part_id, score in rows}


def _distinct(terms: list[str]) -> list[str]:
    return [term.replace('"', "") for term in dict.fromkeys(terms)][:MOST_TERMS]
