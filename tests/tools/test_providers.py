"""The provider behind a stored model."""

import pytest

from chatapp.errors import Unprocessable
from chatapp.models import Llm
from chatapp.tools.providers import provider_of


def test_a_row_s_address_secret_and_options_reach_its_provider():
    row = Llm(name="m", provider="openai", base_url="http://m.example/v1", options={"x": 1})
    row.secret = "s"

    provider = provider_of(row)

    assert (provider.name, provider.base_url, provider.api_key, provider.options) == (
        *("openai", "http://m.example/v1", "s"),
        {"x": 1},
    )


@pytest.mark.parametrize(("options", "delay"), [({}, 0.25), ({"delay": 0}, 0)])
def test_the_built_in_model_speaks_at_the_pace_that_is_set(settings, options, delay):
    settings.BUILTIN_DELAY_SECONDS = 0.25

    provider = provider_of(Llm(name="b", provider="builtin", options=options))

    assert provider.options["delay"] == delay


def test_a_row_without_a_provider_is_named():
    with pytest.raises(Unprocessable, match="'m' has no provider"):
        provider_of(Llm(name="m", provider="carrier pigeon"))
