"""Vectors from a service that speaks OpenAI's `/embeddings`. Knows no settings."""

import threading
from collections.abc import Sequence

import httpx2
import numpy as np

from chatapp.errors import ProviderError
from chatapp.search.embedder import LONGEST_TEXT, Vectors

BATCH = 64
TIMEOUT = httpx2.Timeout(30, connect=5)


class RemoteEmbedder:
    """`dimensions` is known once something was embedded."""

    def __init__(self, base_url: str, api_key: str, model: str, name: str) -> None:
        self.name = name
        self._model = model
        self._dimensions = 0
        self._lock = threading.Lock()
        self._url = base_url.rstrip("/") + "/embeddings"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    @property
    def dimensions(self) -> int:
        with self._lock:
            if not self._dimensions:
                self._dimensions = len(self._rows(["dimensions"])[0])
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length one a text. Raises ProviderError when the service does not answer."""
        rows = [
            row
            for start in range(0, len(texts), BATCH)
            for row in self._rows(
                [text[:LONGEST_TEXT] or " " for text in texts[start : start + BATCH]]
            )
        ]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)

    def _rows(self, texts: list[str]) -> list[list[float]]:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            response = httpx2.post(self._url, json=body, headers=self._headers, timeout=TIMEOUT)
            response.raise_for_status()
            data = sorted(response.json()["data"], key=lambda item: item["index"])
            rows = [item["embedding"] for item in data]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as exc:
            raise ProviderError(
                "The embedding service did not answer.", reason="embedder", detail=repr(exc)
            ) from exc
        if len(rows) != len(texts):
            raise ProviderError("The embedding service left texts out.", reason="embedder")
        return rows
