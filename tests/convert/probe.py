"""Does in the child process what a taken-over reader would do, and tells what came of it.

Run by path like the real child, and confined in the same way before it begins.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from chatapp.convert.confine import confine
from chatapp.convert.values import Limits


def loop() -> str:
    while True:
        pass


def allocate() -> str:
    hoard = []
    try:
        while True:
            hoard.append(bytearray(1024 * 1024))
    except MemoryError:
        return str(len(hoard))


def sleep() -> str:
    time.sleep(600)
    return "slept"


def sleep_after_text() -> str:
    tell("the first page")
    return sleep()


def fill_disk() -> str:
    with Path("large").open("wb") as file:
        for _ in range(1_000):
            file.write(bytes(1024 * 1024))
    return "written"


def shout() -> str:
    while True:
        os.write(1, b"x" * 65_536)


def crash() -> str:
    os.abort()


def environment() -> str:
    return json.dumps(dict(os.environ))


def directory() -> str:
    return json.dumps([os.listdir("."), [number for number in range(1024) if is_open(number)]])


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def connect() -> str:
    port = int(sys.stdin.read())
    with socket.socket() as client:
        client.settimeout(2)
        return os.strerror(client.connect_ex(("127.0.0.1", port)))


def read_file() -> str:
    try:
        return Path(sys.stdin.read()).read_text()
    except OSError as error:
        return type(error).__name__


def leave_process() -> str:
    Path("left behind").write_text("x")
    left = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL)
    return str(left.pid)


def tell(text: str) -> None:
    report({"text": text})


def report(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    confine(Limits(**job["limits"]), needs_socket=False)
    tell(globals()[job["module"]]())
    report({"end": True})
