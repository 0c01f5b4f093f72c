"""Vectors that mean nothing and yet are always the same: texts that share words lie close."""

import hashlib
import math
import re
from typing import Any

DIMENSIONS = 256


def embed(body: dict[str, Any]) -> dict[str, Any]:
    """Answer a request to `/v1/embeddings`."""
    given = body["input"]
    texts = [given] if isinstance(given, str) else given
    size = int(body.get("dimensions") or DIMENSIONS)
    data = [
        {"object": "embedding", "index": n, "embedding": vector(text, size)}
        for n, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "model": body.get("model", ""), "data": data, "usage": usage}


def vector(text: str, size: int = DIMENSIONS) -> list[float]:
    """A bag of hashed words, of length one."""
    values = [0.0] * size
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        place = int.from_bytes(digest)
        values[place % size] += 1 if place & 1 << 60 else -1
    length = math.hypot(*values) or 1.0
    return [value / length for value in values]
