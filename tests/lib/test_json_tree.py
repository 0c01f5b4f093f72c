"""JSON as a tree: every value is there, nothing of it is markup, and there is an end to it."""

import re

import pytest

from chatapp.lib.json_tree import MAX_DEPTH, MAX_NODES, render_tree


def shown(value):
    html, _is_whole = render_tree(value)
    return re.sub(r"<[^>]+>", " ", html).split()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text", ["text"]),
        (1, ["1"]),
        (True, ["true"]),
        (None, ["null"]),
        (2.5, ["2.5"]),
        ([], ["[]"]),
        ({}, ["{}"]),
        ({"a": [1, False]}, ["{1}", "a", "[2]", "0", "1", "1", "false"]),
    ],
)
def test_every_value_is_shown(value, words):
    assert shown(value) == words


def test_names_and_texts_are_never_markup():
    html, _is_whole = render_tree({"<b>": "<script>alert(1)</script>"})

    assert "<script" not in html
    assert "<b>" not in html


def test_small_branches_near_the_root_are_open_and_large_ones_are_not():
    html, _is_whole = render_tree({"few": [1], "many": list(range(30))})

    assert html.count("<details open>") == 2
    assert html.count("<details>") == 1


def test_a_large_value_is_cut_and_said_to_be():
    html, is_whole = render_tree(list(range(MAX_NODES * 2)))

    assert not is_whole
    assert html.count("<p>") == MAX_NODES - 1
    assert html.endswith("</details>")


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH * 10])
def test_a_deep_value_is_no_trouble(depth):
    value = []
    for _ in range(depth):
        value = [value]

    html, is_whole = render_tree(value)

    assert is_whole
    assert html.count("<details") == html.count("</details>") == min(depth, MAX_DEPTH)
