"""The long tier of tests/crash: hundreds of kills under load.

python -m tests.torture.crash --kills 300 --database sqlite
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from tests.crash.checker import check
from tests.crash.rig import Rig, postgresql_rig, sqlite_rig
from tests.servers import Postgres


def torment(rig: Rig, kills: int, seed: int) -> None:
    """Rounds of two kills each: a turn may die twice and must still be answered."""
    chance = random.Random(seed)
    for done in range(0, kills, 2):
        rig.begin(sessions=20, turns=2, order="!tokens=40 rate=15")
        rig.torment(min(2, kills - done), chance)
        rig.rest()
        verdict = check(rig.installation, rig.sent)
        sys.stdout.write(f"{time.strftime('%X')} {done + 2} kills: {verdict}\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chatapp-crash-")))
        if options.database == "sqlite":
            rig = stack.enter_context(sqlite_rig(folder))
        else:
            postgres = stack.enter_context(closing(Postgres().start()))
            rig = stack.enter_context(postgresql_rig(folder, postgres))
        torment(rig, options.kills, options.seed)


if __name__ == "__main__":
    main()
