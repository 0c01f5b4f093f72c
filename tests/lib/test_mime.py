"""T-UP-3: bytes, name and claim must agree, or the file is of no type at all."""

import zipfile
from pathlib import Path

import pytest

from chatapp.lib.filetypes import ACCEPTED, OCTET_STREAM
from chatapp.lib.mime import kind_of, sniff, sniff_file, type_of

OFFICE = Path(__file__).parents[1] / "data" / "office"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PDF = b"%PDF-1.7\n%\xe2\xe3"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04\x14\x00"
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.mark.parametrize(
    ("head", "name", "claimed", "mime"),
    [
        (PDF, "a.pdf", "application/pdf", "application/pdf"),
        (PDF, "A.PDF", None, "application/pdf"),
        (PNG, "a.png", "", "image/png"),
        (JPEG, "a.jpeg", "image/jpeg", "image/jpeg"),
        (b"GIF89a\x01\x00", "a.gif", "image/gif", "image/gif"),
        (WEBP, "a.webp", "image/webp", "image/webp"),
        (OLE, "a.doc", "application/msword", "application/msword"),
        (OLE, "a.xls", "application/octet-stream", "application/vnd.ms-excel"),
        (ZIP, "a.docx", DOCX, DOCX),
        (ZIP, "a.zip", "application/x-zip-compressed", "application/zip"),
        (b"{\\rtf1", "a.rtf", "text/rtf", "application/rtf"),
        (b"a,b\n1,2", "a.csv", "application/vnd.ms-excel", "text/csv"),
        (b"# Hi", "a.md", "text/plain", "text/markdown"),
        (b"import os", "a.py", "text/x-python", "text/x-python"),
        (b"{}", "a.json", "application/json; charset=utf-8", "application/json"),
        (b"all:", "Makefile", None, "text/plain"),
        ("größe".encode("utf-16"), "a.txt", "text/plain", "text/plain"),
        ("größe".encode("cp1252"), "a.txt", "text/plain", "text/plain"),
        ("日本".encode("shift_jis"), "a.txt", "text/plain", "text/plain"),
        (PNG, "pasted", "image/png", "image/png"),
    ],
)
def test_what_agrees_has_its_type(head, name, claimed, mime):
    assert sniff(head, name, claimed) == mime


@pytest.mark.parametrize(
    ("head", "name", "claimed"),
    [
        (b"<script>alert(1)</script>", "a.png", "image/png"),
        (PNG, "a.jpg", "image/jpeg"),
        (PDF, "a.docx", DOCX),
        (PDF, "a.html", "text/html"),
        (PDF, "a.pdf", "text/html"),
        (PDF, "a.pdf", "image/png"),
        (b"MZ\x90\x00" + PDF, "a.pdf", "application/pdf"),
        (ZIP, "a.txt", "text/plain"),
        (OLE, "a.docx", DOCX),
        (b"\x7fELF\x02\x01\x01\x00", "run", None),
        (b"MZ\x90\x00\x03", "setup.exe", "application/x-msdownload"),
        (b"text\x00with nul", "a.txt", "text/plain"),
        (b"\xff\xfe\x00\xd8\x00", "a.txt", "text/plain"),
        (PDF, "a.exe", "application/pdf"),
        (PNG, "pasted", None),
        (b"", "a.txt", "text/plain"),
        (b"", "", None),
    ],
)
def test_what_does_not_agree_has_none(head, name, claimed):
    assert sniff(head, name, claimed) == OCTET_STREAM


@pytest.mark.parametrize(
    "name",
    ["report.docx", "report.doc", "report.pdf", "deck.pptx", "deck.ppt", "book.xlsx", "book.xls",
     "screen.png", "screen_small.jpg", "screen.txt"],
)  # fmt: skip
def test_real_files_have_the_type_of_their_name(name):
    mime = sniff_file(OFFICE / name, name)
    entry = type_of(mime)
    assert entry is not None
    assert name.rpartition(".")[2] in entry.extensions


@pytest.mark.parametrize(
    ("name", "parts", "agrees"),
    [
        ("a.docx", ["[Content_Types].xml", "word/document.xml"], True),
        ("a.docx", ["[Content_Types].xml", "xl/workbook.xml"], False),
        ("a.docx", ["word/document.xml", "word/vbaProject.bin"], False),
        ("a.docm", ["word/document.xml", "word/vbaProject.bin"], True),
        ("a.xlsx", ["readme.txt"], False),
        ("a.epub", ["mimetype", "META-INF/container.xml"], True),
        ("a.zip", ["word/document.xml"], True),
    ],
)
def test_a_zip_is_what_is_inside_it(tmp_path, name, parts, agrees):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    assert (sniff_file(path, name) != OCTET_STREAM) == agrees


def test_a_long_text_may_be_cut_within_a_character():
    head = ("x" + "😀" * 3000).encode("utf-16")[:8192]
    assert sniff(head, "a.txt") == "text/plain"


def test_no_extension_and_no_type_stands_twice_in_the_table():
    extensions = [extension for entry in ACCEPTED for extension in entry.extensions]
    assert len(extensions) == len(set(extensions))
    assert len({entry.mime.lower() for entry in ACCEPTED}) == len(ACCEPTED)


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("application/pdf", "pdf"),
        (DOCX, "word"),
        ("application/vnd.ms-word.document.macroEnabled.12", "word"),
        ("text/x-python; charset=utf-8", "code"),
        ("IMAGE/PNG", "image"),
        ("application/x-unknown", "other"),
        ("", "other"),
    ],
)
def test_a_type_is_of_a_kind(mime, kind):
    assert kind_of(mime) == kind
