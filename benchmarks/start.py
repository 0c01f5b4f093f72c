"""How long `manage.py serve` takes on an existing database, until it listens, and what it holds.

python -m benchmarks.start [--times 7] [--server uvicorn]
"""

import argparse
import time
import urllib.request
from statistics import median

import psutil

from benchmarks.measured import MB, installation
from tests.installation import Installation


def start(installed: Installation, server: str) -> tuple[float, float, float, float]:
    """Seconds until it listens, CPU seconds of that, seconds of the first page, megabytes."""
    began = time.perf_counter()
    web = installed.web("--no-demo", "--server", server)
    listening = time.perf_counter() - began
    process = psutil.Process(web.process.pid)
    times = process.cpu_times()
    began = time.perf_counter()
    with urllib.request.urlopen(f"{web.url}/accounts/login/") as page:
        page.read()
    first_page = time.perf_counter() - began
    memory = process.memory_info().rss / MB
    web.process.stop()
    return listening, times.user + times.system, first_page, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--server", choices=("uvicorn", "daphne"), default="uvicorn")
    given = parser.parse_args()
    with installation() as installed:
        starts = [start(installed, given.server) for _ in range(given.times)]
    names = ("until it listens, s", "CPU of that, s", "first page after it, s", "memory, MB")
    print(f"{'':24}{'median':>8}{'max':>8}")
    for name, values in zip(names, zip(*starts, strict=True), strict=True):
        print(f"{name:24}{median(values):8.2f}{max(values):8.2f}")


if __name__ == "__main__":
    main()
