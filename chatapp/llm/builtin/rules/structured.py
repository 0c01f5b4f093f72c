"""Answers as JSON, where the agent's step asks for a schema."""

import json

from chatapp.errors import ProviderError
from chatapp.llm.builtin.filling import UnfillableError, fill
from chatapp.llm.builtin.gathering import evidence_for, gather, query_of
from chatapp.llm.builtin.moves import Move, Say
from chatapp.llm.builtin.situation import Situation

MOST_TEXT = 12_000


def structured(situation: Situation) -> Move | None:
    wanted = situation.request.output_schema
    if wanted is None:
        return None
    step = gather(situation, search=not situation.concerned_files and "?" in situation.message)
    if step:
        return step
    try:
        value = fill(wanted.schema, _text(situation), situation.embedder)
    except UnfillableError as error:
        raise ProviderError(
            "The built-in model could not fill the form this agent answers with.",
            reason="structured_output",
            detail=str(error),
        ) from error
    return Say(json.dumps(value, ensure_ascii=False))


def _text(situation: Situation) -> str:
    """What the values are taken from: the message, then what was read."""
    read = [one.full_text for one in evidence_for(situation)] if query_of(situation) else []
    return "\n\n".join([situation.message, *read])[:MOST_TEXT]
