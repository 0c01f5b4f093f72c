"""How a PDF's page becomes lines, columns, headings and tables again."""

import shutil
from collections.abc import Sequence

import pytest
from PIL import Image

from tests.convert.conftest import DATA, read
from tests.convert.documents import make_pdf, pdf_of

LEFT = [
    "The left column has several lines of text,",
    "each about as wide as the column itself,",
    "so that one can see that it is prose and",
    "not a table, and it goes on to the bottom",
    "of the page where it ends with a full stop.",
]
RIGHT = [
    "The right column is to be read after it,",
    "not line by line together with the other,",
    "even though its lines stand at the very",
    "same height on the page as those of the",
    "first one do, or a little above or below.",
]


def columns(shift: float = 0) -> list[tuple[float, float, float, str]]:
    left = [(50, 700 - 14 * n, 10, line) for n, line in enumerate(LEFT)]
    right = [(330, 700 + shift - 14 * n, 10, line) for n, line in enumerate(RIGHT)]
    # Line by line, as some programs write them.
    return [line for pair in zip(left, right, strict=True) for line in pair]


@pytest.mark.parametrize("shift", [0, 6])
def test_columns_are_read_one_after_the_other(tmp_path, shift):
    page = [(50, 750, 20, "A heading above both"), *columns(shift)]
    markdown = read(make_pdf(tmp_path / "columns.pdf", [page])).markdown
    assert markdown == (
        "[page 1]\n\n# A heading above both\n\n" + " ".join(LEFT) + "\n\n" + " ".join(RIGHT)
    )


def test_order_on_the_page_counts_not_order_in_the_file(tmp_path):
    page = [(50, 100, 10, "last"), (50, 700, 10, "first"), (50, 400, 10, "second")]
    markdown = read(make_pdf(tmp_path / "order.pdf", [page])).markdown
    assert markdown == "[page 1]\n\nfirst\n\nsecond\n\nlast"


def test_a_word_parted_at_the_end_of_a_line_is_one_again(tmp_path):
    page = [
        (50, 700, 10, "This line is broken in the middle of a very long tran-"),
        (50, 688, 10, "sition, which the reader of the text must not notice."),
    ]
    markdown = read(make_pdf(tmp_path / "hyphen.pdf", [page])).markdown
    assert "a very long transition, which" in markdown


def test_the_lines_of_a_contents_page_stay_apart(tmp_path):
    page = [
        (50, 700 - 12 * n, 10, f"Chapter number {n} has a rather long name {'. ' * 20}{n}")
        for n in (1, 2)
    ]
    markdown = read(make_pdf(tmp_path / "contents.pdf", [page])).markdown
    assert markdown == (
        "[page 1]\n\nChapter number 1 has a rather long name … 1"
        "\n\nChapter number 2 has a rather long name … 2"
    )


def test_a_line_in_two_places_of_a_table_goes_on_in_its_cell(tmp_path):
    page = [
        (50, 700, 10, "Option"), (250, 700, 10, "Meaning"),
        (50, 680, 10, "--quiet"), (250, 680, 10, "says nothing at all"),
        (250, 668, 10, "while it works"),
        (50, 648, 10, "--help"), (250, 648, 10, "says all"),
    ]  # fmt: skip
    markdown = read(make_pdf(tmp_path / "table.pdf", [page])).markdown
    assert "| --quiet | says nothing at all while it works |\n| --help | says all |" in markdown


def test_every_page_has_its_mark(tmp_path):
    pages = [[(50, 700, 10, f"This is page {n} of the document.")] for n in (1, 2, 3)]
    conversion = read(make_pdf(tmp_path / "pages.pdf", pages))
    assert conversion.pages == 3
    assert conversion.markdown == "\n\n".join(
        f"[page {n}]\n\nThis is page {n} of the document." for n in (1, 2, 3)
    )


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs tesseract")
def test_a_scanned_page_is_read_by_ocr(tmp_path):
    path = tmp_path / "scan.pdf"
    with Image.open(DATA / "office" / "screen.png") as picture:
        picture.convert("RGB").save(path, resolution=120)
    conversion = read(path)
    assert "Total EUR 94.25" in conversion.markdown
    assert conversion.notices == ("Read from a picture, perhaps with mistakes: page 1.",)


def test_a_turned_page_is_read_as_it_is_shown(tmp_path):
    lines = [
        "A landscape page is often a portrait page that is turned,",
        "and its lines run upwards as the file sees them.",
        "Name Quantity",
    ]
    content = "".join(
        f"BT /F 10 Tf 0 1 -1 0 {100 + 14 * n} 50 Tm ({line}) Tj ET\n"
        for n, line in enumerate(lines)
    )
    path = tmp_path / "turned.pdf"
    path.write_bytes(one_page(content, page="/Rotate 90"))
    assert read(path).markdown == "[page 1]\n\n" + " ".join(lines)


def test_what_was_filled_into_a_form_is_read(tmp_path):
    path = tmp_path / "form.pdf"
    appearance = "BT /F 10 Tf 2 5 Td (Margarethe) Tj ET"
    path.write_bytes(
        one_page(
            "BT /F 10 Tf 50 700 Td (Your name:) Tj ET",
            page="/Annots[6 0 R]",
            catalog="/AcroForm<</Fields[6 0 R]>>",
            more=[
                "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Margarethe)/F 4"
                "/Rect[110 695 300 715]/AP<</N 7 0 R>>>>",
                "<</Type/XObject/Subtype/Form/BBox[0 0 190 20]/Resources<</Font<</F 3 0 R>>>>"
                f"/Length {len(appearance)}>>stream\n{appearance}\nendstream",
            ],
        )
    )
    assert read(path).markdown == "[page 1]\n\nYour name: Margarethe"


def one_page(content: str, *, page: str = "", catalog: str = "", more: Sequence[str] = ()) -> bytes:
    return pdf_of(
        [
            f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
            "<</Type/Pages/Kids[4 0 R]/Count 1>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R{page}"
            "/Resources<</Font<</F 3 0 R>>>>>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
            *more,
        ]
    )
