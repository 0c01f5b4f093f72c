"""The long tier of the access tests: Bob asks for Alice's things by thousands of odd ids.

    python -m tests.torture.doors [--probes 20000] [--seed 1]

Each probe is one of her ids, bent a little or not at all, in a route that takes one. Whatever it
is, the answer is that of a thing which never was, and nothing changes. Exits 1 and names the seed.
"""

import argparse
import logging
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

BENDS = (
    lambda key, dice: key,
    lambda key, dice: key.upper(),
    lambda key, dice: f" {key}",
    lambda key, dice: f"{key}\x00",
    lambda key, dice: f"{key}.",
    lambda key, dice: f"{key}%",
    lambda key, dice: f"{key}/../{key}",
    lambda key, dice: key.replace("_", ":"),
    lambda key, dice: key.replace("_", "\uff3f"),
    lambda key, dice: key[:-1],
    lambda key, dice: f"{key}{dice.choice('0a_~')}",
    lambda key, dice: "".join(dice.sample(key, len(key))),
    lambda key, dice: f"{key}' OR '1'='1",
    lambda key, dice: quote(quote(key[:3], safe="") + key[3:], safe=""),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatapp-doors-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "chatapp.settings",
            "CHATAPP_DATA_DIR": folder,
            "CHATAPP_ALLOWED_HOSTS": "testserver",
            "CHATAPP_API_REQUESTS_PER_MINUTE": "1000000000",
            "CHATAPP_SENDS_PER_MINUTE": "1000000000",
        }
        import django
        from django.core.management import call_command

        django.setup()
        from django.conf import settings

        plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
        settings.STORAGES["staticfiles"] = {"BACKEND": plain}
        call_command("migrate", verbosity=0)
        logging.disable(logging.ERROR)
        return probe(Path(folder), asked.probes, asked.seed)


def probe(folder: Path, probes: int, seed: int) -> int:
    from chatapp.services.users import create_api_key
    from tests.factories import make_session, make_user
    from tests.security import world
    from tests.security.doors import Who, doors

    bob = make_user("bob")
    things = world.alices_things(make_session(owner=make_user("alice")))
    client, (_, secret) = world.signed_in(bob), create_api_key(owner=bob, name="k")
    open_to_all = {"agent_key"}
    ways = [
        (door, method)
        for door in doors()
        if door.who in (Who.OWNER, Who.OWNER_OR_REVIEWER, Who.KEY)
        and door.parameters & set(things) - open_to_all
        for method in door.methods
    ]
    before, began = world.state(folder / "artifacts"), time.monotonic()
    for number in range(probes):
        dice = random.Random(seed * 1_000_000_007 + number)
        door, method = dice.choice(ways)
        bent = {
            name: quote(dice.choice(BENDS)(value, dice)) if isinstance(value, str) else value
            for name, value in things.items()
            if name not in open_to_all
        }
        path = door.path({**bent, "agent_key": things["agent_key"]})
        headers = {"x-api-key": secret} if door.who is Who.KEY else {}
        answer = client.generic(method, path, b"{}", "application/json", headers=headers)
        if problem := what_is_wrong(door, answer, things):
            sys.stdout.write(f"seed {seed}, probe {number}: {method} {path!r}: {problem}\n")
            return 1
    after = world.state(folder / "artifacts")
    changed = [name for name, digest in before.items() if after[name] != digest]
    sys.stdout.write(
        f"{probes} probes, {time.monotonic() - began:.0f} s; changed: {changed or 'nothing'}\n"
    )
    return 1 if changed else 0


def what_is_wrong(door: Any, answer: Any, things: dict[str, Any]) -> str:
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    refused = answer.status_code in (400, 401, 403, 404, 405, 409, 415, 422)
    if not refused and not (door.name == "session-row" and answer.content == b""):
        # A bent address may be that of another, open door.
        return "" if re.match(r"30[12]", str(answer.status_code)) else f"open: {answer.status_code}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
