"""The settings of the tests: those of an installation with nothing in it, in a folder that goes.

`CHATAPP_TEST_DATABASE=postgresql pytest` runs the same tests on a PostgreSQL of their own.
"""

import atexit
import os
import tempfile

_data_dir = tempfile.TemporaryDirectory(prefix="chatapp-tests-")
os.environ |= {
    "CHATAPP_DATA_DIR": _data_dir.name,
    "CHATAPP_SECRET_KEY": "a key for tests that nobody else ever uses",
    "CHATAPP_BUILTIN_DELAY_MS": "0",
    "CHATAPP_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1],testserver",
    "CHATAPP_STORAGE_URL": "",
    "CHATAPP_TURN_RUNNER": "inprocess",
    "REDIS_URL": "",
}

if os.environ.get("CHATAPP_TEST_DATABASE") != "postgresql":
    os.environ["DATABASE_URL"] = ""
elif "PYTEST_XDIST_WORKER" not in os.environ:
    # xdist's workers inherit the address of the one server.
    from tests.servers import Postgres

    _postgres = Postgres().start()
    atexit.register(_postgres.close)
    os.environ["DATABASE_URL"] = _postgres.url("postgres")

from chatapp.settings import *  # noqa: E402, F403

# A turn that a test leaves behind has nobody to wait for it.
TURN_DRAIN_SECONDS = 1
