"""Web pages as text that a model can read."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from chatapp.convert import convert
from chatapp.convert.errors import ConversionError
from chatapp.tools.web import Answer

_HTML = ("text/html", "application/xhtml+xml")


async def readable(answer: Answer) -> str:
    """HTML as Markdown, read in the sandbox of documents; anything else as it stands."""
    if answer.content_type not in _HTML:
        return answer.text
    with TemporaryDirectory(prefix="chatapp-") as folder:
        path = Path(folder) / "page.html"
        await asyncio.to_thread(path.write_bytes, answer.text.encode())
        try:
            conversion = await convert(path, filename="page.html", mime_type="text/html")
        except ConversionError:
            return answer.text
    title = f"# {conversion.title}\n\n" if conversion.title else ""
    return f"{title}{conversion.markdown}"
