"""How the tests of conversion read a document."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatapp.convert import Conversion, convert_sync
from chatapp.convert.values import OutputFormat
from chatapp.lib.filetypes import type_named

DATA = Path(__file__).parents[1] / "data"


def read(path: Path, output: OutputFormat = "markdown") -> Conversion:
    """As its sender would name it: by its own name, and the type that goes with it."""
    entry = type_named(path.name)
    mime = entry.mime if entry else ""
    return convert_sync(path, filename=path.name, mime_type=mime, output=output)


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[[str, bytes], Conversion]:
    def read_named(name: str, content: bytes) -> Conversion:
        path = tmp_path / name
        path.write_bytes(content)
        return read(path)

    return read_named
