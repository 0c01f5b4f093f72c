"""T-UP-7: an archive is judged by its directory, before anything is unpacked."""

import io
import struct
import zipfile

import pytest

from chatapp.lib.zips import MAX_ENTRIES, ArchiveTooLargeError, BadArchiveError, open_zip


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def test_an_ordinary_archive_opens():
    assert open_zip(zipped({"a": b"1", "b": b"2"})).namelist() == ["a", "b"]


def test_a_small_member_may_be_packed_tightly():
    assert open_zip(zipped({"styles.xml": b" " * 900_000})).namelist() == ["styles.xml"]


@pytest.mark.parametrize(
    "parts",
    [
        {"bomb": b"\0" * 20_000_000},
        {f"{n}": b"\0" * 1_000_000 for n in range(210)},
        {"inner.zip": b"x"},
        {"INNER.GZ": b"x"},
        {f"{n}": b"" for n in range(MAX_ENTRIES + 1)},
    ],
    ids=["tight", "large in sum", "nested", "nested otherwise", "many"],
)
def test_a_bomb_does_not(parts):
    with pytest.raises(ArchiveTooLargeError):
        open_zip(zipped(parts))


def test_an_end_record_cannot_hide_how_much_there_is():
    data = bytearray(zipped({f"{n}": b"" for n in range(MAX_ENTRIES + 1)}).getvalue())
    struct.pack_into("<HH", data, len(data) - 22 + 8, 1, 1)
    with pytest.raises(ArchiveTooLargeError):
        open_zip(io.BytesIO(bytes(data)))


def test_entries_may_not_share_their_bytes():
    data = zipped({"a": b"x" * 500, "b": b"y" * 500}, zipfile.ZIP_STORED).getvalue()
    directory = data.rfind(b"PK\x01\x02")
    overlapping = data[: directory + 42] + struct.pack("<I", 10) + data[directory + 46 :]
    with pytest.raises(ArchiveTooLargeError):
        open_zip(io.BytesIO(overlapping))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"x" * 100_000])
def test_what_is_no_archive_says_so(data):
    with pytest.raises(BadArchiveError):
        open_zip(io.BytesIO(data))


def test_every_cut_through_an_archive_ends_in_a_named_error():
    data = zipped({"a": b"1" * 100, "b": b"2" * 100}).getvalue()
    for end in range(len(data)):
        with pytest.raises((BadArchiveError, ArchiveTooLargeError)):
            open_zip(io.BytesIO(data[:end]))
