"""One file in a multipart form, from clients that do not all say that it is one.

Some send the part named `file` without a filename; Django would take that for text and spoil its
bytes. So the part is given a name before it is parsed.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser

from chatapp.errors import InvalidInput, PayloadTooLarge, UnsupportedType
from chatapp.services.artifacts import clean_filename

MAX_BYTES = 10 * 2**20
_ROOM_FOR_FIELDS = 2**20
_NAMELESS = re.compile(
    rb'(content-disposition:[^\r\n]*;\s*name="?file"?)(?=\s*(?:;(?![^\r\n]*filename)|\r\n))', re.I
)
_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class FileForm:
    """`filename` is "" when the client gave none; `fields` are the other parts."""

    path: Path
    filename: str
    mime_type: str
    fields: QueryDict


@contextmanager
def file_form(request: HttpRequest) -> Iterator[FileForm]:
    """Raises UnsupportedType, InvalidInput or PayloadTooLarge. The file is gone afterwards."""
    if request.content_type != "multipart/form-data":
        raise UnsupportedType("Send the file as multipart/form-data.")
    raw = request.read(MAX_BYTES + _ROOM_FOR_FIELDS + 1)
    if len(raw) > MAX_BYTES + _ROOM_FOR_FIELDS:
        raise PayloadTooLarge(f"The file is larger than {MAX_BYTES // 2**20} MB.")
    named = _NAMELESS.sub(rb'\1; filename="%s"' % _UNNAMED.encode(), raw, count=1)
    meta = {**request.META, "CONTENT_LENGTH": str(len(named))}
    handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
    fields, files = MultiPartParser(meta, io.BytesIO(named), handlers).parse()
    file = files.get("file")
    if file is None or not file.size:
        raise InvalidInput("There is no file, or it is empty.", {"file": "Missing or empty."})
    if file.size > MAX_BYTES:
        raise PayloadTooLarge(f"The file is larger than {MAX_BYTES // 2**20} MB.")
    given = fields.get("filename") or ("" if file.name == _UNNAMED else file.name)
    with TemporaryDirectory(prefix="chatapp-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(file.read())
        yield FileForm(
            path, clean_filename(given) if given else "", file.content_type or "", fields
        )
