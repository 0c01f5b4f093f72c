"""From a model as it is stored to the provider that reaches it."""

from django.conf import settings

from chatapp.errors import Unprocessable
from chatapp.llm.base import Provider
from chatapp.models import Llm
from chatapp.services.llms import BUILTIN


def provider_of(llm: Llm) -> Provider:
    """Raises Unprocessable for a row whose provider is not there."""
    kind = Provider.registry.get(llm.provider)
    if kind is None:
        raise Unprocessable(f"The model {llm.name!r} has no provider here.")
    options = llm.options
    if llm.provider == BUILTIN:
        options = {"delay": settings.BUILTIN_DELAY_SECONDS, **options}
    return kind(base_url=llm.base_url, api_key=llm.secret, options=options)
