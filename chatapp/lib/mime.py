"""What kind of file this is: its first bytes and its name must agree.

Anything not in the table of `filetypes`, and anything whose bytes say one thing and whose name
another, is `application/octet-stream`. Knows nothing of who uploads or why.
"""

from pathlib import Path

from chatapp.lib.filetypes import (
    ACCEPTED,
    OCTET_STREAM,
    Family,
    FileType,
    Kind,
    extension_of,
    kind_of,
    type_named,
    type_of,
)
from chatapp.lib.zips import ArchiveError, open_zip

__all__ = [
    "ACCEPTED",
    "OCTET_STREAM",
    "FileType",
    "Kind",
    "kind_of",
    "sniff",
    "sniff_file",
    "type_of",
]

HEAD_BYTES = 8192
_SIGNATURES: tuple[tuple[bytes, Family], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "gzip"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0c\x1b\x08")


def sniff(head: bytes, filename: str, claimed: str | None = None) -> str:
    """The type, from the first bytes, the name and what the sender claims."""
    found = _family(head)
    named = type_named(filename)
    if found is None or _contradicts(found, claimed):
        return OCTET_STREAM
    if named is None:
        return _unnamed(found, claimed, filename)
    return named.mime if named.family == found else OCTET_STREAM


def sniff_file(path: Path, filename: str, claimed: str | None = None) -> str:
    """As `sniff`, and what is inside a ZIP-based file must be what its name says."""
    with path.open("rb") as file:
        mime = sniff(file.read(HEAD_BYTES), filename, claimed)
        entry = type_of(mime)
        if entry is None or entry.family != "zip" or mime == "application/zip":
            return mime
        try:
            names = open_zip(file).namelist()
        except ArchiveError:
            # Its reader will say what is wrong with it, in words.
            return mime
    has_part = any(name.startswith(entry.part) for name in names)
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return mime if has_part and (entry.macros or not has_macros) else OCTET_STREAM


def _family(head: bytes) -> Family | None:
    for signature, family in _SIGNATURES:
        if head.startswith(signature):
            return family
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return "text" if head and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_utf16(head)
    # Older text is in some 8-bit or East Asian code, which we cannot tell from the bytes; but
    # hardly any binary file goes on for long without a control character.
    return not any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)


def _is_utf16(head: bytes) -> bool:
    try:
        head[: len(head) & ~1].decode("utf-16")
    except UnicodeDecodeError as error:
        # The head may end in the middle of a surrogate pair.
        return error.start >= HEAD_BYTES - 4
    return True


def _contradicts(found: Family, claimed: str | None) -> bool:
    """Whether the sender names a type of another family. A type we do not know says nothing."""
    claim = type_of(claimed or "")
    if claim is None or claim.family == found:
        return False
    # Windows with Excel sends CSV as application/vnd.ms-excel.
    return not (found == "text" and claim.mime == "application/vnd.ms-excel")


def _unnamed(found: Family, claimed: str | None, filename: str) -> str:
    """No extension we know: text is text; else the claim decides, if the bytes bear it out."""
    if found == "text":
        return "text/plain"
    claim = type_of(claimed or "")
    if claim and claim.family == found and not extension_of(filename):
        return claim.mime
    return OCTET_STREAM
