"""The one way out to the web. Nothing else of the tools opens a connection."""

from chatapp.tools.web.addresses import Gate, is_public
from chatapp.tools.web.client import Answer, Ask, fetch

__all__ = ["Answer", "Ask", "Gate", "fetch", "is_public"]
