"""System checks: what would only show at run time, said at start."""

from collections.abc import Sequence
from typing import Any, get_args

from django.core.checks import Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from chatapp.events.bodies import EventBody


@register()
def every_kind_of_event_has_a_card(app_configs: Any, **kwargs: Any) -> Sequence[Error]:
    union, _ = get_args(EventBody)
    missing = []
    for body in get_args(union):
        kind = body.model_fields["type"].default
        try:
            get_template(f"events/{kind}.html")
        except TemplateDoesNotExist:
            missing.append(Error(f"There is no template events/{kind}.html.", id="chatapp.E001"))
    return missing
