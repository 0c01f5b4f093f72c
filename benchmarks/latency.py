"""How long one person waits: from send to the acknowledgement, from the model to the browser.

python -m benchmarks.latency [--messages 100]
"""

import argparse

import uvloop

from benchmarks.browser import Browser, Received, client, order
from benchmarks.measured import installation, on_a_core_of_its_own, percentile
from benchmarks.seeding import make_chats

TOKENS, RATE = 25, 50
WARMING = 10


async def measure(messages: int) -> list[Received]:
    with installation(with_model=True) as installed:
        [chat] = make_chats(installed, 1)
        with on_a_core_of_its_own():
            web = installed.web("--no-demo")
        async with client() as http, Browser(http, web.url, chat) as browser:
            received = [
                await browser.ask(order(TOKENS, RATE), TOKENS) for _ in range(WARMING + messages)
            ]
    return received[WARMING:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=100)
    received = uvloop.run(measure(parser.parse_args().messages))
    rows = {
        "send to acknowledgement": [one.ack_ms for one in received],
        "first token to the browser": [one.lags[0] for one in received if one.lags],
        "any token to the browser": [lag for one in received for lag in one.lags],
    }
    print(f"{'ms':28}{'p50':>8}{'p95':>8}{'max':>8}")
    for name, values in rows.items():
        cells = (percentile(values, 50), percentile(values, 95), max(values))
        print(f"{name:28}" + "".join(f"{cell:8.1f}" for cell in cells))
    lost, errors = sum(one.lost for one in received), sum(len(one.errors) for one in received)
    print(f"{len(received)} messages, {lost} tokens lost, {errors} errors")


if __name__ == "__main__":
    main()
