"""Looks into a ZIP archive without unpacking it, and refuses those made to exhaust a reader.

Reads the central directory only. Knows nothing of documents.
"""

import struct
import zipfile
from typing import BinaryIO

MAX_ENTRIES = 5_000
MAX_TOTAL = 200 * 1024 * 1024
MAX_RATIO = 100
# Small members may be packed as tightly as they like: blank sheets and styles often are.
RATIO_FREE = 1024 * 1024
_MAX_DIRECTORY = 4 * 1024 * 1024
_END = b"PK\x05\x06"
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".tar")


class ArchiveError(Exception):
    """We do not open it. The message is a sentence for people."""


class BadArchiveError(ArchiveError):
    """Broken, or not an archive at all."""


class ArchiveTooLargeError(ArchiveError):
    """Would unpack to more than we read."""


def open_zip(source: BinaryIO) -> zipfile.ZipFile:
    """The archive, once its directory is known to be harmless."""
    _check_directory_size(source)
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise BadArchiveError("This archive is damaged.") from error
    _check_entries(archive.infolist())
    return archive


def _check_directory_size(source: BinaryIO) -> None:
    """Before `zipfile` builds an object for each of a million entries."""
    size = source.seek(0, 2)
    source.seek(max(0, size - 66_000))
    tail = source.read()
    source.seek(0)
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise BadArchiveError("This archive is damaged or incomplete.")
    entries, directory = struct.unpack_from("<HI", tail, end + 10)
    if entries > MAX_ENTRIES or directory > _MAX_DIRECTORY:
        raise ArchiveTooLargeError(f"This archive has more than {MAX_ENTRIES:,} entries.")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ArchiveTooLargeError(f"This archive has more than {MAX_ENTRIES:,} entries.")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise ArchiveTooLargeError(f"This archive unpacks to more than {MAX_TOTAL >> 20} MB.")
    for entry in entries:
        _check_entry(entry)
    _check_overlaps(entries)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.file_size > max(RATIO_FREE, entry.compress_size * MAX_RATIO):
        raise ArchiveTooLargeError("This archive is packed suspiciously tightly, as bombs are.")
    if entry.filename.lower().endswith(_ARCHIVES):
        raise ArchiveTooLargeError("This archive holds further archives.")


def _check_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Bombs of the overlapping kind let many entries share the same packed bytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise ArchiveTooLargeError("The entries of this archive overlap, as bombs do.")
        end = entry.header_offset + entry.compress_size
