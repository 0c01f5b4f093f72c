"""Pictures: the text in them, when OCR is here."""

from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from chatapp.convert.errors import ConversionError
from chatapp.convert.readers import ocr
from chatapp.convert.values import Found, Notice, Text

MAX_PIXELS = 40_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    # Our own cap below says so in words, before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=_FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ConversionError(
                "limits", f"This image has more than {MAX_PIXELS // 1_000_000} million pixels."
            )
        if not ocr.is_available():
            raise ConversionError(
                "unsupported_type",
                "Reading the text of an image needs tesseract or rapidocr, and neither is here.",
            )
        text = ocr.read_picture(picture)
    if text:
        yield Notice("The text was read from an image and may contain mistakes.")
    yield Text(text)
