"""Bytes that people brought, sent so that no browser runs them as ours."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from PIL import Image, ImageOps, UnidentifiedImageError

from chatapp.errors import UnsupportedType
from chatapp.models import Artifact

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
# Browsers' own viewers refuse to run sandboxed.
PDF_POLICY = (
    "default-src 'none'; object-src 'self'; plugin-types application/pdf; frame-ancestors 'self'"
)
MAX_SIDE, THUMBNAIL_SIDE = 2400, 160
MAX_PIXELS = 50_000_000
MAX_IMAGE_BYTES = 30 * 2**20
INLINE_FORMATS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
# SyntaxError is what Pillow calls some broken PNGs.
_BROKEN = (
    *(UnidentifiedImageError, OSError, Image.DecompressionBombError),
    *(SyntaxError, ValueError, EOFError, struct.error),
)
_CHUNK = 2**18


def send_file(
    request: HttpRequest, artifact: Artifact, *, inline: bool = False
) -> HttpResponseBase:
    """The whole file or the range that was asked for."""
    etag = f'"{artifact.checksum_sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return _guarded(HttpResponse(status=304), artifact, etag)
    first, last, partial = _range(request, artifact.size_bytes)
    if partial and first > last:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{artifact.size_bytes}"
        return _guarded(refused, artifact, etag)
    response = StreamingHttpResponse(
        _bytes(artifact, first, last),
        status=206 if partial else 200,
        content_type=artifact.mime_type if inline else _harmless(artifact.mime_type),
    )
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if partial:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{artifact.size_bytes}"
    return _guarded(response, artifact, etag, inline=inline)


def inline_pdf(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    response = send_file(request, artifact, inline=True)
    response.headers["Content-Security-Policy"] = PDF_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def inline_image(
    request: HttpRequest, artifact: Artifact, side: int = MAX_SIDE
) -> HttpResponseBase:
    """The picture made anew: what else the file carried (scripts, places) is gone."""
    etag = f'"{artifact.checksum_sha256}-{side}"'
    if request.headers.get("If-None-Match") == etag:
        return _guarded(HttpResponse(status=304), artifact, etag, inline=True)
    if artifact.size_bytes > MAX_IMAGE_BYTES:
        raise UnsupportedType("This image is too large to be shown.")
    try:
        with artifact.file.open("rb") as file, Image.open(file) as image:
            if image.format not in INLINE_FORMATS or image.width * image.height > MAX_PIXELS:
                raise UnsupportedType("This image cannot be shown.")
            data, mime_type = _made_anew(image, side)
    except _BROKEN as exc:
        raise UnsupportedType("This image cannot be shown.") from exc
    return _guarded(HttpResponse(data, content_type=mime_type), artifact, etag, inline=True)


def content_disposition(kind: str, filename: str) -> str:
    """RFC 6266: a plain name for old browsers, the true one beside it."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", filename)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _made_anew(image: Any, side: int) -> tuple[bytes, str]:
    kind = image.format
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((side, side))
    if kind == "JPEG":
        turned = turned.convert("RGB")
    elif turned.mode not in {"RGB", "RGBA", "L", "P"}:
        turned = turned.convert("RGBA")
    out = BytesIO()
    turned.save(out, format=kind)
    return out.getvalue(), INLINE_FORMATS[kind]


def _guarded(
    response: HttpResponseBase, artifact: Artifact, etag: str, *, inline: bool = False
) -> HttpResponseBase:
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = etag
    response.headers["Content-Disposition"] = content_disposition(
        "inline" if inline else "attachment", artifact.filename
    )
    return response


def _harmless(mime_type: str) -> str:
    """Nothing that a browser would run, even if somebody opens it on purpose."""
    active = ("html", "xml", "svg", "javascript", "css")
    return "text/plain" if any(word in mime_type for word in active) else mime_type


def _range(request: HttpRequest, size: int) -> tuple[int, int, bool]:
    """First and last byte, and whether that is a part. Odd ranges are taken as none."""
    match = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", request.headers.get("Range", ""))
    if not match or match[0] == "bytes=-":
        return 0, size - 1, False
    if not match[1]:
        return max(0, size - int(match[2])), size - 1, True
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    return int(match[1]), last, True


async def _bytes(artifact: Artifact, first: int, last: int) -> AsyncIterator[bytes]:
    # Async, because Django would read a sync iterator into memory first.
    file = await asyncio.to_thread(artifact.file.storage.open, str(artifact.file.name), "rb")
    try:
        await asyncio.to_thread(file.seek, first)
        left = last - first + 1
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        file.close()
