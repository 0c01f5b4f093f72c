"""Formats that are text already, and books and letters that are nearly so."""

import shutil

import pytest

from chatapp.convert import ConversionError
from tests.convert.conftest import read
from tests.convert.documents import make_zip

PAGE = """<!doctype html><html><head><title>Kettle &amp; pot</title></head><body>
<h1>Kettles</h1><p>Boil <b>water</b> in a <a href="https://example.org/k">kettle</a>.</p>
<ul><li>steel<ul><li>brushed</li></ul></li><li>glass</li></ul>
<table><tr><th>Name</th><th>Litres</th></tr><tr><td rowspan=2>Big</td><td>2</td></tr>
<tr><td>2.5</td></tr><tr><td colspan=2>a | b</td></tr></table></body></html>"""

RTF = r"""{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}
{\pard\b A letter\par}{\pard Dear Mr. \u214?zt\u252?rk, \'e9t\'e9.\par}}"""


def test_a_web_page_keeps_headings_links_lists_and_merged_cells(read_bytes):
    conversion = read_bytes("page.html", PAGE.encode())
    assert conversion.title == "Kettle & pot"
    assert conversion.markdown == (
        "# Kettles\n\nBoil **water** in a [kettle](https://example.org/k).\n\n"
        "- steel\n  - brushed\n- glass\n\n"
        "| Name | Litres |\n| --- | --- |\n| Big | 2 |\n|  | 2.5 |\n| a \\| b |  |"
    )


def test_a_page_in_the_encoding_it_declares(read_bytes):
    page = '<meta charset="shift_jis"><p>日本語</p>'.encode("shift_jis")
    assert read_bytes("page.html", page).markdown == "日本語"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_whatever_its_encoding(read_bytes, encoding):
    assert read_bytes("x.txt", "Größe: 5 €".encode(encoding)).markdown == "Größe: 5 €"


def test_markdown_stays_as_it_is_and_its_heading_is_the_title(read_bytes):
    conversion = read_bytes("notes.md", b"# Notes\n\n- *one*\n- two\n")
    assert conversion.title == "Notes"
    assert conversion.markdown == "# Notes\n\n- *one*\n- two"


def test_code_stands_in_a_fence_that_it_cannot_close(read_bytes):
    code = 'print("""\n```\n""")\n'
    assert read_bytes("x.py", code.encode()).markdown == f"````py\n{code.rstrip()}\n````"


def test_json_stands_in_a_fence(read_bytes):
    assert read_bytes("x.json", b'{"a": 1}').markdown == '```json\n{"a": 1}\n```'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", 'Name,Says\nBob,"a, b"\n'),
        ("x.csv", "Name;Says\nBob;a, b\n"),
        ("x.tsv", "Name\tSays\nBob\ta, b\n"),
    ],
)
def test_a_table_is_a_table_whatever_parts_its_columns(read_bytes, name, content):
    assert read_bytes(name, content.encode()).markdown == (
        "| Name | Says |\n| --- | --- |\n| Bob | a, b |"
    )


def test_a_table_too_long_is_cut_and_says_so(read_bytes):
    conversion = read_bytes("x.csv", b"n\n" + b"1\n" * 30_000)
    assert conversion.truncated
    assert conversion.notices == ("Only the first 20,000 rows of the table were read.",)


def test_the_chapters_of_a_book_come_in_the_order_of_its_spine(tmp_path):
    path = make_zip(
        tmp_path / "book.epub",
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
            'container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Two tales</dc:title>'
            '</metadata><manifest><item id="b" href="b.xhtml"/><item id="a" href="text/a%201.xhtml"'
            '/><item id="x" href="../../etc/passwd"/></manifest><spine><itemref idref="a"/>'
            '<itemref idref="b"/><itemref idref="x"/></spine></package>',
            "OEBPS/b.xhtml": "<html><body><h1>Second</h1><p>Ende</p></body></html>",
            "OEBPS/text/a 1.xhtml": "<html><body><h1>First</h1><p>Anfang</p></body></html>",
        },
    )
    conversion = read(path)
    assert conversion.title == "Two tales"
    assert conversion.markdown == "# First\n\nAnfang\n\n# Second\n\nEnde"


def test_an_open_document_keeps_headings_lists_and_tables(tmp_path):
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table")
    )
    path = make_zip(
        tmp_path / "letter.odt",
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:body><office:text>"
            '<text:h text:outline-level="1">Offer</text:h><text:p>Dear &lt;you&gt;,</text:p>'
            "<text:list><text:list-item><text:p>tea</text:p></text:list-item></text:list>"
            '<table:table><table:table-row><table:table-cell table:number-columns-spanned="2">'
            "<text:p>Sum</text:p></table:table-cell></table:table-row><table:table-row>"
            "<table:table-cell><text:p>5</text:p></table:table-cell><table:table-cell>"
            "<text:p>€</text:p></table:table-cell></table:table-row></table:table>"
            "</office:text></office:body></office:document-content>",
        },
    )
    conversion = read(path)
    assert conversion.title == "Offer"
    assert conversion.markdown == (
        "# Offer\n\nDear <you>,\n\n- tea\n\n| Sum |  |\n| --- | --- |\n| 5 | € |"
    )


def test_rich_text_is_read_with_its_umlauts(read_bytes):
    markdown = read_bytes("letter.rtf", RTF.encode()).markdown
    assert "A letter" in markdown
    assert "Dear Mr. Öztürk, été." in markdown


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_a_broken_letter_is_damaged_not_made_up(read_bytes):
    with pytest.raises(ConversionError) as caught:
        read_bytes("broken.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 400)
    assert caught.value.code in ("damaged", "empty")


def test_a_file_of_an_unknown_kind_is_refused_by_name(read_bytes):
    with pytest.raises(ConversionError, match=r"“tune\.mp3”") as caught:
        read_bytes("tune.mp3", b"ID3\x00\x01\x02")
    assert caught.value.code == "unsupported_type"


def test_an_archive_is_not_read_at_all(tmp_path):
    with pytest.raises(ConversionError) as caught:
        read(make_zip(tmp_path / "files.zip", {"a.txt": "a"}))
    assert caught.value.code == "unsupported_type"
