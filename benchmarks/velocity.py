"""How long a template takes: `python -m benchmarks.velocity`."""

import statistics
import time
from collections.abc import Callable

from chatapp.lib import velocity

PARAGRAPH = (
    "You are $agent.name, a helper of ${session.metadata.company}.\n"
    "Answer in $session.metadata.lang.\n"
    "#if($session.metadata.tier == 'gold' && $session.metadata.age >= 18)\nBe generous.\n"
    "#elseif($session.metadata.tier)\nBe polite to a $session.metadata.tier customer.\n"
    "#else\nBe brief.\n#end\n"
    "#foreach($tool in $tools)- $tool.name: $!tool.description#if($foreach.hasNext);#end\n#end\n"
    '#set($greeting = "Hello $session.metadata.user")$greeting.toUpperCase()\n'
)
TEMPLATE = PARAGRAPH * 5
CONTEXT: dict[str, velocity.Value] = {
    "agent": {"name": "Iris"},
    "session": {
        "metadata": {"company": "Acme", "lang": "French", "tier": "gold", "age": 44, "user": "Ann"}
    },
    "tools": [{"name": f"tool {i}", "description": "finds things"} for i in range(5)],
}
ROUNDS = 1_000


def median_ms(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1_000


def main() -> None:
    template = velocity.parse(TEMPLATE)
    print(f"template: {len(TEMPLATE):,} characters")
    print(f"parse:    {median_ms(lambda: velocity.parse.__wrapped__(TEMPLATE)):.3f} ms (median)")
    print(f"render:   {median_ms(lambda: template.render(CONTEXT)):.3f} ms (median)")


if __name__ == "__main__":
    main()
