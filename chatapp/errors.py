"""What we raise on purpose. Each class says who is to hear it.

ChatappError
├── InvalidInput          400   bad value from a caller; may name fields
│   ├── PayloadTooLarge   413
│   └── UnsupportedType   415
├── Unprocessable         422   well formed, but cannot work (an unresolved $ref)
├── NotAuthenticated      401
├── NotAllowed            403   visible, but this verb is not yours
├── NotFound              404   absent, or not visible: the two answer alike
├── Conflict              409
├── RateLimited           429
├── StorageFull           507
└── TurnError                   ends a turn; its message is shown to the user as an event
    ├── ProviderError           the language model failed; `retryable` says if another try may help
    ├── ContextLimitExceeded
    └── TurnLimitExceeded
ToolError                       told to the model, which goes on
"""

from collections.abc import Mapping
from typing import ClassVar


class ChatappError(Exception):
    """Anything we refuse, with words for people."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(ChatappError):
    code = "invalid_input"

    def __init__(self, message: str, field_errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.field_errors = dict(field_errors or {})


class PayloadTooLarge(InvalidInput):
    code = "too_large"
    status = 413


class UnsupportedType(InvalidInput):
    code = "unsupported_type"
    status = 415


class Unprocessable(ChatappError):
    code = "unprocessable"
    status = 422


class NotAuthenticated(ChatappError):
    code = "not_authenticated"
    status = 401


class NotAllowed(ChatappError):
    code = "not_allowed"
    status = 403


class NotFound(ChatappError):
    """Absent or invisible. Both answer with the same bytes, so nobody can probe."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "Not found.", *, missing_id: str = "") -> None:
        super().__init__(message)
        self.missing_id = missing_id


class Conflict(ChatappError):
    code = "conflict"
    status = 409


class RateLimited(ChatappError):
    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageFull(ChatappError):
    code = "storage_full"
    status = 507


class TurnError(ChatappError):
    """Ends a turn. The message is shown to the user; `reason` is for staff and programs."""

    code = "turn_failed"
    status = 502

    def __init__(self, message: str, *, reason: str = "failed", detail: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.detail = detail


class ProviderError(TurnError):
    """The language model could not be reached or broke off.

    `retryable` says whether another try may help; `retry_after` is what the provider asked for,
    in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        detail: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, detail=detail)
        self.retryable = retryable
        self.retry_after = retry_after


class ContextLimitExceeded(TurnError):
    def __init__(
        self, message: str, *, context_limit: int | None = None, actual_tokens: int | None = None
    ) -> None:
        super().__init__(message, reason="context_limit_exceeded")
        self.context_limit = context_limit
        self.actual_tokens = actual_tokens


class TurnLimitExceeded(TurnError):
    pass


class ToolError(Exception):
    """Told to the model as the tool's output; the turn goes on."""

    def __init__(self, message: str, *, code: str = "tool_error") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def our_words(message: str) -> str:
    """Of a validator of ours, without what pydantic puts before them."""
    return message.removeprefix("Value error, ")
