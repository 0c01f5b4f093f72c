"""Runs the child process and takes its answer, whatever the document does to it.

The child gets the open document as its standard input: no path, no environment, an empty
directory of its own. Knows nothing of formats nor of what the answer means.
"""

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from weakref import WeakKeyDictionary

from chatapp.convert.values import Limits

AT_ONCE = 2
PREFIX = "chatapp-convert-"
CHILD = Path(__file__).with_name("child.py")
_CHUNK = 65_536
_STDERR_TAIL = 2_000
_MB = 1024 * 1024

logger = logging.getLogger(__name__)
_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Ending:
    """What the child wrote, and how it ended."""

    output: bytes
    returncode: int
    timed_out: bool = False
    overflowed: bool = False


async def run(
    document: IO[bytes], *, module: str, filename: str, limits: Limits, program: Path = CHILD
) -> Ending:
    """Read a document in a child process. Two at a time; the others wait."""
    job = json.dumps({"module": module, "filename": filename, "limits": asdict(limits)})
    async with _slot():
        with _workplace() as folder, tempfile.TemporaryFile() as complaints:
            command = [sys.executable, "-I", "-X", "utf8", str(program), job]
            async with _child(command, folder, document, complaints) as process:
                output, timed_out = await _output(process, limits)
            _log_complaints(complaints, process)
    overflowed = len(output) > _room(limits)
    return Ending(bytes(output), process.returncode or 0, timed_out, overflowed)


def _slot() -> asyncio.Semaphore:
    """One semaphore an event loop: it cannot be shared between two."""
    return _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


@contextmanager
def _workplace() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix=PREFIX)
    try:
        yield folder
    finally:
        # A grandchild that is just being killed may still add a file: look again.
        for _ in range(3):
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _child(
    command: list[str], folder: str, document: IO[bytes], complaints: IO[bytes]
) -> AsyncIterator[Process]:
    """Leaves no process of the child's session behind, however the caller ends."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=document,
        stdout=PIPE,
        stderr=complaints,
        cwd=folder,
        env={},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _output(process: Process, limits: Limits) -> tuple[bytearray, bool]:
    assert process.stdout is not None
    output = bytearray()
    try:
        async with asyncio.timeout(limits.wall_seconds):
            while chunk := await process.stdout.read(_CHUNK):
                output += chunk
                if len(output) > _room(limits):
                    return output, False
            await process.wait()
    except TimeoutError:
        return output, True
    return output, False


def _room(limits: Limits) -> int:
    """JSON may write a character of three bytes in six."""
    return (2 * limits.output_mb + 1) * _MB


def _log_complaints(complaints: IO[bytes], process: Process) -> None:
    if process.returncode == 0:
        return
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - _STDERR_TAIL))
    tail = complaints.read().decode("utf-8", "replace")
    logger.info("A conversion ended with %s: %s", process.returncode, tail)
