"""Documents to Markdown, in a child process that a hostile document may do its worst to.

`convert` is the way in. What comes out says where each part was, in lines such as `[page 3]`
(see `chatapp.lib.page_marks`), and is untrusted text like the document itself. Knows nothing of
artifacts, sessions or Django.
"""

import asyncio
from dataclasses import replace
from pathlib import Path

from chatapp.convert import sandbox
from chatapp.convert.answers import to_conversion
from chatapp.convert.errors import ConversionError, ErrorCode
from chatapp.convert.intake import limits_for, reader_for
from chatapp.convert.structure import structured_document
from chatapp.convert.values import DEFAULT, Conversion, Limits, OutputFormat
from chatapp.lib.page_marks import PAGE_MARK

__all__ = [
    "DEFAULT",
    "PAGE_MARK",
    "Conversion",
    "ConversionError",
    "ErrorCode",
    "Limits",
    "OutputFormat",
    "convert",
    "convert_sync",
]


async def convert(
    path: Path,
    *,
    filename: str,
    mime_type: str,
    output: OutputFormat = "markdown",
    limits: Limits = DEFAULT,
) -> Conversion:
    """Read a document. Raises `ConversionError`; part of a document counts as a conversion."""
    module = await asyncio.to_thread(reader_for, path, filename, mime_type)
    with path.open("rb") as document:
        ending = await sandbox.run(
            document, module=module, filename=filename, limits=limits_for(module, limits)
        )
    return await asyncio.to_thread(_finished, ending, filename, output)


def convert_sync(
    path: Path,
    *,
    filename: str,
    mime_type: str,
    output: OutputFormat = "markdown",
    limits: Limits = DEFAULT,
) -> Conversion:
    """As `convert`, for callers without an event loop."""
    return asyncio.run(
        convert(path, filename=filename, mime_type=mime_type, output=output, limits=limits)
    )


def _finished(ending: sandbox.Ending, filename: str, output: OutputFormat) -> Conversion:
    conversion = to_conversion(ending)
    if output == "markdown":
        return conversion
    document = structured_document(conversion.markdown, title=conversion.title, key=filename)
    return replace(conversion, structured=document)
