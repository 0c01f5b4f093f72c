"""The child process: reads one document from its standard input and writes what it finds.

Started by path, so that nothing of Django is imported. Each finding is one line of JSON, written
at once: if the process is killed in the middle, what it found before is not lost. Errors of the
readers are not caught. They end the process, and the parent knows what that means.
"""

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, BinaryIO, Never

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import defusedxml

from chatapp.convert.clean import clean, disarm_marks
from chatapp.convert.confine import confine
from chatapp.convert.errors import ConversionError
from chatapp.convert.readers import NEED_OFFICE, load
from chatapp.convert.values import CutShort, Found, Limits, Notice, Text, Title

_MB = 1024 * 1024


class OutOfTime(BaseException):
    """Raised by a signal. Not an `Exception`, so that no library swallows it."""


def main() -> None:
    job = json.loads(sys.argv[1])
    limits = Limits(**job["limits"])
    confine(limits, needs_socket=job["module"] in NEED_OFFICE)
    answer = _take_stdout()
    defusedxml.defuse_stdlib()
    try:
        with _in_time(limits):
            end = _write_found(answer, load(job["module"])(_input(), job["filename"]), limits)
    except ConversionError as error:
        end = {"error": error.code, "message": error.message}
    except defusedxml.DefusedXmlException:
        end = {"error": "unsafe", "message": "This document declares XML entities, as attacks do."}
    except (MemoryError, RecursionError):
        end = {"error": "limits", "message": "This document is too large or too deeply nested."}
    except OutOfTime:
        end = {"error": "timeout", "message": "Reading this document takes too long."}
    _write(answer, end)


def _take_stdout() -> IO[bytes]:
    """Our answer has the pipe for itself: what libraries print goes nowhere."""
    answer = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answer


def _input() -> BinaryIO:
    document = io.FileIO(0)
    # Some libraries take a name for granted, and that it is not a number.
    document.name = "document"
    return io.BufferedReader(document)


@contextmanager
def _in_time(limits: Limits) -> Iterator[None]:
    def stop(number: int, frame: Any) -> Never:
        # The one about CPU time comes again every second.
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        raise OutOfTime

    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGXCPU, stop)
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds - limits.grace_seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def _write_found(answer: IO[bytes], found: Iterator[Found], limits: Limits) -> dict[str, Any]:
    room = limits.output_mb * _MB
    for one in found:
        ready = _cleaned(one)
        if isinstance(ready, Text):
            size = len(ready.text.encode())
            if size > room:
                _write(answer, asdict(replace(ready, text=_cut(ready.text, room))))
                cut = CutShort(f"Only the first {limits.output_mb} MB of text were read.")
                _write(answer, asdict(cut))
                break
            room -= size
        _write(answer, asdict(ready))
    return {"end": True}


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def _cleaned(found: Found) -> Found:
    match found:
        case Text(text):
            return Text(disarm_marks(clean(text)))
        case Title(title):
            return Title(" ".join(clean(title).split())[:300])
        case Notice(notice):
            return Notice(clean(notice))
        case _:
            return found


def _write(answer: IO[bytes], record: dict[str, Any]) -> None:
    """On a line of its own, even after one that a signal cut short."""
    answer.write(b"\n" + json.dumps(record).encode() + b"\n")
    answer.flush()


if __name__ == "__main__":
    main()
