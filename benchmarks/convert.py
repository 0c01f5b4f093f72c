"""What it costs to convert a document: CPU and memory of the child process, start included.

    python -m benchmarks.convert

Each document is read in a process of its own, so that the figures do not mix. The last one is a
manual of 5,400 pages, read for five seconds: its pages per CPU second are those of a long document.
"""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from chatapp.convert import DEFAULT, PAGE_MARK, Limits, convert_sync
from chatapp.lib.mime import sniff_file

DATA = Path(__file__).parents[1] / "tests" / "data"
NAMES = (
    "report.pdf", "deck.pdf", "report.docx", "deck.pptx", "book.xlsx", "report.doc", "deck.ppt",
    "book.xls", "screen.png",
)  # fmt: skip
FIVE_SECONDS = Limits(cpu_seconds=5)


class Cost(NamedTuple):
    name: str
    wall: float
    cpu: float
    memory_mb: float
    marks: int
    characters: int


def measured(path: Path, limits: Limits) -> Cost:
    mime = sniff_file(path, path.name)
    begun = time.perf_counter()
    conversion = convert_sync(path, filename=path.name, mime_type=mime, limits=limits)
    wall = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        name=path.name,
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        memory_mb=used.ru_maxrss / 1024,
        marks=len(PAGE_MARK.findall(conversion.markdown)),
        characters=len(conversion.markdown),
    )


def costs() -> Iterator[Cost]:
    jobs = [(DATA / "office" / name, DEFAULT) for name in NAMES]
    jobs.append((DATA / "hostile" / "huge5400.pdf", FIVE_SECONDS))
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        yield from pool.map(measured, *zip(*jobs, strict=True))


def main() -> None:
    print("document          wall s   CPU s  memory MB  pages/CPU s  characters")
    for cost in costs():
        pages = f"{cost.marks / cost.cpu:11.1f}" if cost.marks else " " * 11
        print(
            f"{cost.name:16} {cost.wall:7.2f} {cost.cpu:7.2f} {cost.memory_mb:10.0f}  {pages}"
            f" {cost.characters:11,}"
        )


if __name__ == "__main__":
    main()
