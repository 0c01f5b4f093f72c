"""Why a document could not be converted. The message is a sentence for people."""

from typing import Literal, get_args

ErrorCode = Literal[
    "empty",  # nothing to read in it
    "encrypted",  # needs a password
    "damaged",  # not what its name says, or broken
    "unsafe",  # made to attack its reader
    "unsupported_type",  # no reader for it, here or at all
    "limits",  # larger than we read
    "timeout",
    "crashed",
]


class ConversionError(Exception):
    """A document we could not read; `code` is for programs."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def as_code(value: object) -> ErrorCode:
    """A code as it came back from the child, which is not to be believed."""
    return next((code for code in get_args(ErrorCode) if code == value), "crashed")
