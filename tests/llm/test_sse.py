"""Payloads come out whole, however the bytes were cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.llm.sse import LineTooLongError, Payloads

STREAM = '\ufeffdata: {"a":1}\n\n: ping\n\nevent: x\r\ndata:é\r\n\r\ndata: [DONE]\n\n'.encode()


def read(*parts: bytes, limit: int = 1000) -> list[bytes]:
    payloads = Payloads(limit)
    return [payload for part in parts for payload in payloads.feed(part)]


@given(st.lists(st.integers(0, len(STREAM))))
def test_cuts_at_any_byte_change_nothing(cuts):
    places = [0, *sorted(cuts), len(STREAM)]
    parts = [STREAM[a:b] for a, b in pairwise(places) if a < b]

    assert read(*parts) == [b'{"a":1}', "é".encode(), b"[DONE]"]


def test_a_line_that_never_ended_is_no_payload():
    assert read(b"data: 1\n", b"data: 2") == [b"1"]


def test_the_byte_order_mark_is_passed_over_even_in_pieces():
    assert read(b"\xef", b"\xbb", b"\xbfdata: 1\n") == [b"1"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_over_the_limit_is_refused(end):
    with pytest.raises(LineTooLongError):
        read(b"data: " + b"x" * 600, b"x" * 600 + end)


@given(st.lists(st.binary(max_size=30)))
def test_noise_makes_no_trouble(parts):
    read(*parts)
