"""The long tier of the tests of rendering: thousands of hostile documents, cut anywhere.

    python -m tests.torture.markup [--documents 200000] [--prefixes 20] [--seed 1]

Each is put together from hostile and friendly pieces, streamed in random pieces and rendered
whole; nothing but allowed elements may ever stand in the page. Exits 1 and names the seed.
"""

import argparse
import random
import sys
import time

from chatapp.lib.blocks import BlockStream, render_blocks
from tests.security.parsing import assert_only_text
from tests.security.vectors import VECTORS

FRIENDLY = [
    "\n",
    "\n\n",
    "**",
    "*",
    "`",
    "```\n",
    "> ",
    "- ",
    "1. ",
    "| ",
    "[",
    "](",
    "$",
    " ",
    "#",
]


def document(dice: random.Random) -> str:
    pieces = [dice.choice(dice.choice((VECTORS, FRIENDLY))) for _ in range(dice.randint(1, 12))]
    return "".join(pieces)


def shown(blocks: BlockStream, text: str, dice: random.Random, stops: int) -> None:
    """Feed it in pieces; look at the page at some of the stops."""
    page: dict[int, str] = {}
    cuts = sorted(dice.sample(range(len(text) + 1), min(stops, len(text) + 1)))
    now = 0.0
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        now += dice.choice((0.0, 0.05, 0.6))
        for change in blocks.feed(text[start:end], now=now):
            before = page.get(change.index, "") if hasattr(change, "offset") else ""
            page[change.index] = before + change.html
        assert_only_text("".join(page[index] for index in sorted(page)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--prefixes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    for number in range(asked.documents):
        seed = asked.seed * 1_000_000_007 + number
        dice = random.Random(seed)
        text = document(dice)
        try:
            assert_only_text("".join(render_blocks(text)))
            shown(BlockStream(), text, dice, asked.prefixes)
        except AssertionError as exc:
            sys.stdout.write(f"seed {seed}: {text!r}\n{exc}\n")
            return 1
    sys.stdout.write(
        f"{asked.documents} documents, {time.monotonic() - began:.0f} s: nothing got through\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
