"""Which corpora a request may use: those its person may, and of these what its key grants."""

from chatapp.api.auth import ApiRequest
from chatapp.api.roles import Area, Level
from chatapp.errors import NotAllowed
from chatapp.models import Corpus
from chatapp.models.corpora import CorpusQuerySet
from chatapp.services.query_requests import SearchParameters


def corpus_to_read(request: ApiRequest, key: str) -> Corpus:
    return Corpus.objects.access(request.auth.user, key)


def corpus_to_edit(request: ApiRequest, key: str) -> Corpus:
    """Raises NotFound for one that is not seen, and NotAllowed for one that is only read."""
    corpus = corpus_to_read(request, key)
    if not Corpus.objects.editable_by(request.auth.user).filter(pk=corpus.pk).exists():
        raise NotAllowed("You may search this corpus, but not change it.")
    return corpus


def corpora_to_search(request: ApiRequest, search: SearchParameters) -> CorpusQuerySet:
    """What a query may name. Raises NotAllowed for a corpus outside of the key's scope."""
    for asked in search.corpora:
        if not is_granted(request, asked.corpus_key, Level.READ):
            raise NotAllowed(f"This API key may not use the corpus {asked.corpus_key!r}.")
    return Corpus.objects.visible_to(request.auth.user)


def is_granted(request: ApiRequest, corpus_key: str, level: Level) -> bool:
    return request.auth.grant.allows(Area.CORPORA, level, {"corpus_key": corpus_key})


def may_protect(request: ApiRequest, corpus_key: str) -> bool:
    """May this key set metadata that decides over access? A key that only indexes may not."""
    return is_granted(request, corpus_key, Level.MANAGE)
