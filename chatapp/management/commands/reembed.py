"""Make new vectors for a corpus."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatapp.errors import ChatappError
from chatapp.models import Corpus
from chatapp.services.corpus_jobs import rebuild_vectors
from chatapp.services.embedding import default_encoder


class Command(BaseCommand):
    help = "Make new vectors for a corpus. It is searched by the old ones until all are made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("corpus_key")
        parser.add_argument("--encoder", default="", help="the default: what new corpora get")

    def handle(self, *, corpus_key: str, encoder: str, **options: Any) -> None:
        try:
            corpus = Corpus.objects.named(corpus_key)
            job = rebuild_vectors(corpus=corpus, encoder_name=encoder or default_encoder())
        except ChatappError as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(f"{job.detail['parts']} parts have new vectors.")
