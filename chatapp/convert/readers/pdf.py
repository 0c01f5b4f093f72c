"""PDF: pdfium says where each character stands and how large it is; `layout` makes sense of it.

A page without text is a picture of one, and is read by OCR when that is here.
"""

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from chatapp.convert.errors import ConversionError
from chatapp.convert.readers import ocr
from chatapp.convert.readers.bidi import has_rtl, reading_order, without_presentation_forms
from chatapp.convert.readers.layout import to_markdown
from chatapp.convert.readers.runs import Run, Styles, styles_of
from chatapp.convert.values import Found, Mark, Notice, PageCount, Text, Title
from chatapp.lib.page_marks import page_mark

_SAMPLED_PAGES = 12
_MAX_CHARACTERS = 100_000
_SCANNED = 20
_OCR_DPI = 200
_MAX_PIXELS = 20_000_000
_NEWLINES = (0x0A, 0x0D)


class Glyph(NamedTuple):
    char: str
    x0: float
    x1: float
    y0: float
    y1: float
    place: int


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    document = _open(source)
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        document.init_forms()
    pages = len(document)
    yield PageCount(pages)
    sample = [_runs(_page(document, number)) for number in range(min(pages, _SAMPLED_PAGES))]
    styles = styles_of([run for runs in sample for run in runs])
    title = _title(document, sample, styles)
    if title:
        yield Title(title)
    scanned: list[int] = []
    for number in range(pages):
        yield Mark(page_mark("page", number + 1))
        page = _page(document, number)
        runs = sample[number] if number < len(sample) else _runs(page)
        if _is_scanned(page, runs):
            scanned.append(number + 1)
            yield Text(_picture_text(page))
        else:
            yield Text(to_markdown(runs, styles))
    yield from _notices(scanned)


def _open(source: BinaryIO) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise ConversionError("encrypted", "This PDF needs a password.") from error
        raise ConversionError("damaged", "This PDF is damaged or incomplete.") from error


def _title(document: Any, sample: list[list[Run]], styles: Styles) -> str:
    """As the file calls itself, else its first large line."""
    named = document.get_metadata_value("Title").strip()
    if named or not sample:
        return str(named)
    headings = [run for run in sample[0] if styles.level(run) == 1]
    return max(headings, key=lambda run: run.y1).text if headings else ""


def _page(document: Any, number: int) -> Any:
    """The page, with what was filled in as part of its text. It shows only when loaded again."""
    page = document[number]
    if page.formenv:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number]
    return page


def _runs(page: Any) -> list[Run]:
    textpage = page.get_textpage()
    rotation = page.get_rotation()
    runs = [run for line in _lines(textpage, rotation) for run in _line_runs(textpage, line)]
    textpage.close()
    return runs


def _lines(textpage: Any, rotation: int) -> Iterator[list[Glyph]]:
    """Lines as pdfium parts them, in the order of the file."""
    handle, box = textpage.raw, pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    line: list[Glyph] = []
    for index in range(min(pdfium.FPDFText_CountChars(handle), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code in _NEWLINES:
            yield line
            line = []
        elif code and pdfium.FPDFText_GetLooseCharBox(handle, index, reference):
            char = "-" if code == 2 else chr(code)
            line.append(Glyph(char, *_upright(box, rotation), index))
    yield line


def _upright(box: Any, rotation: int) -> tuple[float, float, float, float]:
    """As the page is shown: a landscape page is often a portrait one, turned."""
    match rotation:
        case 90:
            return box.bottom, box.top, -box.right, -box.left
        case 180:
            return -box.right, -box.left, -box.top, -box.bottom
        case 270:
            return -box.top, -box.bottom, box.left, box.right
        case _:
            return box.left, box.right, box.bottom, box.top


def _line_runs(textpage: Any, line: list[Glyph]) -> Iterator[Run]:
    visual = any(has_rtl(glyph.char) for glyph in line)
    if visual:
        # Spaces that pdfium made up have no width, and no true place either.
        line = sorted((glyph for glyph in line if glyph.x1 > glyph.x0), key=lambda g: g.x0)
    for glyphs in _parted(line):
        chars = list(_spaced(glyphs))
        text = without_presentation_forms(reading_order(chars) if visual else "".join(chars))
        if text.strip():
            yield _run(textpage, glyphs, " ".join(text.split()))


def _parted(line: list[Glyph]) -> Iterator[list[Glyph]]:
    """Parted where the gap is wider than any between words."""
    part: list[Glyph] = []
    edge = 0.0
    for glyph in line:
        if glyph.char.isspace():
            if part:
                part.append(glyph)
            continue
        gap = glyph.x0 - edge
        if part and (gap > 1.4 * _height(part[0]) or gap < -4 * _height(part[0])):
            yield part
            part = []
        part.append(glyph)
        edge = glyph.x1
    if part:
        yield part


def _spaced(glyphs: Iterable[Glyph]) -> Iterator[str]:
    """Characters, with a space where the gap is one although none was written."""
    before: Glyph | None = None
    for glyph in glyphs:
        apart = before is not None and glyph.x0 - before.x1 > 0.25 * _height(glyph)
        if apart and not glyph.char.isspace():
            yield " "
        yield glyph.char
        before = None if glyph.char.isspace() else glyph


def _height(glyph: Glyph) -> float:
    return max(glyph.y1 - glyph.y0, 1.0)


def _run(textpage: Any, glyphs: list[Glyph], text: str) -> Run:
    solid = [glyph for glyph in glyphs if not glyph.char.isspace()]
    first = solid[0]
    size, height = pdfium.FPDFText_GetFontSize(textpage.raw, first.place), _height(first)
    # Some files set everything in one size and scale it: then only the box tells.
    true_size = size if 0.6 < height / max(size, 0.1) < 1.7 else height
    return Run(
        text=text,
        x0=min(glyph.x0 for glyph in solid),
        x1=max(glyph.x1 for glyph in solid),
        y0=first.y0,
        y1=first.y1,
        size=true_size,
        bold=_is_bold(textpage.raw, first.place),
    )


def _is_bold(handle: Any, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(handle, index, name, 128, None)
    return b"bold" in name.value.lower() or pdfium.FPDFText_GetFontWeight(handle, index) >= 600


def _is_scanned(page: Any, runs: list[Run]) -> bool:
    if sum(len(run.text) for run in runs) >= _SCANNED:
        return False
    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _picture_text(page: Any) -> str:
    if not ocr.is_available():
        return ""
    width, height = page.get_size()
    fitting = (_MAX_PIXELS / max(width * height, 1)) ** 0.5
    bitmap = page.render(scale=min(_OCR_DPI / 72, fitting), grayscale=True)
    return ocr.read_picture(bitmap.to_pil())


def _notices(scanned: list[int]) -> Iterator[Notice]:
    if not scanned:
        return
    pages = ", ".join(map(str, scanned[:20])) + (" …" if len(scanned) > 20 else "")
    if ocr.is_available():
        yield Notice(f"Read from a picture, perhaps with mistakes: page {pages}.")
    else:
        yield Notice(f"A picture without text, and OCR is not installed: page {pages}.")
