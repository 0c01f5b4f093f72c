"""T-DC-1 to T-DC-3, T-DC-6: whatever the child does, it ends, and takes nothing with it."""

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import uvloop

from chatapp.convert import ConversionError, Limits, convert, sandbox
from chatapp.convert.answers import to_conversion

PROBE = Path(__file__).with_name("probe.py")
SMALL = Limits(memory_mb=256, cpu_seconds=1, wall_seconds=20, file_mb=4, output_mb=1)
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def _own_temporary_directory(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


async def probe(action: str, given: str = "", limits: Limits = SMALL) -> str:
    with tempfile.TemporaryFile() as document:
        document.write(given.encode())
        document.seek(0)
        ending = await sandbox.run(
            document, module=action, filename="x", limits=limits, program=PROBE
        )
    return to_conversion(ending).markdown


def workplaces() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{sandbox.PREFIX}*"))


@pytest.mark.parametrize("action", ["loop", "fill_disk", "shout"])
async def test_one_who_takes_too_much_is_stopped(action):
    with pytest.raises(ConversionError) as caught:
        await probe(action)
    assert caught.value.code == "limits"


async def test_no_more_memory_is_given_than_agreed():
    assert int(await probe("allocate")) < SMALL.memory_mb


async def test_one_who_does_not_answer_is_stopped_at_the_wall():
    with pytest.raises(ConversionError) as caught:
        await probe("sleep", limits=replace(SMALL, wall_seconds=1))
    assert caught.value.code == "timeout"


async def test_what_was_found_before_the_wall_is_kept():
    assert await probe("sleep_after_text", limits=replace(SMALL, wall_seconds=2)) == (
        "the first page"
    )


async def test_a_crash_is_an_error_with_a_name():
    with pytest.raises(ConversionError) as caught:
        await probe("crash")
    assert caught.value.code == "crashed"


async def test_the_child_has_no_environment(monkeypatch):
    monkeypatch.setenv("CHATAPP_SECRET_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    environment = json.loads(await probe("environment"))
    assert set(environment) <= {"LC_CTYPE"}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_the_child_starts_in_an_empty_directory_with_three_open_files(run):
    with socket.socket() as leaked:
        leaked.set_inheritable(True)
        names, open_files = json.loads(run(probe("directory")))
    assert names == []
    assert open_files == [0, 1, 2]


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces and Landlock are Linux's")
async def test_the_child_reaches_no_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        answer = await probe("connect", str(server.getsockname()[1]))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert answer != "Success"


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
async def test_the_child_reads_no_file_of_ours(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    assert "canary" not in await probe("read_file", str(secret))


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
async def test_the_child_reads_no_environment_but_its_own():
    assert await probe("read_file", f"/proc/{os.getpid()}/environ") == "PermissionError"


async def test_nothing_stays_behind_neither_file_nor_process():
    pid = int(await probe("leave_process"))
    assert workplaces() == []
    # Killed before we were answered, but the kernel takes its time.
    await until(lambda: not is_alive(pid))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - other processes set no event
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_cancelled_conversion_leaves_nothing_behind():
    running = asyncio.create_task(probe("sleep"))
    await until(lambda: bool(workplaces()))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert workplaces() == []


async def test_two_run_at_once_and_the_others_wait():
    def running() -> int:
        return sum(PROBE.name in " ".join(child.cmdline()) for child in psutil.Process().children())

    tasks = [asyncio.create_task(probe("sleep")) for _ in range(4)]
    await until(lambda: running() == sandbox.AT_ONCE)
    await asyncio.sleep(0.2)
    assert running() == sandbox.AT_ONCE
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert running() == 0


async def test_the_child_knows_nothing_of_django():
    code = "import sys, chatapp.convert.child; sys.exit('django' in sys.modules)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=Path(__file__).parents[2]
    )
    assert await process.wait() == 0


async def test_conversions_leave_no_file(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Hello.")
    for _ in range(5):
        await convert(path, filename="note.txt", mime_type="text/plain")
    assert workplaces() == []
