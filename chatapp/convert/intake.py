"""Which reader a file goes to, if any, and what that reader may use."""

import shutil
from dataclasses import replace
from pathlib import Path

from chatapp.convert.errors import ConversionError
from chatapp.convert.readers import MAY_NEED_OCR, NEED_OFFICE, module_for
from chatapp.convert.values import Limits
from chatapp.lib.filetypes import OCTET_STREAM
from chatapp.lib.mime import sniff_file

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# LibreOffice maps its whole self into memory and needs a second or two only to start; rapidocr's
# runtime reserves far more than it uses. Both are address space, not memory in use.
_OFFICE = {
    "memory_mb": 2048,
    "file_mb": 256,
    "cpu_seconds": 60,
    "wall_seconds": 60,
    "open_files": 256,
}
_RAPIDOCR = {"memory_mb": 3072, "open_files": 128}


def reader_for(path: Path, filename: str, mime_type: str) -> str:
    """The name of the reader. The bytes, the name and the stated type must agree."""
    if path.stat().st_size == 0:
        raise ConversionError("empty", "This file is empty.")
    mime = sniff_file(path, filename, mime_type)
    if mime == OCTET_STREAM and _is_encrypted_office(path):
        raise ConversionError("encrypted", "This document needs a password.")
    module = module_for(mime)
    if module is None:
        raise ConversionError(
            "unsupported_type", f"“{filename}” is not a kind of document that can be read here."
        )
    return module


def limits_for(module: str, limits: Limits) -> Limits:
    """At least what the reader needs to work at all."""
    needs: dict[str, int] = {}
    if module in NEED_OFFICE:
        needs = _OFFICE
    elif module in MAY_NEED_OCR and not shutil.which("tesseract"):
        needs = _RAPIDOCR
    return replace(
        limits, **{name: max(getattr(limits, name), need) for name, need in needs.items()}
    )


def _is_encrypted_office(path: Path) -> bool:
    """With a password, today's Office formats are wrapped in the container of the old ones."""
    with path.open("rb") as file:
        return file.read(4) == _OLE and _ENCRYPTED in file.read(1024 * 1024)
