from chatapp.search.passages import LONGEST_PASSAGE, headings, split

REPORT = """[page 1]

# Report

Opening words.

## Figures

Before the table.
| Region | Revenue |
| --- | --- |
| North | 12 |
| South | 8 |

[page 2]

## Outlook

Brighter.
"""


def test_a_passage_knows_its_page_heading_and_line():
    last = split(REPORT)[-1]

    assert (last.text, last.location, last.heading) == ("Brighter.", "page 2", "Outlook")
    assert REPORT.splitlines()[last.start_line - 1] == "Brighter."


def test_a_table_is_a_passage_of_its_own_even_without_an_empty_line_before():
    assert [passage.text.splitlines()[0] for passage in split(REPORT)] == [
        "Opening words.",
        "Before the table.",
        "| Region | Revenue |",
        "Brighter.",
    ]


def test_each_piece_of_a_long_table_has_the_header():
    rows = "\n".join(f"| item {number} | {number} |" for number in range(200))
    pieces = split(f"| Name | Count |\n|---|---|\n{rows}")

    assert len(pieces) > 1
    assert all(piece.text.startswith("| Name | Count |\n|---|---|\n") for piece in pieces)
    assert sum(len(piece.text.splitlines()) - 2 for piece in pieces) == 200


def test_long_prose_is_cut_between_sentences():
    pieces = split("A sentence of some length that says little. " * 100)

    assert all(len(piece.text) <= LONGEST_PASSAGE for piece in pieces)
    assert all(piece.text.endswith(".") for piece in pieces)


def test_short_neighbours_are_joined_but_not_over_a_heading():
    assert [passage.text for passage in split("One.\n\nTwo.\n\n# Next\n\nThree.")] == [
        "One.\n\nTwo.",
        "Three.",
    ]


def test_a_hash_or_a_mark_inside_code_is_code():
    (passage,) = split("```\n# not a heading\n\n[page 7]\n```")

    assert (passage.heading, passage.location) == ("", "")
    assert headings("```\n# not a heading\n```") == []


def test_headings_are_listed_with_their_depth_and_page():
    assert [(one.title, one.level, one.location) for one in headings(REPORT)] == [
        ("Report", 1, "page 1"),
        ("Figures", 2, "page 1"),
        ("Outlook", 2, "page 2"),
    ]


def test_marks_of_emphasis_are_no_part_of_a_heading():
    assert headings("## The **big** [plan](x) ##")[0].title == "The big plan"


def test_empty_and_strange_texts_give_no_passages():
    assert split("") == split("\n \n\t\n") == split("[page 1]\n\n# Only a heading") == []


def test_a_hostile_heading_is_no_trap():
    assert headings("# " + "#" * 100_000 + "x") == []
