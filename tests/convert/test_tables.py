"""Rows of cells as Markdown."""

from chatapp.convert.tables import markdown_table


def test_cells_cannot_break_the_table():
    assert markdown_table([["a|b", "c\nd"]]) == "| a\\|b | c d |\n| --- | --- |"


def test_short_rows_are_filled_and_empty_ones_left_out():
    assert markdown_table([["a", "b"], [], ["c"]]) == "| a | b |\n| --- | --- |\n| c |  |"


def test_columns_empty_throughout_are_left_out():
    assert markdown_table([["a", "", "b"], ["c", "", "d"]]) == (
        "| a | b |\n| --- | --- |\n| c | d |"
    )


def test_no_cells_make_no_table():
    assert markdown_table([["", ""], []]) == ""
