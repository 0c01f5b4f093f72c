"""Parts that share words with a query: FTS5 on SQLite, `tsvector` on PostgreSQL.

Terms come stemmed and folded (`search/words.py`), for parts and queries alike. They are bound and
quoted, so that none of them is taken for syntax.

How well a part fits is measured against a part that has all of the terms once. Measured against
the best one found, which is usual, a part with one common word out of five would count in full
when no other part does better, and push aside what the vectors found.
"""

import math

from chatapp.services.indexes.scope import Scope, fetch

MOST_TERMS = 64

# A word that so many parts have says next to nothing, and costs more than all the others.
TOO_COMMON = 0.25
FEW = 2_000


class Fts5:
    def best(self, scope: Scope, terms: list[str], limit: int) -> dict[int, float]:
        weights = self._weights(_distinct(terms))
        if not weights:
            return {}
        # CROSS JOIN: SQLite starts with the words, never with the parts.
        rows = fetch(
            "SELECT p.id, -bm25(chatapp_part_words) AS score"
            f" FROM chatapp_part_words CROSS JOIN {scope.parts}"
            " AND p.id = chatapp_part_words.rowid AND chatapp_part_words MATCH %s"
            " ORDER BY score DESC, p.id LIMIT %s",
            (*scope.bound, " OR ".join(f'"{term}"' for term in weights), limit),
        )
        # This is what bm25 gives a part of common length that has each term once.
        most = sum(weights.values())
        return {part_id: min(score / most, 1.0) for part_id, score in rows}

    @staticmethod
    def _weights(terms: list[str]) -> dict[str, float]:
        """bm25's weight of each term worth looking for."""
        if not terms:
            return {}
        marks = ", ".join(["%s"] * len(terms))
        having = dict.fromkeys(terms, 0) | dict(
            fetch(f"SELECT term, doc FROM chatapp_part_vocabulary WHERE term IN ({marks})", terms)
        )
        [(counted,)] = fetch("SELECT sum(part_count) FROM chatapp_corpus", ())
        parts = counted or 0
        common = max(parts * TOO_COMMON, FEW)
        rare = [term for term in terms if having[term] <= common]
        chosen = rare or [min(terms, key=lambda term: having[term])]
        return {term: _weight(having[term], parts) for term in chosen}


class Tsvector:
    """PostgreSQL does not weigh words by how rare they are, so this does."""

    def best(self, scope: Scope, terms: list[str], limit: int) -> dict[int, float]:
        wanted = self._worthwhile(_distinct(terms))
        if not wanted:
            return {}
        parts = max(scope.corpus.part_count, 1)
        rows = fetch(
            "WITH found AS MATERIALIZED ("
            "SELECT p.id, q.term, ts_rank(p.words, q.term, 1) AS fit"
            " FROM (SELECT plainto_tsquery('simple', word) AS term"
            " FROM unnest(%s::text[]) AS word) q"
            f" CROSS JOIN {scope.parts} AND p.words @@ q.term"
            "), weights AS ("
            "SELECT term, ln(1 + %s::float / count(*)) AS weight FROM found GROUP BY term"
            ") SELECT id, sum(weight * (0.9 + fit)), (SELECT sum(weight) FROM weights),"
            " (SELECT count(*) FROM weights)"
            " FROM found JOIN weights USING (term)"
            " GROUP BY id ORDER BY 2 DESC, id LIMIT %s",
            (wanted, *scope.bound, parts, limit),
        )
        unseen = math.log(1 + 2 * parts)
        return {
            part_id: min(float(score) / (float(weight) + (len(wanted) - seen) * unseen), 1.0)
            for part_id, score, weight, seen in rows
        }

    @staticmethod
    def _worthwhile(terms: list[str]) -> list[str]:
        """Without words that the database's own statistics know to be in very many parts."""
        shares = dict(
            fetch(
                "SELECT unnest(words), unnest(most_common_elem_freqs[:cardinality(words)])"
                " FROM pg_stats, LATERAL (SELECT most_common_elems::text::text[] AS words) known"
                " WHERE schemaname = ANY (current_schemas(false))"
                " AND tablename = 'chatapp_part' AND attname = 'words'"
                " AND (SELECT reltuples FROM pg_class WHERE oid = 'chatapp_part'::regclass) > %s",
                (FEW / TOO_COMMON,),
            )
        )
        rare = [term for term in terms if shares.get(term, 0) <= TOO_COMMON]
        return rare or sorted(terms, key=lambda term: shares[term])[:1]


def _weight(having: int, parts: int) -> float:
    """As bm25 has it, down to what SQLite gives a word that most parts have."""
    return max(math.log(max(parts - having + 0.5, 1e-3) / (having + 0.5)), 1e-6)


def _distinct(terms: list[str]) -> list[str]:
    return [term.replace('"', "") for term in dict.fromkeys(terms)][:MOST_TERMS]
