"""Take over what a server offers. For the entrances that have an administrator behind them."""

from chatapp.errors import InvalidInput, ToolError
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.models import ToolServer, User
from chatapp.services.tool_offers import note_failed_sync, store_offers
from chatapp.tools.servers.connection import ServerAddress, discover


async def sync_server(*, server: ToolServer, actor: User | None, database: DatabaseThreads) -> int:
    """The number of tools found. Raises InvalidInput when the server cannot be asked."""
    try:
        offers = await discover(ServerAddress.of(server))
    except ToolError as exc:
        await database.run(note_failed_sync, server=server, error=exc.message)
        raise InvalidInput(exc.message, {"uri": exc.message}) from exc
    await database.run(store_offers, server=server, offers=offers, actor=actor)
    return len(offers)
