import pytest

from chatapp.llm.builtin.tables import (
    find_in_table,
    labelled_rows,
    matching_rows,
    number_in,
    parse_table,
)

SALES = parse_table(
    """| Region | 2024 | 2025 |
| --- | --- | --- |
| North | 1.2 million EUR | 1.5 million EUR |
| South | 0.8 million EUR | 0.7 million EUR |
| Total | 2.0 million EUR | 2.2 million EUR |"""
)


def test_a_cell_is_found_by_its_row_and_column():
    found = find_in_table("What did South make in 2025?", SALES)

    assert (found.label, found.column, found.value) == ("South", "2025", "0.7 million EUR")


def test_a_total_that_stands_in_the_table_is_not_added_up_again():
    assert find_in_table("total of 2025", SALES).value == "2.2 million EUR"


def test_a_sum_leaves_out_the_total_and_keeps_the_unit():
    found = find_in_table("average 2024", SALES)

    assert (found.kind, found.value) == ("mean", "1 million EUR")


def test_two_columns_are_no_single_value():
    assert find_in_table("How did North do from 2024 to 2025?", SALES) is None


def test_rows_are_found_by_their_words_and_by_their_label():
    assert [row[0] for row in matching_rows("news from the north", SALES)] == ["North"]
    assert [row[0] for row in labelled_rows("What about South?", SALES)] == ["South"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,200", 1200),
        ("1.234,56 €", 1234.56),
        ("1,234.56", 1234.56),
        ("3,5", 3.5),
        ("−2 %", -2),
        ("+11 %", 11),
        ("**7**", 7),
        ("none", None),
        ("", None),
    ],
)
def test_numbers_are_read_in_the_english_and_the_continental_way(cell, number):
    assert number_in(cell) == number


def test_an_escaped_bar_does_not_part_a_cell():
    assert parse_table("| a | b |\n| --- | --- |\n| x \\| y | z |").rows == [["x \\| y", "z"]]


def test_rows_are_brought_to_the_width_of_the_header():
    assert parse_table("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |").rows == [["1", ""], ["1", "2"]]


def test_without_a_header_or_rows_there_is_no_table():
    assert parse_table("| a | b |") is None
    assert parse_table("| a |\n|---|") is None
    assert parse_table("no table") is None
