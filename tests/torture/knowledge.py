"""The long tier of access to documents: hostile arguments and hostile metadata, by the thousand.

    python -m tests.torture.knowledge [--rounds 10000] [--seed 1]

Documents have one of three levels, or none. A session's role is any value; the model's arguments
are any JSON, or not even that. Whatever is found must have the very level that is the role. Each
round searches, and every tenth also reads documents by id. Exits 1 and names the seed if that
fails. `CHATAPP_TEST_DATABASE=postgresql` runs it there.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from typing import Any

LEVELS = ("public", "staff", "it's; 'odd' OR 1=1 --")
PIECES = (
    *("'", "''", '"', "\\", ";", "--", "/*", "*/", "(", ")", "%", "%s", "_", "${", "}", "$ref"),
    *(" OR ", " AND ", " NOT ", " IS NULL", " IN ", "true", "1=1", "doc.access_level", "part.lang"),
    *("public", "staff", "PUBLIC", "ｓｔａｆｆ", "\u202e", "\u0000", "\ud800", "é", "𝒳", "\n", " "),
    *("session.metadata.other", "{{", "}}", "#if", "$", "metadata_filter", "null", "0x73", "~"),
)


class ViolationError(AssertionError):
    pass


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def prepare() -> tuple[Any, dict[str, Any]]:
    """A session, and the level of each document by its id."""
    from tests.factories import make_user
    from tests.knowledge import attribute, core_document, make_corpus
    from tests.tools.knowledge import ROLE_FILTER, search_of, session_with

    ada, alice = make_user("ada", role="admin"), make_user("alice")
    corpus = make_corpus(
        owner=ada, key="vault", filter_attributes=[attribute("access_level", protected=True)]
    )
    levels: dict[str, Any] = {}
    for number in range(60):
        level = (*LEVELS, None)[number % 4]
        metadata = {} if level is None else {"access_level": level}
        core_document(corpus, f"d{number}", f"Salaries of group {number}.", metadata=metadata)
        levels[f"d{number}"] = level
    locked = {"corpus_key": "vault", "metadata_filter": ROLE_FILTER}
    read = {"type": "get_document_text", "argument_override": locked}
    tools = {"search": search_of("vault"), "read": read}
    return session_with(tools, author=ada, owner=alice, user_role="public"), levels


async def play(session: Any, levels: dict[str, Any], chance: random.Random, read: bool) -> bool:
    """Was anything found? Raises ViolationError if it was not for this role."""
    from chatapp.errors import Unprocessable
    from tests.tools.knowledge import call

    role = value(chance)
    session.metadata = {"user_role": role, "other": "staff"}
    try:
        output = (await call(session, "search", arguments(chance))).tool_output
        found = {one["document_id"] for one in output.get("search_results", ())}
        if read:
            key = chance.choice([*levels, text(chance)])
            shown = (await call(session, "read", {"document_id": key})).tool_output
            found |= {key} if "text" in shown else set()
    except Unprocessable:
        return False
    wrong = {key for key in found if levels.get(key) is None or not same(levels[key], role)}
    if wrong:
        raise ViolationError(f"The role {role!r} found {sorted(wrong)}.")
    return bool(found)


def same(level: str, role: Any) -> bool:
    """Inside quotes a value is its text, and no more than that."""
    if isinstance(role, bool):
        return level == ("true" if role else "false")
    return isinstance(role, str | int | float) and level == str(role)


def value(chance: random.Random) -> Any:
    match chance.randrange(10):
        case 0:
            return chance.choice([True, False, None, 0, -1, 1e308, 2**70, float("nan")])
        case 1:
            return [chance.choice(LEVELS) for _ in range(chance.randrange(4))]
        case 2:
            return {"$ref": "session.metadata.other"}
        case 3 | 4 | 6 | 7:
            return chance.choice(LEVELS)
        case 5:
            level = chance.choice(LEVELS)
            at = chance.randrange(len(level) + 1)
            return level[:at] + chance.choice(PIECES) + level[at:]
    return text(chance)


def text(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))


def arguments(chance: random.Random) -> str:
    """What a model may send: mostly a query, with other things beside it or in its place."""
    match chance.randrange(8):
        case 0:
            return text(chance)
        case 1:
            return json.dumps(value(chance))
        case 2:
            name = chance.choice(["metadata_filter", "corpora", "search", "query_configuration"])
            return json.dumps({"query": "salaries", name: text(chance)})
        case 3:
            return '{"query": "salaries", "metadata_filter": "true", "metadata_filter": "x"}'
        case 4:
            return json.dumps({"query": text(chance)})
    return '{"query": "salaries"}'


async def run(rounds: int, seed: int) -> int:
    session, levels = await asyncio.to_thread(prepare)
    chance = random.Random(seed)
    hits = 0
    for number in range(rounds):
        hits += await play(session, levels, chance, read=number % 10 == 0)
    return hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    set_up()
    began = time.monotonic()
    try:
        hits = asyncio.run(run(options.rounds, options.seed))
    except ViolationError as exc:
        sys.exit(f"{exc} (--seed {options.seed})")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{options.rounds} rounds, {hits} found something, in {seconds:.0f} s.\n")


if __name__ == "__main__":
    main()
