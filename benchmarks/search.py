"""How fast documents are indexed and found, and what that costs in memory.

    python -m benchmarks.search [--parts 100000] [--queries 100] [--database URL]

Without a database it makes an SQLite file in a folder of its own; PostgreSQL must be empty. Texts
are made up of words in the proportions of natural language (Zipf), in documents of ten parts with
one of ten access levels. The filter leaves a tenth.

On PostgreSQL, only the first parts are indexed one document after the other; the rest comes by
COPY, and the index of the vectors is made at the end, so that a million takes minutes.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import numpy as np

WORDS_IN_PART = 80
PARTS_IN_DOCUMENT = 10
DOCUMENTS_AT_ONCE = 50
VOCABULARY = 50_000
INDEXED_ONE_BY_ONE = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatapp-bench-") as folder:
        _set_up(folder, options.database)
        _run(options.parts, options.queries)


def _set_up(folder: str, database: str) -> None:
    os.environ["CHATAPP_DATA_DIR"] = folder
    os.environ["DATABASE_URL"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatapp.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _run(parts: int, queries: int) -> None:
    from django.db import connection

    from chatapp.models.vectors import stores_halfvec
    from chatapp.services.users import create_user

    kind = "pgvector" if stores_halfvec(connection) else "vectors in memory"
    print(f"{connection.vendor}, {kind}, {parts:,} parts of {WORDS_IN_PART} words")
    before = _memory()
    corpus = _corpus(create_user(username="bench", role="admin"))
    documents = _documents(parts // PARTS_IN_DOCUMENT)
    one_by_one = min(parts, INDEXED_ONE_BY_ONE) if connection.vendor == "postgresql" else parts
    first = list(islice(documents, one_by_one // PARTS_IN_DOCUMENT))
    wall, cpu = _timed(lambda: _index(corpus, first))
    rate, each = one_by_one / wall, cpu / one_by_one * 1e6
    print(f"index            {rate:8,.0f} parts/s   ({each:,.0f} µs CPU each)")
    if parts > one_by_one:
        _fill(corpus, documents)
    print(f"memory           {before:8,.0f} MB before, {_memory():,.0f} MB after indexing")
    opening, _ = _timed(lambda: _search("a first search", {}))
    print(f"first query      {opening * 1000:8,.0f} ms        (reads what is kept in memory)")
    rng = np.random.default_rng(7)
    asked = [_text(rng, 5) for _ in range(queries)]
    kept = "doc.access_level = 'level 3'"
    _measure("no filter", asked, lambda n: {})
    _measure("a filter of 1/10", asked, lambda n: {"metadata_filter": kept})
    _measure(
        "a fresh filter", asked, lambda n: {"metadata_filter": f"{kept} AND doc.number <> {n}"}
    )
    _measure("words alone", asked, lambda n: {"lexical_interpolation": 1.0})
    _measure("meaning alone", asked, lambda n: {"lexical_interpolation": 0.0})
    print(f"memory           {_memory():8,.0f} MB at most")


def _corpus(owner: Any) -> Any:
    from chatapp.services.corpora import CorpusRequest, create_corpus

    attributes = [
        {"name": "access_level", "level": "document", "type": "text"},
        {"name": "number", "level": "document", "type": "integer"},
    ]
    request = CorpusRequest.model_validate({"key": "bench", "filter_attributes": attributes})
    return create_corpus(owner=owner, request=request)


def _index(corpus: Any, documents: list[Any]) -> None:
    from django.db import connection, transaction

    from chatapp.services.documents import store_document

    for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
        with transaction.atomic():
            for key, metadata, drafts in documents[start : start + DOCUMENTS_AT_ONCE]:
                store_document(corpus=corpus, key=key, metadata=metadata, drafts=drafts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill(corpus: Any, documents: Iterator[Any]) -> None:
    from benchmarks.bulk import copy_documents, drop_vector_index, make_vector_index

    definition = drop_vector_index()
    wall, _ = _timed(lambda: copy_documents(corpus, documents))
    print(f"the rest         {wall:8,.0f} s         (by COPY)", flush=True)
    wall, _ = _timed(lambda: make_vector_index(definition))
    print(f"vector index     {wall:8,.0f} s", flush=True)


def _documents(count: int) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    from chatapp.services.chunking import PartDraft

    rng = np.random.default_rng(1)
    for number in range(count):
        drafts = [PartDraft(_text(rng, WORDS_IN_PART)) for _ in range(PARTS_IN_DOCUMENT)]
        yield f"d{number}", {"access_level": f"level {number % 10}", "number": number}, drafts


def _text(rng: np.random.Generator, words: int) -> str:
    ranks = np.minimum(rng.zipf(1.15, words), VOCABULARY)
    return " ".join(_word(int(rank)) for rank in ranks)


@lru_cache(maxsize=VOCABULARY)
def _word(rank: int) -> str:
    """A pronounceable word for each rank."""
    syllables = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te")
    word = "k"
    while rank:
        rank, place = divmod(rank, len(syllables))
        word += syllables[place]
    return word


def _search(query: str, asked: dict[str, Any]) -> None:
    from chatapp.models import Corpus
    from chatapp.services.knowledge_search import search
    from chatapp.services.query_requests import SearchParameters, parsed

    parameters = {"corpora": [{"corpus_key": "bench", **asked}]}
    search(query=query, search=parsed(SearchParameters, parameters), corpora=Corpus.objects.all())


def _measure(name: str, queries: list[str], asked: Callable[[int], dict[str, Any]]) -> None:
    times = [_timed(partial(_search, query, asked(number))) for number, query in enumerate(queries)]
    walls = sorted(wall * 1000 for wall, _ in times)
    cpu = statistics.mean(cpu * 1000 for _, cpu in times)
    p95 = walls[int(len(walls) * 0.95)]
    print(
        f"{name:16} {statistics.median(walls):8,.1f} ms p50  {p95:8,.1f} ms p95"
        f"  {cpu:8,.1f} ms CPU here"
    )


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the clock, and of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
