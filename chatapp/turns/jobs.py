"""The one job of procrastinate's queue: run a turn. Imported only where workers are used."""

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chatapp.turns.runner import Runner

log = structlog.get_logger(__name__)
QUEUE = "turns"
runner: Runner | None = None


@app.task(queue=QUEUE, pass_context=False)
async def run_turn(turn_id: int) -> None:
    if runner is None:
        raise RuntimeError("This process runs no turns.")
    await runner.run(turn_id)


def defer_turn(turn_id: int) -> None:
    """Write the job in the caller's transaction; one waiting job a turn is enough."""
    try:
        with transaction.atomic():
            run_turn.configure(queueing_lock=f"turn-{turn_id}").defer(turn_id=turn_id)
    except AlreadyEnqueued:
        log.debug("turn.already_enqueued", turn_id=turn_id)
