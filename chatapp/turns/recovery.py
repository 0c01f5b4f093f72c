"""A turn taken over from a runner that died: go on, or give up."""

from django.db import transaction

from chatapp.events.bodies import ToolInput, ToolOutput
from chatapp.models import Session
from chatapp.services.events import standing
from chatapp.services.turns import Claim, fail_interrupted
from chatapp.tools.base import Tool


def give_up_if_unsafe(claim: Claim) -> bool:
    """End a turn whose last tool may or may not have done its work: never do it twice.

    Everything else is taken up again from the stored events. True if the turn was ended.
    """
    if not claim.is_taken_over or not _has_open_effects(claim):
        return False
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=claim.session.pk)
        turn = standing(claim.fence).select_for_update().first()
        if turn is not None:
            turn.draft = claim.draft
            fail_interrupted(turn, session, claim.fence)
    return True


def _has_open_effects(claim: Claim) -> bool:
    bodies = [event.value for event in claim.turn.events.order_by("seq")]
    answered = {body.tool_call_id for body in bodies if isinstance(body, ToolOutput)}
    return any(
        _has_effects(body, claim)
        for body in bodies
        if isinstance(body, ToolInput) and body.tool_call_id not in answered
    )


def _has_effects(body: ToolInput, claim: Claim) -> bool:
    """A tool we know nothing of is taken to have effects."""
    configurations = claim.session.agent.tool_configurations
    configuration = configurations.get(body.tool_configuration_name, {})
    kind = Tool.registry.get(configuration.get("type", body.tool_name))
    return kind is None or not kind.may_repeat(body.tool_input)
