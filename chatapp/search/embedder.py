"""Texts as vectors that lie close when the texts mean the same. No network, no index."""

import importlib.util
import json
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

LONGEST_TEXT = 8_000
BATCH = 256


class Embedder(Protocol):
    """Turns texts into rows of length one. `name` says which vectors may be compared."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...


class WordLlamaEmbedder:
    """The mean of wordllama's token vectors, read straight from its wheel.

    wordllama's own loader looks in a folder its wheel does not have, then tries to download; so
    the two files are opened here. The weights stay a memory map: only touched pages cost memory.
    """

    name = "wordllama-256"
    dimensions = 256

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, NDArray[np.float16]] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text. An empty text gives zeros, which are near to nothing."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [text[:LONGEST_TEXT] for text in texts[start : start + BATCH]]
            vectors[start : start + BATCH] = self._means(batch)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        vectors /= lengths
        return vectors

    def _means(self, texts: list[str]) -> Vectors:
        tokenizer, weights = self._load()
        means = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # A lone surrogate cannot be encoded for the tokenizer.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        for row, encoded in enumerate(tokenizer.encode_batch(clean, add_special_tokens=False)):
            if encoded.ids:
                means[row] = weights[encoded.ids].mean(axis=0, dtype=np.float32)
        return means

    def _load(self) -> tuple["Tokenizer", NDArray[np.float16]]:
        from tokenizers import Tokenizer

        with self._lock:
            if self._loaded is None:
                folder = _package_folder("wordllama")
                tokenizer = Tokenizer.from_file(
                    str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
                )
                tokenizer.no_truncation()
                weights = read_tensor(
                    folder / "weights" / "l2_supercat_256.safetensors", "embedding.weight"
                )
                self._loaded = tokenizer, weights
            return self._loaded


@lru_cache(maxsize=1)
def default_embedder() -> Embedder:
    """The one that works offline, shared by the whole process."""
    return WordLlamaEmbedder()


def read_tensor(path: Path, name: str) -> NDArray[np.float16]:
    """Map one half-precision tensor of a safetensors file: a length, a JSON header, raw numbers."""
    with path.open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(header_length))[name]
    if entry["dtype"] != "F16":
        raise ValueError(f"{path.name}: {name} holds {entry['dtype']}, not F16.")
    offset = 8 + header_length + entry["data_offsets"][0]
    return np.memmap(path, np.float16, mode="r", offset=offset, shape=tuple(entry["shape"]))


def _package_folder(package: str) -> Path:
    """Where a package lies, without importing it: its import is heavy and sets up logging."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package!r} is not installed.", name=package)
    return Path(next(iter(spec.submodule_search_locations)))
