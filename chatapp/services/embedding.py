"""Which embedder makes a corpus's vectors."""

from functools import lru_cache

from django.conf import settings

from chatapp.errors import InvalidInput
from chatapp.search.embedder import Embedder, default_embedder
from chatapp.search.remote_embedder import RemoteEmbedder

REMOTE = "openai:"


def default_encoder() -> str:
    """The name that new corpora get: the configured service's model, else the offline one."""
    model = settings.EMBEDDING_MODEL
    return f"{REMOTE}{model}" if model else default_embedder().name


def embedder_of(encoder_name: str) -> Embedder:
    """Raises InvalidInput if this installation has no such encoder."""
    if encoder_name == default_embedder().name:
        return default_embedder()
    if encoder_name and encoder_name == f"{REMOTE}{settings.EMBEDDING_MODEL}":
        return _remote(settings.EMBEDDING_BASE_URL, settings.EMBEDDING_API_KEY, encoder_name)
    raise InvalidInput(
        f"There is no encoder {encoder_name!r} here. There is {default_encoder()!r}.",
        {"encoder_name": "Unknown."},
    )


@lru_cache(maxsize=4)
def _remote(base_url: str, api_key: str, encoder_name: str) -> Embedder:
    return RemoteEmbedder(base_url, api_key, encoder_name.removeprefix(REMOTE), encoder_name)
