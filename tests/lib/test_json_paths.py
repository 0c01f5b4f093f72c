"""Members of a value, left out by their paths."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.lib.json_paths import Path, leave_out

VALUE = {"a": {"b": 1, "c d": 2}, "list": [{"x": 1, "y": 2}, {"x": 3}], "x": 4}


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("$.x", {"a": VALUE["a"], "list": VALUE["list"]}),
        ("x", {"a": VALUE["a"], "list": VALUE["list"]}),
        ("$.a.b", {**VALUE, "a": {"c d": 2}}),
        ("$['a']['c d']", {**VALUE, "a": {"b": 1}}),
        ("$.list[0]", {**VALUE, "list": [{"x": 3}]}),
        ("$.list[*].x", {**VALUE, "list": [{"y": 2}, {}]}),
        ("$..x", {"a": VALUE["a"], "list": [{"y": 2}, {}]}),
        ("$.*", {}),
        ("$.nothing.here", VALUE),
    ],
)
def test_what_a_path_names_is_left_out(path, left):
    assert leave_out(VALUE, [path]) == left


@pytest.mark.parametrize("path", ["", "$", "$.", "$[", "$.a..", "$[?(@.x)]", "$.a b", "$[-1]"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="is not a path"):
        Path(path)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_refused(text):
    with suppress(ValueError):
        Path(text).leave_out(VALUE)
