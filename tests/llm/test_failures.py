"""Each way of refusing has its reason; only what may pass is worth another try."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from chatapp.errors import ContextLimitExceeded, ProviderError
from chatapp.llm.failures import failed_response, failed_stream


@pytest.mark.parametrize(
    ("status", "body", "reason", "is_retryable"),
    [
        (429, b"", "provider_busy", True),
        (529, b'{"error":{"type":"overloaded_error"}}', "provider_busy", True),
        (503, b"<html>", "provider_busy", True),
        (500, b"", "provider_error", True),
        (502, b"Bad gateway", "provider_error", True),
        (408, b"", "provider_error", True),
        (401, b'{"error":"no"}', "provider_auth", False),
        (403, b"[]", "provider_auth", False),
        (402, b"", "provider_quota", False),
        (429, b'{"error":{"code":"insufficient_quota"}}', "provider_quota", False),
        (400, b'{"error":{"message":"No."}}', "provider_rejected", False),
        (404, b'[{"error":{"message":"No such model."}}]', "provider_rejected", False),
        (307, b"", "provider_protocol", True),
        (200, b"{}", "provider_protocol", True),
        (200, b'{"error":{"message":"Slow down.","code":429}}', "provider_busy", True),
        (
            200,
            b'{"error":{"message":"Overloaded.","code":"rate_limit_exceeded"}}',
            "provider_busy",
            True,
        ),
    ],
)
def test_a_refusal_has_its_reason(status, body, reason, is_retryable):
    error = failed_response(status, {}, body)

    assert isinstance(error, ProviderError)
    assert (error.reason, error.retryable) == (reason, is_retryable)
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    ("message", "limit", "actual"),
    [
        (
            "This model's maximum context length is 8192 tokens. However, your messages "
            "resulted in 9001 tokens.",
            8192,
            9001,
        ),
        ("prompt is too long: 210000 tokens > 200000 maximum", 200000, 210000),
        ("request (9001 tokens) exceeds the available context size (8192 tokens)", 8192, 9001),
        ("Too many tokens.", None, None),
    ],
)
def test_a_conversation_too_long_is_known_by_the_servers_words(message, limit, actual):
    error = failed_response(400, {}, b'{"error":{"message":"%b"}}' % message.encode())

    assert isinstance(error, ContextLimitExceeded)
    assert (error.context_limit, error.actual_tokens) == (limit, actual)


def test_the_code_alone_tells_it_too():
    error = failed_stream({"message": "No.", "code": "context_length_exceeded"})

    assert isinstance(error, ContextLimitExceeded)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("0.5", 0.5), ("-3", 0), ("soon", None), ("", None)]
)
def test_the_wish_to_wait_is_read_in_seconds(value, seconds):
    error = failed_response(429, {"retry-after": value}, b"")

    assert isinstance(error, ProviderError)
    assert error.retry_after == seconds


def test_the_wish_to_wait_is_read_as_a_date():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)

    error = failed_response(429, {"retry-after": date}, b"")

    assert isinstance(error, ProviderError)
    assert error.retry_after is not None
    assert 25 < error.retry_after <= 30


@pytest.mark.parametrize("error", [None, 7, "No.", [], {}, {"code": []}, {"message": {"a": 1}}])
def test_any_error_object_is_an_error(error):
    assert isinstance(failed_stream(error), ProviderError)


def test_a_long_story_is_cut_short():
    assert len(failed_response(500, {}, b"x" * 5000).detail) == 500
