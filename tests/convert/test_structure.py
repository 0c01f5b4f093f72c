"""Markdown as sections within sections."""

from chatapp.convert.structure import structured_document


def outline(sections):
    return [(section["title"], outline(section["sections"])) for section in sections]


def sections_of(markdown):
    return structured_document(markdown, title=None, key="x")["sections"]


def test_headings_nest_by_level():
    markdown = "intro\n# A\n## A1\ntext\n### A1a\n## A2\n# B"
    assert outline(sections_of(markdown)) == [
        ("", []),
        ("A", [("A1", [("A1a", [])]), ("A2", [])]),
        ("B", []),
    ]


def test_a_section_knows_its_page():
    page = sections_of("[page 1]\n\none\n\n[page 2]\n\n# Two\n\ntwo")[1]
    assert page["metadata"] == {"page": 2}
    assert page["sections"][0]["metadata"] == {"page": 2}
    assert page["sections"][0]["text"] == "two"


def test_a_sheet_keeps_its_name():
    assert sections_of("[sheet 2026]\n\n| a |")[0]["metadata"] == {"sheet": "2026"}


def test_a_comment_in_code_is_no_heading():
    assert outline(sections_of("# Code\n\n```sh\n# not a heading\n[page 1]\n```")) == [("Code", [])]


def test_sections_are_numbered_from_one_in_order():
    first, second = sections_of("# A\n## A1\n# B")
    assert (first["id"], first["sections"][0]["id"], second["id"]) == (1, 2, 3)


def test_the_document_carries_title_and_key():
    document = structured_document("text", title="T", key="a.pdf")
    assert (document["type"], document["id"], document["title"]) == ("structured", "a.pdf", "T")
