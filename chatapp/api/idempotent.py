"""`Idempotency-Key` on creates: the same request again gets the same answer, and makes nothing."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel

from chatapp.api.auth import ApiRequest
from chatapp.api.parsing import to_json
from chatapp.services.idempotency import answer_once, known_answer

Create = Callable[..., Any]


def idempotent(create: Create) -> Create:
    """For plain operations that answer 201 with a value."""

    @wraps(create)
    def once(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if not key:
            return create(request, *args, **kwargs)

        def work() -> str:
            value: BaseModel = create(request, *args, **kwargs)
            return to_json(value.model_dump(exclude_none=True)).decode()

        body, repeated = answer_once(
            owner=request.auth.user, key=key, fingerprint=_fingerprint(request), work=work
        )
        response = HttpResponse(body, status=201, content_type="application/json")
        if repeated:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    return once


def is_replay(request: ApiRequest) -> bool:
    """Whether the answer is known, so that nothing slow has to be done for it again."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        return False
    fingerprint = _fingerprint(request)
    return known_answer(owner=request.auth.user, key=key, fingerprint=fingerprint) is not None


def _fingerprint(request: ApiRequest) -> str:
    """Of what is asked, so that a key used for something else is noticed."""
    parts = (str(request.method).encode(), request.get_full_path().encode(), request.body)
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()
