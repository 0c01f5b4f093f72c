"""The same report, deck and workbook in every format: nothing of them is lost or out of order."""

import shutil

import pytest

from chatapp.convert import PAGE_MARK
from tests.convert.conftest import DATA, read

needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")

REPORT = [
    "report.docx",
    pytest.param("report.doc", marks=needs_office),
    "report.pdf",
]
DECK = ["deck.pptx", pytest.param("deck.ppt", marks=needs_office)]
BOOK = ["book.xlsx", pytest.param("book.xls", marks=needs_office)]

TABLE = """\
| Region | Revenue (€) | Change |
| --- | --- | --- |
| EMEA | 1,200 | +5 % |
| 日本 | 3,400 | −2 % |
| العربية | 560 | +11 % |
| Merged total |  | pipe \\| inside |"""


def assert_in_order(text: str, *parts: str) -> None:
    places = [text.find(part) for part in parts]
    assert -1 not in places, f"missing: {parts[places.index(-1)]}"
    assert places == sorted(places)


@pytest.mark.parametrize("name", REPORT)
def test_a_report_keeps_its_text_in_order(name):
    conversion = read(DATA / "office" / name)
    assert conversion.title == "Quarterly Report — Q3 2026"
    assert not conversion.truncated
    assert_in_order(
        conversion.markdown,
        "# Quarterly Report — Q3 2026\n",
        "# Summary\n",
        "- First point\n- Second point",
        "1. Step one\n2. Step two",
        "## Figures by region\n",
        TABLE,
        "## Unicode\n",
        "Hebrew: שלום עולם. Arabic: مرحبا بالعالم.",
        "Chinese: 你好，世界。 Japanese: こんにちは世界。",
        "∑ x² ≤ ½",
    )


@pytest.mark.parametrize("name", DECK)
def test_slides_keep_titles_levels_tables_charts_and_notes(name):
    conversion = read(DATA / "office" / name)
    assert conversion.title == "Agents in Production"
    assert conversion.pages == 4
    assert_in_order(
        conversion.markdown,
        "[slide 1]\n\n# Agents in Production\n",
        "[slide 2]\n\n# Agenda\n",
        "- Goals\n  - Latency under 1 s\n- Cost\n  - Risk: 数据泄露",
        "> Notes: Speaker note: mention SLA.",
        "[slide 3]\n\n# Table & picture\n",
        "| Model | Tokens/s |\n| --- | --- |\n| small | 120 |\n| large | 35 |",
        "[slide 4]\n\n# Chart\n",
        "|  | Sales |\n| --- | --- |\n| Q1 | 3 |\n| Q2 | 5 |",
    )


def test_slides_saved_as_pdf_have_pages_titles_and_levels():
    conversion = read(DATA / "office" / "deck.pdf")
    assert conversion.pages == 4
    assert_in_order(
        conversion.markdown,
        "[page 1]\n\n# Agents in Production\n",
        "[page 2]\n\n# Agenda\n",
        "- Goals\n  - Latency under 1 s\n- Cost\n  - Risk: 数据泄露",
        "[page 3]\n\n# Table & picture\n",
        "| small | 120 |\n| large | 35 |",
        "[page 4]\n\n# Chart\n",
    )


@pytest.mark.parametrize("name", BOOK)
def test_a_workbook_is_a_table_for_each_sheet(name):
    conversion = read(DATA / "office" / name)
    assert conversion.pages == 2
    assert_in_order(
        conversion.markdown,
        "[sheet Data]\n\n| Name | Qty | Price |",
        "| Bolt | 10 | 0.25 |",
        "| Nut | 25 | 0.1 |",
        "[sheet 空]\n\n| x |",
    )


def test_a_formula_nobody_computed_is_shown_itself():
    assert "| Bolt | 10 | 0.25 | =B2*C2 |" in read(DATA / "office" / "book.xlsx").markdown


def test_marks_can_be_found_by_program():
    markdown = read(DATA / "office" / "deck.pptx").markdown
    assert [match[2] for match in PAGE_MARK.finditer(markdown)] == ["1", "2", "3", "4"]


def test_a_structured_document_has_a_section_for_each_slide():
    document = read(DATA / "office" / "deck.pptx", "structured_document").structured
    assert document is not None
    assert document["title"] == "Agents in Production"
    slides = document["sections"]
    assert [slide["title"] for slide in slides] == ["slide 1", "slide 2", "slide 3", "slide 4"]
    assert slides[1]["sections"][0]["title"] == "Agenda"
    assert slides[1]["sections"][0]["metadata"] == {"slide": 2}


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs tesseract")
@pytest.mark.parametrize("name", ["screen.png", "screen_dark.png", "screen_small.jpg"])
def test_the_text_of_a_picture_is_read(name):
    conversion = read(DATA / "office" / name)
    assert_in_order(
        conversion.markdown,
        "Invoice No. 2026-00417",
        "6204",
        "Ceramic seal X3 2 18.90 37.80",
        "Subtotal 79.20 VAT 19% 15.05 Total EUR 94.25",
        "IBAN DE89 3704 0044 0532 0130 00",
        "support@example.com",
    )
    assert "from an image" in conversion.notices[0]
