"""Where the database work of the REST API is done."""

from chatapp.lib.database_threads import DatabaseThreads

threads = DatabaseThreads("api", 4)
