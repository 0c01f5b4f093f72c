"""The one job of procrastinate's queues: run a turn. Imported only where workers are used.

Turns of sub-agents have a queue of their own, which every worker serves without a limit: whoever
waits for them holds a place, so they must never wait for one.
"""

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chatapp.services.turns import is_for_sub_agent
from chatapp.turns.runner import Runner

log = structlog.get_logger(__name__)
QUEUE, SUB_AGENTS = "turns", "sub_agents"
runner: Runner | None = None


@app.task(queue=QUEUE, pass_context=False)
async def run_turn(turn_id: int) -> None:
    if runner is None:
        raise RuntimeError("This process runs no turns.")
    await runner.run(turn_id)


def defer_turn(turn_id: int) -> None:
    """Write the job in the caller's transaction; one waiting job a turn is enough."""
    queue = SUB_AGENTS if is_for_sub_agent(turn_id=turn_id) else QUEUE
    job = run_turn.configure(queue=queue, queueing_lock=f"turn-{turn_id}")
    try:
        with transaction.atomic():
            job.defer(turn_id=turn_id)
    except AlreadyEnqueued:
        log.debug("turn.already_enqueued", turn_id=turn_id)
