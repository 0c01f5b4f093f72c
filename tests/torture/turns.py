"""The long tier of turns: a thousand of them, against a model's server that is always hostile.

    python -m tests.torture.turns [--turns 1000] [--seed 1] [--at-once 8]

Each turn meets a fault by chance and must end as `tests/turns/hostile.py` says, in the stated
time, with a log that fits its state. Exits 1 and names the seed if one does not.
"""

import argparse
import asyncio
import collections
import os
import random
import sys
import tempfile
import time

LONGEST = 30.0


def set_up(folder: str) -> None:
    """A database of its own, as a start would make it."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "chatapp.settings",
        "CHATAPP_DATA_DIR": folder,
        "CHATAPP_SECRET_KEY": "a key for torture that nobody else ever uses",
        "CHATAPP_LOG_LEVEL": "ERROR",
        "CHATAPP_TURN_MAX_REQUESTS": "5",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


async def torture(turns: int, seed: int, at_once: int) -> int:
    from tests.torture.turn_worker import Worker, hosted

    todo = iter(range(turns))
    ends: collections.Counter[str] = collections.Counter()
    slowest = 0.0
    began = time.monotonic()
    async with hosted():

        async def work(number: int) -> None:
            nonlocal slowest
            async with Worker.started(number) as worker:
                for turn in todo:
                    case, end, seconds = await worker.turn(random.Random(f"{seed}.{turn}"))
                    ends[f"{case}: {end}"] += 1
                    slowest = max(slowest, seconds)

        await asyncio.gather(*(work(number) for number in range(at_once)))
    for end, count in sorted(ends.items()):
        sys.stdout.write(f"{count:5}  {end}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{turns} turns in {seconds:.0f} s, the slowest took {slowest:.1f} s.\n")
    return 0 if slowest <= LONGEST else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatapp-torture-") as folder:
        set_up(folder)
        try:
            return asyncio.run(torture(given.turns, given.seed, given.at_once))
        except AssertionError as exc:
            sys.stdout.write(f"seed {given.seed}: {exc}\n")
            return 1


if __name__ == "__main__":
    sys.exit(main())
