"""Let a language model find the filter that a question implies, such as a year or a product."""

import asyncio

from chatapp.errors import TurnError
from chatapp.events.bodies import text_message
from chatapp.llm.base import LLMRequest, Provider, TextDelta
from chatapp.llm.retry import RetryPolicy, stream_with_retries
from chatapp.models import Corpus
from chatapp.services.rewritten_queries import Rewritten, attributes_in_words

SECONDS = 20

INSTRUCTIONS = """\
Take a search question apart. Answer with one JSON object and nothing else: \
{{"query": …, "metadata_filter": …}}. `metadata_filter` is a condition in SQL, on these attributes \
and no others, that holds for exactly what the question restricts itself to; an empty text if it \
does not. `query` is the question without what the filter says. Texts stand in single quotes, \
conditions are joined by AND, OR and NOT.

{attributes}\
"""


async def ask_for_filter(
    question: str, attributes: str, provider: Provider, model: str
) -> str | None:
    """What the model wrote, or None if it did not answer."""
    request = LLMRequest(
        model, INSTRUCTIONS.format(attributes=attributes), (text_message(question),)
    )
    try:
        async with asyncio.timeout(SECONDS):
            chunks = stream_with_retries(provider, request, RetryPolicy())
            return "".join([chunk.text async for chunk in chunks if isinstance(chunk, TextDelta)])
    except (TurnError, TimeoutError):
        return None


def cannot_be_asked(corpus: Corpus, provider: Provider) -> Rewritten | None:
    """The built-in model takes no question apart, and without attributes there is no filter."""
    if not attributes_in_words(corpus):
        return Rewritten(corpus.key, warning="no_filter_attrs")
    return Rewritten(corpus.key, warning="failure") if provider.name == "builtin" else None
