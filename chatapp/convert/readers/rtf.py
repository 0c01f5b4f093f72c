"""Rich text: through LibreOffice, which keeps headings and tables; without it, the words alone."""

from collections.abc import Iterator
from typing import BinaryIO

from striprtf.striprtf import rtf_to_text

from chatapp.convert.readers import legacy, office
from chatapp.convert.values import Found, Notice, Text


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    if office.is_installed():
        yield from legacy.read(source, filename)
        return
    yield Notice("Headings and lists were not told apart: that needs LibreOffice.")
    text: str = rtf_to_text(  # type: ignore[no-untyped-call]
        source.read().decode("ascii", "replace"), errors="ignore"
    )
    yield Text("\n\n".join(line.strip() for line in text.splitlines() if line.strip()))
