"""Take a port before anything else is done, so that one that is in use is known at once."""

import socket

from django.core.management.base import CommandError

_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Connections wait in it until the server is ready."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise CommandError(f"Cannot listen on {host}:{port}: {reason}.") from exc
    return listener


def url_of(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reachable_url(host: str, port: int) -> str:
    """A wildcard is an address to listen on, not one to go to."""
    return url_of({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)
