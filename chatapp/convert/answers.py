"""From what the child wrote, and how it ended, to a conversion or a named error.

The child may have been taken over by its document: nothing it says is believed blindly.
"""

import json
import signal
from collections.abc import Iterator
from typing import Any

from chatapp.convert.errors import ConversionError, as_code
from chatapp.convert.sandbox import Ending
from chatapp.convert.values import Conversion

_MAX_PAGES = 1_000_000
_MAX_MESSAGE = 500
_BREAKING_LIMITS = (signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ)


def to_conversion(ending: Ending) -> Conversion:
    """What was found counts, even if the end is missing."""
    records = list(_records(ending.output))
    parts = [record[key] for record in records for key in ("mark", "text") if key in record]
    notices = [record["notice"] for record in records if "notice" in record]
    cuts = [record["cut_short"] for record in records if "cut_short" in record]
    error = _error(records, ending)
    if not any(record.get("text") for record in records):
        raise error or ConversionError("empty", " ".join(["No text was found here.", *notices]))
    if error:
        cuts.append(f"Only the first part was read. {error.message}")
    return Conversion(
        markdown="\n\n".join(filter(None, parts)),
        title=next((record["title"] for record in records if record.get("title")), None),
        pages=next((record["pages"] for record in records if "pages" in record), None),
        truncated=bool(cuts),
        notices=(*notices, *cuts),
    )


def _records(output: bytes) -> Iterator[dict[str, Any]]:
    """Lines that are what we agreed on; one may be cut off where the child was killed."""
    for line in output.splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and all(map(_is_agreed, record.items())):
            yield record


def _is_agreed(item: tuple[str, object]) -> bool:
    match item:
        case "pages", int() as pages:
            return 0 <= pages <= _MAX_PAGES
        case "end", value:
            return value is True
        case _, value:
            return isinstance(value, str)


def _error(records: list[dict[str, Any]], ending: Ending) -> ConversionError | None:
    for record in records:
        if "error" in record:
            return ConversionError(
                as_code(record["error"]), record.get("message", "")[:_MAX_MESSAGE]
            )
        if "end" in record:
            return None
    return _sudden_end(ending)


def _sudden_end(ending: Ending) -> ConversionError:
    if ending.timed_out:
        return ConversionError("timeout", "Reading this document takes too long.")
    if ending.overflowed or -ending.returncode in _BREAKING_LIMITS:
        return ConversionError("limits", "Reading this document needs more than we can give it.")
    if ending.returncode < 0:
        return ConversionError("crashed", "This document makes its reader crash.")
    return ConversionError("damaged", "This document is damaged, or not what its name says.")
