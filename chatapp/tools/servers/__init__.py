"""Tool servers that speak MCP: what they offer, and calling it. The SDK is loaded when needed."""

from chatapp.tools.servers.connection import ServerAddress, call_tool, discover
from chatapp.tools.servers.results import Result
from chatapp.tools.servers.syncing import sync_server, sync_soon

__all__ = ["Result", "ServerAddress", "call_tool", "discover", "sync_server", "sync_soon"]
