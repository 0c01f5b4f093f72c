"""Move a corpus to another encoder. It is searched by its old vectors until all have new ones."""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import F

from chatapp.errors import NotFound
from chatapp.models import Corpus, Part
from chatapp.services.embedding import embedder_of
from chatapp.services.parts import embed_parts

BATCH = 500


def reembed(
    *, corpus: Corpus, encoder_name: str, report: Callable[[int], None] = lambda progress: None
) -> int:
    """Returns how many parts have new vectors. Begun again after a crash, it begins anew.

    Parts that come while this runs get an old vector like all others, and a new one before the
    corpus moves.
    """
    embedder_of(encoder_name)
    parts = Part.objects.filter(corpus=corpus)
    parts.exclude(next_vector=None).update(next_vector=None)
    total, done = max(parts.count(), 1), 0
    while True:
        done += _embed_all(corpus, encoder_name, lambda part: report(min(99, 100 * part // total)))
        if _move(corpus, encoder_name):
            return done


def _embed_all(corpus: Corpus, encoder_name: str, report: Callable[[int], None]) -> int:
    last, done = 0, 0
    waiting = Part.objects.filter(corpus=corpus, next_vector=None).order_by("pk")
    while batch := list(waiting.filter(pk__gt=last).only("text", "context")[:BATCH]):
        embed_parts(batch, encoder_name, "next_vector")
        with transaction.atomic():
            Part.objects.bulk_update(batch, ["next_vector"], batch_size=100)
        last, done = batch[-1].pk, done + len(batch)
        report(done)
    return done


@transaction.atomic
def _move(corpus: Corpus, encoder_name: str) -> bool:
    """Put all new vectors in place at once; False if parts came meanwhile."""
    if not Corpus.objects.select_for_update().filter(pk=corpus.pk).exists():
        raise NotFound("Corpus not found.", missing_id=corpus.key)
    if Part.objects.filter(corpus=corpus, next_vector=None).exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chatapp_part SET vector = next_vector, next_vector = NULL WHERE corpus_id = %s",
            [corpus.pk],
        )
    Corpus.objects.filter(pk=corpus.pk).update(
        encoder_name=encoder_name,
        embedding_version=F("embedding_version") + 1,
        version=F("version") + 1,
    )
    return True
