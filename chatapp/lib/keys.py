"""Public keys: a prefix, a time-ordered part and enough chance that nobody guesses one."""

import re
import secrets
import time
import uuid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_key(prefix: str) -> str:
    """`prefix_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def key_from_name(prefix: str, name: str, *, length: int = 50) -> str:
    """`ase_refund_question_x7k2m9q4vd`: readable, and unlike any other."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    chance = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    room = length - len(prefix) - len(chance) - 2
    return "_".join(part for part in (prefix, slug[:room].strip("_"), chance) if part)


def new_client_id() -> str:
    return uuid.uuid4().hex
