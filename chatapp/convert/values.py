"""What passes between readers, the child process and the caller. Imports nothing of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol


@dataclass(frozen=True)
class Limits:
    """What one conversion may use. Memory is address space, per process."""

    memory_mb: int = 512
    cpu_seconds: int = 20
    wall_seconds: int = 30
    # Before the wall is reached the child stops by itself and returns what it has.
    grace_seconds: int = 5
    file_mb: int = 64
    open_files: int = 64
    output_mb: int = 8


DEFAULT = Limits()


@dataclass(frozen=True)
class Conversion:
    """A document as Markdown, with marks that say where each part was."""

    markdown: str
    title: str | None = None
    pages: int | None = None
    truncated: bool = False
    notices: tuple[str, ...] = ()
    structured: dict[str, Any] | None = None


@dataclass(frozen=True)
class Text:
    """A piece of Markdown: a page, a slide, a chapter, some paragraphs."""

    text: str


@dataclass(frozen=True)
class Mark:
    """Where the text after it was: `[page 3]`. Documents cannot make one, only readers."""

    mark: str


@dataclass(frozen=True)
class Title:
    title: str


@dataclass(frozen=True)
class PageCount:
    pages: int


@dataclass(frozen=True)
class Notice:
    """A sentence for people about what could not be read."""

    notice: str


@dataclass(frozen=True)
class CutShort:
    """The reader left something out because there was too much; says what, in a sentence."""

    cut_short: str


Found = Text | Mark | Title | PageCount | Notice | CutShort
OutputFormat = Literal["markdown", "structured_document"]


class Reader(Protocol):
    """Yields what it finds, in reading order. Anything it raises means a damaged document."""

    def __call__(self, source: BinaryIO, filename: str) -> Iterator[Found]: ...
