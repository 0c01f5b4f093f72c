"""Documents that are ZIP archives: opened once their directory is known to be harmless."""

from typing import BinaryIO
from zipfile import ZipFile

from chatapp.convert.errors import ConversionError
from chatapp.lib.zips import ArchiveTooLargeError, BadArchiveError, open_zip

_ENCRYPTED = 0x1


def open_package(source: BinaryIO) -> ZipFile:
    try:
        package = open_zip(source)
    except ArchiveTooLargeError as error:
        raise ConversionError("limits", str(error)) from error
    except BadArchiveError as error:
        raise ConversionError("damaged", "This document is damaged or incomplete.") from error
    if any(entry.flag_bits & _ENCRYPTED for entry in package.infolist()):
        raise ConversionError("encrypted", "This document needs a password.")
    source.seek(0)
    return package
