"""Places in a list as text: read back as they were, and never trusted."""

from datetime import UTC, datetime

import pytest

from chatapp.lib.cursors import Cursor, read_cursor


def test_a_cursor_reads_back_as_it_was():
    cursor = Cursor(datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC), 42)

    assert read_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "yesterday~1",
        "2026-05-01T12:30:00~1",
        "2026-05-01T12:30:00+00:00~",
        "2026-05-01T12:30:00+00:00~-1",
        "2026-05-01T12:30:00+00:00~²",
        "2026-05-01T12:30:00+00:00~" + "9" * 30,
        "2026-13-01T12:30:00+00:00~1",
        "\x00~1",
    ],
)
def test_what_is_none_is_the_beginning(text):
    assert read_cursor(text) is None
