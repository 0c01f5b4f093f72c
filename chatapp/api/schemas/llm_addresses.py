"""From the address of a call to a model, as the contract has it, to its server's base.

A provider adds the call to the base itself. Google's own protocol is not spoken here: its
addresses lead to the base under which the same models speak OpenAI's.
"""

import re
from urllib.parse import urlsplit

_CALLS = ("/chat/completions", "/responses", "/messages")
_GEMINI = "generativelanguage.googleapis.com"
_VERTEX = "aiplatform.googleapis.com"
_LOCATION = re.compile(r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+(?=$|/publishers/|/models/)")


def base_of(uri: str) -> str:
    uri = uri.rstrip("/")
    return next((uri.removesuffix(call) for call in _CALLS if uri.endswith(call)), uri)


def google_base_of(uri: str) -> str:
    """An address elsewhere, such as a gateway's, is as OpenAI's."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return uri
    if host == _GEMINI:
        return f"{parts.scheme}://{parts.netloc}/v1beta/openai"
    if host != _VERTEX and not host.endswith(f"-{_VERTEX}"):
        return base_of(uri)
    location = _LOCATION.match(parts.path.rstrip("/"))
    path = f"{location[0]}/endpoints/openapi" if location else parts.path
    return base_of(f"{parts.scheme}://{parts.netloc}{path}")
