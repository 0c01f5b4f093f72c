"""What it costs to render a streamed answer: whole, again and again, against block by block.

    python benchmarks/markdown.py

Prints CPU milliseconds per 1,000 tokens, at 50 tokens a second, joined to 20 pieces a second as the
runner does. A token is taken as four characters.
"""

import time
from collections.abc import Callable, Iterator

from chatapp.lib.blocks import BlockStream, Render, render_block, render_blocks
from chatapp.lib.markdown import render

PIECE_CHARS = 10
PIECE_SECONDS = 0.05

PROSE = """\
The second refund came from the **retry job**, not from a customer. Here is what happened, in order,
with the places in the `ledger` where you can check it. Nothing else was paid twice that morning.

"""
LIST = """\
1. At 10:42 the customer asked for a refund of order `4417`. The agent approved it.
2. The retry job picked it up at 10:47, because the first attempt had been marked as *unknown*.
   - Both requests reached the provider.
   - It treats requests without an **idempotency key** as distinct, so it paid [twice](https://a.example/b).

"""
TABLE = """\
| date | amount | source | note |
|------|-------:|--------|------|
| 2026-10-02 10:42 | 49.00 | `ledger.csv`, row 212 | first request, timed out |
| 2026-10-02 10:47 | 49.00 | `ledger.csv`, row 215 | retry job |
| 2026-10-03 09:10 | -49.00 | `ledger.csv`, row 240 | reclaimed by support |

"""
CODE = '''\
```python
def doubled_refunds(ledger: list[Row]) -> dict[str, list[Row]]:
    """Orders that were refunded more than once."""
    by_order = defaultdict(list)
    for row in ledger:
        if row.kind == "refund":
            by_order[row.order].append(row)
    return {order: rows for order, rows in by_order.items() if len(rows) > 1}
```

'''
SECTION = (
    f"## What happened\n\n{PROSE}{LIST}{TABLE}The balance is $2 \\times 49 - 49 = 49$.\n\n{CODE}"
)
ANSWERS = {
    "plain prose": PROSE.replace("**", "").replace("`", "") * 20,
    "mixed answer": SECTION * 3,
    "one long list": LIST.rstrip("\n").replace("1. ", "3. ").replace("2. ", "4. ") * 14,
    "one long table": TABLE.rstrip("\n")
    + "\n"
    + "| 2026-10-04 | 12.00 | `x.csv` | **ok** |\n" * 90,
    "code": "```python\n" + CODE.split("\n", 1)[1].replace("```\n", "") * 12 + "```\n",
}


def pieces(text: str) -> Iterator[str]:
    return (text[start : start + PIECE_CHARS] for start in range(0, len(text), PIECE_CHARS))


def block_by_block(text: str) -> int:
    stream, changes = BlockStream(), []
    for number, piece in enumerate(pieces(text)):
        changes += stream.feed(piece, now=number * PIECE_SECONDS)
    changes += stream.close()
    return sum(isinstance(change, Render) for change in changes)


def whole_again(text: str) -> int:
    ends = range(PIECE_CHARS, len(text) + PIECE_CHARS, PIECE_CHARS)
    return sum(bool(render(text[:end])) for end in ends)


def once(text: str) -> int:
    return len(render_blocks(text))


def cpu_per_1000_tokens(way: Callable[[str], int], text: str) -> tuple[float, int]:
    render_block.cache_clear()
    start = time.process_time()
    renders = way(text)
    spent = time.process_time() - start
    return spent * 1000 / (len(text) / 4 / 1000), renders


def main() -> None:
    render(SECTION)
    print(
        f"{'':16}{'once':>10}{'by block':>10}{'(renders)':>10}{'whole':>10}   ms per 1,000 tokens"
    )
    for name, text in ANSWERS.items():
        at_once, _ = cpu_per_1000_tokens(once, text)
        by_block, renders = cpu_per_1000_tokens(block_by_block, text)
        whole, _ = cpu_per_1000_tokens(whole_again, text)
        print(f"{name:16}{at_once:10.1f}{by_block:10.1f}{renders:10}{whole:10.0f}")


if __name__ == "__main__":
    main()
