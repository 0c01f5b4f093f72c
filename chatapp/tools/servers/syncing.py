"""Take over what a server offers. For the entrances that have an administrator behind them."""

import asyncio
import threading

import structlog
from django.db import DatabaseError, transaction

from chatapp.errors import InvalidInput, ToolError
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.models import ToolServer, User
from chatapp.services.tool_offers import note_failed_sync, store_offers
from chatapp.tools.servers.connection import ServerAddress, discover

log = structlog.get_logger(__name__)
SECONDS = 20.0


async def sync_server(*, server: ToolServer, actor: User | None, database: DatabaseThreads) -> int:
    """The number of tools found. Raises InvalidInput when the server cannot be asked."""
    try:
        async with asyncio.timeout(SECONDS):
            offers = await discover(ServerAddress.of(server))
    except (ToolError, TimeoutError) as exc:
        why = exc.message if isinstance(exc, ToolError) else "The server took too long to answer."
        await database.run(note_failed_sync, server=server, error=why)
        raise InvalidInput(why, {"uri": why}) from exc
    await database.run(store_offers, server=server, offers=offers, actor=actor)
    return len(offers)


def sync_soon(*, server: ToolServer, actor: User | None) -> None:
    """The same, once the caller's transaction is through; nobody waits for it."""

    def begin() -> None:
        threading.Thread(target=_sync_alone, args=(server, actor), daemon=True).start()

    transaction.on_commit(begin)


def _sync_alone(server: ToolServer, actor: User | None) -> None:
    async def sync() -> None:
        database = DatabaseThreads("sync", 1)
        try:
            await sync_server(server=server, actor=actor, database=database)
        finally:
            await database.close()

    try:
        asyncio.run(sync())
    except (InvalidInput, DatabaseError) as exc:
        log.warning("tool_server.sync_failed", server=server.key, error=str(exc)[:300])
