"""PowerPoint slides (PPTX): titles, text by level, tables, charts' figures and speaker notes."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from chatapp.convert.readers.packages import open_package
from chatapp.convert.tables import markdown_table
from chatapp.convert.values import Found, Mark, PageCount, Text, Title
from chatapp.lib.page_marks import page_mark

_UNTOLD = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    open_package(source)
    deck = Presentation(source)
    yield PageCount(len(deck.slides))
    for number, slide in enumerate(deck.slides, start=1):
        title = _title(slide)
        if number == 1 and title:
            yield Title(title)
        yield Mark(page_mark("slide", number))
        yield Text("\n\n".join(filter(None, _blocks(slide, title))))


def _title(slide: Any) -> str:
    shape = slide.shapes.title
    return " ".join(shape.text_frame.text.split()) if shape is not None else ""


def _blocks(slide: Any, title: str) -> Iterator[str]:
    if title:
        yield f"# {title}"
    title_id = slide.shapes.title.shape_id if slide.shapes.title is not None else None
    for shape in _in_reading_order(slide.shapes):
        if shape.shape_id != title_id:
            yield _shape(shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        yield "\n".join(f"> {line}" for line in f"Notes: {notes}".splitlines()) if notes else ""


def _in_reading_order(shapes: Iterable[Any]) -> Iterator[Any]:
    """Top to bottom, left to right; a group is read as one shape."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _in_reading_order(shape.shapes)
        elif not (shape.is_placeholder and shape.placeholder_format.type in _UNTOLD):
            yield shape


def _shape(shape: Any) -> str:
    if getattr(shape, "has_table", False):
        return markdown_table([[_merged(cell) for cell in row.cells] for row in shape.table.rows])
    if getattr(shape, "has_chart", False):
        return _chart(shape.chart)
    if getattr(shape, "has_text_frame", False):
        return _text(shape)
    description = shape._element._nvXxPr.cNvPr.get("descr", "")
    return f"[image: {' '.join(description.split())}]" if description.strip() else ""


def _merged(cell: Any) -> str:
    return "" if cell.is_spanned else cell.text_frame.text


def _text(shape: Any) -> str:
    paragraphs = [
        (paragraph.level, " ".join(paragraph.text.split()))
        for paragraph in shape.text_frame.paragraphs
    ]
    spoken = [(level, text) for level, text in paragraphs if text]
    if len(spoken) < 2 and not (spoken and spoken[0][0]):
        return "".join(text for _, text in spoken)
    return "\n".join(f"{'  ' * level}- {text}" for level, text in spoken)


def _chart(chart: Any) -> str:
    title = (
        chart.chart_title.text_frame.text
        if chart.has_title and (chart.chart_title.has_text_frame)
        else ""
    )
    plot = next(iter(chart.plots), None)
    if plot is None:
        return ""
    series = list(plot.series)
    header = ["", *(str(one.name) for one in series)]
    rows = [
        [str(category), *(_figure(one.values, place) for one in series)]
        for place, category in enumerate(plot.categories)
    ]
    caption = f"Chart: {title}".removesuffix(": ")
    return f"{caption}\n\n{markdown_table([header, *rows])}"


def _figure(values: Any, place: int) -> str:
    value = values[place] if place < len(values) else None
    return "" if value is None else f"{value:.15g}"
